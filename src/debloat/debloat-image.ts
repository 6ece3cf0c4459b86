import type {Buffer} from 'node:buffer';
import type {NewImage, NewLayer} from '../image/transport/new-image.js';
import type {OpenedImage, OpenedLayer} from '../image/transport/opened-image.js';
import type {ContainerPath} from '../model/container-path.js';
import type {Decision} from '../model/debloat-config.js';
import {debloatedConfig, originalLabel, remainderConfig, remainderLabel} from './debloated-config.js';
import {planSplit} from './plan-split.js';
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

/**
 * Cuts an image in two. Nothing is written: `ImageTarget.write` reads the original while it writes, so the original is to stay
 * open until then. The same image and decisions give the same bytes.
 * @param decisions one for each path that a container of the image sees (`decisionsOf` reads them of a debloat config)
 * @param replaced new contents of files, which are kept for it; what they held goes to the remainder
 * @throws WinnowError as `planSplit` does
 */
export async function debloatImage(original: OpenedImage, decisions: ReadonlyMap<ContainerPath, Decision>, replaced: ReadonlyMap<ContainerPath, Buffer> = new Map()): Promise<DebloatedImage> {
  const splits = planSplit(original.layers, new Map([...decisions, ...[...replaced.keys()].map((path): [ContainerPath, Decision] => [path, 'keep'])]), replaced);
  const cut = new Map<OpenedLayer, CutLayer>();
  for (const [at, layer] of original.layers.entries()) {
    const split = splits[at];
    if (split !== undefined && !cut.has(layer)) {
      cut.set(layer, split.isChanged ? cutLayer(layer, await splitLayer(layer, split)) : unchanged(layer));
    }
  }
  const cuts = original.layers.flatMap((layer) => cut.get(layer) ?? []);
  const {platform, config, image} = original;
  return {
    debloated: (remainderId) => ({
      platform,
      layers: cuts.map(({kept}) => kept),
      makeConfig: async (diffIds) => debloatedConfig(config, diffIds, {[originalLabel]: image.id, ...(remainderId === null ? {} : {[remainderLabel]: await remainderId})}),
    }),
    remainder: await remainderOf(original, cuts),
    layers: cuts.length,
    changedLayers: cuts.filter(({recipe}) => recipe !== null).length,
    originalBytes: [...cut.keys()].reduce((sum, {bytes}) => sum + bytes, 0),
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

async function remainderOf({image, platform, config}: OpenedImage, cuts: readonly CutLayer[]): Promise<NewImage> {
  const removed = [...new Set(cuts.flatMap((cut) => cut.removed ?? []))];
  const layers = cuts.map(({diffId, recipe, removed: layer}): RemainderLayer | null =>
    (recipe === null ? null : {diffId, removed: layer === null ? null : removed.indexOf(layer), ...recipe}));
  return {
    platform,
    layers: [...removed, await remainderLayer({image: image.id, config: config.toString('base64'), layers})],
    makeConfig: (diffIds) => remainderConfig(platform, diffIds, {[originalLabel]: image.id}),
  };
}
