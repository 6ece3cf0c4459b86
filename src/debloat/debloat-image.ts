import type {Buffer} from 'node:buffer';
import {type NewImage, type NewLayer, placeOf} from '../image/transport/new-image.js';
import type {OpenedImage, OpenedLayer} from '../image/transport/opened-image.js';
import type {ContainerPath} from '../model/container-path.js';
import type {Decision} from '../model/debloat-config.js';
import {debloatedConfig, originalLabel, remainderConfig, remainderLabel} from './debloated-config.js';
import type {LayerSplit} from './layer-split.js';
import {planSplits} from './plan-split.js';
import {type RemainderLayer, remainderLayer} from './remainder.js';
import {type LayerParts, type Part, readParts, sizeOf, splitLayer} from './split-layer.js';

/** The two images that one is cut into, ready to be written to any target, in any order and as often as wanted. */
export interface DebloatedImage {
  /** @param remainderId `sha256:…` of the remainder, for its label, needed once the layers are written; null where there is to be none */
  readonly debloated: (remainderId: string | Promise<string> | null) => NewImage;
  readonly remainder: NewImage;
  /** Layers of the original, and how many of them are not as they were. */
  readonly layers: number;
  readonly changedLayers: number;
  /** Of the uncompressed layers. */
  readonly originalBytes: number;
}

/** An image to cut in two. It is to stay open until both were written. */
export interface ImageToCut {
  readonly original: OpenedImage;
  /** One for each path that a container of the image sees (`decisionsOf` reads them of a debloat config). */
  readonly decisions: ReadonlyMap<ContainerPath, Decision>;
  /** New contents of files, which are kept for it; what they held goes to the remainder. */
  readonly replaced?: ReadonlyMap<ContainerPath, Buffer>;
}

/**
 * Cuts images in two, and layers that several of them have once for all. Nothing is written: `ImageTarget.write` reads the originals while it
 * writes. The same images and decisions give the same bytes.
 * @throws WinnowError as `planSplits` does
 */
export async function debloatImages<Images extends readonly ImageToCut[]>(images: Images): Promise<{[At in keyof Images]: DebloatedImage}> {
  const splits = planSplits(images.map(({original: {layers}, decisions, replaced = new Map<ContainerPath, Buffer>()}) =>
    ({layers, decisions: new Map([...decisions, ...[...replaced.keys()].map((path): [ContainerPath, Decision] => [path, 'keep'])]), replaced})));
  const layers = new Map(images.flatMap(({original}) => original.layers.map((layer) => [layer.diffId, layer] as const)));
  const readOther = (diffId: string): OpenedLayer['read'] => layers.get(diffId)?.read ?? unknownLayer(diffId);
  const made = new Map<LayerSplit, CutLayer>();
  const cutOnce = async (layer: OpenedLayer, split: LayerSplit): Promise<CutLayer> => {
    const cut = made.get(split) ?? cutLayer(layer, await splitLayer(layer, split, readOther));
    made.set(split, cut);
    return cut;
  };
  const debloated: DebloatedImage[] = [];
  for (const [image, {original}] of images.entries()) {
    const cuts = new Map<OpenedLayer, CutLayer>();
    for (const [at, layer] of original.layers.entries()) {
      const split = splits[image]?.[at];
      cuts.set(layer, cuts.get(layer) ?? (split?.isChanged === true ? storedAs(layer, await cutOnce(layer, split)) : unchanged(layer)));
    }
    debloated.push(await bothOf(original, original.layers.flatMap((layer) => cuts.get(layer) ?? [])));
  }
  return debloated as {[At in keyof Images]: DebloatedImage};
}

function unknownLayer(diffId: string): never {
  throw new Error(`no image has the layer ${diffId}`);
}

/** Images that share a layer may be of places that compress otherwise. */
function storedAs({storeAs}: OpenedLayer, cut: CutLayer): CutLayer {
  const as = (layer: NewLayer): NewLayer => (layer.compression === storeAs ? layer : {...layer, compression: storeAs});
  return {...cut, kept: as(cut.kept), removed: cut.removed === null ? null : as(cut.removed)};
}

async function bothOf(original: OpenedImage, cuts: readonly CutLayer[]): Promise<DebloatedImage> {
  const {platform, config, image, manifest} = original;
  return {
    debloated: (remainderId) => ({
      platform,
      layers: cuts.map(({kept}) => kept),
      place: placeOf(manifest, []),
      manifest: null,
      makeConfig: async (diffIds) => debloatedConfig(config, diffIds, {[originalLabel]: image.id, ...(remainderId === null ? {} : {[remainderLabel]: await remainderId})}),
    }),
    remainder: await remainderOf(original, cuts),
    layers: cuts.length,
    changedLayers: cuts.filter(({recipe}) => recipe !== null).length,
    originalBytes: [...new Set(original.layers)].reduce((sum, {bytes}) => sum + bytes, 0),
  };
}

interface CutLayer {
  readonly diffId: string;
  readonly kept: NewLayer;
  readonly removed: NewLayer | null;
  /** Null for a layer that stays as it is. */
  readonly recipe: LayerParts['recipe'] | null;
}

function cutLayer(layer: OpenedLayer, {kept, removed, recipe}: LayerParts): CutLayer {
  return {diffId: layer.diffId, kept: newLayer(kept, layer), removed: removed === null ? null : newLayer(removed, layer), recipe};
}

function unchanged(layer: OpenedLayer): CutLayer {
  const {diffId, blob, bytes, read, storeAs} = layer;
  return {diffId, kept: {bytes, open: () => read(0, bytes), stored: {diffId, blob}, compression: storeAs}, removed: null, recipe: null};
}

const newLayer = (parts: readonly Part[], {read, storeAs}: OpenedLayer): NewLayer => ({bytes: sizeOf(parts), open: () => readParts(parts, read), stored: null, compression: storeAs});

async function remainderOf({image, platform, config, manifest}: OpenedImage, cuts: readonly CutLayer[]): Promise<NewImage> {
  const removed = [...new Set(cuts.flatMap((cut) => cut.removed ?? []))];
  const layers = cuts.map(({diffId, recipe, removed: layer}): RemainderLayer | null =>
    (recipe === null ? null : {diffId, removed: layer === null ? null : removed.indexOf(layer), ...recipe}));
  const listing = manifest === null ? {} : {manifest: manifest.bytes.toString('base64'), indexes: manifest.indexes.map((index) => index.toString('base64'))};
  return {
    platform,
    layers: [...removed, await remainderLayer({image: image.id, config: config.toString('base64'), ...listing, layers})],
    place: null,
    manifest: null,
    makeConfig: (diffIds) => remainderConfig(platform, diffIds, {[originalLabel]: image.id}),
  };
}
