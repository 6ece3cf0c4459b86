import {chmod, mkdir} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {blindSpots} from '../../src/capture/blind-spots.js';
import {ExitCode} from '../../src/model/exit-code.js';
import type {AccessRow} from '../../src/model/access.js';
import type {RunMetadata} from '../../src/model/run.js';
import {runFilePath} from '../../src/store/layout.js';
import {readRun} from '../../src/store/run-file.js';
import {listRuns} from '../../src/store/store.js';
import {temporaryStore, winnow} from '../cli/run-winnow.js';
import {accessesOf, blindSpotsProgram, elsewhere, spotsMissed, spotsOf} from './blind-spots.js';
import {ensureTestImages, workloads} from './images.js';
import {makeTools, runInTools} from './observers.js';

const engineOptions = ['--network=none', '--security-opt=apparmor=unconfined', '--security-opt=seccomp=unconfined', '--cap-add=SYS_PTRACE'];

test.before(ensureTestImages);

test('each line of the table is tried by the program, shown elsewhere, or has a reason why it is not', async (t) => {
  const tried = new Set(accessesOf(await printedBy()).map(({spot}) => spot));
  for (const {id} of blindSpots) {
    t.true(tried.has(id) !== id in elsewhere, id);
  }
  t.is(tried.size + Object.keys(elsewhere).length, blindSpots.length);
});

test('the tracepoint rung misses what the table says, and nothing else', async (t) => {
  const printed = await printedBy();
  t.deepEqual(spotsMissed(await profile(t, '--rung=tracepoint'), printed), spotsOf('tracepoint', printed));
});

test('the bpftrace hook misses what the table says, and nothing else', async (t) => {
  const printed = await printedBy();
  t.deepEqual(spotsMissed(await profile(t, '--backend=bpftrace'), printed), spotsOf('bpftrace', printed));
});

test('an strace log misses what the table says, and nothing else', async (t) => {
  const store = await temporaryStore(t);
  const [tools, logs] = [path.join(store, 'tools'), path.join(store, 'logs')];
  await makeTools(tools);
  await mkdir(logs);
  await chmod(store, 0o755);
  const {stdout: printed} = await execa('docker', [
    'run', '--rm', ...engineOptions, `--volume=${tools}:/tools:ro`, `--volume=${logs}:/logs`, workloads,
    ...runInTools('strace'), '-f', '-ttt', '-y', '-o', '/logs/strace', ...blindSpotsProgram,
  ]);
  const imported = await winnow(['runs', 'import', path.join(logs, 'strace'), '--format=strace', `--image=${workloads}`, '--workload=spots', '--cwd=/', '--store', store]);
  t.is(imported.code, ExitCode.done, imported.err);
  const [metadata] = await listRuns(store);
  const {rows} = await readRun(runFilePath(store, metadata?.runId ?? ''));
  t.deepEqual(spotsMissed(rows, printed), spotsOf('strace', printed));
});

async function printedBy(): Promise<string> {
  return (await execa('docker', ['run', '--rm', ...engineOptions, workloads, ...blindSpotsProgram])).stdout;
}

async function profile(t: ExecutionContext, option: string): Promise<readonly AccessRow[]> {
  const store = await temporaryStore(t);
  const {out, err} = await winnow(['profile', workloads, option, ...engineOptions.map((one) => `--docker-arg=${one}`), '--store', store, '--json', '--', ...blindSpotsProgram]);
  const {runs} = JSON.parse(out || err) as {runs: RunMetadata[]};
  return (await readRun(runFilePath(store, runs[0]?.runId ?? ''))).rows;
}
