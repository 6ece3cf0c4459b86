import {setTimeout as sleep} from 'node:timers/promises';
import {WinnowError} from '../model/winnow-error.js';
import type {ProfiledContainer} from './container.js';
import {printedLine} from './printed-line.js';

export interface RunningService {
  readonly name: string;
  readonly container: ProfiledContainer;
}

/** A service ended by itself, and not with exit code 0, which is how one ends that only prepares something for the others. */
export class ServiceDied extends WinnowError {}

/** How long after what depends on a service the engine may tell of the service's end. */
const tellMs = 3000;

/** Notices when one of some services dies. */
export class ServiceWatch {
  /** Aborts with the first that died, a `ServiceDied`. */
  readonly signal: AbortSignal;
  readonly #ends: readonly Promise<void>[];

  constructor(services: readonly RunningService[]) {
    const died = new AbortController();
    this.signal = died.signal;
    this.#ends = services.map(({name, container}) => container.exit().then(
      (exitCode) => {
        if (exitCode !== 0) {
          died.abort(new ServiceDied(`service "${name}" ended with exit code ${exitCode} during the run${printedLine(container.output)}`, {
            hint: 'the workload is judged with all its services only; their image, command and env are in the config',
          }));
        }
      },
      () => undefined, // the engine is out of reach, and the run itself says so
    ));
  }

  /** The service whose death explains a failure; waits a little, since what fails of it may fail before the engine tells. */
  async blamed(): Promise<ServiceDied | null> {
    const told = new AbortController();
    const died = new Promise((resolve) => this.signal.addEventListener('abort', resolve, {once: true, signal: told.signal}));
    const over = sleep(tellMs, undefined, {signal: told.signal}).catch(() => undefined);
    if (!this.signal.aborted) {
      await Promise.race([died, over, Promise.all(this.#ends)]);
    }
    told.abort();
    return this.signal.aborted ? (this.signal.reason as ServiceDied) : null;
  }
}
