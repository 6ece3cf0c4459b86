import {chmod, mkdtemp, readdir, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import type {AccessRow} from '../../src/model/access.js';
import type {Run, RunMetadata} from '../../src/model/run.js';
import {runFilePath} from '../../src/store/layout.js';
import {readRun} from '../../src/store/run-file.js';
import {spawnWinnow, temporaryStore, winnow} from '../cli/run-winnow.js';
import {workloads} from './images.js';

export interface HostileRun extends Run {
  readonly code: number;
  readonly err: string;
  readonly store: string;
  /** What the workload wrote to /said/out. */
  readonly said: string;
}

/** Profiles a shell command of the workloads image, which may write to /said/out. */
export async function profileHostile(t: ExecutionContext, command: string, options: readonly string[] = []): Promise<HostileRun> {
  const {store, said, args} = await commandLine(t, command, options);
  const result = await winnow(args);
  return {...result, ...(await stored(store, result.out)), store, said: await readFile(path.join(said, 'out'), 'utf8')};
}

export interface PeakMemory {
  /** Bytes resident at most: of winnow itself, and of the probe. */
  readonly controller: number;
  readonly probe: number;
}

/** The same in a process of its own, to tell what memory it took. */
export async function profileMeasured(t: ExecutionContext, command: string): Promise<HostileRun & {readonly peak: PeakMemory}> {
  const {store, said, args} = await commandLine(t, command, []);
  const report = path.join(said, 'peak');
  const child = spawnWinnow(args, {
    env: {NODE_OPTIONS: `--import=${fileURLToPath(new URL('report-peak-memory.js', import.meta.url))}`, WINNOW_TEST_PEAK: report},
  });
  const over = new AbortController();
  const probe = watchChildren(child.pid ?? 0, over.signal);
  const {exitCode = -1, stdout, stderr} = await child;
  over.abort();
  const peak = {controller: Number(await readFile(report, 'utf8')), probe: await probe};
  return {code: exitCode, err: stderr, ...(await stored(store, stdout)), store, said: await readFile(path.join(said, 'out'), 'utf8'), peak};
}

export function countOf(rows: readonly AccessRow[]): number {
  return rows.reduce((sum, {count}) => sum + count, 0);
}

async function commandLine(t: ExecutionContext, command: string, options: readonly string[]): Promise<{store: string; said: string; args: string[]}> {
  const store = await temporaryStore(t);
  const said = await mkdtemp(path.join(tmpdir(), 'winnow-test-said-'));
  await chmod(said, 0o777);
  t.teardown(() => rm(said, {recursive: true, force: true}));
  return {
    store,
    said,
    args: [
      'profile', workloads, '--backend=ebpf', '--docker-arg=--network=none', `--docker-arg=--volume=${said}:/said`, ...options, '--store', store, '--json', '--',
      '/bin/sh', '-c', command,
    ],
  };
}

async function stored(store: string, out: string): Promise<Run> {
  const {runs} = JSON.parse(out) as {runs: RunMetadata[]};
  return readRun(runFilePath(store, runs[0]?.runId ?? ''));
}

/** The most memory that a child of the process had resident, sampled: the kernel keeps the mark while the child lives. */
async function watchChildren(pid: number, signal: AbortSignal): Promise<number> {
  let most = 0;
  while (!signal.aborted) {
    for (const child of await childrenOf(pid)) {
      const status = await readFile(`/proc/${child}/status`, 'latin1').catch(() => '');
      most = Math.max(most, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024);
    }
    await sleep(50);
  }
  return most;
}

async function childrenOf(pid: number): Promise<string[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'latin1').catch(() => '')));
  return lists.flatMap((list) => list.split(' ').filter((child) => child !== ''));
}
