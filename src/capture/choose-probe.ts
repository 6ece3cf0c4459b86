import {ExitCode} from '../model/exit-code.js';
import type {Backend} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';
import {startBpftraceProbe} from './bpftrace-probe.js';
import {type EbpfProbeOptions, startEbpfProbe} from './ebpf-probe.js';
import type {Probe} from './probe.js';
import type {ProbeHost} from './probe-process.js';

export interface ProbeChoice extends Omit<EbpfProbeOptions, 'target' | 'running'> {
  readonly backend: 'auto' | 'ebpf' | 'bpftrace';
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
  if (choice.backend !== 'bpftrace') {
    try {
      return {backend: 'ebpf', probe: await startEbpfProbe(choice.host, {...choice, target: {by: 'container', id: containerId}})};
    } catch (error) {
      if (choice.backend === 'ebpf' || !(error instanceof WinnowError) || error.exitCode !== ExitCode.hostCannot) {
        throw error;
      }
      choice.note(`${error.message}; using bpftrace. See: winnow doctor`);
    }
  }
  return {
    backend: 'bpftrace',
    probe: await startBpftraceProbe({containerId, initialCwd: choice.workingDirectory}),
  };
}
