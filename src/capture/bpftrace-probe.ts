import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type {ContainerPath} from '../model/container-path.js';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';
import {bpftraceStringBytes} from '../wire/bpftrace-record.js';
import {decodeBpftrace} from '../wire/bpftrace.js';
import {byteLines} from '../wire/byte-lines.js';
import type {ProbeEvent} from '../wire/probe-event.js';
import {packageRoot} from './package-root.js';
import type {Probe} from './probe.js';

export interface BpftraceProbeOptions {
  /** Full id, 64 hex digits. */
  readonly containerId: string;
  /** Working directory of the container's first process, for where the kernel's word can't be had. */
  readonly initialCwd?: ContainerPath;
  /** Size of the kernel's buffer per CPU, in pages: a power of two. */
  readonly bufferPages?: number;
  /** Gives up starting. */
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** How long bpftrace may take to print what it has before it is killed. */
const stopTimeoutMs = 30_000;
const readyLine = 'ready';

/**
 * Starts bpftrace with kernel/bpftrace/winnow.bt and resolves once it is attached: whatever the container does from then
 * on is seen. bpftrace runs `cat` once it is attached, and ends when that ends. So an echo tells that it is ready, and
 * the end of its standard input, also by this process's death, stops it.
 * @throws WinnowError (host cannot) where bpftrace is missing or the kernel or a lack of privilege refuses it.
 */
export async function startBpftraceProbe(options: BpftraceProbeOptions): Promise<Probe> {
  options.signal?.throwIfAborted();
  const child = spawn('bpftrace', ['-f', 'json', '-c', '/bin/cat', path.join(packageRoot(), 'kernel/bpftrace/winnow.bt'), options.containerId], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environment(options),
    detached: true, // an interrupt typed at the terminal must not stop the probe before the container
    ...(options.signal === undefined ? {} : {signal: options.signal, killSignal: 'SIGKILL'}),
  });
  const exit = exitOf(child);
  const lines = byteLines(child.stdout);
  child.stdin.write(`${readyLine}\n`);
  if (!(await isReady(lines))) {
    throw startError(await exit, options.signal);
  }
  let stopNs: bigint | null = null;
  let timer: NodeJS.Timeout | undefined;
  const kill = (): Promise<void> => {
    clearTimeout(timer);
    child.kill('SIGKILL');
    child.stdin.destroy();
    // Nothing more runs now; but the kernel takes its time, about 70 ms a probe, and nobody need wait for that.
    child.unref();
    return Promise.resolve();
  };
  return {
    events: untilEnd(
      decodeBpftrace(lines, {initialCwd: options.initialCwd ?? null, bootNs: epochNs() - bootClockNs(), cpus: os.cpus().length, stopNs: () => stopNs}),
      kill,
    ),
    stop() {
      stopNs ??= bootClockNs() + clockStepNs;
      timer ??= setTimeout(() => void kill(), stopTimeoutMs);
    },
    kill,
  };
}

async function* untilEnd(events: AsyncIterable<ProbeEvent>, kill: () => Promise<void>): AsyncGenerator<ProbeEvent, void, undefined> {
  try {
    yield* events;
  } finally {
    await kill();
  }
}

function environment({env = process.env, bufferPages = defaultBufferPages(os.cpus().length)}: BpftraceProbeOptions): NodeJS.ProcessEnv {
  return {
    ...env,
    BPFTRACE_STRLEN: String(bpftraceStringBytes),
    BPFTRACE_PERF_RB_PAGES: String(bufferPages),
    BPFTRACE_MAP_KEYS_MAX: '65536', // tasks followed at the same time
  };
}

/** 256 MiB over all CPUs, at most 64 MiB each, in pages of 4 KiB; bpftrace's own default of 64 loses records in bursts. */
function defaultBufferPages(cpus: number): number {
  return 2 ** Math.floor(Math.log2(Math.min(16_384, 65_536 / cpus)));
}

interface Exit {
  readonly code: string;
  readonly talk: string;
  readonly error: NodeJS.ErrnoException | undefined;
}

async function exitOf(child: ChildProcessWithoutNullStreams): Promise<Exit> {
  let talk = '';
  let error: NodeJS.ErrnoException | undefined;
  child.stderr.setEncoding('utf8').on('data', (text: string) => (talk = (talk + text).slice(-4096)));
  child.stdin.on('error', () => undefined); // bpftrace died first; its exit tells
  return new Promise((resolve) => {
    const settle = (code: string): void => resolve({code, talk, error});
    child.on('error', (cause) => {
      error = cause;
      if (child.pid === undefined) {
        settle(cause.message); // it never ran, so it never closes
      }
    });
    child.once('close', (code, signal) => settle(signal ?? `exit code ${code}`));
  });
}

/** Nothing that matters can come before: the container has not started yet. */
async function isReady(lines: AsyncGenerator<string>): Promise<boolean> {
  for (;;) {
    const line = await lines.next();
    if (line.done === true || line.value === readyLine) {
      return line.done !== true;
    }
  }
}

function startError({code, talk, error}: Exit, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) {
    return signal.reason;
  }
  const hint = 'winnow doctor says what this host can do';
  if (error?.code === 'ENOENT') {
    return new WinnowError('bpftrace is not installed', {exitCode: ExitCode.hostCannot, hint, cause: error});
  }
  // That it could not raise a limit is no reason to end, though bpftrace calls it an error.
  const complaint = talk.split('\n').find((line) => line !== '' && !line.includes('RLIMIT_MEMLOCK'));
  return new WinnowError(`bpftrace could not start: ${complaint ?? code}`, {exitCode: ExitCode.hostCannot, hint, cause: error});
}

const epochNs = (): bigint => BigInt(Date.now()) * 1_000_000n;

/** What /proc/uptime is exact to. */
const clockStepNs = 10_000_000n;

/** The clock that BPF programs read: nanoseconds since boot, sleep included. */
function bootClockNs(): bigint {
  const [seconds = '0'] = readFileSync('/proc/uptime', 'latin1').split(' ');
  return BigInt(Math.round(Number(seconds) * 1000)) * 1_000_000n;
}
