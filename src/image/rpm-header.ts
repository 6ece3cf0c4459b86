import type {Buffer} from 'node:buffer';
import {type ContainerPath, pathFromBytes} from '../model/container-path.js';

/** What is used of a package's header (https://rpm-software-management.github.io/rpm/manual/format_header.html). */
export interface RpmPackage {
  readonly name: string;
  /** `[EPOCH:]VERSION-RELEASE`. */
  readonly version: string;
  readonly architecture: string;
  /** File name of the source package; '' where it names none, as a key for signatures doesn't. */
  readonly sourceRpm: string;
  /** What it put into the image. */
  readonly files: readonly ContainerPath[];
}

const tags = {name: 1000, version: 1001, release: 1002, epoch: 1003, arch: 1022, fileStates: 1029, sourceRpm: 1044, directoryIndexes: 1116, baseNames: 1117, directoryNames: 1118};
const types = {char: 1, int8: 2, int32: 4, string: 6, stringArray: 8, translated: 9};
const normal = 0;
/** More files than a package has. */
const mostStrings = 1_000_000;

interface Entry {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

/**
 * As the database has it: the number of entries and the bytes of data, both in 4 bytes, big-endian, then an index of 16 bytes an entry,
 * then the data that its offsets are of.
 * @throws RangeError where it is cut off
 */
export function readRpmHeader(blob: Buffer): RpmPackage {
  const [count, dataBytes] = [blob.readUInt32BE(0), blob.readUInt32BE(4)];
  const dataStart = 8 + 16 * count;
  if (dataStart + dataBytes > blob.length) {
    throw new RangeError('a header is cut off');
  }
  const data = blob.subarray(dataStart, dataStart + dataBytes);
  const entries = new Map<number, Entry>();
  for (let at = 8; at < dataStart; at += 16) {
    entries.set(blob.readUInt32BE(at), {type: blob.readUInt32BE(at + 4), offset: blob.readUInt32BE(at + 8), count: blob.readUInt32BE(at + 12)});
  }
  const strings = (tag: number): string[] => readStrings(data, entries.get(tag));
  const numbers = (tag: number): number[] => readNumbers(data, entries.get(tag));
  const text = (tag: number): string => strings(tag)[0] ?? '';
  const [epoch] = numbers(tags.epoch);
  const directories = strings(tags.directoryNames);
  const directoryOf = numbers(tags.directoryIndexes);
  const states = numbers(tags.fileStates);
  return {
    name: text(tags.name),
    version: `${epoch === undefined ? '' : `${epoch}:`}${text(tags.version)}-${text(tags.release)}`,
    architecture: text(tags.arch),
    sourceRpm: text(tags.sourceRpm),
    // Other states: replaced by another package's, or never installed.
    files: strings(tags.baseNames).flatMap((name, file) => ((states[file] ?? normal) === normal ? [(directories[directoryOf[file] ?? -1] ?? '/') + name] : [])),
  };
}

/** Each ends with a zero byte. */
function readStrings(data: Buffer, entry: Entry | undefined): string[] {
  if (entry === undefined || ![types.string, types.stringArray, types.translated].includes(entry.type)) {
    return [];
  }
  if (entry.count > mostStrings) {
    throw new RangeError(`a header has a list of ${entry.count}`);
  }
  const found: string[] = [];
  for (let at = entry.offset; found.length < entry.count;) {
    const end = data.indexOf(0, at);
    if (end < 0) {
      throw new RangeError('a text of a header has no end');
    }
    found.push(pathFromBytes(data.subarray(at, end)));
    at = end + 1;
  }
  return found;
}

function readNumbers(data: Buffer, entry: Entry | undefined): number[] {
  const bytes = entry?.type === types.int32 ? 4 : entry?.type === types.char || entry?.type === types.int8 ? 1 : 0;
  if (entry === undefined || bytes === 0) {
    return [];
  }
  if (entry.offset + entry.count * bytes > data.length) {
    throw new RangeError('numbers of a header are cut off');
  }
  return Array.from({length: entry.count}, (_, at) => data.readUIntBE(entry.offset + at * bytes, bytes));
}
