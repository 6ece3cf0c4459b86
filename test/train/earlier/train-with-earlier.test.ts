import test from 'ava';
import type {ImageFile, ImageIndex} from '../../../src/model/image-index.js';
import {defaultPolicy, type FileDecision, type Policy} from '../../../src/model/debloat-config.js';
import type {FileProbability, Profile} from '../../../src/model/profile.js';
import {planDebloat} from '../../../src/plan/plan-debloat.js';
import type {RunTouches} from '../../../src/store/aggregate.js';
import {trainProfile} from '../../../src/train/train-profile.js';
import {trainWithEarlier} from '../../../src/train/earlier/train-with-earlier.js';
import {imageId, makeIndex, makeTouches, type TestRun} from '../make.js';

const earlierId = `sha256:${'01'.repeat(32)}`;
const digest = (name: string): Partial<ImageFile> => ({digest: `sha256:${name}`});

const before: ImageIndex = {
  ...makeIndex({
    '/lib/libshop.so': {linkTarget: 'libshop.so.1.1'}, '/lib/libshop.so.1.1': digest('libshop 1.1'),
    '/srv/busy/a.py': digest('a'), '/srv/busy/b.py': digest('b'), '/srv/busy/c.py': digest('c'),
    '/srv/gone.py': digest('gone'), '/srv/idle/d.txt': digest('d'), '/srv/idle/e.txt': digest('e'), '/srv/idle/f.txt': digest('f'),
  }),
  image: {name: 'shop:1.3', id: earlierId, layers: []},
};
const now = makeIndex({
  '/lib/libshop.so': {linkTarget: 'libshop.so.1.2'}, '/lib/libshop.so.1.2': digest('libshop 1.2'),
  '/srv/busy/a.py': digest('a'), '/srv/busy/b.py': digest('b'), '/srv/busy/c.py': digest('c, mended'), '/srv/busy/new.py': digest('new'),
  '/srv/idle/d.txt': digest('d'), '/srv/idle/e.txt': digest('e, mended'), '/srv/idle/f.txt': digest('f'), '/srv/idle/new.txt': digest('new text'),
});

const busy = ['/srv/busy/a.py', '/srv/busy/b.py', '/srv/busy/c.py', '/srv/gone.py', '/lib/libshop.so', '/lib/libshop.so.1.1'];
const earlierRuns: readonly TestRun[] = ['x', 'y', 'z'].flatMap((workload) => [{workload, touches: busy}, {workload, touches: busy}]);

/** Runs of the earlier image, and after them the image's own. */
function touchesOf(earlier: readonly TestRun[], own: readonly TestRun[] = []): RunTouches {
  const touches = makeTouches([...earlier, ...own]);
  return {...touches, runs: touches.runs.map((run, at) => (at < earlier.length ? {...run, imageId: earlierId} : run))};
}

function find(files: readonly FileProbability[], path: string): FileProbability {
  const file = files.find((candidate) => candidate.path === path);
  if (file === undefined) {
    throw new Error(`no ${path}`);
  }
  return file;
}

const carried = (own?: readonly TestRun[]): Profile => trainWithEarlier(touchesOf(earlierRuns, own), now, [before]);

test('a file that is still the same is judged as in the earlier image', (t) => {
  const {files} = carried();
  const all = trainProfile(makeTouches(earlierRuns), now);
  for (const path of ['/srv/busy/a.py', '/srv/idle/d.txt']) {
    t.deepEqual(find(files, path), find(all.files, path));
  }
});

test('it is said which runs count, and how much of the image they speak of', (t) => {
  t.deepEqual(carried().evidence.carriedOver, {
    images: [{name: 'shop:1.3', id: earlierId, runs: 6}],
    files: {same: 4, changed: 2, new: 3, gone: 2},
  });
});

test('a changed file counts for less in either direction', (t) => {
  const {files} = carried();
  const [needed, changed] = [find(files, '/srv/busy/a.py'), find(files, '/srv/busy/c.py')];
  t.true(changed.probability < needed.probability && changed.likeProfiled < needed.likeProfiled && changed.probability > 0.6);
  const [idle, changedIdle] = [find(files, '/srv/idle/d.txt'), find(files, '/srv/idle/e.txt')];
  t.true(changedIdle.probability >= idle.probability && changedIdle.probability < 0.2);
  t.is(changed.sinceRuns, 'changed');
  t.is(needed.sinceRuns, undefined);
});

test('a new file starts from its group', (t) => {
  const {files} = carried();
  const [ofBusy, ofIdle] = [find(files, '/srv/busy/new.py'), find(files, '/srv/idle/new.txt')];
  t.true(ofBusy.probability > 0.4);
  t.true(ofIdle.probability < 0.2);
  t.deepEqual([ofBusy.sinceRuns, ofIdle.sinceRuns], ['new', 'new']);
});

test('a library of the next version is needed as the one before it was, by the link that programs name', (t) => {
  const library = find(carried().files, '/lib/libshop.so.1.2');
  t.is(library.impliedBy, '/lib/libshop.so');
  t.is(library.sinceRuns, 'changed');
  t.true(library.probability > 0.6);
});

test('the image’s own runs decide over what is new or changed, the more of them there are', (t) => {
  const own = (runs: number): TestRun[] => Array.from({length: runs}, (_, run) => ({workload: ['x', 'y', 'z'][run % 3] ?? '', touches: ['/srv/busy/a.py', '/srv/idle/new.txt']}));
  const few = carried(own(3)).files;
  const many = carried(own(30)).files;
  t.is(find(few, '/srv/busy/new.py').sinceRuns, undefined);
  t.true(find(many, '/srv/busy/new.py').probability < find(few, '/srv/busy/new.py').probability);
  t.true(find(few, '/srv/idle/new.txt').probability > 0.5);
  t.true(find(many, '/srv/idle/new.txt').probability > find(few, '/srv/idle/new.txt').probability);
});

test('two earlier images: a file is judged by the one that has it as it is', (t) => {
  const older: ImageIndex = {...makeIndex({'/srv/busy/a.py': digest('a, unlike')}), image: {name: 'shop:1.2', id: `sha256:${'02'.repeat(32)}`, layers: []}};
  const touches = touchesOf(earlierRuns, [{touches: ['/srv/busy/a.py']}]);
  const runs = touches.runs.map((run) => (run.imageId === imageId ? {...run, imageId: older.image.id} : run));
  const {files, evidence} = trainWithEarlier({...touches, runs}, now, [before, older]);
  t.deepEqual(evidence.carriedOver?.files, {same: 4, changed: 2, new: 3, gone: 2});
  t.is(find(files, '/srv/busy/a.py').sinceRuns, undefined);
});

test('without earlier images it is training as ever', (t) => {
  t.deepEqual(trainWithEarlier(makeTouches(earlierRuns), now, []), trainProfile(makeTouches(earlierRuns), now));
});

test('probabilities are some, whatever is carried over: nothing, broken runs, an image that shares nothing', (t) => {
  const other: ImageIndex = {...makeIndex({'/opt/x': {}}), image: before.image};
  for (const [touches, earlier] of [
    [touchesOf([]), before], [touchesOf(earlierRuns.map((run) => ({...run, complete: false}))), before], [touchesOf([{touches: ['/opt/x']}]), other],
  ] as const) {
    const {files} = trainWithEarlier(touches, now, [earlier]);
    for (const {probability, likeProfiled, interval: [low, high], touched} of files) {
      t.true(low >= 0 && low <= probability && probability <= high && high <= 1 && likeProfiled >= 0 && likeProfiled <= 1);
      t.true(touched.probability >= 0 && touched.probability <= 1);
    }
  }
});

const decide = (path: string, policy: Partial<Policy> = {}): FileDecision | undefined =>
  planDebloat(carried(), now, {...defaultPolicy, ...policy}).files.find((file) => file.path === path);

test('plans keep what is new until a run could need it, and say why', (t) => {
  t.like(decide('/srv/idle/new.txt'), {decision: 'keep'});
  t.regex(decide('/srv/idle/new.txt')?.reason ?? '', /^new since the runs, which could not need it; probability 0\.\d+$/);
  t.like(decide('/srv/busy/c.py'), {decision: 'keep', reason: 'observed in 6 of 6 runs, before it changed'});
  t.regex(decide('/srv/idle/e.txt')?.reason ?? '', /^not observed in 6 runs of 3 workloads, before it changed; probability 0\.\d+$/);
  t.is(decide('/srv/idle/e.txt')?.decision, 'remove');
});

test('a budget weighs new files by their group', (t) => {
  t.is(decide('/srv/busy/new.py', {budget: 500})?.decision, 'keep');
  t.is(decide('/srv/idle/new.txt', {budget: 500})?.decision, 'remove');
});

test('the risk of a plan counts what changed: the runs’ bound says nothing of it', (t) => {
  const {evidence: {risk}} = planDebloat(carried(), now, defaultPolicy);
  const {evidence: {risk: unchanged}} = planDebloat(trainProfile(makeTouches(earlierRuns), now), now, {...defaultPolicy, keep: ['*new*']});
  t.true(risk.estimate > unchanged.estimate && risk.upper95 > unchanged.upper95);
});
