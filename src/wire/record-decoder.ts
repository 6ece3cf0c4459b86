import type {Buffer} from 'node:buffer';
import {operations} from '../model/access.js';
import {pathFromBytes} from '../model/container-path.js';
import type {Architecture, Rung} from '../model/run.js';
import {type Frame, FrameReader, headerBytes} from './frame-reader.js';
import {type AccessTarget, type LossReason, type ProbeEvent, type RequestedName, targetsMax} from './probe-event.js';
import {wireError} from './wire-error.js';

/** The version of kernel/include/winnow_abi.h that is understood; a newer minor only adds record types or trailing fields. */
const abiMajor = 1;

const recordType = {hello: 1, call: 2, scope: 3, process: 4, access: 5, repeat: 6, count: 7, lost: 8, end: 9, syscall: 10} as const;
const flag = {file: 1, name: 2, follow: 4, changedRoot: 8} as const;
const lossReasons: readonly LossReason[] = ['ring', 'fault', 'recursion', 'path', 'process', 'compat'];
/** A stream of minor version 0 doesn't say. */
const rungNumbers: readonly (Rung | 'module' | undefined)[] = [undefined, 'tracepoint', 'fentry', 'module'];
/** AUDIT_ARCH_… of linux/audit.h */
const architectureOf: ReadonlyMap<number, Architecture> = new Map([[0xc000003e, 'x86_64'], [0x40000003, 'x86'], [0xc00000b7, 'aarch64'], [0x40000028, 'arm']]);
const causes = ['fork', 'exec', 'found'] as const;

/**
 * Decodes the records of winnow_abi.h. Feed it chunks as they come; a stream that was cut simply has no 'end' event.
 * Nothing in the stream is trusted: lengths, numbers and references are checked before use.
 */
export class RecordDecoder {
  readonly #reader = new FrameReader();
  readonly #calls: string[] = [];
  #clockOffsetNs: bigint | undefined;

  /** @throws WinnowError where the stream does not follow the format. */
  *push(chunk: Buffer): Generator<ProbeEvent, void, undefined> {
    for (const frame of this.#reader.push(chunk)) {
      const event = this.#decode(new Fields(frame));
      if (event !== undefined) {
        yield event;
      }
    }
  }

  /** Bytes that came behind the last whole record. */
  get pendingBytes(): number {
    return this.#reader.pendingBytes;
  }

  #decode(fields: Fields): ProbeEvent | undefined {
    const type = fields.u16(4);
    if (this.#clockOffsetNs === undefined && type !== recordType.hello) {
      throw wireError('its first record is no hello');
    }
    switch (type) {
      case recordType.hello:
        return this.#hello(fields);
      case recordType.call:
        this.#calls[fields.u32Below(8, 4096)] = fields.text(12, 36);
        return undefined;
      case recordType.scope:
        return this.#scope(fields);
      case recordType.process:
        return this.#process(fields);
      case recordType.access:
        return this.#access(fields);
      case recordType.repeat:
        return {kind: 'repeat', entryId: fields.integer(8), timeNs: this.#time(fields, 16)};
      case recordType.count:
        return {kind: 'count', entryId: fields.integer(8), count: fields.integer(16), lastNs: this.#time(fields, 24)};
      case recordType.lost:
        // A newer probe's reason is still a loss.
        return {kind: 'lost', cpu: fields.u16(6), reason: lossReasons[fields.u32(8)] ?? 'tool', count: fields.integer(16)};
      case recordType.syscall:
        return this.#syscall(fields);
      case recordType.end:
        return {kind: 'end', made: fields.integer(8), delivered: fields.integer(16)};
      default:
        return undefined;
    }
  }

  #hello(fields: Fields): ProbeEvent {
    const major = fields.u16(12);
    const minor = fields.u16(14);
    if (major !== abiMajor) {
      throw wireError(
        `the probe speaks version ${major}.${minor}, this winnow version ${abiMajor}`,
        'build both from the same checkout (scripts/build)',
      );
    }
    if (this.#clockOffsetNs !== undefined) {
      throw wireError('a second hello');
    }
    this.#clockOffsetNs = fields.i64(16);
    const rung = fields.length >= 40 ? rungNumbers[fields.u32(32)] : undefined;
    const aggregated = fields.u32(24) === 0;
    if (rung === undefined || rung === 'module') {
      return {kind: 'hello', probe: `${rung ?? 'ebpf'} ${major}.${minor}`, aggregated};
    }
    return {kind: 'hello', probe: `ebpf ${major}.${minor}`, rung, aggregated};
  }

  #scope(fields: Fields): ProbeEvent {
    const targetIndex = fields.length >= 32 ? {targetIndex: fields.u32Below(24, targetsMax)} : {}; // before minor version 3 there was but one
    return {kind: 'scope', cgroupId: fields.u64(8), mountNamespace: fields.u32(16), rootDev: fields.u32(20), ...targetIndex};
  }

  #process(fields: Fields): ProbeEvent {
    const cause = causes[fields.u16(32)];
    if (cause === undefined) {
      throw wireError(`a process that came to be in way ${fields.u16(32)}`);
    }
    const pathLength = fields.u16(34);
    return {
      kind: 'process',
      timeNs: this.#time(fields, 8),
      processId: fields.u32(16),
      parentId: fields.u32(20),
      pid: fields.u32(24),
      ppid: fields.u32(28),
      cause,
      exe: pathLength === 0 ? null : fields.path(40, pathLength),
    };
  }

  #access(fields: Fields): ProbeEvent {
    const call = this.#calls[fields.u16(50)];
    const op = operations[fields.u8(52)];
    if (call === undefined || op === undefined) {
      throw wireError(`an access by call ${fields.u16(50)}, operation ${fields.u8(52)}`);
    }
    return {
      kind: 'access',
      entryId: fields.integer(8),
      timeNs: this.#time(fields, 16),
      processId: fields.u32(36),
      pid: fields.u32(40),
      ppid: fields.u32(44),
      errno: fields.u16(48),
      call,
      op,
      target: targetOf(fields),
    };
  }

  #syscall(fields: Fields): ProbeEvent {
    const number = fields.u32(8);
    const architecture = architectureOf.get(fields.u32(12));
    const name = fields.text(16, 40) || `#${number}`;
    if (architecture === undefined || !/^(?:[a-z0-9_]+|#\d+)$/.test(name)) {
      throw wireError(`a system call ${JSON.stringify(name)} of architecture ${fields.u32(12)}`);
    }
    return {kind: 'syscall', architecture, name};
  }

  #time(fields: Fields, offset: number): bigint {
    return fields.u64(offset) + (this.#clockOffsetNs ?? 0n);
  }
}

function targetOf(fields: Fields): AccessTarget {
  const flags = fields.u8(53);
  const pathLength = fields.u16(54);
  const baseLength = fields.u16(56);
  const nameLength = fields.u16(58);
  const start = 64;
  const requested: RequestedName | undefined =
    (flags & flag.name) === 0
      ? undefined
      : {
          base: baseLength === 0 ? null : fields.path(start + pathLength, baseLength),
          name: fields.path(start + pathLength + baseLength, nameLength),
          followLast: (flags & flag.follow) !== 0,
        };
  if ((flags & flag.file) === 0) {
    if (requested === undefined) {
      throw wireError('an access to neither a file nor a name');
    }
    return {by: 'name', ...requested};
  }
  const file = {by: 'file', path: fields.path(start, pathLength), dev: fields.u32(32), inode: fields.u64(24)} as const;
  return requested === undefined ? file : {...file, requested};
}

/** Reads fields of one record; what lies outside the record is a format error, not a crash. */
class Fields {
  readonly #frame: Frame;

  constructor(frame: Frame) {
    this.#frame = frame;
  }

  get length(): number {
    return this.#frame.bytes.length;
  }

  u8(offset: number): number {
    return this.#check(offset, 1).getUint8(offset);
  }

  u16(offset: number): number {
    return this.#check(offset, 2).getUint16(offset, this.#frame.littleEndian);
  }

  u32(offset: number): number {
    return this.#check(offset, 4).getUint32(offset, this.#frame.littleEndian);
  }

  u32Below(offset: number, limit: number): number {
    const value = this.u32(offset);
    if (value >= limit) {
      throw wireError(`the number ${value} where at most ${limit - 1} can stand`);
    }
    return value;
  }

  u64(offset: number): bigint {
    return this.#check(offset, 8).getBigUint64(offset, this.#frame.littleEndian);
  }

  i64(offset: number): bigint {
    return this.#check(offset, 8).getBigInt64(offset, this.#frame.littleEndian);
  }

  /** A 64-bit count or id as a number, exact up to 2^53. */
  integer(offset: number): number {
    const [low, high] = this.#frame.littleEndian ? [offset, offset + 4] : [offset + 4, offset];
    const value = this.u32(high) * 2 ** 32 + this.u32(low);
    if (!Number.isSafeInteger(value)) {
      throw wireError('a count beyond 2^53');
    }
    return value;
  }

  path(offset: number, length: number): string {
    this.#check(offset, length);
    return pathFromBytes(this.#frame.bytes.subarray(offset, offset + length));
  }

  /** A NUL-padded name. */
  text(offset: number, length: number): string {
    this.#check(offset, length);
    const bytes = this.#frame.bytes.subarray(offset, offset + length);
    const end = bytes.indexOf(0);
    return bytes.toString('latin1', 0, end === -1 ? length : end);
  }

  #check(offset: number, length: number): DataView {
    if (offset < headerBytes - 4 || offset + length > this.#frame.bytes.length) {
      throw wireError(`a record of ${this.#frame.bytes.length} bytes that should hold ${offset + length}`);
    }
    return this.#frame.view;
  }
}
