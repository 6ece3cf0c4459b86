import {log, log1p} from './elementary.js';

/** Chance that a run is ended though discovery goes on faster than the rule says. */
const alpha = 0.05;

/**
 * Slices of time without news after which discovery has dried up: with 95 % confidence, the chance of news in a slice is
 * then below `share` of what it has been, finds / slices. Infinity while there were no finds.
 *
 * Given what is known after the k-th find, the chance r of news in a slice stays as it is until the next one (each file's
 * needs come independently of time). Were r higher than wanted, a silence of ln(α_k)/ln(1 − r) slices would have a chance
 * of at most α_k; α_k = α/(k(k + 1)) sum up to α, so the rule errs with at most α over all finds however often it is
 * looked at (Wald 1945 for looking while one goes on; Bonferroni for the sum). No such guarantee is had from a fixed silence.
 *
 * @param finds k, the slices with news so far
 * @param slices number of slices up to the last of them, from the first one on; at least k
 * @param share above 0, up to 1
 */
export function silenceNeeded(finds: number, slices: number, share: number): number {
  if (finds === 0) {
    return Number.POSITIVE_INFINITY;
  }
  const chance = (share * finds) / slices;
  return Math.max(1, Math.ceil(log(alpha / (finds * (finds + 1))) / log1p(-chance)));
}
