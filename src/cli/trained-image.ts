import {openEngine} from '../image/engine.js';
import {listCachedImages, loadImageIndex, readCachedIndex} from '../image/index-cache.js';
import {ImageTree} from '../image/tree.js';
import type {ImageIndex} from '../model/image-index.js';
import type {Profile} from '../model/profile.js';
import type {RunMetadata} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';
import {aggregateRuns, type RunTouches} from '../store/aggregate.js';
import {listRuns} from '../store/store.js';
import {trainWithEarlier} from '../train/earlier/train-with-earlier.js';
import type {TrainOptions} from '../train/train-profile.js';
import type {CommandContext} from './context.js';
import {findEarlier} from './earlier-images.js';

export interface TrainedImage {
  readonly index: ImageIndex;
  readonly tree: ImageTree;
  readonly profile: Profile;
  /** What the profile was trained on. */
  readonly touches: RunTouches;
  /** Trains on some of it. */
  readonly train: (touches: RunTouches) => Profile;
}

export interface TrainedImageOptions extends TrainOptions {
  /** Names or ids of earlier images whose runs count too. */
  readonly from?: readonly string[];
  /** What a message is to call the image, where that is not what it is looked up by. */
  readonly title?: string;
}

/**
 * What the store's runs teach about an image. The engine says what a name means now; without one that knows the name,
 * it means what it meant when its runs were captured.
 * @throws WinnowError where neither knows the image, or the store has no run of it or of an earlier one
 */
export async function loadTrainedImage(name: string, context: CommandContext, {from = [], title = name, ...options}: TrainedImageOptions = {}): Promise<TrainedImage> {
  const {storeDirectory} = context;
  const all = await listRuns(storeDirectory, {}, ({message}) => context.note(`winnow: left out: ${message}`));
  const index = await findIndex(name, all, context);
  const own = all.filter(({imageId, imageName}) => imageId === index.image.id || (imageId === '' && imageName === name));
  const earlier = await findEarlier(from, index, all, context);
  const counted = new Set([...own, ...earlier.flatMap((image) => image.runs)]);
  const runs = all.filter((run) => counted.has(run));
  if (runs.length === 0) {
    throw new WinnowError(`there are no runs of ${title} (${index.image.id.slice(0, 19)}) in ${storeDirectory}`, {hint: recordHint(title, all)});
  }
  const tree = new ImageTree(index);
  const touches = await aggregateRuns(storeDirectory, runs);
  const train = (some: RunTouches): Profile => trainWithEarlier(some, index, earlier.map((image) => image.index), tree, options);
  return {index, tree, touches, profile: train(touches), train};
}

/** An image of the same repository may have runs, which a user who just built the next tag would like to go on with. */
function recordHint(name: string, runs: readonly RunMetadata[]): string {
  const repository = (image: string): string => image.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
  const before = runs.findLast(({imageName}) => repository(imageName) === repository(name))?.imageName;
  return `record some with winnow profile ${name}${before === undefined ? '' : `, or let those of an earlier image count with --from ${before}`}`;
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
