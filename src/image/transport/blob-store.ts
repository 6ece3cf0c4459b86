import type {Buffer} from 'node:buffer';
import {createHash} from 'node:crypto';
import {WinnowError} from '../../model/winnow-error.js';
import {type Chunks, observe} from '../byte-reader.js';
import {sha256} from '../sha256.js';

export const manifestType = 'application/vnd.oci.image.manifest.v1+json';
export const indexType = 'application/vnd.oci.image.index.v1+json';

export interface OciDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Takes blobs under their digests. */
export interface BlobStore {
  /** @param digest where it is known before, so that a blob that is there need not be sent */
  readonly put: (chunks: Chunks, digest: string | null) => Promise<Pick<OciDescriptor, 'digest' | 'size'>>;
  /** Whether it is there with everything that it lists. */
  readonly hasManifest: (digest: string) => Promise<boolean>;
  /** Without a name. @param digest that the manifest is to have */
  readonly putManifest: (manifest: Document, digest: string) => Promise<void>;
  /** Whether it takes manifests without all that they list. */
  readonly takesParts: boolean;
}

/** A manifest or an index. */
export interface Document {
  readonly bytes: Buffer;
  /** `sha256:…` of the bytes. */
  readonly digest: string;
  readonly mediaType: string;
}

/** @param mediaType of one that does not say it itself */
export function documentOf(bytes: Buffer, mediaType: string): Document {
  const {mediaType: own} = JSON.parse(bytes.toString('utf8')) as {readonly mediaType?: unknown};
  return {bytes, digest: sha256(bytes), mediaType: typeof own === 'string' ? own : mediaType};
}

export interface DigestedBlob {
  readonly chunks: Chunks;
  /** Once they have passed. @throws WinnowError where their digest is not the known one */
  readonly result: () => Pick<OciDescriptor, 'digest' | 'size'>;
}

/** Passes a blob on and looks at its digest. */
export function digested(chunks: Chunks, known: string | null): DigestedBlob {
  const hash = createHash('sha256');
  let size = 0;
  const passed = observe(chunks, (chunk) => {
    hash.update(chunk);
    size += chunk.length;
  });
  return {chunks: passed, result: () => {
    const digest = `sha256:${hash.digest('hex')}`;
    if (known !== null && known !== digest) {
      throw new WinnowError(`a blob became ${digest} instead of ${known}`, {hint: 'it changed while it was read; try again'});
    }
    return {digest, size};
  }};
}

export async function* chunkOf(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield bytes;
  await Promise.resolve();
}
