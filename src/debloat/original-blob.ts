import {createHash} from 'node:crypto';
import {ByteReader} from '../image/byte-reader.js';
import {compressionOf, decompress} from '../image/decompress.js';
import type {BlobSource, StoredBlob} from '../image/transport/opened-image.js';
import {WinnowError} from '../model/winnow-error.js';

export interface WantedBlob {
  /** `sha256:…` of the layer as it was stored, and of its content, which has so many bytes. */
  readonly digest: string;
  readonly diffId: string;
  readonly bytes: number;
}

/**
 * An original layer as it was stored, where one of these places still has it: what another program compressed, nobody compresses to the same bytes.
 * Null where none has it whole.
 */
export async function findOriginalBlob({digest, diffId, bytes: expected}: WantedBlob, places: readonly BlobSource[]): Promise<StoredBlob | null> {
  for (const {has, open} of places) {
    if (await has(digest)) {
      const reader = new ByteReader(open(digest));
      const compression = compressionOf(await reader.peek(4));
      const hash = createHash('sha256');
      let bytes = 0;
      try {
        const stored = reader.stream(Infinity);
        for await (const chunk of compression === null ? stored : decompress(stored, compression)) {
          hash.update(chunk);
          bytes += chunk.length;
          if (bytes > expected) {
            break;
          }
        }
      } catch (error) {
        if (!(error instanceof WinnowError)) {
          throw error;
        }
        continue; // it is corrupt there
      }
      if (bytes === expected && `sha256:${hash.digest('hex')}` === diffId) {
        return {digest, bytes, compression, open: () => open(digest)};
      }
    }
  }
  return null;
}
