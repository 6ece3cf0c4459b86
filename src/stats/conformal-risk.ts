/**
 * Conformal risk control (Angelopoulos, Bates, Fisch, Lei & Schuster 2024, theorem 1) of a 0/1 loss that falls as a level
 * rises: the least level at which (failing runs + 1) / (n + 1) ≤ α. A new run, exchangeable with these, fails
 * there with probability at most α.
 *
 * @param levels for each run the least level at which it does not fail; Infinity where it always does
 * @returns −Infinity where no level is too low; null where even the highest finite level promises nothing
 */
export function conformalLevel(levels: readonly number[], alpha: number): number | null {
  const allowed = Math.floor(alpha * (levels.length + 1) - 1 + 1e-9);
  if (allowed < 0) {
    return null;
  }
  if (allowed >= levels.length) {
    return -Infinity;
  }
  const level = Float64Array.from(levels).sort()[levels.length - 1 - allowed] ?? Infinity;
  return level === Infinity ? null : level;
}
