import type {Buffer} from 'node:buffer';
import type {ImageTarget, WrittenImage} from '../image/transport/new-image.js';
import {sha256} from '../image/transport/oci-image.js';
import type {DebloatedImage} from './debloat-image.js';

export interface DebloatTargets {
  readonly debloated: ImageTarget;
  readonly remainder: ImageTarget | null;
}

export interface PublishedImages {
  readonly debloated: WrittenImage;
  readonly remainder: WrittenImage | null;
}

/**
 * Writes both images at the same time, then names them, the debloated one last: whoever finds it finds its remainder too.
 * @throws WinnowError where one cannot be written; neither has a name then
 */
export async function publishDebloated(images: DebloatedImage, targets: DebloatTargets): Promise<PublishedImages> {
  try {
    const written = await (targets.remainder === null ? writeAlone(images, targets.debloated) : writeBoth(images, targets.debloated, targets.remainder));
    await targets.remainder?.publish();
    await targets.debloated.publish();
    return written;
  } catch (error) {
    await targets.debloated.discard();
    await targets.remainder?.discard();
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
