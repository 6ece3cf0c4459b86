import test from 'ava';
import type {LiveBatch, LiveRow, LiveRun} from '../../../src/model/web-api.js';
import {addBatch, behindBy, noLive} from '../../../web/data/live-state.js';

const run = (runId: string, change: Partial<LiveRun> = {}): LiveRun => ({runId, replayOf: null, imageId: '', imageName: 'shop', workload: 'api', startedMs: 0, phase: 'working', files: 0, newFiles: 0, lostRecords: 0, rows: 0, found: [], ...change});
const row = (path: string): LiveRow => ({path, runId: 'a', op: 'read', errno: 0, origin: 'image', program: {path: '/bin/sh'}, firstMs: 0});
const batch = (change: Partial<LiveBatch>): LiveBatch => ({batch: 1, runs: [], rows: [], skippedRows: 0, ...change});

test('the newest first sight comes first', (t) => {
  const state = addBatch(addBatch(noLive, batch({rows: [row('/1'), row('/2')]})), batch({rows: [row('/3')]}));
  t.deepEqual(state.rows.map(({path}) => path), ['/3', '/2', '/1']);
});

test('a run that changed takes its old place, and one that did not stays the same object', (t) => {
  const before = addBatch(noLive, batch({runs: [run('a', {startedMs: 1}), run('b', {startedMs: 2})]}));
  const after = addBatch(before, batch({runs: [run('a', {startedMs: 1, files: 9})]}));
  t.deepEqual(after.runs.map(({runId, files}) => [runId, files]), [['b', 0], ['a', 9]]);
  t.is(after.runs[0], before.runs[0]);
});

test('what the page keeps is bounded', (t) => {
  let state = noLive;
  for (let at = 0; at < 50; at += 1) {
    state = addBatch(state, batch({runs: [run(`r${at}`, {startedMs: at})], rows: Array.from({length: 100}, (_, index) => row(`/${index}`)), skippedRows: 7}));
  }
  t.true(state.rows.length <= 120 && state.runs.length <= 12);
  t.is(state.runs[0]?.runId, 'r49');
  t.is(state.skippedRows, 350);
});

test('behind by is what came since the state that is shown', (t) => {
  const shown = addBatch(noLive, batch({runs: [run('a', {rows: 10})]}));
  const latest = addBatch(shown, batch({runs: [run('a', {rows: 25}), run('b', {rows: 5})]}));
  t.is(behindBy(shown, latest), 20);
  t.is(behindBy(latest, latest), 0);
  t.is(behindBy(latest, noLive), 0, 'the server was started anew');
});
