import test from 'ava';
import {coverage} from '../../src/stats/coverage.js';
import {sumSorted} from '../../src/stats/sum-sorted.js';

test('coverage is the share of needs that are not the only one of their file', (t) => {
  t.is(coverage([Uint32Array.of(0, 1, 2), Uint32Array.of(1)]), 0.75);
});

test('coverage is 0 after a single run and after none', (t) => {
  t.is(coverage([Uint32Array.of(0), Uint32Array.of(0)]), 0);
  t.is(coverage([]), 0);
  t.is(coverage([Uint32Array.of()]), 0);
});

test('a sorted sum has the same bits in any order', (t) => {
  const values = [1e16, 1, -1e16, 0.1, 0.2, 3e-9, 1];
  t.is(sumSorted(values), sumSorted(values.toReversed()));
  t.is(sumSorted([]), 0);
});
