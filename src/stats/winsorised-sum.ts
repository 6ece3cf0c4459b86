/**
 * Sum of values of which the largest, floor(share · n) of them, count as the next one does: one outlier cannot carry it (W. J. Dixon,
 * Simplified estimation from censored normal samples, 1960). 0 for no values.
 */
export function winsorisedSum(values: Float64Array, share: number): number {
  const sorted = values.toSorted();
  const last = sorted.length - 1 - Math.floor(share * sorted.length);
  const most = sorted[Math.max(0, last)] ?? 0;
  return sorted.reduce((sum, value) => sum + Math.min(value, most), 0);
}
