import test from 'ava';
import {logGamma} from '../../src/stats/log-gamma.js';
import {isClose} from './close-to.js';

// mpmath 1.3, 40 digits: loggamma(x).
const truths = [
  [1e-10, 23.025850929882736],
  [0.01, 4.599479878042022],
  [0.5, 0.5723649429247001],
  [1.5, -0.12078223763524522],
  [3.7, 1.428072326665388],
  [9.99, 12.779315214350193],
  [10, 12.801827480081469],
  [25.5, 56.389167643719944],
  [1000, 5905.220423209181],
  [1e6, 12815504.569147611],
] as const;

for (const [x, expected] of truths) {
  test(`logGamma(${x}) is right to 1e-13`, (t) => {
    isClose(t, logGamma(x), expected, 1e-13);
  });
}

test('logGamma is zero at one and two, to rounding', (t) => {
  t.true(Math.abs(logGamma(1)) < 1e-14);
  t.true(Math.abs(logGamma(2)) < 1e-14);
});

test('logGamma is not a number where it has no real value or winnow has no use for it', (t) => {
  t.deepEqual([0, -1.5, Number.NaN].map(logGamma), [Number.NaN, Number.NaN, Number.NaN]);
});
