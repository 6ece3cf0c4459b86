import test, {type ExecutionContext} from 'ava';
import type {AccessRow} from '../../src/model/access.js';
import type {Run, RunMetadata} from '../../src/model/run.js';
import {ExitCode} from '../../src/model/exit-code.js';
import {runFilePath} from '../../src/store/layout.js';
import {readRun} from '../../src/store/run-file.js';
import {temporaryStore, winnow} from '../cli/run-winnow.js';
import {ensureTestImages, workloads} from './images.js';

const files = 5000;
const processes = 2;

test.before(ensureTestImages);

const withoutLoss = test.macro(async (t: ExecutionContext, opens: number, options: readonly string[]) => {
  const {metadata, rows} = await captureBurst(t, opens, options, ExitCode.done);
  t.is(metadata.lostRecords, 0);
  t.is(countOf(rows.filter(isBurstOpen)), opens);
});

test('a million opens are captured without loss at the default settings', withoutLoss, 1_000_000, []);
// A million repeats of 24 bytes and their headers fit the buffer even where the reader gets no time at all.
test('a million opens are streamed one by one without loss', withoutLoss, 1_000_000, ['--events=all', '--ring-size=64MiB']);

test('with a ring buffer of one page, what the stream loses is reported exactly', async (t) => {
  const opens = 300_000;
  const whole = await captureBurst(t, 1000, [], ExitCode.done);
  // Making the files, and a few calls at start-up, are accesses too.
  const others = whole.metadata.capturedRecords - 1000;
  const {metadata} = await captureBurst(t, opens, ['--events=all', '--ring-size=4KiB'], ExitCode.lostRecords);
  t.true(metadata.lostRecords > 0);
  t.is(metadata.capturedRecords + metadata.lostRecords, opens + others);
});

async function captureBurst(t: ExecutionContext, opens: number, options: readonly string[], code: ExitCode): Promise<Run> {
  const store = await temporaryStore(t);
  const result = await winnow([
    'profile', workloads, '--backend=ebpf', '--docker-arg=--network=none', '--store', store, '--json', ...options, '--',
    '/workloads/burst', String(opens), String(files), String(processes), '1', '/tmp/burst',
  ]);
  t.is(result.code, code, result.err);
  const {runs} = JSON.parse(result.out) as {runs: RunMetadata[]};
  return readRun(runFilePath(store, runs[0]?.runId ?? ''));
}

const isBurstOpen = ({path, op}: AccessRow): boolean => path.startsWith('/tmp/burst/') && op === 'read';

function countOf(rows: readonly AccessRow[]): number {
  return rows.reduce((sum, {count}) => sum + count, 0);
}
