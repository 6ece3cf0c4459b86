import {Buffer} from 'node:buffer';
import {formatBytes} from '../model/units.js';
import {archiveError} from './archive-error.js';
import type {Chunks} from './byte-reader.js';

/** What the zstd program takes unasked (zstd.h, ZSTD_WINDOWLOG_LIMIT_DEFAULT). A decoder takes that much memory before it has the first byte. */
const maxWindowBytes = 2 ** 27;
const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;

/** Passes zstd data on as long as no frame of it wants a larger window. @throws WinnowError where one does */
export async function* withBoundedWindows(chunks: Chunks): AsyncGenerator<Uint8Array, void, undefined> {
  const frames = new FrameWalk();
  for await (const chunk of chunks) {
    frames.pass(chunk);
    yield chunk;
  }
}

type Field = 'magic' | 'skippable' | 'descriptor' | 'header' | 'block';

/** Goes over frames without decoding (RFC 8878, section 3.1); what is none is the decoder's to refuse. */
class FrameWalk {
  readonly #bytes = Buffer.alloc(14);
  #field: Field = 'magic';
  #wanted = 4;
  #have = 0;
  #skip = 0;
  #descriptor = 0;

  pass(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const skipped = Math.min(this.#skip, chunk.length - at);
      this.#skip -= skipped;
      at += skipped;
      const taken = chunk.subarray(at, at + this.#wanted - this.#have);
      this.#bytes.set(taken, this.#have);
      this.#have += taken.length;
      at += taken.length;
      if (this.#have === this.#wanted) {
        this.#have = 0;
        this.#read();
      }
    }
  }

  #read(): void {
    switch (this.#field) {
      case 'magic':
        return this.#readMagic(this.#bytes.readUInt32LE());
      case 'skippable':
        this.#skip = this.#bytes.readUInt32LE();
        return this.#expect('magic', 4);
      case 'descriptor':
        this.#descriptor = this.#bytes.readUInt8();
        return this.#expect('header', this.#windowBytes() + this.#dictionaryBytes() + this.#sizeBytes());
      case 'header':
        refuseAbove(this.#window());
        return this.#expect('block', 3);
      case 'block':
        return this.#readBlock(this.#bytes.readUIntLE(0, 3));
    }
  }

  #readMagic(magic: number): void {
    if (magic === frameMagic) {
      this.#expect('descriptor', 1);
    } else if (magic >>> 4 === skippableMagic >>> 4) {
      this.#expect('skippable', 4);
    } else {
      this.#skip = Infinity;
    }
  }

  #readBlock(header: number): void {
    const isRepeatedByte = ((header >> 1) & 3) === 1;
    this.#skip = isRepeatedByte ? 1 : header >> 3;
    if ((header & 1) === 1) {
      this.#skip += (this.#descriptor & 4) === 0 ? 0 : 4; // a checksum
      this.#expect('magic', 4);
    }
  }

  #expect(field: Field, bytes: number): void {
    this.#field = field;
    this.#wanted = bytes;
  }

  #isSingleSegment = (): boolean => (this.#descriptor & 0x20) !== 0;
  #windowBytes = (): number => (this.#isSingleSegment() ? 0 : 1);
  #dictionaryBytes = (): number => [0, 1, 2, 4][this.#descriptor & 3] ?? 0;
  #sizeBytes = (): number => [this.#isSingleSegment() ? 1 : 0, 2, 4, 8][this.#descriptor >> 6] ?? 0;

  /** Of a single segment, its content is the window. */
  #window(): number {
    if (!this.#isSingleSegment()) {
      const descriptor = this.#bytes.readUInt8();
      return 2 ** (10 + (descriptor >> 3)) * (1 + (descriptor & 7) / 8);
    }
    const [start, bytes] = [this.#dictionaryBytes(), this.#sizeBytes()];
    return bytes === 8 ? Number(this.#bytes.readBigUInt64LE(start)) : this.#bytes.readUIntLE(start, bytes) + (bytes === 2 ? 256 : 0);
  }
}

function refuseAbove(window: number): void {
  if (window > maxWindowBytes) {
    throw archiveError(`a layer's zstd data needs a window of ${formatBytes(window)}, more than ${formatBytes(maxWindowBytes)}`);
  }
}
