import {Buffer} from 'node:buffer';
import {Zstd} from '@hpcc-js/wasm-zstd';
import {Deflate} from 'pako';
import type {Chunks} from './byte-reader.js';
import type {Compression} from './decompress.js';

/** What engines and build tools use, too. */
const levels: Readonly<Record<Compression, number>> = {gzip: 6, zstd: 3};

/**
 * The same bytes for the same content on any machine with any Node.js: both compressors are part of the package, whereas
 * Node's own differ by version and processor. gzip has no name and no time in its header.
 */
export function compress(chunks: Chunks, compression: Compression): AsyncGenerator<Uint8Array, void, undefined> {
  return compression === 'gzip' ? gzip(chunks) : zstd(chunks);
}

async function* gzip(chunks: Chunks): AsyncGenerator<Uint8Array, void, undefined> {
  const deflate = new Deflate({gzip: true, level: levels.gzip});
  let ready: Uint8Array[] = [];
  deflate.onData = (chunk: Uint8Array | string) => void ready.push(Buffer.from(chunk as Uint8Array));
  for await (const chunk of chunks) {
    deflate.push(chunk, false);
    yield* ready;
    ready = [];
  }
  deflate.push(new Uint8Array(0), true);
  yield* ready;
}

/** The compressor is one for the whole process, and holds one stream at a time. */
let zstdIsFree: Promise<void> = Promise.resolve();

async function* zstd(chunks: Chunks): AsyncGenerator<Uint8Array, void, undefined> {
  const before = zstdIsFree;
  let free = (): void => undefined;
  zstdIsFree = new Promise((resolve) => (free = resolve));
  await before;
  try {
    const compressor = await Zstd.load();
    compressor.reset();
    compressor.setCompressionLevel(levels.zstd);
    for await (const chunk of chunks) {
      yield Buffer.from(compressor.compressChunk(chunk));
    }
    yield Buffer.from(compressor.compressEnd());
  } finally {
    free();
  }
}
