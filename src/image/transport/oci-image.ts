import {Buffer} from 'node:buffer';
import {createHash} from 'node:crypto';
import {type Chunks, observe} from '../byte-reader.js';
import {compress} from '../compress.js';
import type {Compression} from '../decompress.js';
import type {NewImage, NewLayer, WrittenImage} from './new-image.js';

export interface OciDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Takes blobs under their digests. */
export interface BlobStore {
  /** @param digest where it is known before, so that a blob that is there need not be sent */
  readonly put: (chunks: Chunks, digest: string | null) => Promise<Pick<OciDescriptor, 'digest' | 'size'>>;
}

export const manifestType = 'application/vnd.oci.image.manifest.v1+json';
export const indexType = 'application/vnd.oci.image.index.v1+json';
const configType = 'application/vnd.oci.image.config.v1+json';
const layerTypes: Readonly<Record<Compression | 'none', string>> = {
  none: 'application/vnd.oci.image.layer.v1.tar',
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
};

export interface WrittenManifest {
  readonly image: WrittenImage;
  readonly manifest: Buffer;
  readonly descriptor: OciDescriptor;
}

/**
 * Stores an image's layers and config, and makes its manifest (image-spec, manifest.md), which is the caller's to store. A layer that
 * is stored already as it is to be keeps its bytes.
 */
export async function writeOciImage({layers, makeConfig}: NewImage, blobs: BlobStore): Promise<WrittenManifest> {
  const stored = new Map<NewLayer, {readonly diffId: string; readonly descriptor: OciDescriptor}>();
  for (const layer of new Set(layers)) {
    stored.set(layer, await storeLayer(layer, blobs));
  }
  const diffIds = layers.map((layer) => stored.get(layer)?.diffId ?? '');
  const config = await makeConfig(diffIds);
  const configDescriptor = {mediaType: configType, ...await blobs.put(chunkOf(config), sha256(config))};
  const manifest = Buffer.from(JSON.stringify({
    schemaVersion: 2, mediaType: manifestType, config: configDescriptor, layers: layers.flatMap((layer) => stored.get(layer)?.descriptor ?? []),
  }));
  return {
    image: {id: configDescriptor.digest, diffIds, bytes: [...stored.keys()].reduce((sum, {bytes}) => sum + bytes, 0)},
    manifest,
    descriptor: {mediaType: manifestType, digest: sha256(manifest), size: manifest.length},
  };
}

async function storeLayer({open, stored, compression}: NewLayer, blobs: BlobStore): Promise<{readonly diffId: string; readonly descriptor: OciDescriptor}> {
  const mediaType = layerTypes[compression ?? 'none'];
  if (stored?.blob.compression === compression) {
    return {diffId: stored.diffId, descriptor: {mediaType, ...await blobs.put(stored.blob.open(), stored.blob.digest)}};
  }
  const hash = createHash('sha256');
  const hashed = observe(open(), (chunk) => hash.update(chunk));
  const blob = await blobs.put(compression === null ? hashed : compress(hashed, compression), null);
  return {diffId: `sha256:${hash.digest('hex')}`, descriptor: {mediaType, ...blob}};
}

export const sha256 = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export async function* chunkOf(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield bytes;
  await Promise.resolve();
}
