import {ReadableStream, type ReadableStreamDefaultController} from 'node:stream/web';
import {type ProbeEvent, targetIndexOf, targetsMax} from '../wire/probe-event.js';
import {wireError} from '../wire/wire-error.js';
import type {ChosenProbe} from './choose-probe.js';
import type {Probe} from './probe.js';
import type {ProbeTarget} from './probe-target.js';

type StartProbe = (target: ProbeTarget) => Promise<ChosenProbe>;

interface Starters {
  readonly one: StartProbe;
  /** For containers of these ids: a probe each, in their order. */
  readonly together: (ids: readonly string[]) => Promise<ChosenProbe[]>;
}

/** Starts probes for targets one by one, but for containers together, so that they may share one. */
export function sharingStart(targets: readonly ProbeTarget[], {one, together}: Starters): StartProbe {
  const ids = targets.flatMap((target) => (target.by === 'container' ? [target.id] : []));
  const groups = Array.from({length: Math.ceil(ids.length / targetsMax)}, (_, index) => ids.slice(index * targetsMax, (index + 1) * targetsMax));
  const started = new Map<readonly string[], Promise<ChosenProbe[]>>();
  return async (target) => {
    const group = groups.find((candidate) => target.by === 'container' && candidate.includes(target.id));
    if (target.by !== 'container' || group === undefined || group.length < 2) {
      return one(target);
    }
    const parts = started.get(group) ?? together(group);
    started.set(group, parts);
    return (await parts)[group.indexOf(target.id)] as ChosenProbe;
  };
}

/**
 * The probes of several containers that are one probe in the kernel, so that more containers cost the host no more. Exact
 * counts come when the last of them is stopped, and the others' events end no sooner. Nobody can say whose a lost record
 * was, so each is told of all.
 */
export function splitProbe(probe: Probe, count: number): Probe[] {
  let running = count;
  const parts = Array.from({length: count}, () => new Part());
  void distribute(probe, parts);
  return parts.map(({events, close}) => {
    let isStopped = false;
    const stop = (): boolean => {
      running -= isStopped ? 0 : 1;
      isStopped = true;
      return running === 0;
    };
    return {
      ...(probe.rung === undefined ? {} : {rung: probe.rung}),
      events,
      stop() {
        if (stop()) {
          probe.stop();
        }
      },
      async kill() {
        close();
        if (stop()) {
          await probe.kill();
        }
      },
    };
  });
}

/** What one container's reader gets, and what of it was delivered. */
class Part {
  readonly events: AsyncIterable<ProbeEvent>;
  delivered = 0;
  #controller: ReadableStreamDefaultController<ProbeEvent> | undefined;

  constructor() {
    this.events = new ReadableStream<ProbeEvent>({
      start: (controller) => void (this.#controller = controller),
      cancel: () => void (this.#controller = undefined),
    }, {highWaterMark: Number.POSITIVE_INFINITY}); // a reader keeps up, since the stream's source waits for nobody else
  }

  tell(event: ProbeEvent): void {
    this.#controller?.enqueue(event);
  }

  fail(error: unknown): void {
    this.#controller?.error(error);
    this.#controller = undefined;
  }

  readonly close = (): void => {
    this.#controller?.close();
    this.#controller = undefined;
  };
}

async function distribute(probe: Probe, parts: readonly Part[]): Promise<void> {
  const entries = new Map<number, {readonly part: Part; delivered: number}>();
  let lost = 0;
  let areCountsDelivered = true;
  const add = (entryId: number, delivered: number, event: ProbeEvent): void => {
    const entry = entries.get(entryId);
    if (entry !== undefined) { // else its first sight was lost, and counted as lost
      entry.delivered += delivered;
      entry.part.delivered += delivered;
      entry.part.tell(event);
    }
  };
  try {
    for await (const event of probe.events) {
      switch (event.kind) {
        case 'access': {
          const part = parts[targetIndexOf(event.processId)];
          if (part === undefined) {
            throw wireError(`an access of container ${targetIndexOf(event.processId)} of ${parts.length}`);
          }
          if (event.entryId === 0) {
            part.delivered += 1;
            part.tell(event);
          } else {
            entries.set(event.entryId, entries.get(event.entryId) ?? {part, delivered: 0});
            add(event.entryId, 1, event);
          }
          break;
        }
        case 'process':
          parts[targetIndexOf(event.processId)]?.tell(event);
          break;
        case 'scope':
          parts[event.targetIndex ?? 0]?.tell(event);
          break;
        case 'repeat':
          add(event.entryId, 1, event);
          break;
        case 'count':
          add(event.entryId, areCountsDelivered ? event.count - (entries.get(event.entryId)?.delivered ?? 0) : 0, event);
          break;
        case 'end':
          parts.forEach((part) => part.tell({...event, delivered: part.delivered, made: part.delivered + lost}));
          break;
        case 'lost':
          lost += event.count;
          parts.forEach((part) => part.tell(event));
          break;
        case 'hello':
          areCountsDelivered = event.aggregated; // else only what was streamed is, and counts tell of what was lost too
          parts.forEach((part) => part.tell(event));
          break;
        case 'syscall':
          parts.forEach((part) => part.tell(event));
          break;
      }
    }
    parts.forEach((part) => part.close());
  } catch (error) {
    parts.forEach((part) => part.fail(error));
  }
}
