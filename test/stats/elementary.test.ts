import test from 'ava';
import fc from 'fast-check';
import {exp, integerPower, log, log1p, logistic, logit} from '../../src/stats/elementary.js';

const bits = (x: number): string => Buffer.from(Float64Array.of(x).buffer).toString('hex');
const ulps = (a: number, b: number): number => (a === b ? 0 : Math.abs(a - b) / (Math.abs(b) * Number.EPSILON + 5e-324));

test('exp and log are the engine’s to a few units in the last place', (t) => {
  fc.assert(fc.property(fc.double({min: -740, max: 709, noNaN: true}), (x) => ulps(exp(x), Math.exp(x)) <= 4));
  fc.assert(fc.property(fc.double({min: 5e-324, max: Number.MAX_VALUE, noNaN: true}), (x) => ulps(log(x), Math.log(x)) <= 4));
  t.pass();
});

test('near 1 the logarithm keeps its relative precision', (t) => {
  for (const step of [1e-3, 1e-9, 2 ** -52, -1e-9, -(2 ** -53)]) {
    t.true(ulps(log(1 + step), Math.log(1 + step)) <= 4);
  }
});

test('their ends are those of Math.exp and Math.log', (t) => {
  for (const x of [-Infinity, -1e6, -746, 0, 710, Infinity, Number.NaN]) {
    t.is(exp(x), Math.exp(x));
  }
  for (const x of [-1, 0, 1, Infinity, Number.NaN]) {
    t.is(log(x), Math.log(x));
  }
});

test('log1p keeps the precision of small arguments', (t) => {
  fc.assert(fc.property(fc.double({min: -0.999, max: 1e6, noNaN: true}), (x) => ulps(log1p(x), Math.log1p(x)) <= 6));
  t.deepEqual([log1p(0), log1p(1e-300), log1p(-1)], [0, 1e-300, -Infinity]);
});

test('some results are these bits, on every machine', (t) => {
  t.deepEqual([exp(1), exp(-0.1), log(10), log(1e-300), logit(0.2)].map(bits), ['6a57148b0abf0540', '3a2bd5996df4ec3f', '1655b5bbb16b0240', 'b57ff847349685c0', 'ef39fafe422ef6bf']);
});

test('a power of no factors is 1, and of others their product', (t) => {
  t.deepEqual([integerPower(0, 0), integerPower(0.1, 1), integerPower(0.1, 3), integerPower(3, 4)], [1, 0.1, 0.1 * 0.1 * 0.1, 81]);
});

test('logistic undoes logit', (t) => {
  fc.assert(fc.property(fc.double({min: 1e-12, max: 1 - 1e-12, noNaN: true}), (p) => Math.abs(logistic(logit(p)) - p) < 1e-12));
  t.deepEqual([logistic(-800), logistic(0), logistic(800)], [0, 0.5, 1]);
});
