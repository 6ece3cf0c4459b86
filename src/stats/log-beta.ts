import {log, log1p} from './elementary.js';
import {logGamma, stirlingError} from './log-gamma.js';

/**
 * ln B(a, b) for a, b > 0; NaN otherwise. Where one argument is large, ln Γ(b) − ln Γ(a + b) is taken as one
 * difference of Stirling series, since the two logarithms alone would cancel (DiDonato & Morris 1992, ACM TOMS 708).
 */
export function logBeta(a: number, b: number): number {
  const small = Math.min(a, b);
  const large = Math.max(a, b);
  if (!(large >= 10)) {
    return logGamma(a) + logGamma(b) - logGamma(a + b);
  }
  const sum = small + large;
  const difference =
    stirlingError(large) - stirlingError(sum) + small - small * log(sum) - (large - 0.5) * log1p(small / large);
  return logGamma(small) + difference;
}
