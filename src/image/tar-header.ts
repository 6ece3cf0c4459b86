import type {Buffer} from 'node:buffer';
import {type ContainerPath, pathFromBytes} from '../model/container-path.js';
import type {FileType} from '../model/image-index.js';
import {archiveError} from './archive-error.js';

export const blockBytes = 512;

/** What a tar entry makes; a link is one more name for an earlier entry's file. */
export type TarType = Exclude<FileType, 'socket'> | 'link';

export interface TarHeader {
  /** As the archive spells it: perhaps relative, with "./", ".." or a trailing slash. */
  readonly name: ContainerPath;
  readonly type: TarType;
  /** Bytes of content that follow; 0 for anything but a file. */
  readonly bytes: number;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Target of a symlink or link; '' otherwise. */
  readonly linkName: ContainerPath;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

/** Fields that pax records and GNU long-name entries put before a header, and that win over it. */
export type TarOverrides = Partial<Record<'name' | 'linkName', ContainerPath> & Record<'bytes' | 'uid' | 'gid', number>>;

const types: Readonly<Record<string, TarType>> = {
  '\0': 'file', 0: 'file', 1: 'link', 2: 'symlink', 3: 'char', 4: 'block', 5: 'directory', 6: 'fifo', 7: 'file',
};

/** True where the 512 bytes carry the sum of their own bytes, as every header does (POSIX.1-2024, pax, ustar format). */
export function isTarHeader(block: Buffer): boolean {
  if (block.length < blockBytes) {
    return false;
  }
  let sum = 8 * 0x20;
  for (let index = 0; index < blockBytes; index += 1) {
    sum += index >= 148 && index < 156 ? 0 : (block[index] ?? 0);
  }
  return /^[ \0]*[0-7]+[ \0]*$/.test(field(block, 148, 8)) && decodeNumber(block.subarray(148, 156)) === sum;
}

/** The entry's kind as its one letter: "0" file, "x" pax records, "L" GNU long name, … */
export const typeFlag = (block: Buffer): string => field(block, 156, 1);

/** @throws WinnowError for a kind of entry that is not supported, or a field that is no number. */
export function decodeHeader(block: Buffer, overrides: TarOverrides): TarHeader {
  const name = overrides.name ?? headerName(block);
  const flag = typeFlag(block);
  const type = types[flag];
  if (type === undefined) {
    throw archiveError(`"${printable(name)}" is a tar entry of unknown kind "${printable(flag)}"`);
  }
  const isDirectory = type === 'directory' || (type === 'file' && name.endsWith('/')); // pre-POSIX directories
  return {
    name,
    type: isDirectory ? 'directory' : type,
    // A header-only kind may state a size all the same; nothing follows (Go's archive/tar and GNU tar agree).
    bytes: type === 'file' ? (overrides.bytes ?? headerBytes(block)) : 0,
    mode: decodeNumber(block.subarray(100, 108)) & 0o7777,
    uid: overrides.uid ?? decodeNumber(block.subarray(108, 116)),
    gid: overrides.gid ?? decodeNumber(block.subarray(116, 124)),
    linkName: overrides.linkName ?? pathField(block, 157, 100),
    deviceMajor: type === 'char' || type === 'block' ? decodeNumber(block.subarray(329, 337)) : 0,
    deviceMinor: type === 'char' || type === 'block' ? decodeNumber(block.subarray(337, 345)) : 0,
  };
}

/** Bytes that follow the header. */
export const headerBytes = (block: Buffer): number => decodeNumber(block.subarray(124, 136));

/** Content of a GNU "L" or "K" entry: a name that ends with NUL. */
export const decodeLongName = (content: Buffer): ContainerPath => pathField(content, 0, content.length);

/** Records of a pax "x" entry, `LENGTH KEY=VALUE\n` each; values are bytes, whatever POSIX says of UTF-8, as Docker writes them. */
export function decodePaxRecords(content: Buffer): TarOverrides {
  const overrides: TarOverrides = {};
  for (let start = 0; start < content.length; ) {
    const space = content.indexOf(0x20, start);
    const length = Number(content.toString('latin1', start, space));
    const end = start + length - 1;
    const equals = content.indexOf(0x3d, space);
    if (!Number.isInteger(length) || space === -1 || equals === -1 || equals >= end || content[end] !== 0x0a) {
      throw archiveError('a malformed pax header');
    }
    applyPaxRecord(overrides, content.toString('latin1', space + 1, equals), content.subarray(equals + 1, end));
    start = end + 1;
  }
  return overrides;
}

function applyPaxRecord(overrides: TarOverrides, key: string, value: Buffer): void {
  if (value.length === 0) {
    return; // an empty value takes the record back
  }
  switch (key) {
    case 'path':
      overrides.name = pathFromBytes(value);
      break;
    case 'linkpath':
      overrides.linkName = pathFromBytes(value);
      break;
    case 'size':
      overrides.bytes = decimal(value);
      break;
    case 'uid':
    case 'gid':
      overrides[key] = decimal(value);
      break;
    default:
      if (key.startsWith('GNU.sparse.')) {
        throw archiveError('sparse entries are not supported');
      }
  }
}

function decimal(value: Buffer): number {
  const text = value.toString('latin1');
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number)) {
    throw archiveError('a malformed number in a pax header');
  }
  return number;
}

function headerName(block: Buffer): ContainerPath {
  const isUstar = field(block, 257, 6) === 'ustar\0'; // GNU's "ustar " keeps times where POSIX keeps the prefix
  const prefix = isUstar ? pathField(block, 345, 155) : '';
  const name = pathField(block, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Octal digits, or base 256 where the first bit is set (GNU, for large values). */
function decodeNumber(bytes: Buffer): number {
  const first = bytes[0] ?? 0;
  let value = first & 0x7f;
  if ((first & 0x80) !== 0) {
    for (const byte of bytes.subarray(1)) {
      value = value * 256 + byte;
    }
  } else {
    const text = /^[ \0]*([0-7]*)[ \0]*/.exec(bytes.toString('latin1'));
    value = text?.[0].length === bytes.length ? Number.parseInt(text[1] || '0', 8) : Number.NaN;
  }
  if (!Number.isSafeInteger(value)) {
    throw archiveError('a malformed number in a tar header');
  }
  return value;
}

function field(block: Buffer, start: number, size: number): string {
  return block.toString('latin1', start, start + size);
}

function pathField(block: Buffer, start: number, size: number): ContainerPath {
  const bytes = block.subarray(start, start + size);
  const end = bytes.indexOf(0);
  return pathFromBytes(end === -1 ? bytes : bytes.subarray(0, end));
}

function printable(text: string): string {
  return JSON.stringify(text.toWellFormed()).slice(1, -1);
}
