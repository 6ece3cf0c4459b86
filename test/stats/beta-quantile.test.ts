import test from 'ava';
import fc from 'fast-check';
import {betaQuantile} from '../../src/stats/beta-quantile.js';
import {incompleteBeta} from '../../src/stats/incomplete-beta.js';

// mpmath 1.3, 40 digits: bisection on betainc(a, b, 0, x, regularized=True) = p.
const truths = [
  [0.95, 1, 3, 0.6315968501359612],
  [0.025, 12.02, 0.9, 0.7480714982868617],
  [0.975, 12.02, 0.9, 0.9986622653666445],
  [0.975, 0.02, 24.9, 0.007864868895985021],
  [0.025, 0.02, 24.9, 1.8441485658706965e-82],
  [0.025, 0.5, 0.5, 0.001541333133436012],
  [0.95, 3.4, 11.2, 0.4285440548159652],
  [0.95, 9.5, 190, 0.07467305231092117],
  [0.975, 200.1, 0.8, 0.9999542912353981],
  [0.025, 200.1, 0.8, 0.9838680796164047],
  [0.95, 40, 60, 0.4813633632715659],
  [0.5, 1000, 2000, 0.3332962917247511],
  [0.05, 1, 64, 0.0008011366433466191],
  [0.975, 0.002, 3, 7.102462668263187e-07],
] as const;

for (const [p, a, b, expected] of truths) {
  test(`betaQuantile(${p}, ${a}, ${b}) is right to 1e-10`, (t) => {
    const actual = betaQuantile(p, a, b);
    t.true(Math.abs(actual - expected) <= 1e-10 * expected, `${actual} is not ${expected}`);
  });
}

test('betaQuantile is 0 and 1 for the probabilities 0 and 1', (t) => {
  t.is(betaQuantile(0, 2, 3), 0);
  t.is(betaQuantile(1, 2, 3), 1);
});

test('betaQuantile is not a number outside its domain', (t) => {
  for (const [p, a, b] of [[-0.1, 1, 1], [1.1, 1, 1], [Number.NaN, 1, 1], [0.5, 0, 1], [0.5, 1, Number.NaN]] as const) {
    t.is(betaQuantile(p, a, b), Number.NaN);
  }
});

test('betaQuantile below what a double can hold is 0', (t) => {
  t.is(betaQuantile(0.025, 1e-4, 5), 0);
});

test('betaQuantile undoes incompleteBeta', (t) => {
  const parameter = fc.double({min: 0.05, max: 1e4, noNaN: true});
  fc.assert(
    fc.property(fc.double({min: 1e-3, max: 1 - 1e-3, noNaN: true}), parameter, parameter, (p, a, b) => {
      const x = betaQuantile(p, a, b);
      // Beside the rounding of x itself, which counts where the distribution is steep at 1.
      const slack = Math.abs(incompleteBeta(Math.min(1, x + 2e-16), a, b) - incompleteBeta(Math.max(0, x - 2e-16), a, b));
      return x >= 0 && x <= 1 && Math.abs(incompleteBeta(x, a, b) - p) <= 1e-9 + slack;
    }),
    {seed: 2, numRuns: 500},
  );
  t.pass();
});
