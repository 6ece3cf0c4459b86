import {Buffer} from 'node:buffer';
import type {ContainerPath} from '../model/container-path.js';
import type {InstalledPackage} from '../model/image-index.js';
import type {Claim} from './packages.js';
import {readRpmHeader, type RpmPackage} from './rpm-header.js';
import {readTable} from './sqlite-table.js';

/** Where distributions have it; of rpm's older databases, Packages (Berkeley DB) and Packages.db (ndb), none is read. */
const places: readonly ContainerPath[] = ['/var/lib/rpm/rpmdb.sqlite', '/usr/lib/sysimage/rpm/rpmdb.sqlite', '/usr/share/rpm/rpmdb.sqlite'];

export const isRpmDatabase = (path: ContainerPath): boolean => places.includes(path);

/** More than any image has files; a hostile database may claim one in each two bytes. */
const mostFiles = 5_000_000;

/** A key for signatures is kept as if it were a package. */
const isKey = ({name}: RpmPackage): boolean => name === 'gpg-pubkey';

/**
 * Packages of rpm's database. @param warn is told of a database or a package in it that can't be read; the others count
 */
export function readRpmPackages(contents: ReadonlyMap<ContainerPath, Buffer>, warn: (problem: string) => void): RpmPackage[] {
  const path = places.find((place) => contents.has(place));
  const database = path === undefined ? undefined : contents.get(path);
  const found: RpmPackage[] = [];
  let files = 0;
  try {
    for (const [, header] of database === undefined ? [] : readTable(database, 'Packages')) {
      if (!Buffer.isBuffer(header)) {
        throw new RangeError('a package has no header');
      }
      const rpm = readRpmHeader(header);
      files += rpm.files.length;
      if (files > mostFiles) {
        throw new RangeError(`it claims more than ${mostFiles} files`);
      }
      found.push(rpm);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) {
      throw error;
    }
    warn(`${path ?? ''} of the image can't be read whole: ${error.message}; packages behind the first ${found.length} are not known`);
  }
  return found.filter((rpm) => !isKey(rpm));
}

export function* rpmOwnership(packages: readonly RpmPackage[]): Generator<Claim> {
  for (const {name, files} of packages) {
    yield* files.filter((path) => path.startsWith('/')).map((path) => ({package: name, path}));
  }
}

export function installedRpm({name, version, architecture, sourceRpm}: RpmPackage): InstalledPackage {
  const [, sourceName, sourceVersion] = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(sourceRpm) ?? [];
  return {manager: 'rpm', name, version, architecture, source: sourceName === undefined || sourceVersion === undefined ? null : {name: sourceName, version: sourceVersion}};
}
