import test from 'ava';
import fc from 'fast-check';
import {incompleteBeta} from '../../src/stats/incomplete-beta.js';
import {isClose} from './close-to.js';

// mpmath 1.3, 40 digits: betainc(a, b, 0, x, regularized=True).
const truths = [
  [0.5, 2, 3, 0.6875],
  [0.1, 0.5, 0.5, 0.20483276469913345],
  [0.01, 0.02, 24, 0.9782259083356514],
  [0.99, 12.5, 0.3, 0.42316926135182303],
  [0.3, 200, 500, 0.7996208251731605],
  [0.999, 3, 0.001, 0.005395767676568924],
  [1e-6, 0.1, 10, 0.330886396943987],
  [0.7, 1, 1, 0.7],
  [0.02, 10, 1000, 0.9957922704872814],
  [0.25, 10, 1000, 1],
] as const;

for (const [x, a, b, expected] of truths) {
  test(`incompleteBeta(${x}, ${a}, ${b}) is right to 1e-11`, (t) => {
    isClose(t, incompleteBeta(x, a, b), expected, 1e-11);
  });
}

test('incompleteBeta is 0 and 1 at and beyond its ends', (t) => {
  t.deepEqual([-1, 0, 1, 2].map((x) => incompleteBeta(x, 2, 3)), [0, 0, 1, 1]);
});

test('incompleteBeta is not a number for what is not a number or not positive', (t) => {
  t.is(incompleteBeta(Number.NaN, 1, 1), Number.NaN);
  t.is(incompleteBeta(0.5, 0, 1), Number.NaN);
  t.is(incompleteBeta(0.5, 1, -1), Number.NaN);
});

test('incompleteBeta mirrors: I_x(a, b) + I_(1 − x)(b, a) = 1', (t) => {
  const positive = fc.double({min: 1e-3, max: 1e4, noNaN: true});
  fc.assert(
    fc.property(fc.integer({min: 1, max: 1023}), positive, positive, (step, a, b) => {
      const x = step / 1024; // so that 1 − x is exact
      return Math.abs(incompleteBeta(x, a, b) + incompleteBeta(1 - x, b, a) - 1) < 1e-10;
    }),
    {seed: 1},
  );
  t.pass();
});
