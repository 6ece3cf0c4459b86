import test from 'ava';
import {betaQuantile} from '../../src/stats/beta-quantile.js';
import type {Incidence} from '../../src/stats/incidence.js';
import {countUnseen, unseenRisk} from '../../src/stats/unseen-risk.js';
import {isClose} from './close-to.js';
import {makeRandom} from './random.js';

const runsOf = (...files: number[][]): Incidence => files.map((runs) => Uint32Array.from(runs));

test('runs with a file of their own are counted once each, and pairs only among the others', (t) => {
  //                        unique to 0, again  shared by 1 and 2, again  0 has a unique  everybody's
  const incidence = runsOf([0], [0], [1, 2], [1, 2], [0, 3], [0, 1, 2, 3], []);
  t.deepEqual(countUnseen(incidence, 4), {runs: 4, withUnique: 1, pairs: 1});
});

test('without runs nothing is known: the risk is 1', (t) => {
  t.deepEqual(unseenRisk(countUnseen([], 0)), {estimate: 1, upper95: 1});
});

test('a single run that needed something leaves the risk at 1', (t) => {
  t.deepEqual(unseenRisk(countUnseen(runsOf([0]), 1)), {estimate: 1, upper95: 1});
});

test('when every run brought something new, the next one will', (t) => {
  t.deepEqual(unseenRisk({runs: 6, withUnique: 6, pairs: 0}), {estimate: 1, upper95: 1});
});

test('when no run brought anything new, the bound is the rule of three in its exact form', (t) => {
  const {estimate, upper95} = unseenRisk({runs: 59, withUnique: 0, pairs: 3});
  t.is(estimate, 0);
  isClose(t, upper95, 1 - 0.05 ** (1 / 59), 1e-12);
});

test('without pairs the bound is that of Clopper and Pearson', (t) => {
  const {estimate, upper95} = unseenRisk({runs: 50, withUnique: 5, pairs: 0});
  t.is(estimate, 0.1);
  isClose(t, upper95, betaQuantile(0.95, 6, 45), 1e-12);
});

test('pairs that would err together widen the bound', (t) => {
  const bounds = [0, 1, 5, 40].map((pairs) => unseenRisk({runs: 50, withUnique: 5, pairs}).upper95);
  t.deepEqual(bounds, bounds.toSorted((a, b) => a - b));
  t.is(new Set(bounds).size, 4);
});

/** Runs that draw each of many files on its own, with chances from common to one in a thousand. */
function draw(random: () => number, chances: readonly number[]): Set<number> {
  return new Set(chances.flatMap((chance, file) => (random() < chance ? [file] : [])));
}

test('the 95 % bound lies above the true risk in at least 95 % of 600 simulated profiles', (t) => {
  const random = makeRandom(11);
  const chances = Array.from({length: 120}, (_, file) => (file < 10 ? 0.9 : 0.3 / (file - 8) ** 1.3));
  let held = 0;
  let estimates = 0;
  let truths = 0;
  const profiles = 600;
  for (let profile = 0; profile < profiles; profile += 1) {
    const runs = 20 + (profile % 3) * 20;
    const files: number[][] = chances.map(() => []);
    for (let run = 0; run < runs; run += 1) {
      draw(random, chances).forEach((file) => files[file]?.push(run));
    }
    const truth = 1 - chances.reduce((none, chance, file) => (files[file]?.length === 0 ? none * (1 - chance) : none), 1);
    const {estimate, upper95} = unseenRisk(countUnseen(runsOf(...files), runs));
    held += truth <= upper95 ? 1 : 0;
    estimates += estimate / profiles;
    truths += truth / profiles;
  }
  t.true(held / profiles >= 0.95, `held in ${held} of ${profiles}`);
  t.true(Math.abs(estimates - truths) < 0.02, `estimated ${estimates}, true ${truths}`);
});
