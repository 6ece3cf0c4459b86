import {labelsOf, remainderLabel} from '../debloat/debloated-config.js';
import {type ImageLocation, parseLocation} from '../image/transport/image-location.js';
import {openImage, type TransportOptions} from '../image/transport/open-image.js';
import type {OpenedImage} from '../image/transport/opened-image.js';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';

export interface BothImages {
  readonly debloated: OpenedImage;
  readonly remainder: OpenedImage;
  readonly close: () => Promise<void>;
}

/** Opens a debloated image and its remainder: the named one, else in an engine the one that its label names. @throws WinnowError */
export async function openBoth(image: string, remainder: string | undefined, transport: TransportOptions): Promise<BothImages> {
  const location = parseLocation(image);
  const known = remainder === undefined ? null : await openImage(parseLocation(remainder), transport);
  const debloated = await openDebloated(location, known, transport);
  try {
    const id = labelsOf(debloated.config)[remainderLabel];
    const named = remainder ?? (location.kind === 'engine' ? id : undefined);
    if (named === undefined) {
      throw new WinnowError(`${image} does not say what its remainder is`, {exitCode: ExitCode.usage, hint: 'name it with --remainder IMAGE'});
    }
    const rest = known ?? await openImage(parseLocation(named), transport);
    return {debloated, remainder: rest, close: async () => void (await Promise.all([debloated.close(), rest.close()]))};
  } catch (error) {
    await debloated.close();
    throw error;
  }
}

/** Of several platforms it is the remainder's. */
async function openDebloated(location: ImageLocation, remainder: OpenedImage | null, transport: TransportOptions): Promise<OpenedImage> {
  try {
    return await openImage(location, remainder === null ? transport : {platform: remainder.platform, ...transport});
  } catch (error) {
    await remainder?.close();
    throw error;
  }
}
