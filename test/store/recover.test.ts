import {once} from 'node:events';
import {mkdir, readdir, readFile, utimes, writeFile} from 'node:fs/promises';
import {hostname} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {openLiveFeed} from '../../src/store/live.js';
import {type ProcessIdentity, identityOf, isDead} from '../../src/store/process-identity.js';
import {recoverOrphans} from '../../src/store/recover.js';
import {readRun, writeRun} from '../../src/store/run-file.js';
import {deleteRun, listRuns} from '../../src/store/store.js';
import {followLive} from '../../src/store/follow-live.js';
import {encodeLiveEvent} from '../../src/store/live-codec.js';
import {sampleMetadata, sampleRow, sampleRun, startedEvent, storeWorker, temporaryDirectory} from './fixtures.js';

/** A store with the feed of a process that SIGKILL ended in the middle of its run. */
async function storeWithOrphan(t: ExecutionContext, runId: string) {
  const store = await temporaryDirectory(t);
  const writer = storeWorker(store, 'capture', runId);
  await once(writer.stdout, 'data');
  const file = path.join(store, `live/${runId}.ndjson`);
  t.deepEqual(await recoverOrphans(store), [], 'its writer lives');
  writer.kill('SIGKILL');
  await writer.catch(() => undefined);
  return {store, file};
}

test('the feed of a killed process becomes an incomplete run of what was known, and goes', async (t) => {
  const {store} = await storeWithOrphan(t, 'killed');
  const metadata = sampleMetadata({
    runId: 'killed',
    endedNs: 2n ** 62n,
    complete: false,
    incompleteReason: 'controller died',
    lostRecords: 7,
    capturedRecords: 6,
    backend: 'bpftrace',
    exitCode: null,
  });
  t.deepEqual(await recoverOrphans(store), [metadata]);
  t.deepEqual(await readRun(path.join(store, 'runs/killed.parquet')), {
    metadata,
    rows: [sampleRow(), sampleRow({path: '/caf\udce9', lastNs: 2n ** 62n})],
  });
  t.deepEqual(await readdir(path.join(store, 'live')), []);
  t.deepEqual(await recoverOrphans(store), []);
});

test('a feed that was cut in a line is recovered up to it, and its followers hear of the end', async (t) => {
  const {store, file} = await storeWithOrphan(t, 'cut');
  const whole = await readFile(file, 'utf8');
  await writeFile(file, whole.slice(0, -20));
  const controller = new AbortController();
  const kinds: string[] = [];
  for await (const event of followLive(store, controller.signal)) {
    kinds.push(event.kind);
    if (event.kind === 'progress') {
      await recoverOrphans(store);
    }
    if (event.kind === 'ended') {
      t.is(event.metadata.incompleteReason, 'controller died');
      controller.abort();
    }
  }
  t.deepEqual(kinds, ['started', 'rows', 'progress', 'ended']);
  t.deepEqual((await readRun(path.join(store, 'runs/cut.parquet'))).rows, [sampleRow()]);
});

test('of several processes that recover at once, the store gets one whole run', async (t) => {
  const {store} = await storeWithOrphan(t, 'shared');
  await Promise.all([storeWorker(store, 'recover'), storeWorker(store, 'recover'), storeWorker(store, 'recover')]);
  t.deepEqual((await listRuns(store)).map(({runId, complete}) => [runId, complete]), [['shared', false]]);
  t.is((await readRun(path.join(store, 'runs/shared.parquet'))).rows.length, 2);
  t.deepEqual(await readdir(path.join(store, 'live')), []);
});

test('a process killed after it wrote its run leaves that run as it is', async (t) => {
  const {store} = await storeWithOrphan(t, 'written');
  await writeRun(store, sampleRun('written'));
  t.deepEqual(await recoverOrphans(store), []);
  t.true((await listRuns(store))[0]?.complete);
  t.deepEqual(await readdir(path.join(store, 'live')), []);
});

test('a run that was ended and deleted does not come back', async (t) => {
  const {store, file} = await storeWithOrphan(t, 'deleted');
  await writeRun(store, sampleRun('deleted'));
  await writeFile(file, (await readFile(file, 'utf8')) + encodeLiveEvent({kind: 'ended', runId: 'deleted', metadata: sampleMetadata({runId: 'deleted'})}));
  await deleteRun(store, 'deleted');
  t.deepEqual(await recoverOrphans(store), []);
  t.deepEqual(await listRuns(store), []);
});

test('a pid that another process has got since does not keep a feed alive', async (t) => {
  const identity = await identityOf(process.pid);
  t.false(await isDead(identity));
  t.true(await isDead({...identity, start_ticks: String(Number(identity.start_ticks) - 1)}));
  t.true(await isDead({...identity, boot_id: 'an earlier boot'}));
  t.false(await isDead({...identity, host: 'elsewhere', boot_id: 'its own'}), 'of other hosts nothing is known');
  t.false(await isDead({...identity, host: `${hostname()} another machine`, boot_id: 'its own'}), 'nor of one that only has the same name');
});

test('a process is identified whatever it calls itself', async (t) => {
  const {title} = process;
  process.title = 'a) R (b';
  t.teardown(() => (process.title = title));
  t.regex((await identityOf(process.pid)).start_ticks, /^\d+$/);
});

test('feeds of the living, of other hosts and of nobody are left alone', async (t) => {
  const store = await temporaryDirectory(t);
  const feed = await openLiveFeed(store, startedEvent('living'));
  const far: ProcessIdentity = {...(await identityOf(process.pid)), host: 'elsewhere', pid: 1};
  await writeFile(path.join(store, 'live/far.ndjson'), encodeLiveEvent(startedEvent('far'), far));
  await writeFile(path.join(store, 'live/nobody.ndjson'), 'not a feed\n');
  await writeFile(path.join(store, 'live/empty.ndjson'), '');
  t.deepEqual(await recoverOrphans(store), []);
  t.deepEqual((await readdir(path.join(store, 'live'))).sort(), ['empty.ndjson', 'far.ndjson', 'living.ndjson', 'nobody.ndjson']);
  await feed.close();
});

test('what crashed writers left is removed once no writer can still be at it', async (t) => {
  const store = await temporaryDirectory(t);
  const runs = path.join(store, 'runs');
  await mkdir(runs);
  for (const [name, ageSeconds] of [['.old.parquet.1.tmp', 7200], ['.new.parquet.2.tmp', 60], ['kept.txt', 7200]] as const) {
    await writeFile(path.join(runs, name), 'half a run');
    await utimes(path.join(runs, name), 100_000 - ageSeconds, 100_000 - ageSeconds);
  }
  await recoverOrphans(store, () => 100_000_000);
  t.deepEqual((await readdir(runs)).sort(), ['.new.parquet.2.tmp', 'kept.txt']);
});

test('the feed of a killed replay goes, and becomes no run even where its own run was deleted', async (t) => {
  const {store, file} = await storeWithOrphan(t, 'again');
  const [first = '', ...rest] = (await readFile(file, 'utf8')).split('\n');
  await writeFile(file, [JSON.stringify({...JSON.parse(first) as object, replayOf: 'deleted'}), ...rest].join('\n'));
  t.deepEqual(await recoverOrphans(store), []);
  t.deepEqual(await listRuns(store), []);
  t.deepEqual(await readdir(path.join(store, 'live')), []);
});
