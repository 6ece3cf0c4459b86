import {ExitCode} from '../model/exit-code.js';
import type {Rung} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';
import type {ProbeEvent} from '../wire/probe-event.js';
import {RecordDecoder} from '../wire/record-decoder.js';
import type {Probe} from './probe.js';
import type {ProbeHost, ProbeProcess} from './probe-process.js';
import type {ProbeTarget} from './probe-target.js';

export interface EbpfProbeOptions {
  readonly target: ProbeTarget;
  /** Begins with what is there already: processes, and what they have open and mapped. */
  readonly running?: boolean;
  /** Left out: the first of the ladder that the kernel takes. module: no eBPF, but the kernel module, which has to be loaded. */
  readonly rung?: Rung | 'module';
  readonly allEvents?: boolean;
  /** Tells at the end which system calls were made. */
  readonly systemCalls?: boolean;
  /** Size of the kernel's ring buffer: a power of two, at least a page. */
  readonly ringBytes?: number;
}

/** How long a probe that is to stop may stay silent, while it detaches and sends its counts, before it is killed. */
const stopTimeoutMs = 30_000;

/**
 * Starts the eBPF probe on a host and resolves once it is attached: whatever its target does from then on is seen.
 * @throws WinnowError (host cannot) where it is not built, or the kernel refuses it.
 */
export async function startEbpfProbe(host: ProbeHost, options: EbpfProbeOptions): Promise<Probe> {
  const probe = await host.start(probeArguments(options));
  let timer: NodeJS.Timeout | undefined;
  const events = decode(probe, () => timer?.refresh());
  const first = await events.next();
  if (first.done === true) {
    throw await startError(host, probe);
  }
  return {
    ...(first.value.kind === 'hello' && first.value.rung !== undefined ? {rung: first.value.rung} : {}),
    events: withFirst(first.value, events),
    stop() {
      probe.endInput();
      timer ??= setTimeout(() => void probe.kill(), stopTimeoutMs);
      void probe.exit.then(() => clearTimeout(timer));
    },
    async kill() {
      clearTimeout(timer);
      await probe.kill();
    },
  };
}

function probeArguments({target, running = false, rung, allEvents = false, systemCalls = false, ringBytes}: EbpfProbeOptions): string[] {
  return [
    'run',
    ...targetArguments(target),
    ...(running ? ['--running'] : []),
    '--events',
    allEvents ? 'all' : 'first',
    ...(systemCalls ? ['--syscalls'] : []),
    ...(rung === undefined ? [] : ['--rung', rung]),
    ...(ringBytes === undefined ? [] : ['--ring-bytes', String(ringBytes)]),
  ];
}

function targetArguments(target: ProbeTarget): string[] {
  switch (target.by) {
    case 'container':
      return ['--container', target.id];
    case 'containers':
      return target.ids.flatMap((id) => ['--container', id]);
    case 'cgroup':
      return ['--cgroup', target.directory];
    case 'pid':
      return ['--pid', String(target.pid)];
  }
}

async function startError(host: ProbeHost, probe: ProbeProcess): Promise<WinnowError> {
  const {code, talk} = await probe.exit;
  const where = host.name === null ? '' : `${host.name}: `;
  return new WinnowError(where + (talk || `the probe ended at once with ${code}`), {
    exitCode: ExitCode.hostCannot,
    hint: `winnow doctor says what ${host.name === null ? 'this host' : 'that host, when run there,'} can do`,
  });
}

async function* decode(probe: ProbeProcess, onChunk: () => void): AsyncGenerator<ProbeEvent, void, undefined> {
  const decoder = new RecordDecoder();
  for await (const chunk of probe.records) {
    onChunk();
    yield* decoder.push(chunk);
  }
}

async function* withFirst<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  yield first;
  yield* rest;
}
