import type {Buffer} from 'node:buffer';
import path from 'node:path';
import type {Readable} from 'node:stream';
import type {ImageIndex} from '../model/image-index.js';
import {ArchiveBudget, type ArchiveLimits} from './archive-budget.js';
import {archiveError} from './archive-error.js';
import {type ArchivedImage, chooseImage, type ImageChoice} from './archive-manifest.js';
import {ByteReader} from './byte-reader.js';
import {compressionOf, decompress} from './decompress.js';
import {mergeLayers} from './layer-merge.js';
import {type Layer, type LayerReaderOptions, readLayer} from './layer-reader.js';
import type {LayerNode} from './layer-tree.js';
import {addPackages, isPackageDatabase} from './packages.js';
import {blockBytes, isTarHeader} from './tar-header.js';
import {readTar, type TarEntry} from './tar-reader.js';

export interface ReadArchiveOptions extends ImageChoice {
  readonly limits?: Partial<ArchiveLimits>;
}

/** Manifests and configs are a few kB; a larger entry is none. */
const maxDocumentBytes = 8 * 2 ** 20;

/**
 * The index of one image of a `docker save` stream, in Docker's own format or with an OCI layout inside, read once from
 * start to end: layers stand in any order and before what lists them, so each is listed as it passes, and merged at last.
 * Memory grows with the number of entries, not with their content.
 * @throws WinnowError on an archive that is cut off, corrupt, hostile or over the limits, or lacks the image
 */
export async function readImageArchive(stream: Readable, {limits, ...choice}: ReadArchiveOptions): Promise<ImageIndex> {
  try {
    const contents = await readContents(stream, {budget: new ArchiveBudget(limits), keeps: isPackageDatabase});
    const image = chooseImage((name) => contents.documents.get(contents.realName(name)), choice);
    const {files, kept} = mergeLayers(verifiedLayers(image, contents));
    return {image: {name: choice.name, id: image.id, layers: image.diffIds}, ...addPackages(files, kept)};
  } catch (error) {
    throw error === stream.errored ? archiveError(`reading it failed: ${stream.errored?.message ?? ''}`, error) : error;
  }
}

interface ArchiveContents {
  readonly documents: ReadonlyMap<string, Buffer>;
  readonly layers: ReadonlyMap<string, Layer>;
  /** Docker saves a layer that repeats as a symlink to its first copy. */
  readonly realName: (name: string) => string;
}

async function readContents(stream: Readable, options: LayerReaderOptions): Promise<ArchiveContents> {
  const documents = new Map<string, Buffer>();
  const layers = new Map<string, Layer>();
  const links = new Map<string, string>();
  for await (const {header, content} of readTar(stream)) {
    options.budget.countEntry(header);
    const name = path.posix.normalize(header.name);
    if (header.type === 'symlink') {
      links.set(name, path.posix.join(path.posix.dirname(name), header.linkName));
    } else if (header.type === 'link') {
      links.set(name, path.posix.normalize(header.linkName));
    } else if (header.type === 'file') {
      const item = await readItem(content, header.bytes, options);
      if (item.kind === 'layer') {
        layers.set(name, item.layer);
      } else if (item.kind === 'document') {
        documents.set(name, item.bytes);
      }
    }
  }
  return {documents, layers, realName: (name) => links.get(name) ?? name};
}

type ArchiveItem =
  | {readonly kind: 'layer'; readonly layer: Layer}
  | {readonly kind: 'document'; readonly bytes: Buffer}
  | {readonly kind: 'other'};

/** Names tell nothing about blobs of an OCI layout, so the first bytes do. */
async function readItem(content: TarEntry['content'], bytes: number, options: LayerReaderOptions): Promise<ArchiveItem> {
  const reader = new ByteReader(content);
  const head = await reader.peek(blockBytes);
  const compression = compressionOf(head);
  if (compression !== null) {
    return {kind: 'layer', layer: await readLayer(decompress(reader.stream(Infinity), compression), options)};
  }
  if (isTarHeader(head) || (head.length === blockBytes && head.every((byte) => byte === 0))) {
    return {kind: 'layer', layer: await readLayer(reader.stream(Infinity), options)};
  }
  if (!/^\s*[[{]/.test(head.toString('latin1')) || bytes > maxDocumentBytes) {
    return {kind: 'other'};
  }
  options.budget.countKept(bytes);
  return {kind: 'document', bytes: await reader.take(bytes) ?? head};
}

function verifiedLayers({diffIds, layerNames}: ArchivedImage, {layers, realName}: ArchiveContents): LayerNode[] {
  return layerNames.map((name, index) => {
    const layer = layers.get(realName(path.posix.normalize(name)));
    if (layer === undefined) {
      throw archiveError(`layer ${name} is missing`);
    }
    if (layer.diffId !== diffIds[index]) {
      throw archiveError(`layer ${name} is not the one that the image's config names: ${layer.diffId} instead of ${diffIds[index] ?? 'none'}`);
    }
    return layer.root;
  });
}
