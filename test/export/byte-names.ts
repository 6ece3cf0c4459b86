import {Buffer} from 'node:buffer';
import fc from 'fast-check';
import {type ContainerPath, pathFromBytes, pathToBytes} from '../../src/model/container-path.js';
import type {Exported} from '../../src/export/exported.js';

/** Names of any bytes that Linux takes, weighted to what formats stumble over: their separators, white space, patterns, borders of UTF-8. */
export const byteName = fc
  .oneof(
    fc.uint8Array({min: 1, minLength: 1, maxLength: 12}),
    fc.array(fc.constantFrom(...Buffer.from(' \t\n\r:#!*?[]{}^\\"\'%,&<>;@-.a7'), 0x85, 0xa0, 0xc2, 0xe2, 0x80, 0xa8, 0xff), {minLength: 1, maxLength: 8}).map((bytes) => Uint8Array.from(bytes)),
    fc.string({unit: 'grapheme', minLength: 1, maxLength: 6}).map((text) => Uint8Array.from(Buffer.from(text, 'utf8'))),
  )
  .filter((bytes) => !bytes.includes(0x2f) && !bytes.includes(0) && !['.', '..'].includes(Buffer.from(bytes).toString('latin1')));

/** Paths of regular files in one directory. */
export const bytePaths: fc.Arbitrary<readonly ContainerPath[]> = fc
  .uniqueArray(byteName, {minLength: 1, maxLength: 10, selector: (bytes) => Buffer.from(bytes).toString('hex')})
  .map((names) => names.map((name) => pathFromBytes(Buffer.concat([Buffer.from('/srv/'), name]))));

export const hexOf = (paths: readonly ContainerPath[]): string[] => paths.map((path) => pathToBytes(path).toString('hex')).sort();

export const bytesOf = ({pieces}: Exported): Buffer => Buffer.concat([...pieces].map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
export const textOf = (exported: Exported): string => bytesOf(exported).toString();
/** Lines of bytes as Latin-1, so that each stands as itself; what the end of the file ends is a line too. */
export const byteLinesOf = (exported: Exported): string[] => bytesOf(exported).toString('latin1').split('\n').slice(0, -1);
export const pathOfLatin1 = (text: string): ContainerPath => pathFromBytes(Buffer.from(text, 'latin1'));
