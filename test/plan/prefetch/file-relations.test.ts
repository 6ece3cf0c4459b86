import test from 'ava';
import fc from 'fast-check';
import {type FileRelation, fileRelations} from '../../../src/plan/prefetch/file-relations.js';

const relationsOf = (...sequences: readonly (readonly number[])[]): FileRelation[] => fileRelations(sequences.map((files) => Uint32Array.from(files)));
const find = (relations: readonly FileRelation[], kind: FileRelation['kind'], from: number, to: number): FileRelation | undefined =>
  relations.find((relation) => relation.kind === kind && relation.from === from && relation.to === to);

test('Jaccard’s index and lift of two files are those of their runs', (t) => {
  const relations = relationsOf([1, 2], [1, 2], [1], [3]);
  t.deepEqual(find(relations, 'co-access', 1, 2), {kind: 'co-access', from: 1, to: 2, weight: 2 / 3, lift: (2 * 4) / (3 * 2), runs: 2});
  t.is(find(relations, 'co-access', 1, 3), undefined);
});

test('files of the same runs are tied to the first of them, not each to each', (t) => {
  const together = Array.from({length: 100}, (_, file) => file);
  const ties = relationsOf(together, [...together, 500]).filter(({kind}) => kind === 'co-access');
  t.is(ties.length, 100);
  t.true(ties.every(({from, to, weight}) => from === 0 && (to === 500 || weight === 1)));
});

test('a successor’s weight is the share of the runs in which it was the next need', (t) => {
  const relations = relationsOf([7, 3], [7, 3], [7, 5], [7]);
  t.deepEqual(find(relations, 'successor', 7, 3), {kind: 'successor', from: 7, to: 3, weight: 0.5, lift: null, runs: 2});
  t.is(find(relations, 'successor', 7, 5)?.weight, 0.25);
  t.is(find(relations, 'successor', 3, 7), undefined);
});

test('what is weak is left out', (t) => {
  const relations = relationsOf([1, 2], ...Array.from({length: 11}, (_, run) => [1, 100 + run]));
  t.is(find(relations, 'co-access', 1, 2), undefined);
  t.is(find(relations, 'successor', 1, 2), undefined);
});

test('weights are shares, no tie is there twice, and the order of runs changes nothing', (t) => {
  fc.assert(fc.property(fc.array(fc.uniqueArray(fc.nat(12), {maxLength: 8}), {maxLength: 8}), (runs) => {
    const relations = relationsOf(...runs);
    t.true(relations.every(({weight, runs: shown, kind, from, to}) => weight > 0 && weight <= 1 && shown >= 1 && from !== to && (kind === 'successor' || from < to)));
    t.is(new Set(relations.map(({kind, from, to}) => `${kind} ${from} ${to}`)).size, relations.length);
    t.deepEqual(relationsOf(...runs.toReversed()), relations);
  }));
});
