import test from 'ava';
import {newKindRisk} from '../../src/stats/new-kind-risk.js';

test('one kind or none says nothing of a new kind', (t) => {
  t.is(newKindRisk([Uint32Array.of(0, 1)], [0, 0]), null);
  t.is(newKindRisk([], []), null);
});

test('each kind weighs the same, by its share of runs with a file no other kind needed', (t) => {
  // Kind 0: runs 0 to 3, run 0 has its own file; kind 1: run 4, nothing of its own.
  const incidence = [Uint32Array.of(0, 1, 2, 3, 4), Uint32Array.of(0), Uint32Array.of(1, 4)];
  t.is(newKindRisk(incidence, [0, 0, 0, 0, 1]), 1 / 8);
});

test('a file that all runs of one kind share is still new to the others', (t) => {
  t.is(newKindRisk([Uint32Array.of(0, 1), Uint32Array.of(2)], [0, 0, 1]), 1);
});

test('kinds that need nothing of their own give no risk', (t) => {
  t.is(newKindRisk([Uint32Array.of(0, 1)], [0, 1]), 0);
});
