import {log} from './elementary.js';

const halfLogTwoPi = 0.918_938_533_204_672_7;

/**
 * ln Γ(x) for x > 0; NaN otherwise. Absolute error below 1e-14 up to x = 10, relative error below 1e-15 beyond.
 * Stirling's series (DLMF 5.11.1), after the recurrence Γ(x + 1) = x Γ(x) has lifted x to 10.
 */
export function logGamma(x: number): number {
  if (!(x > 0)) {
    return Number.NaN;
  }
  let lifted = x;
  let product = 1;
  for (; lifted < 10; lifted += 1) {
    product *= lifted;
  }
  return (lifted - 0.5) * log(lifted) - lifted + halfLogTwoPi + stirlingError(lifted) - log(product);
}

/** ln Γ(x) less Stirling's leading terms, for x ≥ 10: the sum of B(2k) / (2k (2k − 1) x^(2k − 1)), k to 7. */
export function stirlingError(x: number): number {
  const y = 1 / (x * x);
  return (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y * (1 / 1188 - y * (691 / 360_360 - y / 156)))))) / x;
}
