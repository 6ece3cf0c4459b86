import {ExitCode} from '../model/exit-code.js';
import type {Backend} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';
import {startBpftraceProbe} from './bpftrace-probe.js';
import {type EbpfProbeOptions, startEbpfProbe} from './ebpf-probe.js';
import type {Probe} from './probe.js';
import type {ProbeHost} from './probe-process.js';

export interface ProbeChoice extends Omit<EbpfProbeOptions, 'target' | 'running'> {
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

/**
 * Attaches the best probe that loads here. With `auto`, what really loads decides, not what the host claims.
 * @throws WinnowError (host cannot) where none does
 */
export async function startProbe(containerId: string, choice: ProbeChoice): Promise<ChosenProbe> {
  const refusals: WinnowError[] = [];
  for (const backend of choice.backend === 'auto' ? bestFirst : [choice.backend]) {
    try {
      const probe = await start(backend, containerId, choice);
      if (refusals[0] !== undefined) {
        choice.note(`${refusals[0].message}; using ${backend === 'module' ? 'the kernel module' : backend}. See: winnow doctor`);
      }
      return {backend, probe};
    } catch (error) {
      if (!(error instanceof WinnowError) || error.exitCode !== ExitCode.hostCannot) {
        throw error;
      }
      refusals.push(error);
    }
  }
  throw refusals.at(-1) ?? new WinnowError('no probe to try');
}

const bestFirst = ['ebpf', 'module', 'bpftrace'] as const;

async function start(backend: (typeof bestFirst)[number], containerId: string, choice: ProbeChoice): Promise<Probe> {
  switch (backend) {
    case 'ebpf':
      return startEbpfProbe(choice.host, {...choice, target: {by: 'container', id: containerId}});
    case 'module':
      return startEbpfProbe(choice.host, {...choice, target: {by: 'container', id: containerId}, rung: 'module'});
    case 'bpftrace':
      return startBpftraceProbe({containerId, initialCwd: choice.workingDirectory});
  }
}
