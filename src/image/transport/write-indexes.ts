import {Buffer} from 'node:buffer';
import {isDeepStrictEqual} from 'node:util';
import {archiveError} from '../archive-error.js';
import {maxIndexDepth} from '../archive-manifest.js';
import {type Descriptor, parseOciDocument} from '../archive-schemas.js';
import {type BlobStore, type Document, documentOf, indexType, manifestType} from './blob-store.js';
import type {IndexDocument} from './image-indexes.js';
import type {ImagePlace} from './new-image.js';

/**
 * Stores what else an image's indexes list as it is, and makes the indexes with the image's new manifest in place of its old one: their other entries,
 * annotations and attestations stay, also an attestation of the old manifest, which says so by that one's digest.
 * @returns the indexes, innermost first, which are the caller's to store
 */
export async function writeIndexes({indexes, replaces, source, wanted}: ImagePlace, manifest: Document, store: BlobStore): Promise<Document[]> {
  const written: Document[] = [];
  let [old, replacement] = [replaces, manifest];
  for (const bytes of indexes.toReversed()) {
    const index = parseOciDocument(bytes, 'an image index');
    for (const entry of index.manifests ?? []) {
      if (entry.digest !== old) {
        await copyManifest(entry, {source, store});
      }
    }
    const made = replaceEntries(bytes, old, replacement);
    [old, replacement] = [documentOf(bytes, indexType).digest, documentOf(wanted.find((one) => isSame(one, made)) ?? made, indexType)];
    written.push(replacement);
  }
  return written;
}

/** Every field stays but for those that say which content it is. */
function replaceEntries(bytes: Buffer, old: string, {bytes: {length: size}, digest, mediaType}: Document): Buffer {
  const index = JSON.parse(bytes.toString('utf8')) as IndexDocument;
  const manifests = index.manifests?.map((entry) => {
    const {data: _, ...others} = entry as typeof entry & {readonly data?: string}; // an embedded copy of the content
    return entry.digest === old ? {...others, mediaType, digest, size} : entry;
  });
  return Buffer.from(JSON.stringify({...index, manifests}));
}

const isSame = (one: Buffer, other: Buffer): boolean => isDeepStrictEqual(JSON.parse(one.toString('utf8')), JSON.parse(other.toString('utf8')));

interface Copying {
  readonly source: ImagePlace['source'];
  readonly store: BlobStore;
}

/** With all that it leads to. @throws WinnowError where something is not there, and the store takes no manifest without it */
async function copyManifest(descriptor: Descriptor, copying: Copying, depth = 1): Promise<void> {
  const {source, store} = copying;
  if (depth > maxIndexDepth) {
    throw archiveError('its image indexes are nested too deeply');
  }
  if (await store.hasManifest(descriptor.digest)) {
    return;
  }
  const bytes = await source.document(descriptor);
  if (bytes === null) {
    return missing(descriptor, store);
  }
  const {manifests, config, layers} = parseOciDocument(bytes, descriptor.digest);
  for (const inner of manifests ?? []) {
    await copyManifest(inner, copying, depth + 1);
  }
  for (const blob of [...(config === null ? [] : [config]), ...(layers ?? [])]) {
    await (await source.has(blob.digest) ? store.put(source.open(blob.digest), blob.digest) : missing(blob, store));
  }
  await store.putManifest(documentOf(bytes, descriptor.mediaType ?? (manifests === null ? manifestType : indexType)), descriptor.digest);
}

function missing({digest, mediaType, platform}: Descriptor, {takesParts}: BlobStore): void {
  if (!takesParts && !/foreign|nondistributable/.test(mediaType ?? '')) {
    const what = platform === null ? digest : `${platform.os}/${platform.architecture}`;
    throw archiveError(`its index lists ${what}, which is not there, and a registry takes no index without all that it lists`);
  }
}
