import type {ImageTree} from '../image/tree.js';
import type {ContainerPath} from '../model/container-path.js';
import type {ImageIndex} from '../model/image-index.js';
import type {RunTouches} from '../store/aggregate.js';
import {closureOf, groupHardLinks, opensContent} from './closure.js';
import {holdsContent} from './content.js';

export interface NeededRuns {
  /** For each file of the index the ascending indices of the runs that wanted anything of it, touched or implied. */
  readonly incidence: readonly Uint32Array[];
  /** Those of them that wanted its content; where it holds none, all of them. */
  readonly opened: readonly Uint32Array[];
  /** For each file of the index the first path, in code-unit order, whose touch implies it; null where it was touched itself or not needed. */
  readonly impliedBy: readonly (ContainerPath | null)[];
}

const nobody = new Uint32Array();

/** Closure before counting: which runs needed each file of the image. Touched paths that the image does not have are passed over. */
export function neededRuns(touches: RunTouches, index: ImageIndex, tree: ImageTree): NeededRuns {
  const hardLinks = groupHardLinks(index.files);
  const incidence = new Array<Uint32Array>(index.files.length).fill(nobody);
  const opened = new Array<Uint32Array>(index.files.length).fill(nobody);
  const impliedBy = new Array<ContainerPath | null>(index.files.length).fill(null);
  const isNeeded = new Uint8Array(index.files.length);
  const isTouched = new Uint8Array(index.files.length);
  const unite = makeUnion(touches.runs.length);
  const add = (lists: Uint32Array[], at: number, runs: Uint32Array): void => {
    lists[at] = unite(lists[at] ?? nobody, runs);
  };
  const imply = (at: number, by: ContainerPath, runs: Uint32Array): void => {
    add(incidence, at, runs);
    isNeeded[at] = 1;
    const before = impliedBy[at] ?? by;
    impliedBy[at] = by < before ? by : before;
  };
  const touch = (path: ContainerPath, runs: Uint32Array, ops: number): void => {
    const {file, implied} = closureOf(tree, hardLinks, path, ops);
    if (file !== null) {
      const at = tree.positionOf(file.path);
      add(incidence, at, runs);
      isNeeded[at] = 1;
      isTouched[at] = 1;
    }
    const all = file === null ? implied : [file, ...implied];
    implied.forEach((other) => imply(tree.positionOf(other.path), path, runs));
    if (ops === opensContent) {
      all.forEach((other) => add(opened, tree.positionOf(other.path), runs));
    }
  };
  touches.paths.forEach((path, at) => {
    const runs = touches.touchedBy[at] ?? nobody;
    const openedBy = touches.openedBy[at] ?? nobody;
    if (openedBy !== runs) {
      touch(path, runs, 0);
    }
    if (openedBy.length > 0) {
      touch(path, openedBy, opensContent);
    }
  });
  // From the last path to the first, so that a directory comes after all it holds and passes their runs on to its parent.
  const parents = tree.parentPositions();
  for (let at = index.files.length - 1; at >= 0; at -= 1) {
    const file = index.files[at];
    if (file === undefined || isNeeded[at] === 0) {
      continue;
    }
    const runs = incidence[at] ?? nobody;
    if (!holdsContent(file)) {
      opened[at] = runs;
    }
    if (isTouched[at] === 1) {
      impliedBy[at] = null;
    }
    const parent = parents[at] ?? -1;
    if (parent >= 0) {
      imply(parent, impliedBy[at] ?? file.path, runs);
    }
  }
  return {incidence, opened, impliedBy};
}

/** Union of two ascending lists of run indices; one of them where it holds the other, as that of "/usr" soon does. */
function makeUnion(runCount: number): (a: Uint32Array, b: Uint32Array) => Uint32Array {
  const marks = new Uint8Array(runCount);
  return (a, b) => {
    if (a === b || b.length === 0 || a.length === runCount) {
      return a;
    }
    if (a.length === 0 || b.length === runCount) {
      return b;
    }
    marks.fill(0);
    for (const run of a) {
      marks[run] = 1;
    }
    let count = a.length;
    for (const run of b) {
      count += marks[run] === 0 ? 1 : 0;
      marks[run] = 1;
    }
    if (count === a.length) {
      return a;
    }
    if (count === b.length) {
      return b;
    }
    const union = new Uint32Array(count);
    for (let run = 0, at = 0; run < runCount; run += 1) {
      if (marks[run] === 1) {
        union[at] = run;
        at += 1;
      }
    }
    return union;
  };
}
