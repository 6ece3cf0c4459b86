import test from 'ava';
import {ImageTree} from '../../src/image/tree.js';
import type {AccessRow} from '../../src/model/access.js';
import {LiveTrainer} from '../../src/train/live-trainer.js';
import {trainProfile} from '../../src/train/train-profile.js';
import {makeIndex, makeMetadata, makeTouches, parseTouch, type TestRun} from './make.js';

const index = makeIndex({
  '/lib/ld.so': {},
  '/sbin/served': {interpreter: '/lib/ld.so'},
  '/srv/a': {},
  '/srv/b': {},
  '/srv/link': {linkTarget: 'b'},
});
const none = makeTouches([]);

const rowOf = (touch: string, own: Partial<AccessRow> = {}): AccessRow => ({
  ...parseTouch(touch), ok: true, errno: 0, count: 1, firstNs: 0n, lastNs: 0n, pid: 1, ppid: 0, exe: '', dev: 0, inode: 0n, linkTarget: null, origin: 'image', ...own,
});

const runs: readonly TestRun[] = [
  {workload: 'a', touches: ['exec /sbin/served', '/srv/a']},
  {workload: 'b', touches: ['exec /sbin/served', 'stat /srv/link']},
  {workload: 'b', lost: 4, touches: ['/srv/b']},
];

test('training live ends at the same profile as training from the store', (t) => {
  const trainer = new LiveTrainer(index, new ImageTree(index), none);
  runs.forEach((run, number) => {
    trainer.startRun();
    run.touches.forEach((touch) => trainer.observe([rowOf(touch), rowOf(touch)]));
    trainer.endRun(makeMetadata(run, number));
  });
  t.deepEqual(trainer.profile, trainProfile(makeTouches(runs), index));
});

test('earlier runs are built upon', (t) => {
  const trainer = new LiveTrainer(index, new ImageTree(index), makeTouches(runs.slice(0, 2)));
  t.is(trainer.summary.evidence.runs, 2);
  trainer.startRun();
  trainer.observe([rowOf('/srv/b')]);
  trainer.endRun(makeMetadata({...runs[2]}, 2));
  t.deepEqual(trainer.profile, trainProfile(makeTouches(runs), index));
});

test('files known and new are told while a run is going on', (t) => {
  const trainer = new LiveTrainer(index, new ImageTree(index), makeTouches(runs.slice(0, 1)));
  trainer.startRun();
  t.like(trainer.summary, {files: 3, newFiles: 0});
  trainer.observe([rowOf('/srv/a'), rowOf('stat /srv/link')]);
  t.like(trainer.summary, {files: 4, newFiles: 1});
  trainer.observe([rowOf('/srv/b')]);
  t.like(trainer.summary, {files: 4, newFiles: 1});
});

test('the end of a run tells what it needed, be it new or known', (t) => {
  const trainer = new LiveTrainer(index, new ImageTree(index), makeTouches(runs.slice(0, 1)));
  t.deepEqual([...trainer.known].sort(), ['/lib/ld.so', '/sbin/served', '/srv/a']);
  trainer.startRun();
  trainer.observe([rowOf('/srv/a'), rowOf('stat /srv/link')]);
  t.deepEqual([...trainer.endRun(makeMetadata({}, 1))].sort(), ['/srv/a', '/srv/b']);
  t.deepEqual([...trainer.known].sort(), ['/lib/ld.so', '/sbin/served', '/srv/a', '/srv/b']);
});

test('the loader counts as soon as a file that was only looked at is executed', (t) => {
  const trainer = new LiveTrainer(index, new ImageTree(index), none);
  trainer.startRun();
  trainer.observe([rowOf('stat /sbin/served')]);
  t.is(trainer.summary.newFiles, 1);
  trainer.observe([rowOf('exec /sbin/served')]);
  t.is(trainer.summary.newFiles, 2);
});

test('failed calls, and files that are not the image\'s, count for nothing', (t) => {
  const trainer = new LiveTrainer(index, new ImageTree(index), none);
  trainer.startRun();
  trainer.observe([rowOf('/srv/a', {ok: false, errno: 13}), rowOf('/srv/b', {origin: 'mount'})]);
  t.is(trainer.summary.files, 0);
});

test('a run that never ended is forgotten when the next one starts', (t) => {
  const trainer = new LiveTrainer(index, new ImageTree(index), none);
  trainer.startRun();
  trainer.observe([rowOf('/srv/a')]);
  trainer.startRun();
  t.like(trainer.summary, {files: 0, newFiles: 0});
  trainer.endRun(makeMetadata({}, 0));
  t.is(trainer.profile.files.find(({path}) => path === '/srv/a')?.observedRuns, 0);
});
