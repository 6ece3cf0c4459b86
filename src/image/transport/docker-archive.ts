import {Buffer} from 'node:buffer';
import {createHash} from 'node:crypto';
import {type Chunks, observe} from '../byte-reader.js';
import {type NewFile, writeTar} from '../tar-writer.js';
import type {NewImage, NewLayer, WrittenImage} from './new-image.js';

export interface DockerArchiveOptions {
  /** Told what was written, before the archive's end; gives the names that it is to have, with tags. */
  readonly nameOf: (image: WrittenImage) => readonly string[] | Promise<readonly string[]>;
}

/** An image as `docker load` reads it: layers uncompressed, then what lists them. The same image gives the same bytes. */
export function dockerArchive({layers, makeConfig}: NewImage, {nameOf}: DockerArchiveOptions): Chunks {
  return writeTar((async function* (): AsyncGenerator<NewFile, void, undefined> {
    const unique = [...new Set(layers)];
    const diffIdOf = new Map<NewLayer, string>();
    for (const [at, layer] of unique.entries()) {
      const hash = createHash('sha256');
      const {stored} = layer;
      yield {name: layerName(at), bytes: layer.bytes, content: stored === null ? observe(layer.open(), (chunk) => hash.update(chunk)) : layer.open()};
      diffIdOf.set(layer, stored?.diffId ?? `sha256:${hash.digest('hex')}`);
    }
    const diffIds = layers.map((layer) => diffIdOf.get(layer) ?? '');
    const config = await makeConfig(diffIds);
    const hex = createHash('sha256').update(config).digest('hex');
    const tags = await nameOf({id: `sha256:${hex}`, diffIds, bytes: unique.reduce((sum, {bytes}) => sum + bytes, 0), stored: null});
    const manifest = Buffer.from(JSON.stringify([{Config: `${hex}.json`, RepoTags: tags, Layers: layers.map((layer) => layerName(unique.indexOf(layer)))}]));
    yield {name: `${hex}.json`, bytes: config.length, content: chunkOf(config)};
    yield {name: 'manifest.json', bytes: manifest.length, content: chunkOf(manifest)};
  })());
}

const layerName = (at: number): string => `${at}/layer.tar`;

async function* chunkOf(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield bytes;
  await Promise.resolve();
}
