import {Agent, type ClientRequestArgs} from 'node:http';
import type {Duplex} from 'node:stream';

/** Carries HTTP requests over streams that `open` gives, one a request. */
export class EngineAgent extends Agent {
  readonly #open: () => Promise<Duplex>;

  constructor(open: () => Promise<Duplex>) {
    super({keepAlive: false});
    this.#open = open;
  }

  override createConnection(_options: ClientRequestArgs, callback?: (error: Error | null, stream: Duplex) => void): undefined {
    this.#open().then(
      (stream) => callback?.(null, stream),
      (error: unknown) => callback?.(error as Error, undefined as unknown as Duplex), // nobody takes it beside an error
    );
  }
}
