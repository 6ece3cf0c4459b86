import type {ImageTarget, WrittenImage} from '../image/transport/new-image.js';
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
 * Writes both images, then names them, the debloated one last: whoever finds it finds its remainder too.
 * @throws WinnowError where one cannot be written; neither has a name then
 */
export async function publishDebloated(images: DebloatedImage, targets: DebloatTargets): Promise<PublishedImages> {
  try {
    const remainder = targets.remainder === null ? null : await targets.remainder.write(images.remainder);
    const debloated = await targets.debloated.write(images.debloated(remainder?.id ?? null));
    await targets.remainder?.publish();
    await targets.debloated.publish();
    return {debloated, remainder};
  } catch (error) {
    await targets.debloated.discard();
    await targets.remainder?.discard();
    throw error;
  }
}
