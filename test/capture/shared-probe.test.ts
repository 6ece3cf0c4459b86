import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import type {Run} from '../../src/model/run.js';
import {ExitCode} from '../../src/model/exit-code.js';
import {runFilePath} from '../../src/store/layout.js';
import {readRun} from '../../src/store/run-file.js';
import {listRuns} from '../../src/store/store.js';
import {spawnWinnow, temporaryStore, winnow} from '../cli/run-winnow.js';
import {ensureTestImages, workloads} from './images.js';
import {startContainer} from './running-container.js';

test.before(ensureTestImages);

/** Makes containers that open files so many times once they are started. */
async function createBursts(t: ExecutionContext, opens: readonly number[]): Promise<string[]> {
  const ids = await Promise.all(opens.map(async (count) => {
    const {stdout} = await execa('docker', ['create', '--network=none', workloads, '/workloads/burst', String(count), '100', '2', '1', '/tmp/burst']);
    return stdout;
  }));
  t.teardown(() => execa('docker', ['rm', '--force', ...ids]));
  return ids;
}

async function captureBursts(t: ExecutionContext, opens: readonly number[], options: readonly string[], code: ExitCode, said = /^/): Promise<Run[]> {
  const store = await temporaryStore(t);
  const ids = await createBursts(t, opens);
  const result = await winnow(['attach', ...ids, '--test', `docker start ${ids.join(' ')} && docker wait ${ids.join(' ')}`, '--store', store, ...options]);
  t.is(result.code, code, result.err);
  t.regex(result.err, said);
  const runs = await Promise.all((await listRuns(store)).map(({runId}) => readRun(runFilePath(store, runId))));
  t.true(runs.every(({metadata}) => metadata.complete && metadata.exitCode === 0));
  return runs;
}

const opensIn = ({rows}: Run): number => rows.reduce((sum, {path: name, op, count}) => sum + (name.startsWith('/tmp/burst/') && op === 'read' ? count : 0), 0);

const exact = test.macro(async (t: ExecutionContext, options: readonly string[]) => {
  const opens = [1000, 20_000, 300];
  const runs = await captureBursts(t, opens, options, ExitCode.done);
  t.deepEqual(runs.map(opensIn).sort((a, b) => a - b), [300, 1000, 20_000]);
  t.true(runs.every(({metadata}) => metadata.lostRecords === 0));
});

test('each of several containers has exactly its own accesses', exact, []);
test('each of several containers has exactly its own accesses, streamed one by one', exact, ['--events=all']);

test('what the stream of several loses is told of each, and reported exactly', async (t) => {
  const few = await captureBursts(t, [200, 200], [], ExitCode.done);
  const others = few.reduce((sum, {metadata}) => sum + metadata.capturedRecords, 0) - 400;
  const [first, second] = await captureBursts(t, [150_000, 150_000], ['--events=all', '--ring-size=4KiB'], ExitCode.lostRecords, /a larger --ring-size/);
  const lost = first?.metadata.lostRecords ?? 0;
  t.true(lost > 0);
  t.is(second?.metadata.lostRecords, lost);
  // What tells that a container starts is a record too, and may be lost while the other one fills the ring.
  const starts = Number(first?.metadata.capturedRecords) + Number(second?.metadata.capturedRecords) + lost - 300_000 - others;
  t.true(starts >= 0 && starts <= 2, `${starts} records lost beside accesses`);
});

test('several containers cost the kernel one probe', async (t) => {
  const store = await temporaryStore(t);
  const containers = await Promise.all([1, 2, 3].map(() => startContainer(t)));
  const seen = path.join(store, 'seen');
  const {exitCode, stderr} = await spawnWinnow(['attach', ...containers.map(({name}) => name), '--store', store, '--test', `for child in $(cat /proc/$PPID/task/*/children); do cat /proc/$child/comm; done > ${seen}`]);
  t.is(exitCode, ExitCode.done, stderr);
  t.is((await readFile(seen, 'utf8')).split('\n').filter((name) => name === 'winnow-probe').length, 1);
  t.is((await listRuns(store)).length, 3);
});
