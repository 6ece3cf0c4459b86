import test from 'ava';
import {designEffect} from '../../src/stats/design-effect.js';

const runs = (...numbers: number[]): Uint32Array => Uint32Array.from(numbers);

test('repeats that need the same tell as much as one run', (t) => {
  t.deepEqual(designEffect([runs(0, 1, 2), runs(3, 4, 5)], [0, 0, 0, 1, 1, 1]), {effect: 3, correlation: 1});
});

test('runs that resemble their own kind no more than others are independent', (t) => {
  t.deepEqual(designEffect([runs(0, 2), runs(1, 3)], [0, 0, 1, 1]), {effect: 1, correlation: 0});
});

test('the order of files and the numbers of kinds change no bit', (t) => {
  const files = [runs(0, 1, 5), runs(2, 3, 4), runs(1, 2, 6), runs(0, 3)];
  t.deepEqual(designEffect(files.toReversed(), [2, 2, 0, 0, 1, 1, 1]), designEffect(files, [0, 0, 1, 1, 2, 2, 2]));
});

test('one kind, kinds of one run, and files that all runs need tell nothing', (t) => {
  t.is(designEffect([runs(0)], [0, 0]), null);
  t.is(designEffect([runs(0)], [0, 1]), null);
  t.is(designEffect([runs(0, 1, 2, 3)], [0, 0, 1, 1]), null);
  t.is(designEffect([], []), null);
});
