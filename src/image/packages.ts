import type {Buffer} from 'node:buffer';
import {type ContainerPath, pathFromBytes} from '../model/container-path.js';
import type {ImageFile} from '../model/image-index.js';
import {readAlpineOwnership} from './packages-alpine.js';
import {readDebianOwnership} from './packages-debian.js';
import {ImageTree} from './tree.js';

/** A package's claim on a path, as its database spells the path. */
export interface Claim {
  readonly package: string;
  readonly path: ContainerPath;
}

const databases: readonly RegExp[] = [
  /^\/var\/lib\/dpkg\/(status|diversions|info\/[^/]+\.list)$/,
  /^\/(usr\/)?lib\/apk\/db\/installed$/,
];

/** True for the files whose content `addPackages` wants. */
export const isPackageDatabase = (path: ContainerPath): boolean => databases.some((pattern) => pattern.test(path));

/**
 * Sets the owning package of each file from the image's own databases, given by path. Their paths predate symlinked
 * directories (/bin/sh where /bin is a link to usr/bin), so parents are resolved. A path that several packages
 * claim, as most directories are, belongs to none.
 */
export function addPackages(files: readonly ImageFile[], contents: ReadonlyMap<ContainerPath, Buffer>): ImageFile[] {
  const tree = new ImageTree({files});
  const texts = new Map([...contents].map(([path, bytes]) => [path, pathFromBytes(bytes)]));
  const owners = new Map<ContainerPath, string | null>();
  for (const claim of [...readDebianOwnership(texts), ...readAlpineOwnership(texts)]) {
    const {path} = tree.resolve(claim.path, {followLast: false});
    owners.set(path, owners.has(path) && owners.get(path) !== claim.package ? null : claim.package);
  }
  return files.map((file) => ({...file, package: owners.get(file.path) ?? null}));
}
