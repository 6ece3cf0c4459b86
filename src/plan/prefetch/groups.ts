import type {Sequence} from './sequences.js';

/** Contents that the same runs needed, so that they come together. */
export interface FileGroup {
  /** Indices into the image's files, in the order of the first run that needed them. */
  readonly files: readonly number[];
}

/** What runs needed, in groups: a run that needed the same as another adds to its weight. */
export interface Episode {
  readonly weight: number;
  /** Indices of groups, ascending. */
  readonly groups: readonly number[];
}

export interface GroupedRuns {
  readonly groups: readonly FileGroup[];
  readonly episodes: readonly Episode[];
}

/** Exact for groups of any size: files are told apart by the list of their runs. */
export function groupRuns(sequences: readonly Sequence[]): GroupedRuns {
  const runsOf = new Map<number, number[]>();
  sequences.forEach((files, run) => {
    for (const file of files) {
      const runs = runsOf.get(file) ?? [];
      runsOf.set(file, runs);
      runs.push(run);
    }
  });
  const groups = new Map<string, {readonly files: number[]; readonly runs: readonly number[]}>();
  for (const [file, runs] of runsOf) {
    const key = runs.join();
    const group = groups.get(key) ?? {files: [], runs};
    groups.set(key, group);
    group.files.push(file);
  }
  // Groups and episodes are numbered by what they hold, not by the order of runs, so that this order changes nothing.
  const sorted = [...groups.values()]
    .map(({files, runs}) => ({files: files.toSorted((a, b) => a - b), runs}))
    .sort((a, b) => (a.files[0] ?? 0) - (b.files[0] ?? 0));
  const groupsOf = sequences.map((): number[] => []);
  sorted.forEach(({runs}, group) => runs.forEach((run) => groupsOf[run]?.push(group)));
  const weights = new Map<string, number>();
  for (const own of groupsOf) {
    weights.set(own.join(), (weights.get(own.join()) ?? 0) + 1);
  }
  const episodes = Array.from(weights, ([key, weight]) => ({weight, groups: key === '' ? [] : key.split(',').map(Number)}));
  return {
    groups: sorted.map(({files}) => ({files})),
    episodes: episodes.sort((a, b) => compareLists(a.groups, b.groups)),
  };
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at === -1 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1);
}
