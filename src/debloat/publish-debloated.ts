import type {Buffer} from 'node:buffer';
import type {ImageTarget, WrittenImage} from '../image/transport/new-image.js';
import {sha256} from '../image/sha256.js';
import type {DebloatedImage} from './debloat-image.js';

export interface DebloatTargets {
  readonly debloated: ImageTarget;
  readonly remainder: ImageTarget | null;
}

export interface PublishedImages {
  readonly debloated: WrittenImage;
  readonly remainder: WrittenImage | null;
}

/** @throws WinnowError as `publishAll` does */
export async function publishDebloated(image: DebloatedImage, targets: DebloatTargets): Promise<PublishedImages> {
  const [published] = await publishAll([{image, targets}] as const);
  return published;
}

/**
 * Writes the two of each image at the same time, one image after the other, then names all, the debloated ones last: whoever finds one finds its
 * remainder too.
 * @throws WinnowError where one cannot be written, and none has a name then; or where one cannot be named, and those before it have theirs
 */
export async function publishAll<Pairs extends readonly {readonly image: DebloatedImage; readonly targets: DebloatTargets}[]>(pairs: Pairs): Promise<{[At in keyof Pairs]: PublishedImages}> {
  const remainders = pairs.flatMap(({targets}) => targets.remainder ?? []);
  const debloated = pairs.map(({targets}) => targets.debloated);
  try {
    const written: PublishedImages[] = [];
    for (const {image, targets} of pairs) {
      written.push(await (targets.remainder === null ? writeAlone(image, targets.debloated) : writeBoth(image, targets.debloated, targets.remainder)));
    }
    for (const target of [...remainders, ...debloated]) {
      await target.publish();
    }
    return written as {[At in keyof Pairs]: PublishedImages};
  } catch (error) {
    for (const target of [...debloated, ...remainders]) {
      await target.discard();
    }
    throw error;
  }
}

const writeAlone = async ({debloated}: DebloatedImage, target: ImageTarget): Promise<PublishedImages> => ({debloated: await target.write(debloated(null)), remainder: null});

/** The debloated image's config names the remainder, whose id is known once its layers are read, before its target has done with them. */
async function writeBoth({debloated, remainder}: DebloatedImage, debloatedTarget: ImageTarget, remainderTarget: ImageTarget): Promise<PublishedImages> {
  let tellId: (id: string) => void = () => undefined;
  const configMade = new Promise<string>((resolve) => (tellId = resolve));
  const makeConfig = async (diffIds: readonly string[]): Promise<Buffer> => {
    const config = await remainder.makeConfig(diffIds);
    tellId(sha256(config));
    return config;
  };
  const rest = remainderTarget.write({...remainder, makeConfig});
  const remainderId = Promise.race([configMade, rest.then(({id}) => id)]);
  remainderId.catch(() => undefined); // told below
  const kept = debloatedTarget.write(debloated(remainderId));
  await Promise.allSettled([rest, kept]); // what is taken back is no longer being written
  return {remainder: await rest, debloated: await kept};
}
