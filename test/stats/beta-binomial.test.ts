import test from 'ava';
import fc from 'fast-check';
import {fitBetaBinomial} from '../../src/stats/beta-binomial.js';
import {posterior} from '../../src/stats/posterior.js';
import {isClose} from './close-to.js';
import {makeRandom} from './random.js';

const meanOf = ({alpha, beta}: {alpha: number; beta: number}): number => alpha / (alpha + beta);

test('the fit finds the prior that the files were drawn from', (t) => {
  const random = makeRandom(7);
  const runs = 20;
  const histogram = new Uint32Array(runs + 1);
  for (let file = 0; file < 20_000; file += 1) {
    const p = random() < 0.5 ? random() : random() ** 2; // about Beta(0.72, 1.04)
    let needed = 0;
    for (let run = 0; run < runs; run += 1) {
      needed += random() < p ? 1 : 0;
    }
    histogram[needed] = (histogram[needed] ?? 0) + 1;
  }
  const prior = fitBetaBinomial(histogram);
  t.true(Math.abs(meanOf(prior) - 5 / 12) < 0.01, `mean ${meanOf(prior)}`);
  t.true(Math.abs(prior.alpha + prior.beta - 1.77) < 0.15, `strength ${prior.alpha + prior.beta}`);
});

test('without files or without runs the fit is the documented assumption: mean 0.05 at the strength of one run', (t) => {
  for (const histogram of [[], [0], [8000], [0, 0, 0]]) {
    const prior = fitBetaBinomial(histogram);
    isClose(t, meanOf(prior), 0.05, 1e-5);
    isClose(t, prior.alpha + prior.beta, 1, 1e-5);
  }
});

test('untouched files get no phantom mass: 10,000 of them make less than one expected miss together', (t) => {
  const histogram = new Uint32Array(25);
  histogram[0] = 10_000;
  t.true(10_000 * posterior(fitBetaBinomial(histogram), 0, 24).probability < 1);
  histogram[24] = 60;
  histogram[8] = 20;
  t.true(10_000 * posterior(fitBetaBinomial(histogram), 0, 24).probability < 1);
});

test('files that are all needed by all runs are nearly sure to be needed again', (t) => {
  const histogram = [0, 0, 0, 0, 0, 50];
  t.true(posterior(fitBetaBinomial(histogram), 5, 0).probability > 0.98);
});

test('one more sighting of a file never lowers its probability, with the prior fitted anew', (t) => {
  fc.assert(
    fc.property(
      fc.integer({min: 1, max: 12}).chain((runs) =>
        fc.record({runs: fc.constant(runs), counts: fc.array(fc.integer({min: 0, max: runs}), {minLength: 1, maxLength: 40}), seen: fc.integer({min: 0, max: runs - 1})}),
      ),
      ({runs, counts, seen}) => {
        const histogram = new Uint32Array(runs + 1);
        counts.forEach((count) => (histogram[count] = (histogram[count] ?? 0) + 1));
        const probabilityOf = (needed: number): number => {
          const own = Uint32Array.from(histogram);
          own[needed] = (own[needed] ?? 0) + 1;
          return posterior(fitBetaBinomial(own), needed, runs - needed).probability;
        };
        return probabilityOf(seen + 1) > probabilityOf(seen);
      },
    ),
    {seed: 3, numRuns: 300},
  );
  t.pass();
});

test('probabilities lie within their intervals, and both in [0, 1], for any counts', (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: 0, max: 1e5}), {minLength: 1, maxLength: 40}), (histogram) => {
      const prior = fitBetaBinomial(histogram);
      return histogram.every((_, needed) => {
        const {probability, interval: [low, high]} = posterior(prior, needed, histogram.length - 1 - needed);
        return low >= 0 && low <= probability && probability <= high && high <= 1 && high > 0;
      });
    }),
    {seed: 4, numRuns: 100},
  );
  t.pass();
});
