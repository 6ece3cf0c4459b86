import {Buffer} from 'node:buffer';
import {createHash} from 'node:crypto';
import {sha256} from '../image/sha256.js';
import {type NewImage, type NewLayer, placeOf, type WrittenImage} from '../image/transport/new-image.js';
import type {BlobSource, OpenedImage, OpenedLayer} from '../image/transport/opened-image.js';
import {type Chunks, observe} from '../image/byte-reader.js';
import {parseImageConfig, parseOciDocument} from '../image/archive-schemas.js';
import {joinedBytes, joinLayer} from './join-layer.js';
import {mismatch} from './layer-recipe.js';
import {findOriginalBlob} from './original-blob.js';
import {readRemainder, type RemainderLayer} from './remainder.js';

export interface RestoredImage {
  /** `sha256:…` of the original's config. */
  readonly id: string;
  /** The original; reading a layer fails where it is not what it was. */
  readonly image: NewImage;
  /** How it was stored: digests of what led to it, and of its layers. Null where no manifest listed them. */
  readonly stored: WrittenImage['stored'];
}

/** The original of the two images that one debloating made. @throws WinnowError (threshold) where they do not fit together */
export async function restoreImage(debloated: OpenedImage, remainder: OpenedImage): Promise<RestoredImage> {
  const {image: id, config, layers, manifest, indexes = []} = await readRemainder(remainder);
  const original = Buffer.from(config, 'base64');
  if (sha256(original) !== id) {
    throw mismatch("the original's config is not what it was");
  }
  const diffIds = parseImageConfig(original, "the original's config").rootfs.diff_ids ?? [];
  if (layers.length !== debloated.layers.length || layers.length !== diffIds.length) {
    throw mismatch(`it is of an image of ${diffIds.length} layers, not ${debloated.layers.length}`);
  }
  const [listing, places] = [listingOf(manifest, indexes), [debloated, remainder].flatMap((image) => image.manifest?.blobs ?? [])];
  const restored = new Map<string, NewLayer>(); // by the original's layers: different ones may have become the same
  for (const [at, layer] of debloated.layers.entries()) {
    const diffId = diffIds[at] ?? '';
    restored.set(diffId, restored.get(diffId) ?? await withBlob(restoredLayer(layer, layers[at] ?? null, diffId, remainder), {diffId, digest: listing.stored?.layers[at]}, places));
  }
  return {
    id,
    image: {platform: debloated.platform, layers: diffIds.flatMap((diffId) => restored.get(diffId) ?? []), makeConfig: () => original, place: placeOf(debloated.manifest, listing.indexes), manifest: listing.manifest},
    stored: listing.stored,
  };
}

interface OriginalListing {
  readonly manifest: Buffer | null;
  readonly indexes: readonly Buffer[];
  readonly stored: RestoredImage['stored'];
}

/** @param manifest in base64, as are the indexes */
function listingOf(manifest: string | undefined, indexes: readonly string[]): OriginalListing {
  if (manifest === undefined) {
    return {manifest: null, indexes: [], stored: null};
  }
  const [bytes, outer] = [Buffer.from(manifest, 'base64'), indexes.map((index) => Buffer.from(index, 'base64'))];
  const {layers} = parseOciDocument(bytes, "the original's manifest");
  return {manifest: bytes, indexes: outer, stored: {digest: sha256(outer[0] ?? bytes), layers: (layers ?? []).map(({digest}) => digest)}};
}

/** The layer as it was stored, where it is still there. */
async function withBlob(layer: NewLayer, {diffId, digest}: {readonly diffId: string; readonly digest: string | undefined}, places: readonly BlobSource[]): Promise<NewLayer> {
  const blob = digest === undefined || layer.stored !== null ? null : await findOriginalBlob({digest, diffId, bytes: layer.bytes}, places);
  return blob === null ? layer : {...layer, stored: {diffId, blob}, compression: blob.compression};
}

/** Joins all layers and looks at their digests. @throws WinnowError (threshold) where one is not what it was */
export async function checkRestored({image}: RestoredImage): Promise<void> {
  for (const layer of new Set(image.layers)) {
    for await (const _ of layer.open()) {
      // the layer checks itself at its end
    }
  }
}

function restoredLayer(layer: OpenedLayer, recipe: RemainderLayer | null, diffId: string, remainder: OpenedImage): NewLayer {
  const {bytes, blob, read, storeAs} = layer;
  if (recipe === null) {
    if (layer.diffId !== diffId) {
      throw mismatch(`layer ${layer.diffId} should be ${diffId}`);
    }
    return {bytes, open: () => read(0, bytes), stored: {diffId, blob}, compression: storeAs};
  }
  const removed = recipe.removed === null ? null : (remainder.layers[recipe.removed] ?? null);
  return {
    bytes: joinedBytes(recipe),
    open: () => checked(joinLayer(read(0, bytes), removed === null ? null : removed.read(0, removed.bytes), recipe), diffId),
    stored: null,
    compression: storeAs,
  };
}

async function* checked(chunks: Chunks, diffId: string): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  yield* observe(chunks, (chunk) => hash.update(chunk));
  const found = `sha256:${hash.digest('hex')}`;
  if (found !== diffId) {
    throw mismatch(`a layer becomes ${found} instead of ${diffId}`);
  }
}
