import type {Buffer} from 'node:buffer';
import process from 'node:process';
import {type ContainerPath, pathFromBytes} from '../model/container-path.js';
import {type Distribution, type ImageFile, type ImageIndex, type InstalledPackage, ownerName} from '../model/image-index.js';
import {readAlpineOwnership, readAlpinePackages} from './packages-alpine.js';
import {readDebianOwnership, readDebianPackages} from './packages-debian.js';
import {languageDatabases, readLanguagePackages} from './packages-language.js';
import {installedRpm, isRpmDatabase, readRpmPackages, rpmOwnership} from './packages-rpm.js';
import {ImageTree} from './tree.js';

/** A package's claim on a path, as its database spells the path. */
export interface Claim {
  readonly package: string;
  readonly path: ContainerPath;
}

/** A claim of a package manager that keeps no database of its own for the whole image. */
export interface PackageClaim {
  readonly package: InstalledPackage;
  readonly path: ContainerPath;
}

const osRelease = ['/etc/os-release', '/usr/lib/os-release'];

const databases: readonly RegExp[] = [
  /^\/var\/lib\/dpkg\/(status|diversions|info\/[^/]+\.list)$/,
  /^\/(usr\/)?lib\/apk\/db\/installed$/,
  /^\/(etc|usr\/lib)\/os-release$/,
  ...languageDatabases,
];

/** True for the files whose content `addPackages` wants. */
export const isPackageDatabase = (path: ContainerPath): boolean => isRpmDatabase(path) || databases.some((pattern) => pattern.test(path));

/**
 * What the image's own databases, given by path, say: the packages, and each file's owner. Their paths predate symlinked
 * directories (/bin/sh where /bin is a link to usr/bin), so parents are resolved. A path that several packages
 * claim, as most directories are, belongs to none. Packages of languages own what no package of the distribution does; one that
 * comes all within those, as Debian's python3-requests holds requests, is not listed beside them.
 *
 * @param warn is told of a database that can't be read
 */
export function addPackages(files: readonly ImageFile[], contents: ReadonlyMap<ContainerPath, Buffer>, warn: (problem: string) => void = (problem) => process.emitWarning(problem)): Required<Omit<ImageIndex, 'image'>> {
  const tree = new ImageTree({files});
  const texts = new Map([...contents].filter(([path]) => !isRpmDatabase(path)).map(([path, bytes]) => [path, pathFromBytes(bytes)]));
  const rpms = readRpmPackages(contents, warn);
  const owners = new Map<ContainerPath, string | null>();
  for (const claim of [...readDebianOwnership(texts), ...readAlpineOwnership(texts), ...rpmOwnership(rpms)]) {
    const {path} = tree.resolve(claim.path, {followLast: false});
    owners.set(path, owners.has(path) && owners.get(path) !== claim.package ? null : claim.package);
  }
  const own = ownedByLanguages(files, texts, tree, owners);
  const key = ({name, architecture, manager, version}: InstalledPackage): string => `${name} ${architecture} ${manager} ${version}`;
  return {
    packages: [...readDebianPackages(texts), ...readAlpinePackages(texts), ...rpms.map(installedRpm), ...own.packages].sort((a, b) => (key(a) < key(b) ? -1 : 1)),
    distribution: readDistribution(osRelease.map((path) => texts.get(path)).find((text) => text !== undefined) ?? ''),
    files: files.map((file) => ({...file, package: owners.get(file.path) ?? own.owners.get(file.path) ?? null})),
  };
}

function ownedByLanguages(files: readonly ImageFile[], texts: ReadonlyMap<ContainerPath, string>, tree: ImageTree, taken: ReadonlyMap<ContainerPath, unknown>): {packages: InstalledPackage[]; owners: Map<ContainerPath, string>} {
  const owners = new Map<ContainerPath, string>();
  const packages = new Map<string, InstalledPackage>();
  for (const {package: claimant, path: claimed} of readLanguagePackages(files, texts)) {
    const {path, file} = tree.resolve(claimed, {followLast: false});
    if (file !== null && !taken.has(path) && !owners.has(path)) {
      owners.set(path, ownerName(claimant));
      if (file.type === 'file') {
        packages.set(`${ownerName(claimant)} ${claimant.version}`, claimant);
      }
    }
  }
  return {packages: [...packages.values()], owners};
}

function readDistribution(text: string): Distribution {
  const field = (name: string): string => new RegExp(`^${name}=(["']?)(.*)\\1$`, 'm').exec(text)?.[2] ?? '';
  return {id: field('ID'), version: field('VERSION_ID')};
}
