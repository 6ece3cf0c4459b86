/** `9,030`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `2.1 %`: two significant digits, as much as these estimates bear. */
export function formatPercent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}

/** The same for an upper bound, which must not be rounded down. */
export function formatPercentUp(share: number): string {
  const percent = share * 100;
  const unit = 10 ** (Math.floor(Math.log10(percent)) - 1);
  return percent === 0 ? '0 %' : `${Number((Math.ceil(percent / unit) * unit).toPrecision(2))} %`;
}
