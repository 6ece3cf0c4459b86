import type {BetaPrior} from './beta-binomial.js';
import {betaQuantile} from './beta-quantile.js';

export interface Posterior {
  /** Posterior mean, 0 to 1. */
  readonly probability: number;
  /** 95 % credible interval: equal-tailed, and where a very skewed belief has its mean outside, widened to hold it. */
  readonly interval: readonly [number, number];
}

/** Belief about a file's probability after `needed` runs that needed it and `spared` runs that did not: Beta(α + needed, β + spared). */
export function posterior({alpha, beta}: BetaPrior, needed: number, spared: number): Posterior {
  const a = alpha + needed;
  const b = beta + spared;
  const probability = a / (a + b);
  return {
    probability,
    interval: [Math.min(probability, betaQuantile(0.025, a, b)), Math.max(probability, betaQuantile(0.975, a, b))],
  };
}
