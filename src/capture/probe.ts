import type {Rung} from '../model/run.js';
import type {ProbeEvent} from '../wire/probe-event.js';

/** A probe that is attached. */
export interface Probe {
  /** Of the eBPF probe. */
  readonly rung?: Rung;
  /** Ends after the 'end' event; without that event where the probe died. Throws WinnowError on an unreadable stream. */
  readonly events: AsyncIterable<ProbeEvent>;
  /** Detaches; `events` then gives what is left and ends. Safe to call twice. */
  stop(): void;
  /** Ends the process at once, for clean-up; resolves when it is gone. */
  kill(): Promise<void>;
}
