import {Buffer} from 'node:buffer';
import {createHash} from 'node:crypto';
import path from 'node:path';
import type {ContainerPath} from '../model/container-path.js';
import type {ArchiveBudget} from './archive-budget.js';
import {archiveError} from './archive-error.js';
import {type Chunks, observe} from './byte-reader.js';
import {InterpreterScanner} from './interpreter.js';
import {type FileContent, type Inode, type LayerNode, LayerTree} from './layer-tree.js';
import type {TarHeader} from './tar-header.js';
import {readTar, type TarEntry} from './tar-reader.js';

export interface Layer {
  readonly root: LayerNode;
  /** `sha256:…` of the uncompressed layer. */
  readonly diffId: string;
  /** Uncompressed. */
  readonly bytes: number;
}

export interface LayerReaderOptions {
  readonly budget: ArchiveBudget;
  /** Paths whose whole content is to be kept. */
  readonly keeps: (path: ContainerPath) => boolean;
}

/** One entry of a layer's tar stream: the bytes from `start` to before `end`. */
export interface ListedEntry extends Pick<TarEntry, 'start' | 'contentStart' | 'end'> {
  readonly header: TarHeader;
  /** Where it stands in a container, parents without symlinks; "/" for the root, which every container has. */
  readonly path: ContainerPath;
  /** What it makes, one object for all names of a file; null for the root and for what hides lower layers. */
  readonly inode: Inode | null;
}

export interface LayerListing extends Layer {
  /** In the order of the stream. What stands between them and behind the last belongs to no entry. */
  readonly entries: readonly ListedEntry[];
}

/** Lists an uncompressed layer's entries without a look at their content. @throws WinnowError as `readLayer` does */
export async function listLayer(chunks: Chunks, budget: ArchiveBudget): Promise<LayerListing> {
  const entries: ListedEntry[] = [];
  const layer = await walkLayer(chunks, budget, (tree, {header, start, contentStart, end}) => {
    refuseTraversal(header);
    const place = tree.place(header);
    entries.push({header, start, contentStart, end, path: place?.path ?? '/', inode: place === null ? null : tree.put(place, header)});
    return Promise.resolve();
  });
  return {...layer, entries};
}

/** Reads an uncompressed layer to its end. @throws WinnowError for a layer that Docker would not load, or over the budget */
export async function readLayer(chunks: Chunks, {budget, keeps}: LayerReaderOptions): Promise<Layer> {
  return walkLayer(chunks, budget, async (tree, {header, content}) => {
    const place = tree.place(header);
    if (place === null) {
      return;
    }
    if (header.type === 'file') {
      tree.put(place, header, await readContent(content, keeps(place.path) ? budget : null));
    } else {
      tree.put(place, header);
    }
  });
}

/** Docker stays within the root whatever a name says; a program that unpacks the copy of such an entry may not. */
function refuseTraversal({name, type, linkName}: TarHeader): void {
  for (const path of type === 'link' ? [name, linkName] : [name]) {
    if (path.split('/').includes('..')) {
      throw archiveError(`"${path.toWellFormed()}" leads out of its directory`);
    }
  }
}

async function walkLayer(chunks: Chunks, budget: ArchiveBudget, put: (tree: LayerTree, entry: TarEntry) => Promise<void>): Promise<Layer> {
  const hash = createHash('sha256');
  const tree = new LayerTree();
  let bytes = 0;
  const observed = observe(chunks, (chunk) => {
    bytes += chunk.length;
    budget.countBytes(chunk.length);
    hash.update(chunk);
  });
  const names = new Set<string>();
  for await (const entry of readTar(observed)) {
    budget.countEntry(entry.header);
    refuseDuplicate(entry.header.name, names);
    await put(tree, entry);
  }
  return {root: tree.root, diffId: `sha256:${hash.digest('hex')}`, bytes};
}

/** As Docker does at loading (tar-split); which of two entries counts would be up to the engine. */
function refuseDuplicate(name: ContainerPath, names: Set<string>): void {
  const normal = path.posix.join(name, '.');
  if (names.has(normal)) {
    throw archiveError(`"${name.toWellFormed()}" is there twice in one layer`);
  }
  names.add(normal);
}

/** Keeps the content where there is a budget to count it against. */
async function readContent(content: TarEntry['content'], keptBudget: ArchiveBudget | null): Promise<FileContent> {
  const hash = createHash('sha256');
  const scanner = new InterpreterScanner();
  const kept: Buffer[] = [];
  for await (const chunk of content) {
    hash.update(chunk);
    scanner.push(chunk);
    if (keptBudget !== null) {
      keptBudget.countKept(chunk.length);
      kept.push(Buffer.from(chunk)); // a copy, not a view that holds the whole network buffer
    }
  }
  return {
    digest: `sha256:${hash.digest('hex')}`,
    interpreter: scanner.finish(),
    kept: keptBudget === null ? null : Buffer.concat(kept),
  };
}
