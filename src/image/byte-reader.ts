import {Buffer} from 'node:buffer';
import {archiveError} from './archive-error.js';

export type Chunks = AsyncIterable<Uint8Array>;

/** Passes chunks on, each shown before. */
export async function* observe(chunks: Chunks, observer: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    observer(chunk);
    yield chunk;
  }
}

/** Pulls exact numbers of bytes from chunks of any size, copying only what spans two chunks. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #buffered: Buffer = Buffer.alloc(0);
  #position = 0;
  #ended = false;

  constructor(chunks: Chunks) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Bytes consumed so far. */
  get position(): number {
    return this.#position;
  }

  /** The next `size` bytes, left in place; fewer where the input ends before. */
  async peek(size: number): Promise<Buffer> {
    while (this.#buffered.length < size && (await this.#pull())) {
      // #pull appends
    }
    return this.#buffered.subarray(0, size);
  }

  /** The next `size` bytes; null where the input has ended. @throws WinnowError where it ends within them. */
  async take(size: number): Promise<Buffer | null> {
    const bytes = await this.peek(size);
    if (bytes.length < size && bytes.length > 0) {
      throw archiveError('cut off in the middle of an entry');
    }
    return bytes.length === size ? this.#consume(size) : null;
  }

  /** The next `size` bytes as they come, or all that are left for Infinity. @throws WinnowError where the input ends before. */
  async *stream(size: number): AsyncGenerator<Buffer, void, undefined> {
    for (let left = size; left > 0; ) {
      const chunk = await this.next(left);
      if (chunk === null) {
        if (left === Infinity) {
          return;
        }
        throw archiveError('cut off in the middle of an entry');
      }
      left -= chunk.length;
      yield chunk;
    }
  }

  /** Some bytes, `most` at most; null where the input has ended. */
  async next(most: number): Promise<Buffer | null> {
    const {length} = await this.peek(1);
    return length === 0 ? null : this.#consume(most);
  }

  /** Passes over bytes, as `stream` does. */
  async skip(size: number): Promise<void> {
    for await (const _ of this.stream(size)) {
      // nobody wants them
    }
  }

  /** Tells the source that no more is wanted, so that it frees what it holds. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** Up to `size` of the bytes at hand. */
  #consume(size: number): Buffer {
    const bytes = this.#buffered.subarray(0, size);
    this.#buffered = this.#buffered.subarray(bytes.length);
    this.#position += bytes.length;
    return bytes;
  }

  async #pull(): Promise<boolean> {
    const step = this.#ended ? null : await this.#chunks.next();
    if (step === null || step.done === true) {
      this.#ended = true;
      return false;
    }
    const {value} = step;
    const chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    this.#buffered = this.#buffered.length === 0 ? chunk : Buffer.concat([this.#buffered, chunk]);
    return true;
  }
}
