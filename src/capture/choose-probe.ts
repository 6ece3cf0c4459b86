import process from 'node:process';
import {ExitCode} from '../model/exit-code.js';
import type {Backend} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';
import {targetsMax} from '../wire/probe-event.js';
import {startBpftraceProbe} from './bpftrace-probe.js';
import {type EbpfProbeOptions, startEbpfProbe} from './ebpf-probe.js';
import type {Probe} from './probe.js';
import type {ProbeHost} from './probe-process.js';
import type {ProbeTarget} from './probe-target.js';
import {splitProbe} from './shared-probe.js';

export interface ProbeChoice extends Omit<EbpfProbeOptions, 'target'> {
  readonly backend: 'auto' | 'ebpf' | 'module' | 'bpftrace';
  /** Where the container is. bpftrace runs on this host only. */
  readonly host: ProbeHost;
  /** Directory the container's first program starts in, for probes that see only strings. */
  readonly workingDirectory: string;
  /** Told once where the best probe does not load and another is used. */
  readonly note: (line: string) => void;
}

export interface ChosenProbe {
  readonly backend: Backend;
  readonly probe: Probe;
}

/** As `startProbes`, for one target of any kind. */
export async function startProbe(target: ProbeTarget, choice: ProbeChoice): Promise<ChosenProbe> {
  const [chosen] = await startFirst([target], choice);
  return chosen as ChosenProbe;
}

/**
 * Attaches the best probe that loads here, to each of some containers. With `auto`, what really loads decides, not what the host claims.
 * @throws WinnowError (host cannot) where none does
 */
export async function startProbes(containerIds: readonly string[], choice: ProbeChoice): Promise<ChosenProbe[]> {
  return startFirst(containerIds.map((id) => ({by: 'container', id})), choice);
}

async function startFirst(targets: readonly ProbeTarget[], choice: ProbeChoice): Promise<ChosenProbe[]> {
  const refusals: WinnowError[] = [];
  for (const backend of choice.backend === 'auto' ? bestFirst.filter((name) => !(name === 'bpftrace' && choice.running === true)) : [choice.backend]) {
    try {
      const probes = await start(backend, targets, choice);
      if (refusals[0] !== undefined) {
        choice.note(`${refusals[0].message}; using ${backend === 'module' ? 'the kernel module' : backend}. See: winnow doctor`);
      }
      return probes.map((probe) => ({backend, probe}));
    } catch (error) {
      if (!(error instanceof WinnowError) || error.exitCode !== ExitCode.hostCannot) {
        throw error;
      }
      refusals.push(error);
    }
  }
  const last = refusals.at(-1) ?? new WinnowError('no probe to try');
  throw choice.host.name === null && process.geteuid?.() !== 0 ? new WinnowError('the probes need root', {exitCode: last.exitCode, hint: 'run it with sudo -E', cause: last}) : last;
}

const bestFirst = ['ebpf', 'module', 'bpftrace'] as const;

async function start(backend: (typeof bestFirst)[number], targets: readonly ProbeTarget[], choice: ProbeChoice): Promise<Probe[]> {
  const ids = targets.flatMap((target) => (target.by === 'container' ? [target.id] : []));
  const isShared = backend === 'ebpf' && ids.length > 1 && ids.length <= targetsMax && choice.systemCalls !== true;
  if (isShared) {
    return splitProbe(await startEbpfProbe(choice.host, {...choice, target: {by: 'containers', ids}}), ids.length);
  }
  const probes: Probe[] = [];
  try {
    for (const target of targets) {
      probes.push(await startOne(backend, target, targets.length, choice));
    }
    return probes;
  } catch (error) {
    await Promise.all(probes.map((probe) => probe.kill()));
    throw error;
  }
}

async function startOne(backend: (typeof bestFirst)[number], target: ProbeTarget, count: number, choice: ProbeChoice): Promise<Probe> {
  switch (backend) {
    case 'ebpf':
      return startEbpfProbe(choice.host, {...choice, target});
    case 'module':
      return startEbpfProbe(choice.host, {...choice, target, rung: 'module'});
    case 'bpftrace':
      if (count > 1 || target.by !== 'container') { // whose working directories it would have to be told
        throw new WinnowError('the bpftrace hook follows one container, not its services too', {exitCode: ExitCode.hostCannot, hint: 'leave out "capture" of the services'});
      }
      return startBpftraceProbe({containerId: target.id, initialCwd: choice.workingDirectory});
  }
}
