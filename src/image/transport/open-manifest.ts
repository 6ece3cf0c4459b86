import type {Buffer} from 'node:buffer';
import {ArchiveBudget} from '../archive-budget.js';
import {readBlob, type StoredLayer} from '../archive-contents.js';
import {archiveError} from '../archive-error.js';
import {blobName, chooseImage, type DocumentSource, hostPlatform, maxIndexDepth} from '../archive-manifest.js';
import {type Descriptor, parseOciDocument} from '../archive-schemas.js';
import type {Chunks} from '../byte-reader.js';
import type {OpenOptions} from './open-archive.js';
import {type ListedLayer, listStored, openedLayers} from './open-layers.js';
import type {BlobSource, OpenedImage} from './opened-image.js';
import {openedManifest} from './opened-manifest.js';
import {Spool} from './spool.js';

/**
 * Opens the image that an index or manifest leads to: only the wanted platform is read.
 * @param root an OCI index, whose annotations may name images
 * @throws WinnowError as `readImageArchive` does
 */
export async function openManifest(root: Buffer, blobs: BlobSource, {limits, ...choice}: OpenOptions): Promise<OpenedImage> {
  const budget = new ArchiveBudget(limits);
  const documents = new Map([['index.json', root]]);
  await collect(root, {blobs, documents, budget, platform: choice.platform ?? hostPlatform()});
  const documentOf: DocumentSource = (name) => documents.get(name);
  const image = chooseImage(documentOf, choice);
  const spool = await Spool.open();
  try {
    const layers = new Map<string, StoredLayer<ListedLayer>>();
    for (const name of new Set(image.layerNames)) {
      layers.set(name, await readLayerBlob(blobs.open(digestOf(name)), {budget, spool}));
    }
    const contents = {layers, realName: (name: string) => name};
    return {
      image: {name: choice.name, id: image.id, layers: image.diffIds},
      platform: image.platform,
      config: image.config,
      layers: openedLayers(image, contents, ({digest, layer}) => blobs.open(digest ?? layer.diffId)),
      manifest: openedManifest(image, documentOf, blobs),
      close: () => spool.close(),
    };
  } catch (error) {
    await spool.close();
    throw error;
  }
}

interface Collecting {
  readonly blobs: BlobSource;
  readonly documents: Map<string, Buffer>;
  readonly budget: ArchiveBudget;
  readonly platform: string;
}

async function collect(bytes: Buffer, collecting: Collecting, depth = 1): Promise<void> {
  const {manifests, config} = parseOciDocument(bytes, 'an image index');
  const wanted = [...(manifests ?? []).filter((descriptor) => isWanted(descriptor, collecting.platform)), ...(config === null ? [] : [config])];
  for (const descriptor of depth > maxIndexDepth ? [] : wanted) {
    const document = await collecting.blobs.document(descriptor);
    if (document !== null) {
      collecting.budget.countKept(document.length);
      collecting.documents.set(blobName(descriptor.digest), document);
      await (descriptor === config ? undefined : collect(document, collecting, depth + 1));
    }
  }
}

/** An index need not say what an image is for. */
function isWanted({platform}: Descriptor, wanted: string): boolean {
  return platform === null || `${platform.os}/${platform.architecture}${platform.variant === null ? '' : `/${platform.variant}`}/`.startsWith(`${wanted}/`);
}

async function readLayerBlob(content: Chunks, {budget, spool}: {readonly budget: ArchiveBudget; readonly spool: Spool}): Promise<StoredLayer<ListedLayer>> {
  let bytes = 0;
  const counted = (async function* () {
    for await (const chunk of content) {
      bytes += chunk.length;
      yield chunk;
    }
  })();
  const blob = await readBlob(counted, Infinity, {budget, readLayer: (layer) => listStored(layer, {budget, spool})});
  if (blob.kind !== 'layer') {
    throw archiveError('a layer is no tar archive');
  }
  return {...blob, start: 0, bytes};
}

const digestOf = (name: string): string => name.replace(/^blobs\//, '').replace('/', ':');
