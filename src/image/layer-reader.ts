import {Buffer} from 'node:buffer';
import {createHash} from 'node:crypto';
import path from 'node:path';
import type {ContainerPath} from '../model/container-path.js';
import type {ArchiveBudget} from './archive-budget.js';
import {archiveError} from './archive-error.js';
import type {Chunks} from './byte-reader.js';
import {InterpreterScanner} from './interpreter.js';
import {type FileContent, type LayerNode, LayerTree} from './layer-tree.js';
import {readTar, type TarEntry} from './tar-reader.js';

export interface Layer {
  readonly root: LayerNode;
  /** `sha256:…` of the uncompressed layer. */
  readonly diffId: string;
}

export interface LayerReaderOptions {
  readonly budget: ArchiveBudget;
  /** Paths whose whole content is to be kept. */
  readonly keeps: (path: ContainerPath) => boolean;
}

/** Reads an uncompressed layer to its end. @throws WinnowError for a layer that Docker would not load, or over the budget */
export async function readLayer(chunks: Chunks, {budget, keeps}: LayerReaderOptions): Promise<Layer> {
  const hash = createHash('sha256');
  const tree = new LayerTree();
  const observed = observe(chunks, (chunk) => {
    budget.countBytes(chunk.length);
    hash.update(chunk);
  });
  const names = new Set<string>();
  for await (const {header, content} of readTar(observed)) {
    budget.countEntry(header);
    refuseDuplicate(header.name, names);
    const place = tree.place(header);
    if (place === null) {
      continue;
    }
    if (header.type === 'file') {
      tree.put(place, header, await readContent(content, keeps(place.path) ? budget : null));
    } else {
      tree.put(place, header);
    }
  }
  return {root: tree.root, diffId: `sha256:${hash.digest('hex')}`};
}

/** As Docker does at loading (tar-split); which of two entries counts would be up to the engine. */
function refuseDuplicate(name: ContainerPath, names: Set<string>): void {
  const normal = path.posix.join(name, '.');
  if (names.has(normal)) {
    throw archiveError(`"${name.toWellFormed()}" is there twice in one layer`);
  }
  names.add(normal);
}

async function* observe(chunks: Chunks, observer: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    observer(chunk);
    yield chunk;
  }
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
