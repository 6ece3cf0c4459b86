/** `scripts/bench estimates`: judges the estimator on the packed traces, each image by weights learned from the others, and writes the table of docs/trainer.md. */
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type {CostModel} from '../../src/model/cost-model.js';
import {besideTouched, leastPriced} from '../../src/plan/swept.js';
import {fitBetaBinomial} from '../../src/stats/beta-binomial.js';
import {incidenceHistogram} from '../../src/stats/incidence.js';
import {newKindRisk} from '../../src/stats/new-kind-risk.js';
import {estimate, type Learned} from '../../src/train/estimate/estimate.js';
import type {Needs} from '../../src/train/estimate/needs.js';
import {among, boundCoverage, stoppedCoverage} from './bounds.js';
import {type Fold, leaveOneKindOut, randomHalves} from './folds.js';
import {learn} from './learn.js';
import {CalibrationError, fill, logLoss, misses, regret} from './scores.js';
import {loadTracedImages, needsOf, shareOf, type TracedImage} from './traced-image.js';

const fast: CostModel = {provisionBytesPerSecond: 125e6, fetchBytesPerSecond: 125e6, missMs: 1, runsPerPull: 1};
const slow: CostModel = {provisionBytesPerSecond: 10e6, fetchBytesPerSecond: 2e6, missMs: 50, runsPerPull: 10};
const drawSizes = [20, 50, 100];
const target = 0.2;

export type Scores = Readonly<Record<string, number>>;

export function evaluate(image: TracedImage, learned: Learned): Scores {
  return {...newKinds(image, learned), ...halves(image, learned), ...bounds(image)};
}

function newKinds(image: TracedImage, learned: Learned): Scores {
  const folds = leaveOneKindOut(image);
  const error = new CalibrationError();
  const sums = {loss: 0, globalLoss: 0, missed: 0, seenMissed: 0, stated: 0, truth: 0};
  for (const {train, test} of folds) {
    const needs = needsOf(image, train);
    const {next: p} = estimate(image.structure, needs, learned);
    const needed = shareOf(image, test);
    const isSeen = Array.from(needs.isSeen, (seen) => seen === 1);
    const budget = image.bytes.reduce((sum, size, file) => sum + (isSeen[file] === true ? size : 0), 0);
    error.add(p, needed);
    sums.loss += logLoss(p, needed);
    sums.globalLoss += logLoss(globalBetaBinomial(image, train), needed);
    sums.missed += misses(fill(p, image.bytes, budget), needed);
    sums.seenMissed += misses(isSeen, needed);
    sums.stated += newKindRisk(among(image.touched, image.kindOf.length, train), train.map((run) => image.kindOf[run] ?? 0)) ?? 1;
    sums.truth += failing(image, isSeenBy(image, train), test);
  }
  return {
    'log-loss / global’s': sums.loss / sums.globalLoss,
    'misses a run': sums.missed / folds.length,
    '… keeping what was seen': sums.seenMissed / folds.length,
    'calibration error, new kinds': error.value,
    'risk of a new kind, stated': sums.stated / folds.length,
    '… true': sums.truth / folds.length,
  };
}

function halves(image: TracedImage, learned: Learned): Scores {
  const folds = randomHalves(image, 200, 99);
  const error = new CalibrationError();
  const ownError = new CalibrationError();
  const regrets = {fast: 0, slow: 0, seenSlow: 0};
  for (const {train, test} of folds) {
    const needs = needsOf(image, train);
    const {next, likeProfiled: p} = estimate(image.structure, needs, learned);
    const needed = shareOf(image, test);
    error.add(next, needed);
    ownError.add(p, needed);
    const priced = hedged(image, needs, p, next);
    regrets.fast += regret(priced, needed, image.bytes, fast) / folds.length;
    regrets.slow += regret(priced, needed, image.bytes, slow) / folds.length;
    regrets.seenSlow += regret(Float64Array.from(needs.isSeen), needed, image.bytes, slow) / folds.length;
  }
  return {'calibration error, halves': error.value, '… of likeProfiled': ownError.value, 'regret, fast network': regrets.fast, 'regret, slow network': regrets.slow, '… keeping what was seen, slow': regrets.seenSlow};
}

/** Probabilities as a plan by cost prices them. */
function hedged({index, structure}: TracedImage, {isSeen, isTouched, runs}: Needs, p: Float64Array, next: Float64Array): Float64Array {
  const files = Array.from(structure.files, (at) => index.files[at] ?? {path: '', package: null});
  const isBeside = besideTouched(files, (at) => isTouched[at] === 1);
  return p.map((likeProfiled, file) => {
    const [probability, sightings] = [next[file] ?? 0, isTouched[file] ?? 0];
    return Math.max(likeProfiled, leastPriced({probability, openedRuns: isSeen[file] ?? 0, observedRuns: sightings, observedFlawedRuns: 0}, isBeside[file] === true, runs));
  });
}

function bounds(image: TracedImage): Scores {
  const runs = image.kindOf.length;
  const coverages = drawSizes.map((size) => boundCoverage(image.touched, runs, size));
  return {'bound holds, least of 20, 50, 100 runs': Math.min(...coverages), '… looking every 10 runs': stoppedCoverage(image.touched, runs, target) ?? Number.NaN};
}

/** What the estimator has to beat: each file's share of runs, drawn to all files' by one Beta prior. */
function globalBetaBinomial(image: TracedImage, train: Fold['train']): Float64Array {
  const incidence = among(image.opened, image.kindOf.length, train);
  const {alpha, beta} = fitBetaBinomial(incidenceHistogram(incidence, train.length));
  return Float64Array.from(incidence, ({length}) => (length + alpha) / (train.length + alpha + beta));
}

function isSeenBy(image: TracedImage, train: readonly number[]): boolean[] {
  const chosen = new Set(train);
  return image.touched.map((runs) => runs.some((run) => chosen.has(run)));
}

/** Share of runs that want a file which is not kept. */
function failing(image: TracedImage, keep: readonly boolean[], test: readonly number[]): number {
  const failed = new Set<number>();
  image.touched.forEach((runs, file) => {
    if (keep[file] !== true) {
      runs.forEach((run) => failed.add(run));
    }
  });
  return test.filter((run) => failed.has(run)).length / test.length;
}

const images = await loadTracedImages();
const scores = images.map((image) => {
  process.stderr.write(`  ${image.name}\n`);
  return evaluate(image, learn(images.filter((other) => other !== image)));
});
const names = Object.keys(scores[0] ?? {});
const figure = (value: number): string => (Number.isNaN(value) ? 'no end' : value.toFixed(value >= 10 ? 1 : 3));
const table = [
  `| leave one image out | ${images.map(({name}) => name).join(' | ')} |`, `|---|${images.map(() => '---').join('|')}|`,
  ...names.map((name) => `| ${name} | ${scores.map((score) => figure(score[name] ?? Number.NaN)).join(' | ')} |`),
];
if (process.argv.includes('--write')) {
  const document = path.resolve(import.meta.dirname, '../../docs/trainer.md');
  const text = await readFile(document, 'utf8');
  await writeFile(document, text.replace(/(<!-- scripts\/bench estimates -->\n)[^]*?(\n<!-- end -->)/, (_, start: string, end: string) => `${start}${table.join('\n')}${end}`));
}
process.stderr.write(`${table.join('\n')}\n`);
process.stdout.write(`${JSON.stringify(Object.fromEntries(images.map(({name}, at) => [name, scores[at]])))}\n`);
