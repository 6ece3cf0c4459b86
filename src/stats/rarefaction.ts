/**
 * Expected number of distinct files in m of the n runs, over all choices of m: S(m) = Σ_k h_k (1 − C(n − k, m) / C(n, m))
 * (Hurlbert 1971; for incidence data Colwell et al. 2012, eq. 17), exact, for m = 0 … n; and, as the entry n + 1, the
 * expected next step by Good–Turing: S(n) + h₁ / n. Without runs: [0].
 *
 * @param histogram histogram[k] = number of files needed in k of the n = histogram.length − 1 runs
 */
export function rarefaction(histogram: ArrayLike<number>): number[] {
  const n = Math.max(0, histogram.length - 1);
  const expected = new Array<number>(n + 1).fill(0);
  for (let k = 1; k <= n; k += 1) {
    const files = histogram[k] ?? 0;
    // C(n − k, m) / C(n, m) by its ratio from m to m + 1: no factorials, and it ends at exactly 0.
    for (let m = 0, missed = 1; files > 0 && m <= n; missed *= Math.max(0, n - k - m) / (n - m), m += 1) {
      expected[m] = (expected[m] ?? 0) + files * (1 - missed);
    }
  }
  return n === 0 ? expected : [...expected, (expected[n] ?? 0) + (histogram[1] ?? 0) / n];
}
