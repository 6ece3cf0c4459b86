import {Buffer} from 'node:buffer';
import {wireError} from './wire-error.js';

/** No record is longer (WN_RECORD_MAX of kernel/include/winnow_abi.h). */
export const maximumRecordBytes = 16_384;
export const headerBytes = 8;
const magic = 0x31574e57;
/** Of the first minor version; newer ones add fields behind. */
const helloBytes = 32;
const magicOffset = 8;

/** One record, header included. Valid until the next `push`. */
export interface Frame {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly littleEndian: boolean;
}

/**
 * Cuts a byte stream into records. Chunks may be split at any byte; a record is copied only where it lies across chunks.
 * The first record must be a hello: its magic number tells the byte order.
 */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0);
  #littleEndian: boolean | undefined;

  /** @throws WinnowError where a length is impossible or the stream does not begin with the magic number. */
  *push(chunk: Buffer): Generator<Frame, void, undefined> {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#pending = Buffer.alloc(0);
    this.#littleEndian ??= byteOrder(bytes);
    const littleEndian = this.#littleEndian;
    if (littleEndian === undefined) {
      this.#pending = Buffer.from(bytes);
      return;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let start = 0;
    while (bytes.length - start >= headerBytes) {
      const length = view.getUint32(start, littleEndian);
      if (length < headerBytes || length > maximumRecordBytes || length % 8 !== 0) {
        throw wireError(`a record of ${length} bytes`);
      }
      if (bytes.length - start < length) {
        break;
      }
      yield {
        bytes: bytes.subarray(start, start + length),
        view: new DataView(bytes.buffer, bytes.byteOffset + start, length),
        littleEndian,
      };
      start += length;
    }
    this.#pending = Buffer.from(bytes.subarray(start));
  }

  /** Bytes of a record that has not come whole. */
  get pendingBytes(): number {
    return this.#pending.length;
  }
}

/** True for little-endian, undefined while the hello is not there yet. */
function byteOrder(bytes: Buffer): boolean | undefined {
  if (bytes.length < magicOffset + 4) {
    return undefined;
  }
  const littleEndian = bytes.readUInt32LE(magicOffset) === magic;
  if (!littleEndian && bytes.readUInt32BE(magicOffset) !== magic) {
    throw wireError('it does not begin with the magic number', 'is winnow-probe of the same version as winnow?');
  }
  const length = littleEndian ? bytes.readUInt32LE(0) : bytes.readUInt32BE(0);
  if (length < helloBytes) {
    throw wireError(`a hello of ${length} bytes`, 'is winnow-probe of the same version as winnow?');
  }
  return littleEndian;
}
