import test from 'ava';
import {LiveOutbox} from '../../src/server/live-outbox.js';
import {sampleMetadata, sampleRow, sampleStarted as started} from './sample-store.js';

const {runId} = started;
const rows = (from: number, count: number) => ({kind: 'rows', runId, rows: Array.from({length: count}, (_, at) => sampleRow(from + at))}) as const;
const progress = (files: number) => ({kind: 'progress', runId, phase: 'working', files, newFiles: 1, lostRecords: 0}) as const;

test('nothing happened, nothing to tell', (t) => {
  t.is(new LiveOutbox().take(), null);
});

test('a batch holds what came since the last one', (t) => {
  const outbox = new LiveOutbox();
  outbox.add(started);
  outbox.add(rows(0, 3));
  t.like(outbox.take(), {batch: 1, skippedRows: 0, runs: [{runId, phase: 'starting', rows: 3}]});
  t.is(outbox.take(), null);
  outbox.add(progress(3));
  const second = outbox.take();
  t.like(second, {batch: 2, runs: [{phase: 'working', files: 3, rows: 3}]});
  t.deepEqual(second?.rows, []);
});

test('rows beyond the bound are counted and the newest kept, in whatever pieces they come', (t) => {
  for (const piece of [1, 7, 999, 5000]) {
    const outbox = new LiveOutbox();
    outbox.add(started);
    for (let from = 0; from < 5000; from += piece) {
      outbox.add(rows(from, Math.min(piece, 5000 - from)));
    }
    const batch = outbox.take();
    t.is(batch?.runs[0]?.rows, 5000);
    t.is(batch?.rows.length, 500);
    t.is(batch?.skippedRows, 4500);
    t.is(batch?.rows.at(-1)?.path, '/usr/share/doc/file-4999');
    t.is(batch?.rows[0]?.path, '/usr/share/doc/file-4500');
  }
});

test('the curve of files found keeps its first and last point however long the run', (t) => {
  const outbox = new LiveOutbox();
  outbox.add(started);
  for (let at = 0; at < 3000; at += 1) {
    outbox.add(rows(at, 1));
    outbox.add(progress(at + 1));
  }
  const found = outbox.take()?.runs[0]?.found ?? [];
  t.true(found.length > 60 && found.length <= 240, String(found.length));
  t.deepEqual(found[0], {afterMs: 0, files: 1});
  t.deepEqual(found.at(-1), {afterMs: 9596, files: 3000});
  t.true(found.every((point, at) => at === 0 || point.files > (found[at - 1]?.files ?? 0)));
});

test('an ended run is told once', (t) => {
  const outbox = new LiveOutbox();
  outbox.add(started);
  outbox.add({kind: 'ended', runId, metadata: sampleMetadata(0, 'api', {lostRecords: 4})});
  t.like(outbox.take(), {runs: [{phase: 'ended', lostRecords: 4}]});
  t.is(outbox.take(), null);
});

test('news of a run whose start was never seen is no run', (t) => {
  const outbox = new LiveOutbox();
  outbox.add(progress(1));
  t.deepEqual(outbox.take()?.runs, []);
});
