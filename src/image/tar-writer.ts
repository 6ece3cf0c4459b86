import {Buffer} from 'node:buffer';
import {archiveError} from './archive-error.js';
import type {Chunks} from './byte-reader.js';
import {blockBytes} from './tar-header.js';

/** A file or directory made at the epoch: the same entry gives the same bytes. */
export interface NewEntry {
  readonly name: string | Buffer;
  readonly type: 'file' | 'directory';
  readonly mode: number;
  /** Root's by default. */
  readonly uid?: number;
  readonly gid?: number;
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
export function encodeHeader({name, type, mode, uid = 0, gid = 0, bytes}: NewEntry): Buffer[] {
  const fullName = Buffer.from(name);
  const flag = flags[type];
  if (fullName.length <= nameBytes) {
    return [header(fullName, flag, {mode, uid, gid, bytes})];
  }
  const content = Buffer.concat([fullName, Buffer.alloc(1)]);
  return [
    header(Buffer.from('././@LongLink'), flags.longName, {mode: 0o644, uid: 0, gid: 0, bytes: content.length}), content, padding(content.length),
    header(fullName.subarray(0, nameBytes), flag, {mode, uid, gid, bytes}),
  ];
}

function header(name: Buffer, flag: string, {mode, uid, gid, bytes}: Required<Omit<NewEntry, 'name' | 'type'>>): Buffer {
  const block = Buffer.alloc(blockBytes);
  name.copy(block);
  block.write(octal(mode, 7), 100);
  writeNumber(block, uid, 108, 8);
  writeNumber(block, gid, 116, 8);
  writeNumber(block, bytes, 124, 12);
  block.write(octal(0, 11), 136);
  block.write(flag, 156);
  block.write('ustar  \0', 257); // GNU's, which knows long names and large sizes
  return withChecksum(block);
}

/** @param head all headers of a file's entry, without a pax record of its size */
export function resizeHeader(head: Buffer, bytes: number): Buffer[] {
  const block = Buffer.from(head.subarray(-blockBytes));
  writeNumber(block, bytes, 124, 12);
  return [head.subarray(0, -blockBytes), withChecksum(block)];
}

function withChecksum(block: Buffer): Buffer {
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}

/** Octal as far as it goes into the field, a size up to 8 GiB, and base 256 above (GNU). */
function writeNumber(block: Buffer, value: number, at: number, length: number): void {
  block.fill(0, at, at + length);
  if (value < 8 ** (length - 1)) {
    block.write(octal(value, length - 1), at);
  } else {
    block[at] = 0x80;
    block.writeUIntBE(value, at + length - 6, 6);
  }
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');

/** Zeros from the end of a content to the next block. */
export const padding = (bytes: number): Buffer => Buffer.alloc((blockBytes - (bytes % blockBytes)) % blockBytes);
