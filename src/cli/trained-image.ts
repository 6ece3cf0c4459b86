import {openEngine} from '../image/engine.js';
import {listCachedImages, loadImageIndex, readCachedIndex} from '../image/index-cache.js';
import {ImageTree} from '../image/tree.js';
import type {ImageIndex} from '../model/image-index.js';
import type {Profile} from '../model/profile.js';
import type {RunMetadata} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';
import {aggregateRuns, type RunTouches} from '../store/aggregate.js';
import {listRuns} from '../store/store.js';
import {type TrainOptions, trainProfile} from '../train/train-profile.js';
import type {CommandContext} from './context.js';

export interface TrainedImage {
  readonly index: ImageIndex;
  readonly tree: ImageTree;
  readonly profile: Profile;
  /** What the profile was trained on. */
  readonly touches: RunTouches;
}

/**
 * What the store's runs teach about an image. The engine says what a name means now; without one that knows the name,
 * it means what it meant when its runs were captured.
 * @throws WinnowError where neither knows the image, or the store has no run of it
 */
export async function loadTrainedImage(name: string, context: CommandContext, options: TrainOptions = {}): Promise<TrainedImage> {
  const {storeDirectory} = context;
  const all = await listRuns(storeDirectory, {}, ({message}) => context.note(`winnow: left out: ${message}`));
  const index = await findIndex(name, all, context);
  const runs = all.filter(({imageId, imageName}) => imageId === index.image.id || (imageId === '' && imageName === name));
  if (runs.length === 0) {
    throw new WinnowError(`there are no runs of ${name} (${index.image.id.slice(0, 19)}) in ${storeDirectory}`, {hint: `record some with winnow profile ${name}`});
  }
  const tree = new ImageTree(index);
  const touches = await aggregateRuns(storeDirectory, runs);
  return {index, tree, touches, profile: trainProfile(touches, index, tree, options)};
}

/** The image's file list, from the engine or else from the store. @throws WinnowError where neither knows the image */
export async function findIndex(name: string, runs: readonly RunMetadata[], context: CommandContext): Promise<ImageIndex> {
  try {
    return await loadImageIndex(await openEngine(context.env), name, context.storeDirectory);
  } catch (error) {
    const index = await readCachedIndex(context.storeDirectory, await rememberedId(name, runs, context.storeDirectory));
    if (index === null || !(error instanceof WinnowError)) {
      throw error;
    }
    context.note(`winnow: ${error.message}; using the image's file list in the store`);
    return {...index, image: {...index.image, name}};
  }
}

/** Of the image that the name's latest run is of, else of one read under this name, else the name as an id. */
async function rememberedId(name: string, runs: readonly RunMetadata[], storeDirectory: string): Promise<string> {
  const named = runs.findLast(({imageId, imageName}) => imageName === name && imageId !== '');
  if (named !== undefined) {
    return named.imageId;
  }
  const hex = name.replace(/^sha256:/, '');
  const isId = /^[0-9a-f]{12,64}$/.test(hex);
  const images = await listCachedImages(storeDirectory);
  return images.find((image) => image.name === name || (isId && image.id.startsWith(`sha256:${hex}`)))?.id ?? '';
}
