import {openEngine} from '../image/engine.js';
import {loadImageIndex, readCachedIndex} from '../image/index-cache.js';
import {ExitCode} from '../model/exit-code.js';
import type {ImageIndex} from '../model/image-index.js';
import {plural} from '../model/plural.js';
import type {CarriedOver, Evidence} from '../model/profile.js';
import type {RunMetadata} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';
import type {CommandContext} from './context.js';
import {formatCount} from './figures.js';

/** An image before the one that is asked about. */
export interface EarlierImage {
  readonly index: ImageIndex;
  readonly runs: readonly RunMetadata[];
}

/**
 * The images that names or ids meant when their runs were captured: a tag may have meant several, and the one that it means now is
 * not among them.
 * @throws WinnowError where a name has no runs, or nobody knows the files of an image any more
 */
export async function findEarlier(names: readonly string[], {image: {id: ownId}}: ImageIndex, runs: readonly RunMetadata[], context: CommandContext): Promise<EarlierImage[]> {
  const found: EarlierImage[] = [];
  for (const id of earlierIds(names, ownId, runs)) {
    const ofImage = runs.filter(({imageId}) => imageId === id);
    found.push({index: await earlierIndex(id, ofImage.at(-1)?.imageName ?? id, context), runs: ofImage});
  }
  return found;
}

/** Ids of the same, each once. @throws WinnowError where a name has no runs */
export function earlierIds(names: readonly string[], ownId: string, runs: readonly RunMetadata[]): string[] {
  const ids = names.flatMap((name) => {
    const named = runs.filter(({imageId, imageName}) => imageId !== '' && imageId !== ownId && (imageName === name || hasId(imageId, name)));
    if (named.length === 0) {
      throw new WinnowError(`there are no runs of an earlier image ${name}`, {exitCode: ExitCode.usage, hint: 'winnow runs list shows which images have some'});
    }
    return named.map(({imageId}) => imageId);
  });
  return [...new Set(ids)];
}

/** What was carried over, and how much of the image it speaks of. */
export function carriedLines({carriedOver}: Evidence): string[] {
  if (carriedOver === undefined) {
    return [];
  }
  const {images, files} = carriedOver;
  return [
    ...images.map(({name, id, runs}) => `${plural(runs, 'run')} of ${name} (${id.slice(0, 19)})`),
    filesLine(files),
  ];
}

function filesLine({same, changed, new: added, gone}: CarriedOver['files']): string {
  const are = (count: number): string => `${formatCount(count)} ${count === 1 ? 'is' : 'are'}`;
  return `${formatCount(same)} files are the same, ${formatCount(changed)} changed, ${are(added)} new, ${are(gone)} gone`;
}

function hasId(imageId: string, name: string): boolean {
  const hex = name.replace(/^sha256:/, '');
  return /^[0-9a-f]{12,64}$/.test(hex) && imageId.startsWith(`sha256:${hex}`);
}

async function earlierIndex(id: string, name: string, context: CommandContext): Promise<ImageIndex> {
  const cached = await readCachedIndex(context.storeDirectory, id);
  const index = cached ?? (await loadImageIndex(await openEngine(context.env), id, context.storeDirectory).catch((cause: unknown) => {
    throw new WinnowError(`the files of ${name} (${id.slice(0, 19)}) are neither in the store nor on this engine`, {hint: 'load that image again, or go without its runs', cause});
  }));
  return {...index, image: {...index.image, name}};
}
