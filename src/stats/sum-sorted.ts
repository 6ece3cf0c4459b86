/** Sum in ascending order: the same bits whatever the order of the input, and small terms are not swallowed. Empty: 0. */
export function sumSorted(values: Iterable<number>): number {
  let sum = 0;
  for (const value of Float64Array.from(values).sort()) {
    sum += value;
  }
  return sum;
}
