import type {Transform} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import zlib from 'node:zlib';
import {Decompress} from 'fzstd';
import {archiveError} from './archive-error.js';
import type {Chunks} from './byte-reader.js';
import {withBoundedWindows} from './zstd-window.js';

export type Compression = 'gzip' | 'zstd';

const magics: Readonly<Record<Compression, readonly number[]>> = {gzip: [0x1f, 0x8b], zstd: [0x28, 0xb5, 0x2f, 0xfd]};

/** Told by the first bytes; null where they are no known magic number. */
export function compressionOf(head: Uint8Array): Compression | null {
  const isMagic = (magic: readonly number[]) => magic.every((byte, index) => head[index] === byte);
  return isMagic(magics.gzip) ? 'gzip' : isMagic(magics.zstd) ? 'zstd' : null;
}

/** @throws WinnowError for corrupt or cut data */
export function decompress(chunks: Chunks, compression: Compression): AsyncGenerator<Uint8Array, void, undefined> {
  // Since Node.js 22.15 and 23.8; the types are those of the oldest Node.js supported.
  const {createZstdDecompress} = zlib as {createZstdDecompress?: () => Transform};
  if (compression === 'gzip') {
    return decompressThrough(chunks, zlib.createGunzip(), compression);
  }
  const bounded = withBoundedWindows(chunks);
  return createZstdDecompress === undefined ? decompressZstd(bounded) : decompressThrough(bounded, createZstdDecompress(), compression);
}

async function* decompressThrough(chunks: Chunks, decompressor: Transform, compression: Compression): AsyncGenerator<Uint8Array, void, undefined> {
  const feeding = pipeline(chunks, decompressor);
  feeding.catch(() => undefined); // the same error comes out of the loop below
  try {
    for await (const chunk of decompressor as AsyncIterable<Uint8Array>) {
      yield chunk;
    }
  } catch (error) {
    const {code = ''} = error as NodeJS.ErrnoException;
    throw /^Z(STD)?_/.test(code) ? corrupt(compression, error) : error;
  } finally {
    decompressor.destroy();
  }
}

/** What a slice may become is bounded: a block of 4 bytes gives 128 KiB at most (RFC 8878, section 3.1.1.2). */
const zstdSliceBytes = 1024;

/** Without Node's own. */
async function* decompressZstd(chunks: Chunks): AsyncGenerator<Uint8Array, void, undefined> {
  let ready: Uint8Array[] = [];
  const decompressor = new Decompress((chunk) => void ready.push(chunk));
  const push = (slice: Uint8Array, isLast: boolean): Uint8Array[] => {
    try {
      decompressor.push(slice, isLast);
    } catch (error) {
      throw corrupt('zstd', error);
    }
    const out = ready;
    ready = [];
    return out;
  };
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += zstdSliceBytes) {
      yield* push(chunk.subarray(at, at + zstdSliceBytes), false);
    }
  }
  yield* push(new Uint8Array(0), true);
}

const corrupt = (compression: Compression, cause: unknown): Error => archiveError(`a layer's ${compression} data is corrupt or cut off`, cause);
