import {Buffer} from 'node:buffer';
import {buffer} from 'node:stream/consumers';
import {ArchiveBudget} from '../../src/image/archive-budget.js';
import {mergeLayers} from '../../src/image/layer-merge.js';
import {type LayerListing, listLayer} from '../../src/image/layer-reader.js';
import {joinLayer} from '../../src/debloat/join-layer.js';
import type {LayerSplit} from '../../src/debloat/layer-split.js';
import type {LayerRecipe} from '../../src/debloat/layer-recipe.js';
import {planSplits} from '../../src/debloat/plan-split.js';
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

export interface ToSplit {
  readonly layers: readonly Buffer[];
  /** All other paths are kept. */
  readonly removes: Iterable<ContainerPath>;
  readonly replaced?: ReadonlyMap<ContainerPath, Buffer>;
}

/** Splits an image; equal layers are one layer. */
export async function split(layers: readonly Buffer[], removes: Iterable<ContainerPath>, chunkBytes?: number, replaced?: ReadonlyMap<ContainerPath, Buffer>): Promise<SplitImage> {
  const [image] = await splitTogether([{layers, removes, ...(replaced === undefined ? {} : {replaced})}], chunkBytes);
  if (image === undefined) {
    throw new Error('no image was split');
  }
  return image;
}

/** Splits images, layers that they share once. */
export async function splitTogether(images: readonly ToSplit[], chunkBytes?: number): Promise<SplitImage[]> {
  const toSplit = await Promise.all(images.map(async ({layers, removes, replaced = new Map()}) => {
    const listings = await listAll(layers);
    const gone = new Set(removes);
    const {files} = mergeLayers(listings.map(({root}) => root));
    return {layers: listings, decisions: new Map(files.map(({path}): [ContainerPath, Decision] => [path, gone.has(path) ? 'remove' : 'keep'])), replaced};
  }));
  const splits = planSplits(toSplit);
  const byDiffId = new Map(images.flatMap(({layers}, at) => layers.map((layer, place) => [toSplit[at]?.layers[place]?.diffId ?? '', layer] as const)));
  const readOther = (diffId: string) => (start: number, end: number) => streamOf((byDiffId.get(diffId) ?? Buffer.alloc(0)).subarray(start, end));
  return Promise.all(images.map(({layers}, at) => cutLayers(layers, toSplit[at]?.layers ?? [], splits[at] ?? [], readOther, chunkBytes)));
}

/** Equal layers are one object. */
export async function listAll(layers: readonly Buffer[]): Promise<LayerListing[]> {
  const byContent = new Map<string, LayerListing>();
  const listings: LayerListing[] = [];
  for (const layer of layers) {
    const listing = await list(layer);
    byContent.set(listing.diffId, byContent.get(listing.diffId) ?? listing);
    listings.push(byContent.get(listing.diffId) ?? listing);
  }
  return listings;
}

async function cutLayers(layers: readonly Buffer[], listings: readonly LayerListing[], splits: readonly LayerSplit[], readOther: Parameters<typeof splitLayer>[2], chunkBytes?: number): Promise<SplitImage> {
  const image: SplitImage = {kept: [], removed: [], recipes: [], isChanged: splits.map(({isChanged}) => isChanged)};
  for (const [at, layer] of layers.entries()) {
    const read = (start: number, end: number) => streamOf(layer.subarray(start, end), chunkBytes);
    const {kept, removed, recipe} = await splitLayer({entries: [], bytes: layer.length, ...listings[at], read}, splits[at] ?? {fates: [], replaced: new Map(), added: [], isChanged: false}, readOther);
    image.kept.push(await buffer(readParts(kept, read)));
    image.removed.push(removed === null ? Buffer.alloc(1024) : await buffer(readParts(removed, read)));
    image.recipes.push(recipe);
  }
  return image;
}

export const join = ({kept, removed, recipes}: SplitImage, chunkBytes?: number): Promise<Buffer[]> =>
  Promise.all(recipes.map((recipe, at) =>
    buffer(joinLayer(streamOf(kept[at] ?? Buffer.alloc(0), chunkBytes), streamOf(removed[at] ?? Buffer.alloc(0), chunkBytes), recipe))));
