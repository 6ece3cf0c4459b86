import {copyFile, readdir, readFile, rm, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {WinnowError} from '../../src/model/winnow-error.js';
import {writeRun, writeRunFile} from '../../src/store/run-file.js';
import {deleteRun, findRun, listRuns, newRunId} from '../../src/store/store.js';
import {sampleMetadata, sampleRun, storeWorker, temporaryDirectory} from './fixtures.js';

test('runs are listed oldest first, whatever their ids', async (t) => {
  const store = await temporaryDirectory(t);
  await writeRun(store, sampleRun('a', {startedNs: 3n}));
  await writeRun(store, sampleRun('c', {startedNs: 1n}));
  await writeRun(store, sampleRun('b', {startedNs: 1n}));
  t.deepEqual((await listRuns(store)).map(({runId}) => runId), ['b', 'c', 'a']);
});

test('a store that is not there has no runs', async (t) => {
  const store = path.join(await temporaryDirectory(t), 'none');
  t.deepEqual(await listRuns(store), []);
  const error = await t.throwsAsync(findRun(store, 'x'), {instanceOf: WinnowError});
  t.is(error.message, `there is no run "x" in ${store}`);
});

test('runs are selected by workload and by name or id of the image', async (t) => {
  const store = await temporaryDirectory(t);
  await writeRun(store, sampleRun('a'));
  await writeRun(store, sampleRun('b', {workload: 'api'}));
  await writeRun(store, sampleRun('c', {imageName: 'other', imageId: 'sha256:0'}));
  const ids = async (filter: Parameters<typeof listRuns>[1]) => (await listRuns(store, filter)).map(({runId}) => runId);
  t.deepEqual(await ids({workload: 'api'}), ['b']);
  t.deepEqual(await ids({image: 'shop:1.4'}), ['a', 'b']);
  t.deepEqual(await ids({image: 'sha256:0'}), ['c']);
  t.deepEqual(await ids({image: 'shop:1.4', workload: 'smoke'}), ['a']);
  t.deepEqual(await ids({image: 'shop'}), []);
});

test('a run is found by its id or the start of it, and an ambiguous or unknown start is told', async (t) => {
  const store = await temporaryDirectory(t);
  for (const runId of ['run-1', 'run-12', 'other']) {
    await writeRun(store, sampleRun(runId));
  }
  t.is((await findRun(store, 'o')).runId, 'other');
  t.is((await findRun(store, 'run-1')).runId, 'run-1');
  t.deepEqual(await findRun(store, 'run-12'), sampleMetadata({runId: 'run-12'}));
  await t.throwsAsync(findRun(store, 'run'), {instanceOf: WinnowError, message: '"run" is the start of 2 runs: run-1, run-12'});
  await t.throwsAsync(findRun(store, ''), {instanceOf: WinnowError, message: /there is no run/});
});

test('the catalogue is rebuilt where it is missing, broken, or of another run file', async (t) => {
  const store = await temporaryDirectory(t);
  const file = await writeRun(store, sampleRun('a'));
  const entry = path.join(store, 'runs/a.json');
  const original = await readFile(entry, 'utf8');

  await rm(entry);
  t.deepEqual(await listRuns(store), [sampleMetadata({runId: 'a'})]);
  t.is(await readFile(entry, 'utf8'), original);

  await writeFile(entry, original.slice(0, 50));
  t.deepEqual(await listRuns(store), [sampleMetadata({runId: 'a'})]);

  await writeRunFile(file, sampleRun('a', {workload: 'replaced'}));
  await utimes(file, 1000, 1000);
  t.is((await listRuns(store))[0]?.workload, 'replaced');
  t.regex(await readFile(entry, 'utf8'), /replaced/);
});

test('corrupt and misnamed files are told and left out, the other runs are listed', async (t) => {
  const store = await temporaryDirectory(t);
  const file = await writeRun(store, sampleRun('good'));
  await writeFile(path.join(store, 'runs/bad.parquet'), 'PAR1 no more');
  await copyFile(file, path.join(store, 'runs/misnamed.parquet'));
  await writeFile(path.join(store, 'runs/.good.parquet.1234.tmp'), 'half a run');
  const warnings: WinnowError[] = [];
  t.deepEqual((await listRuns(store, {}, (problem) => warnings.push(problem))).map(({runId}) => runId), ['good']);
  t.is(warnings.length, 2);
  t.regex(warnings[0]?.message ?? '', /bad\.parquet is not a readable run/);
  t.regex(warnings[1]?.message ?? '', /misnamed\.parquet holds run good/);
});

test('a deleted run leaves nothing, and a corrupt one can be deleted', async (t) => {
  const store = await temporaryDirectory(t);
  await writeRun(store, sampleRun('good'));
  await writeFile(path.join(store, 'runs/bad.parquet'), 'PAR1 no more');
  t.is(await deleteRun(store, 'ba'), 'bad');
  t.is(await deleteRun(store, 'good'), 'good');
  t.deepEqual(await readdir(path.join(store, 'runs')), []);
  await t.throwsAsync(deleteRun(store, 'good'), {instanceOf: WinnowError, message: /there is no run/});
});

test('a new run id tells the time and sorts by it', (t) => {
  const bytes = (length: number) => Uint8Array.from({length}, (_, index) => 0x3f + index);
  t.is(newRunId(() => new Date('2026-11-24T06:55:00.123Z'), bytes), '20261124T065500Z-3f404142');
  t.not(newRunId(), newRunId());
});

test('processes that write, list and delete in one store at once lose nothing and warn of nothing', async (t) => {
  const store = await temporaryDirectory(t);
  for (let number = 0; number < 12; number += 1) {
    await writeRun(store, sampleRun(`doomed-${number}`, {workload: 'doomed'}));
  }
  const [first, second, warnings] = await Promise.all([
    storeWorker(store, 'write', '15'),
    storeWorker(store, 'write', '15'),
    storeWorker(store, 'list', '40'),
    storeWorker(store, 'delete', 'doomed'),
    storeWorker(store, 'delete', 'doomed'),
  ]);
  const written = [first, second].flatMap(({stdout}) => stdout.split('\n').map((line) => JSON.parse(line) as string));
  t.is(written.length, 30);
  t.deepEqual((await listRuns(store)).map(({runId}) => runId), written.sort());
  t.is(warnings.stdout, '[]');
  t.deepEqual((await readdir(path.join(store, 'runs'))).filter((name) => name.endsWith('.tmp')), []);
});

test('a writer that is killed at any moment leaves whole runs only', async (t) => {
  const store = await temporaryDirectory(t);
  const writers = [1, 2, 5].map(async (runs) => {
    const writer = storeWorker(store, 'write', '1000');
    writer.stdout.on('data', () => {
      if ((runs -= 1) === 0) {
        writer.kill('SIGKILL');
      }
    });
    await t.throwsAsync(writer, {message: /SIGKILL/});
  });
  await Promise.all(writers);
  const warnings: WinnowError[] = [];
  const runs = await listRuns(store, {}, (problem) => warnings.push(problem));
  t.true(runs.length >= 8);
  t.deepEqual(warnings, []);
});
