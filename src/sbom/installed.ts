import type {ContainerPath} from '../model/container-path.js';
import type {Decision} from '../model/debloat-config.js';
import {type ImageIndex, type InstalledPackage, ownerName} from '../model/image-index.js';

/** What of a package is in an image. */
export interface PackagePresence {
  readonly package: InstalledPackage;
  /** Its regular files that are not empty, as the image came, and those of them that stay; hard-linked names each for itself. */
  readonly files: number;
  readonly keptFiles: number;
}

/** `removed`: it had content and none of it stays, so no fault of its code is left; `part`: some of it stays. */
export type PackageState = 'whole' | 'part' | 'removed';

/**
 * What debloating leaves of each package. Links, directories and empty files carry no code and don't count: a package of
 * nothing else is whole. Packages of one name and several architectures or versions share their files.
 *
 * @param decisions by path; a path without one stays
 */
export function packagePresence({files, packages = []}: ImageIndex, decisions: ReadonlyMap<ContainerPath, Decision>): PackagePresence[] {
  const counts = new Map<string, {files: number; keptFiles: number}>();
  for (const {path, package: owner, type, bytes} of files) {
    if (owner !== null && type === 'file' && bytes > 0) {
      const count = counts.get(owner) ?? {files: 0, keptFiles: 0};
      count.files += 1;
      count.keptFiles += decisions.get(path) === 'remove' ? 0 : 1;
      counts.set(owner, count);
    }
  }
  return packages.map((installed) => ({package: installed, ...(counts.get(ownerName(installed)) ?? {files: 0, keptFiles: 0})}));
}

export function packageState({files, keptFiles}: Pick<PackagePresence, 'files' | 'keptFiles'>): PackageState {
  return keptFiles === files ? 'whole' : keptFiles > 0 ? 'part' : 'removed';
}
