import {createHash} from 'node:crypto';
import type {ContainerPath} from '../model/container-path.js';
import type {Decision} from '../model/debloat-config.js';
import type {Distribution, ImageIndex, ImageReference} from '../model/image-index.js';
import {type PackagePresence, packagePresence, packageState} from './installed.js';

/** What a software bill of materials says, in whatever format. */
export interface Bill {
  readonly image: ImageReference;
  readonly distribution: Distribution;
  /** Packages of which something is in the image. */
  readonly packages: readonly PackagePresence[];
  /** When the document says it was made: a parameter, so that equal images give equal documents. */
  readonly created: Date;
}

/** Of an image as it came. */
export function billBefore(index: ImageIndex, created: Date): Bill {
  return {image: index.image, distribution: distributionOf(index), packages: packagePresence(index, new Map()), created};
}

/**
 * Of what debloating leaves of it: packages that were removed whole are not there.
 * @param image the debloated image
 * @param index of the image as it came
 */
export function billAfter(image: ImageReference, index: ImageIndex, decisions: ReadonlyMap<ContainerPath, Decision>, created: Date): Bill {
  const packages = packagePresence(index, decisions).filter((presence) => packageState(presence) !== 'removed');
  return {image, distribution: distributionOf(index), packages, created};
}

const distributionOf = ({distribution = {id: '', version: ''}}: ImageIndex): Distribution => distribution;

/** A UUID (version 8, RFC 9562) that an image and a format always have. */
export function billUuid({image: {id}, created}: Bill, format: string): string {
  const hex = createHash('sha256').update(`${format} ${id} ${created.toISOString()}`).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** To the second, as both formats have it. */
export const billTime = ({created}: Bill): string => created.toISOString().replace(/\.\d+Z$/, 'Z');

/** "4 of 30 files", where some are gone; null where the package is whole. */
export function keptText({files, keptFiles}: PackagePresence): string | null {
  return keptFiles === files ? null : `${keptFiles} of ${files} files`;
}
