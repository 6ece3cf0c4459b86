import type {Buffer} from 'node:buffer';
import {ImageTree, parentPath} from '../image/tree.js';
import type {OpenedImage} from '../image/transport/opened-image.js';
import type {ContainerPath} from '../model/container-path.js';
import {type PackagePresence, packagePresence} from '../sbom/installed.js';
import {type DebloatedImage, debloatImages} from './debloat-image.js';
import {decisionsIn} from './decisions.js';
import type {DescribedImage} from './describe-image.js';
import {manifestsOfKept} from './language-manifests.js';
import {filterDatabase, hasRpmDatabase, isReadByScanners, joinVersions} from './package-database.js';
import type {PlannedFile} from './planned-file.js';
import {keepAlikeInLayers} from './shared-layers.js';

export interface FilteredImage {
  readonly image: DebloatedImage;
  /** The decisions, with those over the package database. */
  readonly files: readonly PlannedFile[];
  /** What is left of each package. */
  readonly presence: readonly PackagePresence[];
  /** Files of the package database that have less in them. */
  readonly filtered: readonly ContainerPath[];
  /** What a person should know of the database, in sentences. */
  readonly notes: readonly string[];
}

/** An image to debloat. It is to stay open until what was made of it is written. */
export interface ImageToDebloat {
  readonly original: OpenedImage;
  readonly described: DescribedImage;
  readonly planned: readonly PlannedFile[];
}

/**
 * Cuts images in two by these decisions, with a package database in each debloated one that says what is there. Layers that
 * images share stay shared: what one keeps in them all keep.
 */
export async function debloatWithDatabases(images: readonly ImageToDebloat[]): Promise<FilteredImage[]> {
  const decided = keepAlike(images, images.map(({planned}) => keepForScanners(planned, isReadByScanners)));
  const filtered = images.map(({described: {index, contents}}, at) => {
    const presence = packagePresence(index, decisionsIn(decided[at] ?? []));
    return {presence, database: filterDatabase(decided[at] ?? [], new ImageTree(index), presence, contents), manifests: manifestsOfKept(decided[at] ?? [], presence)};
  });
  const files = keepAlike(images, decided.map((own, at) => keepForScanners(own, (path) => filtered[at]?.database.has(path) === true || filtered[at]?.manifests.has(path) === true)));
  const replaced = databasesOf(images, decided, files, filtered.map(({database}) => database));
  const cut = await debloatImages(images.map(({original}, at) => ({original, decisions: decisionsIn(files[at] ?? []), replaced: replaced[at] ?? new Map()})));
  return cut.map((image, at): FilteredImage => ({
    image,
    files: files[at] ?? [],
    presence: filtered[at]?.presence ?? [],
    filtered: [...(replaced[at]?.keys() ?? [])],
    notes: images[at] !== undefined && hasRpmDatabase(images[at].described.index) ? ['The rpm database stays as it was: scanners see packages that are not there any more.'] : [],
  }));
}

/** Decisions for each image, such that layers which they share stay shared. */
export function keepAlike(images: readonly Pick<ImageToDebloat, 'original'>[], files: readonly (readonly PlannedFile[])[]): (readonly PlannedFile[])[] {
  return images.length === 1 ? [...files] : keepAlikeInLayers(images.map(({original: {image: {name}, layers}}, at) => ({name, layers, files: files[at] ?? []})));
}

/**
 * The contents that files of the package databases get. A file in a layer that images share gets one content: what is in it for
 * one of them stays in it for all, so no scanner is blind to what is there.
 */
function databasesOf(images: readonly ImageToDebloat[], decided: readonly (readonly PlannedFile[])[], files: readonly (readonly PlannedFile[])[], databases: readonly ReadonlyMap<ContainerPath, Buffer>[]): Map<ContainerPath, Buffer>[] {
  const versions = new Map<string, Buffer[]>();
  const users = images.map(({described: {contents}, original: {layers}}, at) => {
    const before = decisionsIn(decided[at] ?? []);
    return (files[at] ?? []).flatMap(({path, layer, decision}) => {
      const whole = contents.get(path);
      const content = databases[at]?.get(path) ?? (before.get(path) === 'keep' ? whole : undefined);
      const key = `${layers[layer]?.diffId ?? ''} ${path}`;
      if (whole === undefined || decision === 'remove') {
        return [];
      }
      versions.set(key, [...(versions.get(key) ?? []), ...(content === undefined ? [] : [content])]);
      return [{path, key, whole}];
    });
  });
  return users.map((own) => new Map(own.flatMap(({path, key, whole}): [ContainerPath, Buffer][] => {
    const content = joinVersions(whole, versions.get(key) ?? []);
    return content.equals(whole) ? [] : [[path, content]];
  })));
}

/** Keeps what a test says, but where the plan removes the directory it is in. */
function keepForScanners(files: readonly PlannedFile[], isWanted: (path: ContainerPath) => boolean): PlannedFile[] {
  const isKept = new Set(files.flatMap(({path, decision}) => (decision === 'keep' ? [path] : [])));
  return files.map((file) => {
    const parent = parentPath(file.path);
    return isWanted(file.path) && (parent === '/' || isKept.has(parent)) && file.decision === 'remove' ? {...file, decision: 'keep', reason: 'scanners read it'} : file;
  });
}
