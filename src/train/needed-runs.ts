import {parentPath, type ImageTree} from '../image/tree.js';
import type {ContainerPath} from '../model/container-path.js';
import type {ImageFile, ImageIndex} from '../model/image-index.js';
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

/** Why a file is needed: by these runs, through these paths. */
interface Causes {
  readonly runs: Uint32Array[];
  readonly opened: Uint32Array[];
  isTouched: boolean;
  impliedBy: ContainerPath | null;
}

/** Closure before counting: which runs needed each file of the image. Touched paths that the image does not have are passed over. */
export function neededRuns(touches: RunTouches, index: ImageIndex, tree: ImageTree): NeededRuns {
  const hardLinks = groupHardLinks(index.files);
  const causes = new Map<ImageFile, Causes>();
  const causesOf = (file: ImageFile): Causes => {
    const known = causes.get(file) ?? {runs: [], opened: [], isTouched: false, impliedBy: null};
    causes.set(file, known);
    return known;
  };
  const imply = (file: ImageFile, by: ContainerPath, runs: Uint32Array): void => {
    const known = causesOf(file);
    known.runs.push(runs);
    known.impliedBy = known.impliedBy === null || by < known.impliedBy ? by : known.impliedBy;
  };
  touches.paths.forEach((path, at) => {
    const runs = touches.touchedBy[at] ?? nobody;
    const {file, implied} = closureOf(tree, hardLinks, path, 0);
    if (file !== null) {
      const known = causesOf(file);
      known.runs.push(runs);
      known.isTouched = true;
    }
    implied.forEach((other) => imply(other, path, runs));
    const opened = touches.openedBy[at] ?? nobody;
    if (opened.length > 0) {
      const needs = closureOf(tree, hardLinks, path, opensContent);
      if (needs.file !== null) {
        causesOf(needs.file).opened.push(opened);
      }
      needs.implied.forEach((other) => {
        imply(other, path, opened);
        causesOf(other).opened.push(opened);
      });
    }
  });
  const unite = makeUnion(touches.runs.length);
  const incidence = new Array<Uint32Array>(index.files.length).fill(nobody);
  const opened = new Array<Uint32Array>(index.files.length).fill(nobody);
  const impliedBy = new Array<ContainerPath | null>(index.files.length).fill(null);
  // From the last path to the first, so that a directory comes after all it holds and passes their runs on to its parent.
  for (let at = index.files.length - 1; at >= 0; at -= 1) {
    const file = index.files[at];
    const known = file && causes.get(file);
    if (file === undefined || known === undefined) {
      continue;
    }
    const runs = unite(known.runs);
    incidence[at] = runs;
    opened[at] = !holdsContent(file) ? runs : known.opened.length === 0 ? nobody : unite(known.opened);
    impliedBy[at] = known.isTouched ? null : known.impliedBy;
    const parent = tree.get(parentPath(file.path));
    if (parent !== undefined) {
      imply(parent, impliedBy[at] ?? file.path, runs);
    }
  }
  return {incidence, opened, impliedBy};
}

/** Union of ascending lists of run indices; it stops as soon as every run is in, as for "/usr" it soon is. */
function makeUnion(runCount: number): (lists: readonly Uint32Array[]) => Uint32Array {
  const marks = new Uint8Array(runCount);
  return (lists) => {
    const [only = nobody, ...others] = lists;
    if (others.length === 0) {
      return only;
    }
    marks.fill(0);
    let count = 0;
    for (const list of lists) {
      for (const run of list) {
        count += marks[run] === 0 ? 1 : 0;
        marks[run] = 1;
      }
      if (count === runCount) {
        break;
      }
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
