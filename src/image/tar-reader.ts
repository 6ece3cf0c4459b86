import type {Buffer} from 'node:buffer';
import {archiveError} from './archive-error.js';
import {ByteReader, type Chunks} from './byte-reader.js';
import {blockBytes, decodeHeader, decodeLongName, decodePaxRecords, headerBytes, isTarHeader, type TarHeader, type TarOverrides, typeFlag} from './tar-header.js';

/** Go's archive/tar, which is Docker's reader, takes no longer pax header or long name either. */
const maxMetaBytes = 2 ** 20;

export interface TarEntry {
  readonly header: TarHeader;
  /** Bytes of the stream before the entry's first header: its own, or what belongs to it of pax headers and long names. */
  readonly start: number;
  /** Bytes of the stream before the content. */
  readonly contentStart: number;
  /** Bytes of the stream up to the next entry: the content's padding is within. */
  readonly end: number;
  /** The content, to be read before the next entry is asked for; what is left then is skipped. */
  readonly content: AsyncIterable<Buffer>;
}

/**
 * Entries of a tar stream in order, with memory for one chunk: ustar, pax and GNU, every name as bytes. The input is read to
 * its very end, padding too, so that whoever hashes it sees all.
 *
 * tar-stream would do but for names: it decodes pax values as UTF-8, and Docker puts names of any bytes there; nor does it
 * apply a pax uid or gid.
 * @throws WinnowError on a truncated, malformed or sparse archive
 */
export async function* readTar(chunks: Chunks): AsyncGenerator<TarEntry, void, undefined> {
  const reader = new ByteReader(chunks);
  try {
    let overrides: TarOverrides = {};
    let start = 0;
    for (let block = await reader.take(blockBytes); block !== null && !isZero(block); block = await reader.take(blockBytes)) {
      const blockStart = reader.position - blockBytes;
      if (!isTarHeader(block)) {
        throw archiveError('a tar header with a wrong checksum');
      }
      const meta = await readMeta(block, reader);
      if (meta !== null) {
        start = meta === ofNoEntry && start === blockStart ? reader.position : start; // it belongs to no entry
        overrides = {...overrides, ...meta};
        continue;
      }
      const header = decodeHeader(block, overrides);
      overrides = {};
      const contentStart = reader.position;
      const end = contentStart + paddedBytes(header.bytes);
      yield {header, start, contentStart, end, content: reader.stream(header.bytes)};
      await reader.skip(end - reader.position);
      start = end;
    }
    await reader.skip(Infinity);
  } finally {
    await reader.close();
  }
}

/** A global pax header says nothing that Docker would read. */
const ofNoEntry: TarOverrides = {};

/** What an entry says about the next one; null where it is an entry of its own. */
async function readMeta(block: Buffer, reader: ByteReader): Promise<TarOverrides | null> {
  const flag = typeFlag(block);
  switch (flag) {
    case 'x':
      return decodePaxRecords(await readMetaContent(block, reader));
    case 'g':
      await readMetaContent(block, reader);
      return ofNoEntry;
    case 'L':
      return {name: decodeLongName(await readMetaContent(block, reader))};
    case 'K':
      return {linkName: decodeLongName(await readMetaContent(block, reader))};
    case 'S':
      throw archiveError('sparse entries are not supported');
    default:
      return null;
  }
}

async function readMetaContent(block: Buffer, reader: ByteReader): Promise<Buffer> {
  const bytes = headerBytes(block);
  if (bytes > maxMetaBytes) {
    throw archiveError('a pax header or long name of more than 1 MiB');
  }
  const content = await reader.take(bytes);
  if (content === null) {
    throw archiveError('cut off in the middle of an entry');
  }
  await reader.skip(paddedBytes(bytes) - bytes);
  return content;
}

const paddedBytes = (bytes: number): number => Math.ceil(bytes / blockBytes) * blockBytes;

function isZero(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}
