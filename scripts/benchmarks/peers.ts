import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {execa} from 'execa';
import {type Clock, withContainer, type WorkloadContainer} from './containers.js';

const root = path.resolve(import.meta.dirname, '../..');
const waitsForWord = ['/bin/sh', '-c', 'read word && exec "$@"', 'sh'];
const readyWithinMs = 20_000;

/** A tracer that is started for a process that is there already, and what of the machine's it has mapped once it traces. */
interface Tracer {
  readonly command: (pid: number) => [string, ...string[]];
  readonly mapped: RegExp;
}

const perf: Tracer = {command: (pid) => ['perf', 'trace', '--output', '/dev/null', '--pid', String(pid)], mapped: /\[perf_event\]/};
const sysdig: Tracer = {command: (pid) => ['sysdig', '-w', '/dev/null', `proc.apid=${pid} or proc.pid=${pid}`], mapped: /\/dev\/scap/};

/** What the workload takes under `perf trace` of all its calls. */
export function underPerfTrace(workload: readonly string[], clock: Clock): Promise<number> {
  return underTracer(workload, clock, perf);
}

export function underSysdig(workload: readonly string[], clock: Clock): Promise<number> {
  return underTracer(workload, clock, sysdig);
}

/** Why `perf trace` or sysdig can't be measured here; null where it can. */
export async function refusalOf(peer: 'perf' | 'sysdig'): Promise<string | null> {
  const [command, options] = peer === 'perf' ? ['perf', ['trace', '--output', '/dev/null', 'true']] as const : ['sysdig', ['-n', '1', '-w', '/dev/null']] as const;
  const {failed, code, stderr} = await execa(command, options, {reject: false, timeout: readyWithinMs});
  if (!failed) {
    return null;
  }
  return code === 'ENOENT' ? 'not installed' : `does not run here: ${stderr.trim().split('\n').join('; ')}`;
}

/** What the workload takes with a program that does nothing where the tracepoint rung hangs: no such rung costs less. */
export async function underNothing(workload: readonly string[], clock: Clock): Promise<number> {
  const programs = path.join(root, 'build/workloads');
  const child = spawn(path.join(programs, 'floor'), [path.join(programs, 'floor.bpf.o'), 'tracepoint'], {stdio: ['pipe', 'pipe', 'inherit']});
  try {
    await once(child.stdout, 'data');
    return await withContainer(workload, (container) => container.run(clock));
  } finally {
    child.stdin.end();
    await ended(child);
  }
}

function underTracer(workload: readonly string[], clock: Clock, {command, mapped}: Tracer): Promise<number> {
  return withContainer([...waitsForWord, ...workload], async (container: WorkloadContainer) => {
    const waiting = container.startWaiting();
    const [name, ...options] = command(await container.pid());
    const child = spawn(name, options, {stdio: ['ignore', 'ignore', 'inherit']});
    try {
      await hasMapped(child, mapped);
      return await waiting.run(clock);
    } finally {
      child.kill('SIGINT');
      await ended(child);
    }
  }, ['--interactive']);
}

async function hasMapped(child: ChildProcess, what: RegExp): Promise<void> {
  const giveUp = performance.now() + readyWithinMs;
  while (!what.test(await readFile(`/proc/${child.pid}/maps`, 'utf8'))) {
    if (child.exitCode !== null || performance.now() > giveUp) {
      throw new Error(`${child.spawnfile} does not trace`);
    }
    await delay(20);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    await once(child, 'exit');
  }
}
