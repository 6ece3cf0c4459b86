import type {Transform} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import process from 'node:process';
import zlib from 'node:zlib';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';
import {archiveError} from './archive-error.js';
import type {Chunks} from './byte-reader.js';

export type Compression = 'gzip' | 'zstd';

const magics: Readonly<Record<Compression, readonly number[]>> = {gzip: [0x1f, 0x8b], zstd: [0x28, 0xb5, 0x2f, 0xfd]};

/** Told by the first bytes; null where they are no known magic number. */
export function compressionOf(head: Uint8Array): Compression | null {
  const isMagic = (magic: readonly number[]) => magic.every((byte, index) => head[index] === byte);
  return isMagic(magics.gzip) ? 'gzip' : isMagic(magics.zstd) ? 'zstd' : null;
}

/** @throws WinnowError for corrupt or cut data, and for zstd where this Node.js cannot read it */
export async function* decompress(chunks: Chunks, compression: Compression): AsyncGenerator<Uint8Array, void, undefined> {
  const decompressor = createDecompressor(compression);
  const feeding = pipeline(chunks, decompressor);
  feeding.catch(() => undefined); // the same error comes out of the loop below
  try {
    for await (const chunk of decompressor as AsyncIterable<Uint8Array>) {
      yield chunk;
    }
  } catch (error) {
    const {code = ''} = error as NodeJS.ErrnoException;
    throw /^Z(STD)?_/.test(code) ? archiveError(`a layer's ${compression} data is corrupt or cut off`, error) : error;
  } finally {
    decompressor.destroy();
  }
}

function createDecompressor(compression: Compression): Transform {
  if (compression === 'gzip') {
    return zlib.createGunzip();
  }
  // Since Node.js 22.15 and 23.8; the types are those of the oldest Node.js supported.
  const {createZstdDecompress} = zlib as {createZstdDecompress?: () => Transform};
  if (createZstdDecompress === undefined) {
    throw new WinnowError(`the image has layers compressed with zstd, which Node.js ${process.versions.node} cannot read`, {
      exitCode: ExitCode.hostCannot,
      hint: 'use Node.js 22.15 or newer, or save the image with gzip layers',
    });
  }
  return createZstdDecompress();
}
