import test from 'ava';
import fc from 'fast-check';
import {distinctRuns} from '../../src/stats/distinct-runs.js';

test('a repeat of a run of the same kind does not stand for itself', (t) => {
  const incidence = [Uint32Array.of(0, 1, 3), Uint32Array.of(2), Uint32Array.of(0, 1, 2, 3)];
  t.deepEqual([...distinctRuns(incidence, [0, 0, 0, 0])], [0, -1, 1, -1]);
});

test('runs of different kinds stay apart even with the same files', (t) => {
  t.deepEqual([...distinctRuns([Uint32Array.of(0, 1, 2)], [0, 1, 0])], [0, 1, -1]);
});

test('no runs make no distinct runs, and runs that needed nothing are repeats of each other', (t) => {
  t.deepEqual([...distinctRuns([], [])], []);
  t.deepEqual([...distinctRuns([], [5, 5])], [0, -1]);
});

test('the partition is the one that comparing the runs with each other gives', (t) => {
  const run = fc.record({kind: fc.integer({min: 0, max: 2}), files: fc.uniqueArray(fc.integer({min: 0, max: 4}))});
  fc.assert(
    fc.property(fc.array(run, {maxLength: 30}), (runs) => {
      const incidence = [0, 1, 2, 3, 4].map((file) => Uint32Array.from([...runs.keys()].filter((index) => runs[index]?.files.includes(file))));
      const keys = runs.map(({kind, files}) => `${kind}:${files.toSorted().join()}`);
      const firsts = keys.map((key, index) => keys.indexOf(key) === index);
      let next = 0;
      const expected = firsts.map((first) => (first ? next++ : -1));
      t.deepEqual([...distinctRuns(incidence, runs.map(({kind}) => kind))], expected);
    }),
    {seed: 5},
  );
});
