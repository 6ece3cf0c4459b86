import test from 'ava';
import {logBeta} from '../../src/stats/log-beta.js';
import {isClose} from './close-to.js';

// mpmath 1.3, 40 digits: loggamma(a) + loggamma(b) − loggamma(a + b).
const truths = [
  [0.5, 0.5, 1.1447298858494002],
  [0.01, 3, 4.5902323136238845],
  [2, 3, -2.4849066497880004],
  [0.02, 200, 3.79488720796331],
  [0.001, 1e5, 6.895665964913892],
  [12, 15, -18.568172732389435],
  [5, 1e6, -65.89950895945843],
  [30, 300, -101.2611142655434],
  [1e5, 2e5, -190958.88527911686],
] as const;

for (const [a, b, expected] of truths) {
  test(`logBeta(${a}, ${b}) is right to 1e-12 either way round`, (t) => {
    isClose(t, logBeta(a, b), expected, 1e-12);
    t.is(logBeta(b, a), logBeta(a, b));
  });
}

test('logBeta is not a number for parameters that are not positive', (t) => {
  t.is(logBeta(0, 1), Number.NaN);
  t.is(logBeta(-1, 20), Number.NaN);
  t.is(logBeta(Number.NaN, 20), Number.NaN);
});
