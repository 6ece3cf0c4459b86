import test from 'ava';
import {winsorisedSum} from '../../src/stats/winsorised-sum.js';

test('a sum with its outliers cut off is the plain one where there are too few values for any', (t) => {
  t.is(winsorisedSum(Float64Array.of(900, 1, 2), 0.02), 903);
  t.is(winsorisedSum(Float64Array.of(7), 0.02), 7);
  t.is(winsorisedSum(new Float64Array(), 0.02), 0);
});

test('of a hundred values the two largest count as the third', (t) => {
  t.is(winsorisedSum(Float64Array.from({length: 100}, (_, at) => (at === 5 ? 900 : at === 50 ? 40 : at === 99 ? 3 : 0)), 0.02), 9);
});

test('where all are cut off but the least, that one counts for all', (t) => {
  t.is(winsorisedSum(Float64Array.of(5, 2, 9), 1), 6);
});
