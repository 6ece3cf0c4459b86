import type {CostModel} from '../../model/cost-model.js';
import {type ContextModel, makePredict} from './co-access.js';
import type {Episode, FileGroup} from './groups.js';
import {candidatesBeside, type Neighbourhoods} from './neighbourhoods.js';
import {cellOf, rememberFresh} from './novel-counts.js';
import {type NovelRates, rateOf} from './novel-rates.js';

export interface PrefetchModel {
  readonly groups: readonly FileGroup[];
  readonly episodes: readonly Episode[];
  readonly context: ContextModel;
  /** For files that no run needed; null where prefetching them did not pay. */
  readonly novel: NovelRates | null;
}

/** A file to fetch beside the one that was missed. */
export interface Suggestion {
  /** Position in the index's files. */
  readonly file: number;
  readonly probability: number;
}

/** What prefetching pays: latency saved against bytes in vain. */
export type FetchPrices = Pick<CostModel, 'fetchBytesPerSecond' | 'missMs'>;

/** A near store over 100 Mbit/s: at cheaper bytes a cache fills with what nobody asked for. */
export const defaultFetchPrices: FetchPrices = {fetchBytesPerSecond: 12.5e6, missMs: 1};

/** Most that one miss may bring with it, so that a wrong belief costs a bounded time. */
export interface Caps {
  readonly files: number;
  readonly bytes: number;
}

export const defaultCaps: Caps = {files: 2048, bytes: 32e6};

/** What a prefetcher has to know of the image and of the moment. */
export interface Surroundings {
  readonly neighbourhoods: Neighbourhoods;
  readonly bytesOf: (file: number) => number;
  /** Whether a file was there when the run began. */
  readonly isThere: (file: number) => boolean;
  readonly prices: FetchPrices;
  readonly caps?: Caps;
}

/** Follows one run; each miss is told once, and answered with what to fetch beside it, the likeliest first. */
export type Prefetcher = (missed: number) => Suggestion[];

/** Fetches j when P c > b s (1 − P): the round trip it probably saves against the bytes it may waste. */
export function startPrefetcher(
  {groups, episodes, context, novel}: PrefetchModel,
  {neighbourhoods, bytesOf, isThere, prices: {fetchBytesPerSecond, missMs}, caps = defaultCaps}: Surroundings,
): Prefetcher {
  const groupOf = new Map(groups.flatMap(({files}, group) => files.map((file) => [file, group] as const)));
  const predict = makePredict(groups.length, episodes, context);
  const isKnown = (file: number): boolean => groupOf.has(file) || isThere(file);
  const isFresh = rememberFresh(neighbourhoods, isKnown);
  const fetched = new Set<number>();
  const missedGroups: number[] = [];
  const missesOf = new Map<number, number>();
  const isWorthIt = ({file, probability}: Suggestion): boolean =>
    probability * missMs > ((1 - probability) * bytesOf(file) * 1000) / fetchBytesPerSecond;
  const suggestKnown = (group: number): Suggestion[] => {
    if (missedGroups.at(-1) !== group) {
      missedGroups.push(group);
    }
    const probabilities = predict(missedGroups);
    return groups.flatMap(({files}, at) => files.map((file) => ({file, probability: probabilities[at] ?? 0})));
  };
  const suggestNovel = (missed: number, rates: NovelRates): Suggestion[] =>
    candidatesBeside(neighbourhoods, missed, (file) => !isKnown(file) && !fetched.has(file)).flatMap(({set, files}) => {
      const misses = (missesOf.get(set) ?? 0) + 1;
      missesOf.set(set, misses);
      const relation = neighbourhoods.sets[set]?.relation ?? 'package';
      const probability = rateOf(rates, set, cellOf(relation, isFresh(set), misses));
      return files.map((file) => ({file, probability}));
    });
  return (missed) => {
    fetched.add(missed);
    const group = groupOf.get(missed);
    const suggested = group !== undefined ? suggestKnown(group) : novel === null ? [] : suggestNovel(missed, novel);
    const worthy = suggested
      .filter((suggestion) => !fetched.has(suggestion.file) && !isThere(suggestion.file) && isWorthIt(suggestion))
      .sort((a, b) => b.probability - a.probability || a.file - b.file);
    let bytes = 0;
    return worthy.slice(0, caps.files).filter(({file}) => {
      const fits = bytes + bytesOf(file) <= caps.bytes;
      bytes += fits ? bytesOf(file) : 0;
      if (fits) {
        fetched.add(file);
      }
      return fits;
    });
  };
}
