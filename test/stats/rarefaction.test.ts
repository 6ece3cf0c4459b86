import test from 'ava';
import fc from 'fast-check';
import {incidenceHistogram, selectRuns} from '../../src/stats/incidence.js';
import {rarefaction} from '../../src/stats/rarefaction.js';
import {isClose} from './close-to.js';

test('no runs discover nothing', (t) => {
  t.deepEqual(rarefaction([]), [0]);
  t.deepEqual(rarefaction([12]), [0]);
});

test('after one run all its files are known, and the next one may bring as many', (t) => {
  t.deepEqual(rarefaction([5, 3]), [0, 3, 6]);
});

test('the curve is the mean over all choices of runs', (t) => {
  const files = fc.array(fc.uniqueArray(fc.integer({min: 0, max: 4})).map((runs) => Uint32Array.from(runs).sort()), {maxLength: 12});
  fc.assert(
    fc.property(files, (incidence) => {
      const curve = rarefaction(incidenceHistogram(incidence, 5));
      for (let m = 0; m <= 5; m += 1) {
        const choices = Array.from({length: 32}, (_, bits) => bits).filter((bits) => [0, 1, 2, 3, 4].filter((run) => bits & (1 << run)).length === m);
        const known = choices.map((bits) => incidence.filter((runs) => runs.some((run) => bits & (1 << run))).length);
        isClose(t, curve[m] ?? Number.NaN, known.reduce((a, b) => a + b, 0) / choices.length, 1e-12);
      }
    }),
    {seed: 6},
  );
});

test('the curve rises and bends down', (t) => {
  const curve = rarefaction([100, 20, 10, 5, 2, 30]).slice(0, -1);
  const steps = curve.slice(1).map((value, m) => value - (curve[m] ?? 0));
  t.true(steps.every((step) => step > 0));
  t.deepEqual(steps, steps.toSorted((a, b) => b - a));
});

test('selecting runs renumbers the ones kept', (t) => {
  const incidence = [Uint32Array.of(0, 1, 2), Uint32Array.of(1), Uint32Array.of(2)];
  t.deepEqual(selectRuns(incidence, Int32Array.of(0, -1, 1)), [Uint32Array.of(0, 1), Uint32Array.of(), Uint32Array.of(1)]);
  t.is(selectRuns(incidence, Int32Array.of(0, 1, 2)), incidence);
});
