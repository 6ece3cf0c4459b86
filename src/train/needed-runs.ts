import {parentPath, type ImageTree} from '../image/tree.js';
import type {ContainerPath} from '../model/container-path.js';
import type {ImageFile, ImageIndex} from '../model/image-index.js';
import type {RunTouches} from '../store/aggregate.js';
import {closureOf, groupHardLinks} from './closure.js';

export interface NeededRuns {
  /** For each file of the index the ascending indices of the runs that needed it, touched or implied. */
  readonly incidence: readonly Uint32Array[];
  /** For each file of the index the first path, in code-unit order, whose touch implies it; null where it was touched itself or not needed. */
  readonly impliedBy: readonly (ContainerPath | null)[];
}

/** Why a file is needed: by these runs, through these paths. */
interface Causes {
  readonly runs: Uint32Array[];
  isTouched: boolean;
  impliedBy: ContainerPath | null;
}

/** Closure before counting: which runs needed each file of the image. Touched paths that the image does not have are passed over. */
export function neededRuns(touches: RunTouches, index: ImageIndex, tree: ImageTree): NeededRuns {
  const hardLinks = groupHardLinks(index.files);
  const causes = new Map<ImageFile, Causes>();
  const causesOf = (file: ImageFile): Causes => {
    const known = causes.get(file) ?? {runs: [], isTouched: false, impliedBy: null};
    causes.set(file, known);
    return known;
  };
  const imply = (file: ImageFile, by: ContainerPath, runs: Uint32Array): void => {
    const known = causesOf(file);
    known.runs.push(runs);
    known.impliedBy = known.impliedBy === null || by < known.impliedBy ? by : known.impliedBy;
  };
  touches.paths.forEach((path, at) => {
    const runs = touches.touchedBy[at] ?? new Uint32Array();
    const {file, implied} = closureOf(tree, hardLinks, path, touches.opsOf[at] ?? 0);
    if (file !== null) {
      const known = causesOf(file);
      known.runs.push(runs);
      known.isTouched = true;
    }
    implied.forEach((other) => imply(other, path, runs));
  });
  const unite = makeUnion(touches.runs.length);
  const incidence = new Array<Uint32Array>(index.files.length).fill(new Uint32Array());
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
    impliedBy[at] = known.isTouched ? null : known.impliedBy;
    const parent = tree.get(parentPath(file.path));
    if (parent !== undefined) {
      imply(parent, impliedBy[at] ?? file.path, runs);
    }
  }
  return {incidence, impliedBy};
}

/** Union of ascending lists of run indices; it stops as soon as every run is in, as for "/usr" it soon is. */
function makeUnion(runCount: number): (lists: readonly Uint32Array[]) => Uint32Array {
  const marks = new Uint8Array(runCount);
  return (lists) => {
    const [only = new Uint32Array(), ...others] = lists;
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
