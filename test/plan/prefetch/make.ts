import type {ImageFile} from '../../../src/model/image-index.js';
import type {RecordedRuns} from '../../../src/plan/prefetch/learn-prefetch.js';
import {listNeighbourhoods} from '../../../src/plan/prefetch/neighbourhoods.js';
import {type PrefetchModel, startPrefetcher, type Suggestion} from '../../../src/plan/prefetch/prefetcher.js';
import {makeIndex} from '../../train/make.js';

/** Files of these paths, without their directories, and a look-up of their positions. */
export function makeFiles(paths: readonly string[], own: Partial<ImageFile> = {}): {readonly files: readonly ImageFile[]; readonly at: (path: string) => number} {
  const {files} = makeIndex(Object.fromEntries(paths.map((path) => [path, own])));
  return {files, at: (path) => files.findIndex((file) => file.path === path)};
}

/** Runs of the kinds given, each a list of paths in the order of need. */
export function makeRecorded({files, at}: ReturnType<typeof makeFiles>, runs: readonly (readonly [kind: string, ...paths: string[]])[]): RecordedRuns {
  return {files, kinds: runs.map(([kind]) => kind), sequences: runs.map(([, ...paths]) => Uint32Array.from(paths, at))};
}

export const prices = {fetchBytesPerSecond: 12.5e6, missMs: 20};

/** What a model suggests at each miss of a run that starts from nothing but `there`. */
export function suggest(model: PrefetchModel, {files, at}: ReturnType<typeof makeFiles>, misses: readonly string[], there: readonly string[] = []): string[][] {
  const isThere = new Set(there.map(at));
  const prefetch = startPrefetcher(model, {neighbourhoods: listNeighbourhoods(files), bytesOf: (file) => files[file]?.bytes ?? 0, isThere: (file) => isThere.has(file), prices});
  return misses.map((path) => prefetch(at(path)).map(({file}: Suggestion) => files[file]?.path ?? ''));
}
