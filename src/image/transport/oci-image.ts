import {Buffer} from 'node:buffer';
import {createHash} from 'node:crypto';
import {parseOciDocument} from '../archive-schemas.js';
import {observe} from '../byte-reader.js';
import {compress} from '../compress.js';
import type {Compression} from '../decompress.js';
import {sha256} from '../sha256.js';
import {type BlobStore, chunkOf, type Document, documentOf, manifestType, type OciDescriptor} from './blob-store.js';
import type {NewImage, NewLayer, WrittenImage} from './new-image.js';
import {writeIndexes} from './write-indexes.js';

const configType = 'application/vnd.oci.image.config.v1+json';
const layerTypes: Readonly<Record<Compression | 'none', string>> = {
  none: 'application/vnd.oci.image.layer.v1.tar',
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
};

export interface WrittenManifest {
  readonly image: WrittenImage;
  /** The manifest and the indexes that it is in, each before those that list it: to be stored, and the last to be named. */
  readonly documents: readonly [Document, ...Document[]];
}

/**
 * Stores an image's layers and config, and what goes with it of other platforms, and makes its manifest (image-spec, manifest.md) and the indexes that it
 * is in, which are the caller's to store. A layer that is stored already as it is to be keeps its bytes.
 */
export async function writeOciImage({layers, makeConfig, place, manifest: wanted}: NewImage, blobs: BlobStore): Promise<WrittenManifest> {
  const stored = new Map<NewLayer, {readonly diffId: string; readonly descriptor: OciDescriptor}>();
  for (const layer of new Set(layers)) {
    stored.set(layer, await storeLayer(layer, blobs));
  }
  const diffIds = layers.map((layer) => stored.get(layer)?.diffId ?? '');
  const config = await makeConfig(diffIds);
  const configDescriptor = {mediaType: configType, ...await blobs.put(chunkOf(config), sha256(config))};
  const made = {schemaVersion: 2, mediaType: manifestType, config: configDescriptor, layers: layers.flatMap((layer) => stored.get(layer)?.descriptor ?? [])};
  const manifest = documentOf(wanted !== null && listsTheSame(wanted, made) ? wanted : Buffer.from(JSON.stringify(made)), manifestType);
  const documents: [Document, ...Document[]] = [manifest, ...(place === null ? [] : await writeIndexes(place, manifest, blobs))];
  return {
    image: {
      id: configDescriptor.digest, diffIds, bytes: [...stored.keys()].reduce((sum, {bytes}) => sum + bytes, 0),
      stored: {digest: documents.at(-1)?.digest ?? manifest.digest, layers: made.layers.map(({digest}) => digest)},
    },
    documents,
  };
}

/** Stores them without names. @returns the last one, which is to be named */
export async function storeDocuments(documents: WrittenManifest['documents'], blobs: BlobStore): Promise<Document> {
  let [last] = documents;
  for (const document of documents) {
    await blobs.putManifest(document, document.digest);
    last = document;
  }
  return last;
}

/** Media types are Docker's or of OCI for the same blobs. */
function listsTheSame(wanted: Buffer, {config, layers}: {readonly config: OciDescriptor; readonly layers: readonly OciDescriptor[]}): boolean {
  const {config: own, layers: ownLayers} = parseOciDocument(wanted, 'the original manifest');
  return own?.digest === config.digest && (ownLayers ?? []).map(({digest}) => digest).join() === layers.map(({digest}) => digest).join();
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
