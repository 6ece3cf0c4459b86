import {Buffer} from 'node:buffer';
import {buffer} from 'node:stream/consumers';
import {ArchiveBudget} from '../../src/image/archive-budget.js';
import {mergeLayers} from '../../src/image/layer-merge.js';
import {type LayerListing, listLayer} from '../../src/image/layer-reader.js';
import {joinLayer} from '../../src/debloat/join-layer.js';
import type {LayerRecipe} from '../../src/debloat/layer-recipe.js';
import {planSplit} from '../../src/debloat/plan-split.js';
import {readParts, splitLayer} from '../../src/debloat/split-layer.js';
import type {ContainerPath} from '../../src/model/container-path.js';
import type {Decision} from '../../src/model/debloat-config.js';
import type {ImageFile} from '../../src/model/image-index.js';
import {streamOf} from '../image/archives.js';

export const list = (layer: Buffer): Promise<LayerListing> => listLayer(streamOf(layer), new ArchiveBudget());

/** What a container sees of the layers, with the names of each file in place of numbers. */
export async function viewOf(layers: readonly Buffer[]): Promise<Map<ContainerPath, SeenFile>> {
  const {files} = mergeLayers((await Promise.all(layers.map(list))).map(({root}) => root));
  return describeFiles(files);
}

/** The view less some paths; a file's names are those that are left. */
export function without(view: ReadonlyMap<ContainerPath, SeenFile>, paths: readonly ContainerPath[]): Map<ContainerPath, SeenFile> {
  const left = [...view].filter(([path]) => !paths.includes(path));
  return new Map(left.map(([path, file]) => [path, {...file, names: file.names.filter((name) => !paths.includes(name))}]));
}

interface SeenFile extends Omit<ImageFile, 'hardLinkGroup'> {
  readonly names: readonly ContainerPath[];
}

function describeFiles(files: readonly ImageFile[]): Map<ContainerPath, SeenFile> {
  return new Map(files.map(({hardLinkGroup, ...file}) => [
    file.path,
    {...file, names: hardLinkGroup === null ? [file.path] : files.filter((other) => other.hardLinkGroup === hardLinkGroup).map(({path}) => path)},
  ]));
}

export interface SplitImage {
  readonly kept: Buffer[];
  readonly removed: Buffer[];
  readonly recipes: LayerRecipe[];
  readonly isChanged: boolean[];
}

/** Splits layers, all paths kept that `removes` does not name; equal layers are one layer. */
export async function split(layers: readonly Buffer[], removes: Iterable<ContainerPath>, chunkBytes?: number, replaced?: ReadonlyMap<ContainerPath, Buffer>): Promise<SplitImage> {
  const gone = new Set(removes);
  const byContent = new Map<string, LayerListing>();
  const listings: LayerListing[] = [];
  for (const layer of layers) {
    const listing = await list(layer);
    byContent.set(listing.diffId, byContent.get(listing.diffId) ?? listing);
    listings.push(byContent.get(listing.diffId) ?? listing);
  }
  const {files} = mergeLayers(listings.map(({root}) => root));
  const decisions = new Map(files.map(({path}): [ContainerPath, Decision] => [path, gone.has(path) ? 'remove' : 'keep']));
  const splits = planSplit(listings, decisions, replaced);
  const image: SplitImage = {kept: [], removed: [], recipes: [], isChanged: splits.map(({isChanged}) => isChanged)};
  for (const [at, layer] of layers.entries()) {
    const read = (start: number, end: number) => streamOf(layer.subarray(start, end), chunkBytes);
    const {kept, removed, recipe} = await splitLayer({entries: [], bytes: layer.length, ...listings[at], read}, splits[at] ?? {fates: [], replaced: new Map(), added: [], isChanged: false});
    image.kept.push(await buffer(readParts(kept, read)));
    image.removed.push(removed === null ? Buffer.alloc(1024) : await buffer(readParts(removed, read)));
    image.recipes.push(recipe);
  }
  return image;
}

export const join = ({kept, removed, recipes}: SplitImage, chunkBytes?: number): Promise<Buffer[]> =>
  Promise.all(recipes.map((recipe, at) =>
    buffer(joinLayer(streamOf(kept[at] ?? Buffer.alloc(0), chunkBytes), streamOf(removed[at] ?? Buffer.alloc(0), chunkBytes), recipe))));
