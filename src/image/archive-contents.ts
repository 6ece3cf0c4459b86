import type {Buffer} from 'node:buffer';
import {createHash} from 'node:crypto';
import path from 'node:path';
import type {ArchiveBudget} from './archive-budget.js';
import {archiveError} from './archive-error.js';
import {ByteReader, type Chunks, observe} from './byte-reader.js';
import {type Compression, compressionOf, decompress} from './decompress.js';
import {blockBytes, isTarHeader} from './tar-header.js';
import {readTar} from './tar-reader.js';

/** What an image archive holds, by the names of its entries; `Layer` is what was read of each layer. */
export interface ArchiveContents<Layer> {
  readonly documents: ReadonlyMap<string, Buffer>;
  readonly layers: ReadonlyMap<string, StoredLayer<Layer>>;
  /** Where all blobs of an OCI layout stand. */
  readonly blobs: ReadonlyMap<string, StoredRange>;
  /** Docker saves a layer that repeats as a symlink to its first copy. */
  readonly realName: (name: string) => string;
}

export interface StoredRange {
  /** Where the blob stands in the archive. */
  readonly start: number;
  readonly bytes: number;
}

export interface StoredLayer<Layer> extends StoredRange {
  readonly layer: Layer;
  readonly compression: Compression | null;
  /** `sha256:…` of a compressed blob; another's is the layer's diff id. */
  readonly digest: string | null;
}

export interface ContentsOptions<Layer> {
  readonly budget: ArchiveBudget;
  /** Told the uncompressed layer, and how it was compressed; reads it to its end. */
  readonly readLayer: (chunks: Chunks, compression: Compression | null) => Promise<Layer>;
}

/** Manifests and configs are a few kB; a larger entry is none. */
export const maxDocumentBytes = 8 * 2 ** 20;

/**
 * Reads an archive once from start to end: layers stand in any order and before what lists them, so each is read as it passes.
 * @throws WinnowError on an archive that is cut off, corrupt, hostile or over the limits
 */
export async function readArchiveContents<Layer>(chunks: Chunks, options: ContentsOptions<Layer>): Promise<ArchiveContents<Layer>> {
  const documents = new Map<string, Buffer>();
  const layers = new Map<string, StoredLayer<Layer>>();
  const blobs = new Map<string, StoredRange>();
  const links = new Map<string, string>();
  for await (const {header, contentStart, content} of readTar(chunks)) {
    options.budget.countEntry(header);
    const name = path.posix.normalize(header.name);
    if (header.type === 'symlink') {
      links.set(name, path.posix.join(path.posix.dirname(name), header.linkName));
    } else if (header.type === 'link') {
      links.set(name, path.posix.normalize(header.linkName));
    } else if (header.type === 'file') {
      if ((documents.has(name) || layers.has(name)) && !name.startsWith('blobs/')) { // a blob is what its name says, however often it is there
        throw archiveError(`"${name.toWellFormed()}" is there twice`);
      }
      if (name.startsWith('blobs/')) {
        blobs.set(name, {start: contentStart, bytes: header.bytes});
      }
      const item = await readBlob(content, header.bytes, options);
      if (item.kind === 'layer') {
        layers.set(name, {layer: item.layer, start: contentStart, bytes: header.bytes, compression: item.compression, digest: item.digest});
      } else if (item.kind === 'document') {
        documents.set(name, item.bytes);
      }
    }
  }
  return {documents, layers, blobs, realName: (name) => links.get(name) ?? name};
}

export type BlobContent<Layer> =
  | ({readonly kind: 'layer'} & Pick<StoredLayer<Layer>, 'layer' | 'compression' | 'digest'>)
  | {readonly kind: 'document'; readonly bytes: Buffer}
  | {readonly kind: 'other'};

/** Names tell nothing about blobs of an OCI layout, so the first bytes do. */
export async function readBlob<Layer>(content: Chunks, bytes: number, {budget, readLayer}: ContentsOptions<Layer>): Promise<BlobContent<Layer>> {
  const reader = new ByteReader(content);
  const head = await reader.peek(blockBytes);
  const compression = compressionOf(head);
  if (compression !== null) {
    const hash = createHash('sha256');
    const stored = observe(reader.stream(Infinity), (chunk) => hash.update(chunk));
    const layer = await readLayer(decompress(stored, compression), compression);
    return {kind: 'layer', compression, layer, digest: `sha256:${hash.digest('hex')}`};
  }
  if (isTarHeader(head) || (head.length === blockBytes && head.every((byte) => byte === 0))) {
    return {kind: 'layer', compression, layer: await readLayer(reader.stream(Infinity), null), digest: null};
  }
  if (!/^\s*[[{]/.test(head.toString('latin1')) || bytes > maxDocumentBytes) {
    return {kind: 'other'};
  }
  budget.countKept(bytes);
  return {kind: 'document', bytes: await reader.take(bytes) ?? head};
}
