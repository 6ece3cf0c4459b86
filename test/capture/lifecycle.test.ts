import {randomUUID} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {ExitCode} from '../../src/model/exit-code.js';
import type {RunMetadata} from '../../src/model/run.js';
import {runFilePath} from '../../src/store/layout.js';
import {readRun} from '../../src/store/run-file.js';
import {listRuns} from '../../src/store/store.js';
import {linesOf, spawnWinnow, temporaryStore, winnow} from '../cli/run-winnow.js';
import {busybox, containerOf, ensureTestImages, isRunning} from './images.js';

test.before(ensureTestImages);

/** Arguments for a container that runs until it is stopped; the marker is in its command line. */
function endless(store: string, marker: string, ...options: readonly string[]): string[] {
  return ['profile', busybox, '--docker-arg=--network=none', '--docker-arg=--stop-timeout=0', '--store', store, ...options, '--', '/bin/sh', '-c', `cat /etc/passwd; sleep 600; : ${marker}`];
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) {
    await sleep(50);
  }
}

/** Starts an endless run and resolves, to the process and the container's id, once its first file is in the live feed. */
async function startEndless(store: string, marker: string): Promise<{process: ReturnType<typeof spawnWinnow>; container: string}> {
  const process = spawnWinnow(endless(store, marker));
  await until(async () => {
    const {stdout} = await execa('grep', ['-rc', '/etc/passwd', path.join(store, 'live')], {reject: false});
    return /:[1-9]/.test(stdout);
  });
  return {process, container: (await containerOf(marker)) ?? ''};
}

const interrupted = test.macro({
  title: (_, signal: NodeJS.Signals) => `${signal} ends a run cleanly: nothing is left behind, and what was captured is kept as an incomplete run`,
  async exec(t: ExecutionContext, signal: NodeJS.Signals) {
    const store = await temporaryStore(t);
    const marker = randomUUID();
    const {process, container} = await startEndless(store, marker);
    t.true(await isRunning(`winnow-probe run --container ${container}`));
    process.kill(signal);
    const {exitCode} = await process;
    t.is(exitCode, ExitCode.interrupted);
    t.is(await containerOf(marker), null);
    t.false(await isRunning(`winnow-probe run --container ${container}`));
    const [run] = await listRuns(store);
    t.like(run, {complete: false, incompleteReason: 'interrupted', lostRecords: 0});
    t.true((run?.capturedRecords ?? 0) > 0);
  },
});

test(interrupted, 'SIGINT');
test(interrupted, 'SIGTERM');

test('after SIGKILL the probe ends by itself, and the next call removes the container and keeps the run', async (t) => {
  const store = await temporaryStore(t);
  const marker = randomUUID();
  const {process, container} = await startEndless(store, marker);
  process.kill('SIGKILL');
  await process;
  await until(async () => !(await isRunning(`winnow-probe run --container ${container}`)));
  await winnow(['profile', busybox, '--docker-arg=--network=none', '--store', store, '--', 'true']);
  t.is(await containerOf(marker), null);
  const runs = await listRuns(store);
  t.deepEqual(runs.map(({complete}) => complete).sort(), [false, true]);
  t.true(runs.every(({capturedRecords}) => capturedRecords > 0));
});

test('a run ends after its duration, and is complete', async (t) => {
  const store = await temporaryStore(t);
  const marker = randomUUID();
  const {code, err} = await winnow(endless(store, marker, '--duration=1500ms'));
  t.is(code, ExitCode.done, err);
  t.is(await containerOf(marker), null);
  t.like((await listRuns(store))[0], {complete: true, exitCode: null});
});

test('processes started by docker exec, and their children, are captured', async (t) => {
  const store = await temporaryStore(t);
  const {code, err} = await winnow(endless(store, randomUUID(), '--exec', "sh -c 'head -c1 /etc/group'"));
  t.is(code, ExitCode.done, err);
  const [metadata] = await listRuns(store);
  const {rows} = await readRun(runFilePath(store, metadata?.runId ?? ''));
  t.like(rows.find(({path}) => path === '/etc/group'), {op: 'read', ok: true, exe: '/bin/busybox'});
});

interface Failure {
  readonly args: readonly string[];
  readonly code: ExitCode;
  readonly message: RegExp;
  readonly env?: Record<string, string>;
  /** Runs that stand in the store afterwards. */
  readonly runs?: readonly Partial<RunMetadata>[];
}

const fails = test.macro(async (t: ExecutionContext, {args, code, message, env = {}, runs = []}: Failure) => {
  const store = await temporaryStore(t);
  const {code: actual, err} = await winnow(['--store', store, ...args], {env});
  t.is(actual, code, err);
  t.is(linesOf(err).length, 1, err);
  t.regex(err, message);
  const kept = await listRuns(store);
  t.is(kept.length, runs.length);
  runs.forEach((run, index) => t.like(kept[index], run));
});

const alone = ['--docker-arg=--network=none', '--docker-arg=--stop-timeout=0', '--backend=ebpf'];

test('an unknown image is named', fails, {
  args: ['profile', 'no-such-image:9', ...alone],
  code: ExitCode.failed,
  message: /^winnow: no image "no-such-image:9" on this engine; /,
});

test('a kernel module that is not loaded', fails, {
  args: ['profile', busybox, ...alone.slice(0, -1), '--backend=module'],
  code: ExitCode.hostCannot,
  message: /the kernel module is not loaded; run scripts\/module load; winnow doctor says/,
});

test('a rung together with a backend that has none', fails, {
  args: ['profile', busybox, '--backend=module', '--rung=fentry'],
  code: ExitCode.usage,
  message: /--rung is of the eBPF probe; leave out one of --rung and --backend/,
});

test('system calls together with the kernel module', fails, {
  args: ['profile', busybox, '--backend=module', '--syscalls'],
  code: ExitCode.usage,
  message: /^winnow: only the eBPF probe records system calls; leave out one of --syscalls and --backend/,
});

test('an unknown flag is named', fails, {
  args: ['profile', busybox, '--bogus'],
  code: ExitCode.usage,
  message: /^winnow: unknown option '--bogus'/,
});

test('a bad value of a flag is named', fails, {
  args: ['profile', busybox, '--duration', 'soon'],
  code: ExitCode.usage,
  message: /"soon" is not a duration/,
});

test('an unknown docker option is named', fails, {
  args: ['profile', busybox, '--docker-arg=--frobnicate'],
  code: ExitCode.usage,
  message: /--docker-arg: Unknown option '--frobnicate'/,
});

test('an engine that does not answer is named', fails, {
  args: ['profile', busybox],
  env: {DOCKER_HOST: 'unix:///nonexistent/docker.sock'},
  code: ExitCode.hostCannot,
  message: /Docker does not answer at unix:\/\/\/nonexistent\/docker\.sock; .*doctor/,
});

test('a program that the image does not have is named, and nothing is stored', fails, {
  args: ['profile', busybox, ...alone, '--', '/no/such/program'],
  code: ExitCode.failed,
  message: /the container does not start: .*\/no\/such\/program/,
});

test('a container that ends before it is ready is told with its exit code and last line', fails, {
  args: ['profile', busybox, ...alone, '--ready=tcp:1', '--exec=true', '--', '/bin/sh', '-c', 'echo lacks a licence; exit 7'],
  code: ExitCode.failed,
  message: /ended with exit code 7 before it was ready: it printed "lacks a licence"/,
  runs: [{complete: false}],
});

test('a workload that fails is told, and its run justifies no removal', fails, {
  args: ['profile', busybox, ...alone, '--exec=cat /no/such/file', '--', 'sleep', '600'],
  code: ExitCode.failed,
  message: /the workload failed: "cat \/no\/such\/file" inside ended with exit code 1/,
  runs: [{complete: false}],
});

test('a probe that is not built is told with the command that builds it', fails, {
  args: ['profile', busybox, ...alone],
  env: {WINNOW_PROBE: '/nonexistent/winnow-probe'},
  code: ExitCode.hostCannot,
  message: /the probe is not built: .*scripts\/build/,
});

test('a probe that the kernel refuses is told, and doctor is named', async (t) => {
  const store = await temporaryStore(t);
  const refused = ['setpriv', '--bounding-set=-sys_admin,-bpf,-perfmon', '--inh-caps=-sys_admin,-bpf,-perfmon'];
  const {exitCode, stderr} = await spawnWinnow(['profile', busybox, '--store', store, ...alone, '--', 'true'], {prefix: refused});
  t.is(exitCode, ExitCode.hostCannot);
  t.is(linesOf(stderr).length, 1, stderr);
  t.regex(stderr, /the kernel refuses the probe: .*; winnow doctor says what this host can do/);
  t.deepEqual(await listRuns(store), []);
});

/** A probe that replays a recorded stream, changed by `filter`, instead of capturing. */
async function replay(t: ExecutionContext, filter: string): Promise<string> {
  const file = path.join(await temporaryStore(t), 'probe');
  const recording = fileURLToPath(new URL('../fixtures/stream/accesses.bin', import.meta.url));
  await writeFile(file, `#!/bin/sh\n${filter} ${recording}\n`, {mode: 0o755});
  return file;
}

test('a stream that is cut off leaves an incomplete run of what had come', async (t) => {
  const store = await temporaryStore(t);
  const args = ['profile', busybox, '--store', store, ...alone, '--', 'sleep', '600'];
  const {code, err} = await winnow(args, {env: {WINNOW_PROBE: await replay(t, 'head -c 24000')}});
  t.is(code, ExitCode.failed);
  t.regex(err, /^winnow: the probe died during the run; .*\n$/);
  const [run] = await listRuns(store);
  t.like(run, {complete: false, incompleteReason: 'the probe died during the run'});
  t.true((run?.capturedRecords ?? 0) > 50);
});

test('a stream that is corrupt leaves an incomplete run of what had come', async (t) => {
  const store = await temporaryStore(t);
  const args = ['profile', busybox, '--store', store, ...alone, '--', 'sleep', '600'];
  const corrupt = 'sh -c \'head -c 24000 "$0"; head -c 4000 /dev/zero\'';
  const {code, err} = await winnow(args, {env: {WINNOW_PROBE: await replay(t, corrupt)}});
  t.is(code, ExitCode.failed);
  t.regex(err, /^winnow: the probe's stream is unreadable: .*\n$/);
  const [run] = await listRuns(store);
  t.false(run?.complete);
  t.true((run?.capturedRecords ?? 0) > 50);
});
