import {Writable} from 'node:stream';
import type Docker from 'dockerode';

const kept = 16_384;

/** What a container prints, as it comes. */
export class ContainerOutput {
  #text = '';
  readonly #listeners = new Set<(text: string) => void>();

  /** The last lines. */
  get text(): string {
    return this.#text;
  }

  /** Calls `listener` with each piece from now on, and at once with what there was. */
  on(listener: (text: string) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#text);
    return () => this.#listeners.delete(listener);
  }

  /** Reads an engine's stream, in which output and errors are told apart unless the container has a terminal. */
  read(docker: Docker, stream: NodeJS.ReadableStream, hasTerminal = false): void {
    const sink = new Writable({write: (chunk: Buffer, _, done) => (this.#hear(chunk.toString()), done())});
    if (hasTerminal) {
      stream.pipe(sink);
    } else {
      docker.modem.demuxStream(stream, sink, sink);
    }
  }

  #hear(text: string): void {
    this.#text = (this.#text + text).slice(-kept);
    for (const listener of this.#listeners) {
      listener(text);
    }
  }
}
