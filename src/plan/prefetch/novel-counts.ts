import {candidatesBeside, type Neighbourhoods, type Relation, relations} from './neighbourhoods.js';
import type {Sequence} from './sequences.js';

/** Classes of a set's misses within a run: the first, the second, the 3rd and 4th, to the 8th, later. */
export const missClasses = 5;
/** Later misses of a set in one run say nothing new, and cost as much to count. */
const countedMisses = 24;

export function missClass(misses: number): number {
  return misses <= 2 ? misses - 1 : misses <= 4 ? 2 : misses <= 8 ? 3 : 4;
}

/** Cell of the rates: fresh is a set of which no other run needed anything. */
export function cellOf(relation: Relation, isFresh: boolean, misses: number): number {
  return (relations.indexOf(relation) * 2 + (isFresh ? 0 : 1)) * missClasses + missClass(misses);
}

export const cells = relations.length * 2 * missClasses;

/** How often what lay beside a missed file was needed too. Adds up over runs and kinds. */
export interface Tally {
  trials: number;
  /** Σ share of the candidates that the run went on to need. */
  hits: number;
}

export interface NovelCounts {
  readonly byCell: readonly Tally[];
  /** By number of the set: a run counts as one trial. */
  readonly bySet: ReadonlyMap<number, Tally>;
}

/**
 * Counts over the runs of one kind, as if what all other kinds needed were there and these runs came next (leave one type out).
 * They weigh 1 together: kinds are the unit of replication.
 *
 * @param isKnown whether another kind of run needed a file
 */
export function countNovel(runs: readonly Sequence[], neighbourhoods: Neighbourhoods, isKnown: (file: number) => boolean): NovelCounts {
  const byCell = Array.from({length: cells}, (): Tally => ({trials: 0, hits: 0}));
  const bySet = new Map<number, Tally>();
  const isFresh = rememberFresh(neighbourhoods, isKnown);
  for (const {sequence, weight} of distinctSequences(runs)) {
    const own = new Map<number, Tally>();
    eachNovelMiss(sequence, neighbourhoods, isKnown, (set, misses, share) => {
      const relation = neighbourhoods.sets[set]?.relation ?? 'package';
      addTo(byCell[cellOf(relation, isFresh(set), misses)], weight, share);
      const tally = own.get(set) ?? {trials: 0, hits: 0};
      own.set(set, tally);
      addTo(tally, 1, share);
    });
    for (const [set, {trials, hits}] of own) {
      const tally = bySet.get(set) ?? {trials: 0, hits: 0};
      bySet.set(set, tally);
      addTo(tally, weight, hits / trials);
    }
  }
  return {byCell, bySet};
}

export function addCounts(parts: readonly NovelCounts[]): NovelCounts {
  const byCell = Array.from({length: cells}, (_, cell) => sumOf(parts.flatMap((part) => part.byCell[cell] ?? [])));
  const lists = new Map<number, Tally[]>();
  for (const [set, tally] of parts.flatMap((part) => [...part.bySet])) {
    lists.set(set, [...(lists.get(set) ?? []), tally]);
  }
  return {byCell, bySet: new Map(Array.from(lists, ([set, tallies]) => [set, sumOf(tallies)]))};
}

/** Whether no member of a set is known. */
export function rememberFresh({sets}: Neighbourhoods, isKnown: (file: number) => boolean): (set: number) => boolean {
  const answers = new Map<number, boolean>();
  return (set) => {
    const answer = answers.get(set) ?? !(sets[set]?.members ?? []).some(isKnown);
    answers.set(set, answer);
    return answer;
  };
}

/** Calls `tell` for each set of each unknown file, in the order of need, with the share of the set's candidates that the run still needed. */
function eachNovelMiss(
  sequence: Sequence,
  neighbourhoods: Neighbourhoods,
  isKnown: (file: number) => boolean,
  tell: (set: number, misses: number, share: number) => void,
): void {
  const novel = sequence.filter((file) => !isKnown(file));
  const place = new Map(Array.from(novel, (file, order) => [file, order]));
  const missesOf = new Map<number, number>();
  novel.forEach((file, order) => {
    const sets = neighbourhoods.setsOf[file] ?? [];
    sets.forEach((set) => missesOf.set(set, (missesOf.get(set) ?? 0) + 1));
    if (sets.every((set) => (missesOf.get(set) ?? 0) > countedMisses)) {
      return;
    }
    for (const {set, files} of candidatesBeside(neighbourhoods, file, (other) => !isKnown(other) && (place.get(other) ?? Infinity) > order)) {
      const misses = missesOf.get(set) ?? 0;
      if (misses <= countedMisses && files.length > 0) {
        tell(set, misses, files.filter((other) => place.has(other)).length / files.length);
      }
    }
  });
}

/** Equal runs as one; the weights sum to 1. */
export function distinctSequences(runs: readonly Sequence[]): {readonly sequence: Sequence; readonly weight: number}[] {
  const distinct = new Map<string, {readonly sequence: Sequence; count: number}>();
  for (const sequence of runs) {
    const known = distinct.get(sequence.join()) ?? {sequence, count: 0};
    known.count += 1;
    distinct.set(sequence.join(), known);
  }
  // In an order of their own, so that sums of weights come out the same in whatever order the runs came.
  return [...distinct].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, {sequence, count}]) => ({sequence, weight: count / runs.length}));
}

function addTo(tally: Tally | undefined, weight: number, share: number): void {
  if (tally !== undefined) {
    tally.trials += weight;
    tally.hits += weight * share;
  }
}

const sumOf = (tallies: readonly Tally[]): Tally =>
  tallies.reduce((sum, {trials, hits}) => ({trials: sum.trials + trials, hits: sum.hits + hits}), {trials: 0, hits: 0});
