/**
 * exp, ln and their companions out of additions, multiplications and divisions only. IEEE 754 fixes these to the last bit and
 * ECMAScript fixes their use, whereas Math.exp and Math.log may differ from one engine to the next (ECMA-262, 21.3.2).
 * Relative errors stay below 4e-16.
 */

const ln2High = 0.693_147_180_369_123_8; // the upper 32 bits of ln 2, so that a multiple by an exponent is exact
const ln2Low = 1.908_214_929_270_587_7e-10;
const view = new DataView(new ArrayBuffer(8));

/** e^x. NaN for NaN, 0 below −745.2, Infinity above 709.8. */
export function exp(x: number): number {
  if (!(x > -745.2 && x < 709.8)) {
    return Number.isNaN(x) ? x : x < 0 ? 0 : Infinity;
  }
  const k = Math.round(x / Math.LN2);
  const r = x - k * ln2High - k * ln2Low; // |r| ≤ ln 2 / 2
  let sum = 1;
  for (let i = 15; i >= 1; i -= 1) {
    sum = 1 + (sum * r) / i; // Taylor's series, by Horner's rule
  }
  const half = k >> 1; // in two steps, since 2^k alone may leave the range that the result is in
  return sum * powerOfTwo(half) * powerOfTwo(k - half);
}

/** ln x. NaN below 0, −Infinity at 0. */
export function log(x: number): number {
  if (!(x > 0 && x < Infinity)) {
    return x === 0 ? -Infinity : x > 0 ? x : Number.NaN;
  }
  const isTiny = x < 2.3e-308;
  view.setFloat64(0, isTiny ? x * 2 ** 54 : x);
  const high = view.getUint32(0);
  let exponent = ((high >>> 20) & 0x7ff) - 1023 - (isTiny ? 54 : 0);
  view.setUint32(0, (high & 0x000f_ffff) | 0x3ff0_0000);
  let mantissa = view.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  return exponent * ln2High + (exponent * ln2Low + twiceArtanh((mantissa - 1) / (mantissa + 1)));
}

/** ln(1 + x), without the loss of 1 + x. */
export function log1p(x: number): number {
  return x > -0.3 && x < 0.4 ? twiceArtanh(x / (2 + x)) : log(1 + x);
}

/** ln(p / (1 − p)) for 0 < p < 1. */
export function logit(p: number): number {
  return log(p / (1 - p));
}

/** 1 / (1 + e^−x), the inverse of `logit`. */
export function logistic(x: number): number {
  const small = exp(-Math.abs(x));
  return (x < 0 ? small : 1) / (1 + small);
}

/** base^exponent for an exponent of 0, 1, 2, … */
export function integerPower(base: number, exponent: number): number {
  let power = 1;
  for (let factor = 0; factor < exponent; factor += 1) {
    power *= base;
  }
  return power;
}

/** ln((1 + z) / (1 − z)) for |z| ≤ 0.18 (DLMF 4.37.24). */
function twiceArtanh(z: number): number {
  const y = z * z;
  let sum = 0;
  for (let i = 23; i >= 3; i -= 2) {
    sum = (sum + 1 / i) * y;
  }
  return 2 * z * sum + 2 * z;
}

function powerOfTwo(k: number): number {
  view.setUint32(0, (k + 1023) << 20);
  view.setUint32(4, 0);
  return view.getFloat64(0);
}
