import {exp, log, log1p} from './elementary.js';
import {logBeta} from './log-beta.js';

const maxIterations = 10_000;
const tiny = 1e-300;

/** Regularised incomplete beta function I_x(a, b), the distribution function of Beta(a, b); NaN unless a, b > 0. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (Number.isNaN(x) || !(a > 0 && b > 0)) {
    return Number.NaN;
  }
  if (x <= 0 || x >= 1) {
    return x <= 0 ? 0 : 1;
  }
  const density = a * log(x) + b * log1p(-x) - logBeta(a, b);
  // The fraction converges fast left of the mean; right of it the mirrored one does (DLMF 8.17.4).
  return x < (a + 1) / (a + b + 2)
    ? (exp(density) * continuedFraction(x, a, b)) / a
    : 1 - (exp(density) * continuedFraction(1 - x, b, a)) / b;
}

/** DLMF 8.17.22, evaluated forwards by the modified Lentz method (Thompson & Barnett 1986). */
function continuedFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / nonzero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= maxIterations; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonzero(1 + even * d);
    c = nonzero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonzero(1 + odd * d);
    c = nonzero(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) <= Number.EPSILON) {
      break;
    }
  }
  return value;
}

function nonzero(value: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}
