import {type Command, Option} from 'commander';
import type {ProbeChoice} from '../capture/choose-probe.js';
import type {ProbeHost} from '../capture/probe-process.js';
import {ExitCode} from '../model/exit-code.js';
import {type Rung, rungs} from '../model/run.js';
import {parseSize} from '../model/units.js';
import {WinnowError} from '../model/winnow-error.js';
import type {PlaceOptions} from './place.js';

export interface ProbeOptions {
  readonly backend: ProbeChoice['backend'];
  readonly rung: 'auto' | Rung;
  readonly events: 'first' | 'all';
  readonly syscalls?: true;
  readonly ringSize?: number;
}

export function addProbeOptions(command: Command, backends: readonly ProbeChoice['backend'][]): Command {
  return command
    .addOption(new Option('--backend <probe>', 'how to capture').choices(backends).default('auto'))
    .addOption(new Option('--rung <rung>', 'how the eBPF probe hangs in the kernel (docs/probes.md)').choices(['auto', ...rungs]).default('auto'))
    .addOption(new Option('--events <which>', 'stream first sights and count repeats, or stream all').choices(['first', 'all']).default('first'))
    .option('--syscalls', 'record which system calls are made, for winnow export --format seccomp')
    .option('--ring-size <size>', 'kernel ring buffer, a power of two (default: 16MiB)', parseSize);
}

/** Refuses what can't be meant together. @throws WinnowError (usage) */
export function checkProbeOptions({backend, rung, syscalls, host}: ProbeOptions & PlaceOptions): void {
  if (host !== undefined && backend === 'bpftrace') {
    throw new WinnowError('--backend bpftrace works on this host only', {exitCode: ExitCode.usage, hint: 'leave it out: over ssh the eBPF probe is used'});
  }
  const otherBackend = backend === 'bpftrace' || backend === 'module';
  if (rung !== 'auto' && otherBackend) {
    throw new WinnowError('--rung is of the eBPF probe', {exitCode: ExitCode.usage, hint: 'leave out one of --rung and --backend'});
  }
  if (syscalls === true && otherBackend) {
    throw new WinnowError('only the eBPF probe records system calls', {exitCode: ExitCode.usage, hint: 'leave out one of --syscalls and --backend'});
  }
}

export function probeChoiceOf(options: ProbeOptions & PlaceOptions, host: ProbeHost, note: (line: string) => void): Omit<ProbeChoice, 'workingDirectory'> {
  const {rung, events, syscalls, ringSize} = options;
  return {
    backend: backendOf(options),
    ...(rung === 'auto' ? {} : {rung}),
    systemCalls: syscalls === true,
    allEvents: events === 'all',
    ...(ringSize === undefined ? {} : {ringBytes: ringSize}),
    host,
    note,
  };
}

/** What else was asked for may leave no choice. */
function backendOf({backend, host, rung, syscalls}: ProbeOptions & PlaceOptions): ProbeOptions['backend'] {
  return backend === 'auto' && (host !== undefined || rung !== 'auto' || syscalls === true) ? 'ebpf' : backend;
}
