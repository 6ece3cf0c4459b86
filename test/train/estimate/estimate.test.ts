import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import test from 'ava';
import fc from 'fast-check';
import {leaveOneKindOut} from '../../../scripts/estimates/folds.js';
import {logLoss} from '../../../scripts/estimates/scores.js';
import {needsOf, shareOf, tracedImage} from '../../../scripts/estimates/traced-image.js';
import {unpackTrace} from '../../../scripts/traces.d/compact.js';
import type {Profile} from '../../../src/model/profile.js';
import {fitBetaBinomial} from '../../../src/stats/beta-binomial.js';
import {estimate} from '../../../src/train/estimate/estimate.js';
import {seenFeatures, unseenFeatures} from '../../../src/train/estimate/features.js';
import {learned} from '../../../src/train/estimate/learned.js';
import {trainProfile} from '../../../src/train/train-profile.js';
import {makeIndex, makeTouches, type TestRun} from '../make.js';

const shop = makeIndex({
  '/usr/lib/shop/busy/a.py': {package: 'busy'}, '/usr/lib/shop/busy/b.py': {package: 'busy'}, '/usr/lib/shop/busy/c.py': {package: 'busy'},
  '/usr/lib/shop/idle/d.py': {package: 'idle'}, '/usr/lib/shop/idle/e.py': {package: 'idle'}, '/usr/lib/shop/idle/f.py': {package: 'idle'},
});
const probability = ({files}: Profile, path: string): number => files.find((file) => file.path === path)?.probability ?? Number.NaN;

test('a never-seen file of a busy package is likelier than one of an idle package', (t) => {
  const runs: TestRun[] = ['x', 'y', 'z'].map((workload) => ({workload, touches: ['/usr/lib/shop/busy/a.py', '/usr/lib/shop/busy/b.py']}));
  const profile = trainProfile(makeTouches(runs), shop);
  t.true(probability(profile, '/usr/lib/shop/busy/c.py') > probability(profile, '/usr/lib/shop/idle/d.py'));
});

test('ten kinds of workload tell more than ten runs of one', (t) => {
  const runs = (workloadOf: (run: number) => string): TestRun[] => Array.from({length: 10}, (_, run) => ({workload: workloadOf(run), touches: ['/usr/lib/shop/busy/a.py']}));
  const [kinds, repeats] = [trainProfile(makeTouches(runs(String)), shop), trainProfile(makeTouches(runs(() => 'same')), shop)];
  t.true(probability(kinds, '/usr/lib/shop/busy/a.py') > probability(repeats, '/usr/lib/shop/busy/a.py'));
});

test('a run of a kind not profiled is likelier to need what no run needed', (t) => {
  const {files} = trainProfile(makeTouches([{workload: 'x', touches: ['/usr/lib/shop/busy/a.py']}, {workload: 'y', touches: ['/usr/lib/shop/busy/b.py']}]), shop);
  t.true(files.every(({type, openedRuns, probability: next, likeProfiled}) => type !== 'file' || openedRuns > 0 || next >= likeProfiled));
});

test('the next run of a profiled kind is taken to need what the other runs of its kind did', (t) => {
  const runs: TestRun[] = Array.from({length: 40}, (_, run) => ({workload: `w${run % 4}`, touches: ['/usr/lib/shop/busy/a.py', ...(run % 4 === 0 ? ['/usr/lib/shop/idle/d.py'] : [])]}));
  const {files} = trainProfile(makeTouches(runs), shop);
  const own = (path: string): number => files.find((file) => file.path === path)?.likeProfiled ?? Number.NaN;
  t.true(Math.abs(own('/usr/lib/shop/idle/d.py') - 0.25) < 0.02 && own('/usr/lib/shop/busy/a.py') > 0.97);
});

test('a run that alone reads a thousand files makes others no likelier than one that alone reads a few', (t) => {
  const many = Array.from({length: 1000}, (_, at) => `/srv/all/f${at}`);
  const image = makeIndex({'/srv/a': {}, '/srv/b': {}, '/srv/c': {}, ...Object.fromEntries(many.map((path) => [path, {}]))});
  const of = (read: readonly string[]): number => {
    const {files} = trainProfile(makeTouches(Array.from({length: 100}, (_, run) => ({workload: `w${run % 5}`, touches: ['/srv/a', ...(run === 7 ? read : run === 8 || run === 9 ? [many[run] ?? ''] : [])]}))), image);
    return files.filter(({openedRuns}) => openedRuns === 0).reduce((sum, {likeProfiled}) => sum + likeProfiled, 0);
  };
  t.true(of(many.slice(10)) <= of(many.slice(10, 13)) * 1.05);
});

test('with a half-life, what only old runs needed gets less likely', (t) => {
  const runs: TestRun[] = Array.from({length: 20}, (_, run) => ({workload: 'x', touches: [run < 10 ? '/usr/lib/shop/busy/a.py' : '/usr/lib/shop/idle/d.py']}));
  const even = trainProfile(makeTouches(runs), shop);
  const recent = trainProfile(makeTouches(runs), shop, undefined, {halfLifeRuns: 3});
  t.true(probability(recent, '/usr/lib/shop/busy/a.py') < probability(even, '/usr/lib/shop/busy/a.py'));
  t.true(probability(recent, '/usr/lib/shop/idle/d.py') > probability(even, '/usr/lib/shop/idle/d.py'));
});

test('every weight belongs to a feature, and none of a sighting counts against a file', (t) => {
  t.deepEqual([learned.unseen.length, learned.seen.length], [unseenFeatures.length, seenFeatures.length]);
  t.true(learned.unseen.slice(0, unseenFeatures.indexOf('size')).every((weight) => weight >= 0));
  t.true(learned.seen.slice(1, seenFeatures.indexOf('familiar')).every((weight) => weight >= 0));
});

test('probabilities are such, and the one of the profiled kinds is never NaN, for any runs', (t) => {
  const touches = fc.uniqueArray(fc.constantFrom('/usr/lib/shop/busy/a.py', '/usr/lib/shop/busy/b.py', 'stat /usr/lib/shop/idle/d.py', 'exec /usr/lib/shop/idle/e.py'));
  const run = fc.record({workload: fc.constantFrom('x', 'y'), lost: fc.constantFrom(0, 0, 1), touches});
  fc.assert(fc.property(fc.array(run, {maxLength: 8}), fc.constantFrom(1, 5, Infinity), (runs, halfLifeRuns) => {
    const {files} = trainProfile(makeTouches(runs), shop, undefined, {halfLifeRuns});
    return files.every(({probability: next, likeProfiled, touched, interval: [low, high]}) =>
      low >= 0 && low <= next && next <= high && high <= 1 && likeProfiled >= 0 && likeProfiled <= 1 && touched.probability >= next);
  }));
  t.pass();
});

test('a profile of recorded runs has these bits, on every machine', async (t) => {
  const {touches, index} = tracedImage('cache', unpackTrace(await readFile(new URL('../../fixtures/traces/cache.json.br', import.meta.url))));
  const {files, evidence: {risk, coverage, newWorkloadRisk}} = trainProfile(touches, index);
  const numbers = files.flatMap(({probability: own, interval, likeProfiled, touched}) => [own, ...interval, likeProfiled, touched.probability, ...touched.interval]);
  const bits = Buffer.alloc(8 * (numbers.length + 4));
  [...numbers, risk.estimate, risk.upper95, coverage, newWorkloadRisk ?? -1].forEach((number, at) => bits.writeDoubleBE(number, 8 * at));
  // What learning anew or another formula changes, it changes here too; nothing else may.
  t.is(createHash('sha256').update(bits).digest('hex'), '971706ded5ed2a4d3c2c74be5cc958550715afc4b2618b7b9e1e10abd9df9331');
});

test('on recorded runs of a cache server, kinds left out are foretold better than by one prior for all files', async (t) => {
  const image = tracedImage('cache', unpackTrace(await readFile(new URL('../../fixtures/traces/cache.json.br', import.meta.url))));
  let [own, global] = [0, 0];
  for (const {train, test: left} of leaveOneKindOut(image).slice(0, 6)) {
    const needs = needsOf(image, train);
    const needed = shareOf(image, left);
    own += logLoss(estimate(image.structure, needs, learned).next, needed);
    const histogram = new Array<number>(train.length + 1).fill(0);
    needs.needed.forEach((count) => (histogram[count] = (histogram[count] ?? 0) + 1));
    const {alpha, beta} = fitBetaBinomial(histogram);
    global += logLoss(needs.needed.map((count) => (count + alpha) / (train.length + alpha + beta)), needed);
  }
  t.true(own < 0.9 * global, `${own} against ${global}`);
});
