import {groupRuns} from './groups.js';
import type {Sequence} from './sequences.js';

/** How two files have to do with one another in runs; indices into the image's files. */
export interface FileRelation {
  /** `co-access` has no direction: `from` is the one with the smaller index. `successor`: `to` was the next need after `from`. */
  readonly kind: 'co-access' | 'successor';
  readonly from: number;
  readonly to: number;
  /** 0 to 1. Co-access: Jaccard's index, runs that needed both over those that needed either. Successor: P(to next | from). */
  readonly weight: number;
  /** Runs that needed both over those that would if the one had nothing to do with the other; 1 tells nothing. Null for a successor. */
  readonly lift: number | null;
  /** Runs that show it. */
  readonly runs: number;
}

/** What an image's graph holds of them: weaker ones are noise, more than these no picture shows. */
const leastJaccard = 0.3;
const leastSuccession = 0.1;
const mostOfAFile = 5;
const mostRelations = 5000;
/** Groups that are compared pair by pair, those of most runs first. */
const mostGroups = 3000;

/**
 * Co-access and succession over the needs of complete runs, the strongest first. Of files that exactly the same runs needed the first in
 * the index stands for all: it is tied to each of them, and to the other such groups.
 */
export function fileRelations(sequences: readonly Sequence[]): FileRelation[] {
  const together = coAccess(sequences).sort(byStrength).slice(0, mostRelations);
  return [...together, ...successors(sequences).sort(byStrength).slice(0, mostRelations)];
}

function coAccess(sequences: readonly Sequence[]): FileRelation[] {
  const runsOf = new Map<number, Set<number>>();
  sequences.forEach((files, run) => files.forEach((file) => runsOf.set(file, (runsOf.get(file) ?? new Set()).add(run))));
  const groups = groupRuns(sequences).groups.flatMap(({files}) => {
    const [first] = files;
    return first === undefined ? [] : [{files, first, runs: runsOf.get(first) ?? new Set<number>()}];
  });
  const within = groups.flatMap(({files, first, runs}) => files.slice(1).map((file): FileRelation => ({
    kind: 'co-access', from: first, to: file, weight: 1, lift: sequences.length / runs.size, runs: runs.size,
  })));
  const compared = groups.toSorted((a, b) => b.runs.size - a.runs.size || a.first - b.first).slice(0, mostGroups);
  const between = compared.flatMap((one, at) => compared.slice(at + 1).flatMap((other): FileRelation[] => {
    // No more can be common than the smaller one has: most pairs are done with that.
    if (other.runs.size / one.runs.size < leastJaccard) {
      return [];
    }
    const both = countCommon(other.runs, one.runs);
    const weight = both / (one.runs.size + other.runs.size - both);
    return weight < leastJaccard ? [] : [{
      kind: 'co-access', from: Math.min(one.first, other.first), to: Math.max(one.first, other.first), weight,
      lift: (both * sequences.length) / (one.runs.size * other.runs.size), runs: both,
    }];
  }));
  return [...within, ...strongest(between)];
}

/** Each file keeps its few strongest ties. */
function strongest(relations: readonly FileRelation[]): FileRelation[] {
  const ties = new Map<number, number>();
  return relations.toSorted(byStrength).filter(({from, to}) => {
    const most = Math.min(ties.get(from) ?? 0, ties.get(to) ?? 0);
    ties.set(from, (ties.get(from) ?? 0) + 1);
    ties.set(to, (ties.get(to) ?? 0) + 1);
    return most < mostOfAFile;
  });
}

function successors(sequences: readonly Sequence[]): FileRelation[] {
  const needed = new Map<number, number>();
  const next = new Map<number, Map<number, number>>();
  for (const files of sequences) {
    files.forEach((file, at) => {
      needed.set(file, (needed.get(file) ?? 0) + 1);
      const following = files[at + 1];
      if (following !== undefined) {
        const counts = next.get(file) ?? new Map<number, number>();
        next.set(file, counts.set(following, (counts.get(following) ?? 0) + 1));
      }
    });
  }
  return [...next].flatMap(([from, counts]) =>
    Array.from(counts, ([to, runs]): FileRelation => ({kind: 'successor', from, to, weight: runs / (needed.get(from) ?? 1), lift: null, runs}))
      .filter(({weight}) => weight >= leastSuccession)
      .sort(byStrength)
      .slice(0, mostOfAFile));
}

function countCommon(some: ReadonlySet<number>, others: ReadonlySet<number>): number {
  let count = 0;
  for (const run of some) {
    count += others.has(run) ? 1 : 0;
  }
  return count;
}

/** By weight, by the runs that show it, then by what it ties: the same runs give the same order. */
function byStrength(a: FileRelation, b: FileRelation): number {
  return b.weight - a.weight || b.runs - a.runs || a.from - b.from || a.to - b.to;
}
