import {betaQuantile} from './beta-quantile.js';
import {exp, log} from './elementary.js';
import type {Incidence} from './incidence.js';

export interface UnseenCounts {
  /** n, the number of runs. */
  readonly runs: number;
  /** U: runs that hold a file seen in no other run. */
  readonly withUnique: number;
  /** U₂: pairs of the other runs that share a file seen in just these two. */
  readonly pairs: number;
}

/**
 * Probability that the next run, drawn like these, needs a file that none of them needed, with its 95 % upper bound.
 * The estimate is Good–Turing's on whole runs, U/n: each run in turn plays the next one. Its mean squared error is that of
 * the Good–Turing estimator (Robbins 1968; Esty 1983), v = (U(1 − U/n) + 2 U₂) / n²: a pair in U₂ errs together. The bound
 * is Clopper–Pearson's at the sample size n_e that a binomial share of this v would have. Without runs: 1 and 1.
 */
export function unseenRisk({runs, withUnique, pairs}: UnseenCounts): {estimate: number; upper95: number} {
  if (runs === 0 || withUnique === runs) {
    return {estimate: 1, upper95: 1};
  }
  if (withUnique === 0) {
    return {estimate: 0, upper95: 1 - exp(log(0.05) / runs)};
  }
  const x = withUnique / runs;
  const variance = (withUnique * (1 - x) + 2 * pairs) / (runs * runs);
  const effectiveRuns = (x * (1 - x)) / variance;
  return {estimate: x, upper95: betaQuantile(0.95, x * effectiveRuns + 1, effectiveRuns * (1 - x))};
}

/** What `unseenRisk` counts. */
export function countUnseen(incidence: Incidence, runs: number): UnseenCounts {
  const hasUnique = new Uint8Array(runs);
  for (const [run = 0] of neededBy(incidence, 1)) {
    hasUnique[run] = 1;
  }
  const pairs = new Set<number>();
  for (const [first = 0, second = 0] of neededBy(incidence, 2)) {
    if (hasUnique[first] === 0 && hasUnique[second] === 0) {
      pairs.add(first * runs + second);
    }
  }
  return {runs, withUnique: hasUnique.reduce((sum, flag) => sum + flag, 0), pairs: pairs.size};
}

/** The runs of each file that exactly `count` runs needed. */
function* neededBy(incidence: Incidence, count: number): Generator<Uint32Array> {
  for (const runs of incidence) {
    if (runs.length === count) {
      yield runs;
    }
  }
}
