import {exp, log, log1p} from './elementary.js';
import {incompleteBeta} from './incomplete-beta.js';
import {logBeta} from './log-beta.js';

const maxIterations = 200;

/** The x with I_x(a, b) = p, to 1e-12 relative below one half and absolute above; NaN unless a, b > 0 and 0 ≤ p ≤ 1. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1 && a > 0 && b > 0)) {
    return Number.NaN;
  }
  if (p === 0 || p === 1) {
    return p;
  }
  return p <= incompleteBeta(0.5, a, b) ? lowerQuantile(p, a, b) : 1 - lowerQuantile(1 - p, b, a);
}

/**
 * Newton on ln I against ln x, for x ≤ 1/2, where the curve is nearly straight however small x is; a step that leaves
 * the bracket becomes a bisection. The bracket: (1 − t)^(b − 1) ≤ 2 for t ≤ 1/2, so I_x ≤ 2 x^a / (a B(a, b)).
 */
function lowerQuantile(p: number, a: number, b: number): number {
  const logP = log(p);
  const logNorm = logBeta(a, b);
  const start = (logP + log(a) + logNorm) / a;
  let low = start - Math.LN2 / a;
  let high = -Math.LN2;
  let u = Math.min(start, high);
  for (let iteration = 0; iteration < maxIterations; iteration += 1) {
    const x = exp(u);
    if (x === 0) {
      return 0;
    }
    const value = incompleteBeta(x, a, b);
    const excess = log(value) - logP;
    [low, high] = excess < 0 ? [u, high] : [low, u];
    const slope = exp(a * u + (b - 1) * log1p(-x) - logNorm) / value;
    const newton = u - excess / slope;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - u) <= 1e-15 * Math.abs(u) || excess === 0) {
      break;
    }
    u = next;
  }
  return exp(u);
}
