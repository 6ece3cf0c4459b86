import {Buffer} from 'node:buffer';
import {randomUUID} from 'node:crypto';
import {type FileHandle, open, unlink} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {WinnowError} from '../../model/winnow-error.js';
import {archiveError} from '../archive-error.js';
import type {Chunks} from '../byte-reader.js';

/** Bytes that may be read anywhere and again. */
export interface ByteSource {
  /** From `start` to before `end`. @throws WinnowError where they are not there */
  readonly read: (start: number, end: number) => Chunks;
  readonly close: () => Promise<void>;
}

/** Enough for a disk to be quick, little enough for memory. */
const chunkBytes = 2 ** 18;

/**
 * A temporary file that goes with the process, however that ends: it has no name. It stands in TMPDIR, else in /var/tmp, which
 * is for what may be large (/tmp is memory on many hosts).
 */
export class Spool implements ByteSource {
  readonly #file: FileHandle;
  #bytes = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** @throws WinnowError where no temporary file can be made */
  static async open(directory = process.env['TMPDIR'] ?? '/var/tmp'): Promise<Spool> {
    const name = path.join(directory, `.winnow-${randomUUID()}`);
    try {
      const file = await open(name, 'wx+', 0o600);
      await unlink(name);
      return new Spool(file);
    } catch (cause) {
      throw spoolError(cause);
    }
  }

  /** Bytes written so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Passes chunks on and appends them; one write is under way while the next chunk is worked on. */
  async *tee(chunks: Chunks): AsyncGenerator<Uint8Array, void, undefined> {
    let writing = Promise.resolve();
    let gathered: Uint8Array[] = [];
    let gatheredBytes = 0;
    const flush = async (): Promise<void> => {
      const batch = gathered;
      const at = this.#bytes;
      this.#bytes += gatheredBytes;
      gathered = [];
      gatheredBytes = 0;
      await writing;
      writing = this.#write(batch, at);
      writing.catch(() => undefined); // told by the next await
    };
    for await (const chunk of chunks) {
      gathered.push(chunk);
      gatheredBytes += chunk.length;
      if (gatheredBytes >= chunkBytes) {
        await flush();
      }
      yield chunk;
    }
    await flush();
    await writing;
  }

  read(start: number, end: number): Chunks {
    return readRange(this.#file, start, end);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #write(batch: readonly Uint8Array[], at: number): Promise<void> {
    try {
      const bytes = batch.reduce((sum, {length}) => sum + length, 0);
      const {bytesWritten} = await this.#file.writev(batch, at);
      if (bytesWritten < bytes) {
        const rest = Buffer.concat(batch).subarray(bytesWritten);
        await this.#write([rest], at + bytesWritten);
      }
    } catch (cause) {
      throw cause instanceof WinnowError ? cause : spoolError(cause);
    }
  }
}

/** Of a file that is not to change meanwhile. @throws WinnowError where it ends before */
export async function* readRange(file: FileHandle, start: number, end: number): AsyncGenerator<Buffer, void, undefined> {
  for (let at = start; at < end; ) {
    const {bytesRead, buffer} = await file.read(Buffer.allocUnsafe(Math.min(chunkBytes, end - at)), 0, null, at);
    if (bytesRead === 0) {
      throw archiveError('it was cut off while it was read');
    }
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function spoolError(cause: unknown): WinnowError {
  return new WinnowError(`a temporary file cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, {
    hint: 'make room, or name another directory with TMPDIR', cause,
  });
}
