import {Buffer, isUtf8} from 'node:buffer';

/**
 * A path inside a container. Linux paths are bytes; as a JavaScript string, valid UTF-8 stands as itself and each
 * byte 0xNN that is not part of valid UTF-8 stands as the lone surrogate U+DCNN (PEP 383, "surrogateescape").
 * So equality, splitting on "/" and map keys work, and every byte survives. Convert only at the edges.
 */
export type ContainerPath = string;

/** A path for formats that need text: `encoded` marks percent-encoding, in which "%" itself is encoded too. */
export interface TextPath {
  readonly text: string;
  readonly encoded: boolean;
}

export function pathFromBytes(bytes: Uint8Array): ContainerPath {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return isUtf8(buffer) ? buffer.toString('utf8') : escapeInvalid(buffer);
}

export function pathToBytes(path: ContainerPath): Buffer {
  if (path.isWellFormed()) {
    return Buffer.from(path, 'utf8');
  }
  const parts: Buffer[] = [];
  for (const [, text, escaped] of path.matchAll(/([^\uDC80-\uDCFF]+|(?:[\uD800-\uDBFF][\uDC00-\uDFFF])+)|([\uDC80-\uDCFF])/gu)) {
    parts.push(escaped === undefined ? Buffer.from(text ?? '', 'utf8') : Buffer.of(escaped.charCodeAt(0) - 0xdc00));
  }
  return Buffer.concat(parts);
}

export function pathToText(path: ContainerPath): TextPath {
  return path.isWellFormed() ? {text: path, encoded: false} : percentEncoded(path);
}

/** A path whose bytes outside printable ASCII, and every "%", are percent-encoded, whether or not they are UTF-8. */
export function percentEncoded(path: ContainerPath): TextPath {
  let text = '';
  for (const byte of pathToBytes(path)) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x25;
    text += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return {text, encoded: true};
}

export function pathFromText({text, encoded}: TextPath): ContainerPath {
  if (!encoded) {
    return text;
  }
  const latin1 = text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return pathFromBytes(Buffer.from(latin1, 'latin1'));
}

/** Length in bytes of the UTF-8 sequence that starts at `index`, or 0 where none does (RFC 3629, section 4). */
function sequenceLength(bytes: Buffer, index: number): number {
  for (let length = 1; length <= 4 && index + length <= bytes.length; length += 1) {
    if (isUtf8(bytes.subarray(index, index + length))) {
      return length;
    }
  }
  return 0;
}

function escapeInvalid(bytes: Buffer): ContainerPath {
  let path = '';
  for (let index = 0; index < bytes.length; ) {
    const length = sequenceLength(bytes, index);
    path += length === 0 ? String.fromCharCode(0xdc00 + (bytes[index] ?? 0)) : bytes.toString('utf8', index, index + length);
    index += Math.max(length, 1);
  }
  return path;
}
