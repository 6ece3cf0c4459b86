/** Serves recorded runs on demand, with and without prefetching, by models that were trained on other runs. */
import {parentPath} from '../../src/image/tree.js';
import {eachKindLeftOut, learnPrefetch, type RecordedRuns} from '../../src/plan/prefetch/learn-prefetch.js';
import {listNeighbourhoods, type Neighbourhoods} from '../../src/plan/prefetch/neighbourhoods.js';
import {addCounts, countNovel, type NovelCounts} from '../../src/plan/prefetch/novel-counts.js';
import {poolRates} from '../../src/plan/prefetch/novel-rates.js';
import {defaultFetchPrices, type FetchPrices, startPrefetcher} from '../../src/plan/prefetch/prefetcher.js';
import {replayRun, type Served} from '../../src/plan/prefetch/replay-run.js';
import {readSequences, type TraceName, traceNames} from '../traces.d/sequences.js';
import {seededRandom} from './interleave.js';

/** Means over runs. */
export interface Serving {
  readonly trips: number;
  readonly wastedBytes: number;
  readonly ms: number;
}

export interface PrefetchResult {
  readonly image: string;
  /** Nothing is there at first; trained on a random half of the runs, serving the others. */
  readonly cold: {readonly none: Serving; readonly model: Serving};
  /** What other kinds of workload needed is there. */
  readonly novel: {readonly none: Serving; readonly model: Serving; readonly capped: Serving};
}

/** For starting from nothing. */
const near = defaultFetchPrices;
/** For what is missed later. */
const far: FetchPrices = {fetchBytesPerSecond: 12.5e6, missMs: 20};
const halvings = 3;

export async function benchPrefetch(names: readonly TraceName[] = traceNames): Promise<{result: PrefetchResult[]; table: string[]}> {
  const images = await Promise.all(traceNames.map(async (image) => ({image, recorded: await readSequences(image)})));
  const counts = images.map(({recorded}) => countAll(recorded));
  const result = images.filter(({image}) => names.includes(image)).map(({image, recorded}): PrefetchResult => {
    const prior = poolRates(counts.filter((_, at) => images[at]?.image !== image)); // an image says nothing of itself
    return {image, cold: cold(recorded, prior), novel: novel(recorded, prior)};
  });
  const row = ({image, cold: {none, model}, novel: own}: PrefetchResult): string => [
    image,
    figure(none.trips), percent(1 - model.trips / none.trips), kilobytes(model.wastedBytes),
    ...[own.none, own.capped, own.model].map(({trips, wastedBytes, ms}) => `${figure(trips)} · ${kilobytes(wastedBytes)} · ${figure(ms)}`),
  ].join(' | ');
  const table = [
    '| | cold: round trips a run | saved | wasted a run | never seen: nothing prefetched (round trips · wasted · ms a run) | capped directory | winnow |',
    '|---|---|---|---|---|---|---|',
    ...result.map((own) => `| ${row(own)} |`),
  ];
  return {result, table};
}

function countAll(recorded: RecordedRuns): NovelCounts {
  const neighbourhoods = listNeighbourhoods(recorded.files);
  return addCounts(eachKindLeftOut(recorded).map(({own, isKnown}) => countNovel(own, neighbourhoods, isKnown)));
}

function cold({files, sequences, kinds}: RecordedRuns, prior: readonly number[]): PrefetchResult['cold'] {
  const neighbourhoods = listNeighbourhoods(files);
  const bytesOf = (file: number): number => files[file]?.bytes ?? 0;
  const nothing = (): boolean => false;
  const [none, served]: [Served[], Served[]] = [[], []];
  for (let seed = 1; seed <= halvings; seed += 1) {
    const random = seededRandom(seed);
    const isTrained = sequences.map(() => random() < 0.5);
    const pick = <T>(list: readonly T[]): T[] => list.filter((_, run) => isTrained[run]);
    const model = learnPrefetch({files, sequences: pick(sequences), kinds: pick(kinds)}, near, prior);
    for (const sequence of sequences.filter((_, run) => isTrained[run] !== true)) {
      const prefetch = startPrefetcher(model, {neighbourhoods, bytesOf, isThere: nothing, prices: near});
      served.push(replayRun(sequence, nothing, bytesOf, (missed) => prefetch(missed).map(({file}) => file)));
      none.push(replayRun(sequence, nothing, bytesOf, () => []));
    }
  }
  return {none: mean(none.map((own) => [own, 1]), near), model: mean(served.map((own) => [own, 1]), near)};
}

function novel(recorded: RecordedRuns, prior: readonly number[]): PrefetchResult['novel'] {
  const {files, sequences, kinds} = recorded;
  const neighbourhoods = listNeighbourhoods(files);
  const bytesOf = (file: number): number => files[file]?.bytes ?? 0;
  const [none, served, capped]: [[Served, number][], [Served, number][], [Served, number][]] = [[], [], []];
  const names = [...new Set(kinds)].sort();
  eachKindLeftOut(recorded).forEach(({own, isKnown}, kind) => {
    const isOther = kinds.map((name) => name !== names[kind]);
    const others = {files, sequences: sequences.filter((_, run) => isOther[run]), kinds: kinds.filter((_, run) => isOther[run])};
    const {novel: rates, context} = learnPrefetch(others, far, prior);
    for (const sequence of own) {
      const prefetch = startPrefetcher({groups: [], episodes: [], context, novel: rates}, {neighbourhoods, bytesOf, isThere: isKnown, prices: far});
      const weight = 1 / own.length;
      none.push([replayRun(sequence, isKnown, bytesOf, () => []), weight]);
      served.push([replayRun(sequence, isKnown, bytesOf, (missed) => prefetch(missed).map(({file}) => file)), weight]);
      capped.push([replayRun(sequence, isKnown, bytesOf, (missed) => cappedDirectory(missed, neighbourhoods, bytesOf)), weight]);
    }
  });
  return {none: mean(none, far), model: mean(served, far), capped: mean(capped, far)};

  /** What to do better than: all files below 256 kB of the missed one's directory where that has at most 256. */
  function cappedDirectory(missed: number, {sets, setsOf}: Neighbourhoods, sizeOf: (file: number) => number): number[] {
    const directory = parentPath(files[missed]?.path ?? '/');
    const members = setsOf[missed]?.map((set) => sets[set]).find((set) => set?.relation === 'directory' && set.name === directory)?.members ?? [];
    return members.length > 256 ? [] : members.filter((file) => sizeOf(file) < 256e3);
  }
}

function mean(served: readonly (readonly [Served, number])[], {missMs, fetchBytesPerSecond}: FetchPrices): Serving {
  const total = served.reduce((sum, [, weight]) => sum + weight, 0);
  const average = (valueOf: (own: Served) => number): number => served.reduce((sum, [own, weight]) => sum + weight * valueOf(own), 0) / total;
  const trips = average(({misses}) => misses);
  const wastedBytes = average((own) => own.wastedBytes);
  return {trips, wastedBytes, ms: trips * missMs + (wastedBytes / fetchBytesPerSecond) * 1000};
}

const figure = (value: number): string => value.toFixed(1);
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`;
