import type {ImageFile} from '../../model/image-index.js';
import {defaultContext} from './co-access.js';
import {groupRuns} from './groups.js';
import {listNeighbourhoods, type Neighbourhoods} from './neighbourhoods.js';
import {addCounts, countNovel, distinctSequences, type NovelCounts, type Tally} from './novel-counts.js';
import {novelPrior} from './novel-prior.js';
import {novelRates, type NovelRates} from './novel-rates.js';
import {type FetchPrices, type PrefetchModel, startPrefetcher} from './prefetcher.js';
import {replayRun} from './replay-run.js';
import type {Sequence} from './sequences.js';

/** By how much savings must exceed waste in the runs that are known, as the next kind of run may be less like them. */
const worthwhile = 2;

/** Complete runs without loss, and what they are of. */
export interface RecordedRuns {
  readonly files: readonly ImageFile[];
  readonly sequences: readonly Sequence[];
  /** Kind of workload of each. */
  readonly kinds: readonly string[];
}

/**
 * Learns what to fetch beside a miss. Whether files that no run needed are worth it, the runs say themselves: each kind in turn
 * plays the new one, and where prefetching saved them little more than it cost altogether, there is none.
 *
 * @param prior rates of other images
 */
export function learnPrefetch(recorded: RecordedRuns, prices: FetchPrices, prior: readonly number[] = novelPrior): PrefetchModel {
  return {...groupRuns(recorded.sequences), context: defaultContext, novel: learnNovel(recorded, prices, prior)};
}

/** With fewer than two kinds nothing is known but other images' rates. */
function learnNovel(recorded: RecordedRuns, prices: FetchPrices, prior: readonly number[]): NovelRates | null {
  const neighbourhoods = listNeighbourhoods(recorded.files);
  const kinds = eachKindLeftOut(recorded);
  const counts = kinds.map(({own, isKnown}) => countNovel(own, neighbourhoods, isKnown));
  const all = addCounts(counts);
  const outcomes = kinds.map(({own, isKnown}, at) => replayKind(own, isKnown, neighbourhoods, recorded.files, novelRates(subtract(all, counts[at]), prior), prices));
  const savedMs = outcomes.reduce((sum, outcome) => sum + outcome.savedMs, 0);
  const wastedMs = outcomes.reduce((sum, outcome) => sum + outcome.wastedMs, 0);
  return kinds.length < 2 || savedMs > worthwhile * wastedMs ? novelRates(all, prior) : null;
}

/** Each kind's runs, and what the other kinds needed. */
export function eachKindLeftOut({sequences, kinds}: RecordedRuns): {readonly own: readonly Sequence[]; readonly isKnown: (file: number) => boolean}[] {
  const kindsOf = new Map<number, Set<string>>();
  sequences.forEach((sequence, run) => sequence.forEach((file) => kindsOf.set(file, (kindsOf.get(file) ?? new Set()).add(kinds[run] ?? ''))));
  return [...new Set(kinds)].sort().map((kind) => ({
    own: sequences.filter((_, run) => kinds[run] === kind),
    isKnown: (file) => {
      const by = kindsOf.get(file);
      return by !== undefined && (by.size > 1 || !by.has(kind));
    },
  }));
}

/** Milliseconds a run that prefetching saves the runs of a kind, and that it wastes. */
function replayKind(
  runs: readonly Sequence[],
  isThere: (file: number) => boolean,
  neighbourhoods: Neighbourhoods,
  files: readonly ImageFile[],
  novel: NovelRates,
  prices: FetchPrices,
): {readonly savedMs: number; readonly wastedMs: number} {
  const bytesOf = (file: number): number => files[file]?.bytes ?? 0;
  let [savedMs, wastedMs] = [0, 0];
  for (const {sequence, weight} of distinctSequences(runs)) {
    const prefetch = startPrefetcher({groups: [], episodes: [], context: defaultContext, novel}, {neighbourhoods, bytesOf, isThere, prices});
    const {savedTrips, wastedBytes} = replayRun(sequence, isThere, bytesOf, (missed) => prefetch(missed).map(({file}) => file));
    savedMs += weight * savedTrips * prices.missMs;
    wastedMs += (weight * wastedBytes * 1000) / prices.fetchBytesPerSecond;
  }
  return {savedMs, wastedMs};
}

function subtract(all: NovelCounts, part: NovelCounts | undefined): NovelCounts {
  const less = (from: Tally, own: Tally | undefined): Tally => ({trials: from.trials - (own?.trials ?? 0), hits: from.hits - (own?.hits ?? 0)});
  return {
    byCell: all.byCell.map((tally, cell) => less(tally, part?.byCell[cell])),
    bySet: new Map(Array.from(all.bySet, ([set, tally]) => [set, less(tally, part?.bySet.get(set))])),
  };
}
