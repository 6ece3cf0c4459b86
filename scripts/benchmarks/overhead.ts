import {startProbe} from '../../src/capture/choose-probe.js';
import {localProbeHost} from '../../src/capture/local-probe.js';
import type {ProbeEvent} from '../../src/wire/probe-event.js';
import {type Clock, underStrace, withContainer, type WorkloadContainer} from './containers.js';
import type {Variant} from './interleave.js';
import {refusalOf, underNothing, underPerfTrace, underSysdig} from './peers.js';

type Tracing = {readonly backend: 'ebpf' | 'bpftrace'; readonly allEvents: boolean};

export interface Overhead {
  readonly variants: readonly [Variant, ...Variant[]];
  /** Tracers that can't be measured here, and why. */
  readonly absent: ReadonlyArray<{readonly name: string; readonly reason: string}>;
}

/** What the workload costs under each way to trace it, untraced first. */
export async function overheadOf(workload: readonly string[], clock: Clock): Promise<Overhead> {
  const peers = [
    {name: 'perf trace', refusal: await refusalOf('perf'), run: () => underPerfTrace(workload, clock)},
    {name: 'sysdig', refusal: await refusalOf('sysdig'), run: () => underSysdig(workload, clock)},
  ];
  return {
    variants: [...ownVariants(workload, clock), ...peers.filter(({refusal}) => refusal === null)],
    absent: peers.flatMap(({name, refusal}) => (refusal === null ? [] : [{name, reason: refusal}])),
  };
}

function ownVariants(workload: readonly string[], clock: Clock): [Variant, ...Variant[]] {
  const traced = (tracing: Tracing) => (): Promise<number> =>
    withContainer(workload, (container) => whileTraced(container, tracing, () => container.run(clock)));
  const strace = (...straceOptions: string[]) => (): Promise<number> => {
    const {command, options} = underStrace(workload, straceOptions);
    return withContainer(command, (container) => container.run(clock), options);
  };
  return [
    {name: 'untraced', run: () => withContainer(workload, (container) => container.run(clock))},
    {name: 'a BPF program that does nothing, at the exit of every system call', run: () => underNothing(workload, clock)},
    {name: 'eBPF probe, first sights and counts', run: traced({backend: 'ebpf', allEvents: false})},
    {name: 'eBPF probe, every access', run: traced({backend: 'ebpf', allEvents: true})},
    {name: 'untraced, beside a container under the eBPF probe', run: () => besideTraced(workload, clock)},
    {name: 'bpftrace hook', run: traced({backend: 'bpftrace', allEvents: true})},
    {name: 'strace -f', run: strace('-f')},
    {name: 'strace -f --seccomp-bpf, file calls only', run: strace('-f', '--seccomp-bpf', '--trace=%file,fstat')},
  ];
}

/** A neighbour that the filter must leave alone. */
function besideTraced(workload: readonly string[], clock: Clock): Promise<number> {
  return withContainer(['/bin/sleep', 'infinity'], (other) =>
    whileTraced(other, {backend: 'ebpf', allEvents: false}, async () => {
      await other.start();
      return withContainer(workload, (container) => container.run(clock));
    }),
  );
}

/** Takes the probe's events as the recorder does, in this process, and insists that none was lost. */
async function whileTraced<T>(container: WorkloadContainer, {backend, allEvents}: Tracing, use: () => Promise<T>): Promise<T> {
  const {probe} = await startProbe({by: 'container', id: container.id}, {backend, host: localProbeHost(), allEvents, workingDirectory: '/', note: () => undefined});
  const lost = countLost(probe.events);
  try {
    const result = await use();
    probe.stop();
    if ((await lost) > 0) {
      throw new Error(`${backend} lost ${await lost} records`);
    }
    return result;
  } finally {
    await probe.kill();
  }
}

async function countLost(events: AsyncIterable<ProbeEvent>): Promise<number> {
  let lost = 0;
  for await (const event of events) {
    lost += event.kind === 'lost' ? event.count : 0;
  }
  return lost;
}
