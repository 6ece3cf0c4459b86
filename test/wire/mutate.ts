import {Buffer} from 'node:buffer';

export interface Mutant {
  readonly bytes: Buffer;
  /** Bytes that differ from the original. */
  readonly changed: number;
}

/**
 * A copy in which any number of bytes have another value: few in half of the copies, up to all of them in others.
 *
 * @param places offsets that may change
 * @param random uniform in [0, 1)
 */
export function mutate(original: Buffer, places: readonly number[], random: () => number): Mutant {
  const bytes = Buffer.from(original);
  const tries = Math.ceil(places.length ** random());
  for (let index = 0; index < tries; index += 1) {
    bytes[places[Math.floor(random() * places.length)] ?? 0] = Math.floor(random() * 256);
  }
  let changed = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    changed += bytes[index] === original[index] ? 0 : 1;
  }
  return {bytes, changed};
}
