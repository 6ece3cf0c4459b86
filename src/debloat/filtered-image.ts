import {ImageTree, parentPath} from '../image/tree.js';
import type {OpenedImage} from '../image/transport/opened-image.js';
import type {ContainerPath} from '../model/container-path.js';
import {type PackagePresence, packagePresence} from '../sbom/installed.js';
import {type DebloatedImage, debloatImage} from './debloat-image.js';
import type {DescribedImage} from './describe-image.js';
import {filterDatabase, hasRpmDatabase, isReadByScanners} from './package-database.js';
import type {PlannedFile} from './planned-file.js';

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

/** Cuts an image in two by these decisions, with a package database in the debloated one that says what is there. */
export async function debloatWithDatabase(original: OpenedImage, {index, contents}: DescribedImage, planned: readonly PlannedFile[]): Promise<FilteredImage> {
  const decided = keepForScanners(planned, isReadByScanners);
  const presence = packagePresence(index, new Map(decided.map(({path, decision}) => [path, decision])));
  const database = filterDatabase(decided, new ImageTree(index), presence, contents);
  const files = keepForScanners(decided, (path) => database.has(path));
  const isKept = new Set(files.flatMap(({path, decision}) => (decision === 'keep' ? [path] : [])));
  const replaced = new Map([...database].filter(([path]) => isKept.has(path)));
  return {
    image: await debloatImage(original, new Map(files.map(({path, decision}) => [path, decision])), replaced),
    files,
    presence,
    filtered: [...replaced.keys()],
    notes: hasRpmDatabase(index) ? ['The rpm database stays as it was: scanners see packages that are not there any more.'] : [],
  };
}

/** Keeps what a test says, but where the plan removes the directory it is in. */
function keepForScanners(files: readonly PlannedFile[], isWanted: (path: ContainerPath) => boolean): PlannedFile[] {
  const isKept = new Set(files.flatMap(({path, decision}) => (decision === 'keep' ? [path] : [])));
  return files.map((file) => {
    const parent = parentPath(file.path);
    return isWanted(file.path) && (parent === '/' || isKept.has(parent)) && file.decision === 'remove' ? {...file, decision: 'keep', reason: 'scanners read it'} : file;
  });
}
