import {Buffer} from 'node:buffer';
import {archiveError} from './archive-error.js';
import type {Chunks} from './byte-reader.js';
import {blockBytes} from './tar-header.js';

/** A file or directory of root's, made at the epoch: the same entry gives the same bytes. */
export interface NewEntry {
  readonly name: string | Buffer;
  readonly type: 'file' | 'directory';
  readonly mode: number;
  readonly bytes: number;
}

export interface NewFile {
  readonly name: string;
  readonly bytes: number;
  readonly content: Chunks;
}

const flags = {file: '0', directory: '5', longName: 'L'} as const;
const nameBytes = 100;

/** An archive of files and its end. @throws WinnowError where a content is not as long as it says */
export async function* writeTar(files: Iterable<NewFile> | AsyncIterable<NewFile>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const {name, bytes, content} of files) {
    yield* encodeHeader({name, type: 'file', mode: 0o644, bytes});
    let written = 0;
    for await (const chunk of content) {
      written += chunk.length;
      yield chunk;
    }
    if (written !== bytes) {
      throw archiveError(`${name} has ${written} bytes instead of ${bytes}`);
    }
    yield padding(bytes);
  }
  yield tarEnd;
}

/** Two blocks of zeros. */
export const tarEnd: Buffer = Buffer.alloc(2 * blockBytes);

/** The header of an entry, behind a GNU long name where the name does not fit into it. */
export function encodeHeader({name, type, mode, bytes}: NewEntry): Buffer[] {
  const fullName = Buffer.from(name);
  const flag = flags[type];
  if (fullName.length <= nameBytes) {
    return [header(fullName, flag, mode, bytes)];
  }
  const content = Buffer.concat([fullName, Buffer.alloc(1)]);
  return [
    header(Buffer.from('././@LongLink'), flags.longName, 0o644, content.length), content, padding(content.length),
    header(fullName.subarray(0, nameBytes), flag, mode, bytes),
  ];
}

function header(name: Buffer, flag: string, mode: number, bytes: number): Buffer {
  const block = Buffer.alloc(blockBytes);
  name.copy(block);
  block.write(octal(mode, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  writeSize(block, bytes);
  block.write(octal(0, 11), 136);
  block.write(flag, 156);
  block.write('ustar  \0', 257); // GNU's, which knows long names and large sizes
  return withChecksum(block);
}

/** @param head all headers of a file's entry, without a pax record of its size */
export function resizeHeader(head: Buffer, bytes: number): Buffer[] {
  const block = Buffer.from(head.subarray(-blockBytes));
  block.fill(0, 124, 136);
  writeSize(block, bytes);
  return [head.subarray(0, -blockBytes), withChecksum(block)];
}

function withChecksum(block: Buffer): Buffer {
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}

/** Octal up to 8 GiB, base 256 above (GNU). */
function writeSize(block: Buffer, bytes: number): void {
  if (bytes < 8 ** 11) {
    block.write(octal(bytes, 11), 124);
  } else {
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(bytes), 128);
  }
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');

/** Zeros from the end of a content to the next block. */
export const padding = (bytes: number): Buffer => Buffer.alloc((blockBytes - (bytes % blockBytes)) % blockBytes);
