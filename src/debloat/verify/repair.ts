import {type ImageTree, parentPath} from '../../image/tree.js';
import type {ContainerPath} from '../../model/container-path.js';
import type {ImageFile, ImageIndex} from '../../model/image-index.js';
import {closureOf, groupHardLinks, operationMask} from '../../train/closure.js';
import type {PlannedFile} from '../planned-file.js';

/** Bytes of neighbours that come with a missed file at the first attempt, and how much more each further one allows. */
const firstGroupBytes = 2 ** 20;
const growth = 4;

/** What a failed attempt tells. */
export interface Lacking {
  /** Removed paths that a run looked for in vain. */
  readonly missed: ReadonlySet<ContainerPath>;
  /** Directories listed by runs that came out otherwise without having missed a path. */
  readonly listed: ReadonlySet<ContainerPath>;
}

/**
 * The paths to add back, each with why: what was missed, what that cannot do without (links, interpreter, hard links), and its
 * neighbours, those of its package in its directory, as far as the attempt's share of bytes goes, the smallest first: a program
 * that lacks one file of a group stops at it, and would miss the next one at the next attempt. A run that misses nothing may
 * have counted what is in a directory, so what was removed of directories that it listed comes back.
 *
 * @param attempt from 1; each is more generous than the one before
 */
export function pathsToAddBack({missed, listed}: Lacking, index: ImageIndex, tree: ImageTree, removed: ReadonlySet<ContainerPath>, attempt: number): Map<ContainerPath, string> {
  const found = new Map<ContainerPath, string>();
  const add = (path: ContainerPath, reason: string): void => {
    if (removed.has(path) && !found.has(path)) {
      found.set(path, reason);
    }
  };
  const hardLinks = groupHardLinks(index.files);
  for (const path of missed) {
    add(path, 'missed in verification');
    const {file, implied} = closureOf(tree, hardLinks, path, operationMask('read', 'exec'));
    [...(file === null ? [] : [file]), ...implied].forEach((needed) => add(needed.path, `needed for ${path}, which was missed in verification`));
  }
  const neighbours = neighboursOf(index.files, new Set(found.keys()), removed);
  let left = firstGroupBytes * growth ** (attempt - 1);
  for (const {path, bytes, of} of neighbours) {
    left -= bytes;
    if (left < 0) {
      break;
    }
    add(path, `beside ${of}, which was missed in verification`);
  }
  for (const {path} of index.files) {
    if (listed.has(parentPath(path))) {
      add(path, `in ${parentPath(path)}, which a run listed that came out otherwise`);
    }
  }
  return withParents(found, removed);
}

/** The decisions with paths added back. */
export function addBack(files: readonly PlannedFile[], paths: ReadonlyMap<ContainerPath, string>): PlannedFile[] {
  return files.map((file) => {
    const reason = paths.get(file.path);
    return reason === undefined || file.decision === 'keep' ? file : {...file, decision: 'keep', reason};
  });
}

interface Neighbour extends Pick<ImageFile, 'path' | 'bytes'> {
  readonly of: ContainerPath;
}

function neighboursOf(files: readonly ImageFile[], found: ReadonlySet<ContainerPath>, removed: ReadonlySet<ContainerPath>): Neighbour[] {
  const placeOf = (file: ImageFile): string => `${file.package ?? ''} ${parentPath(file.path)}`;
  const places = new Map(files.filter(({path}) => found.has(path)).map((file) => [placeOf(file), file.path]));
  return files
    .flatMap((file): Neighbour[] => {
      const of = places.get(placeOf(file));
      return of !== undefined && removed.has(file.path) && !found.has(file.path) ? [{path: file.path, bytes: file.bytes, of}] : [];
    })
    .sort((a, b) => a.bytes - b.bytes);
}

/** What is kept needs the directories it is in. */
function withParents(paths: ReadonlyMap<ContainerPath, string>, removed: ReadonlySet<ContainerPath>): Map<ContainerPath, string> {
  const all = new Map(paths);
  for (const path of paths.keys()) {
    for (let parent = parentPath(path); removed.has(parent) && !all.has(parent); parent = parentPath(parent)) {
      all.set(parent, `holds ${path}, which was missed in verification`);
    }
  }
  return all;
}
