import type {Buffer} from 'node:buffer';
import {createHash} from 'node:crypto';

/** As the image spec writes digests: `sha256:` and 64 hexadecimal digits. */
export const sha256 = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
