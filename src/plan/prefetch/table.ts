import {type ContainerPath, pathFromText, pathToText} from '../../model/container-path.js';
import type {ImageIndex} from '../../model/image-index.js';
import type {PrefetchTable, TablePath} from '../../model/prefetch-table.js';
import {listNeighbourhoods} from './neighbourhoods.js';
import type {Tally} from './novel-counts.js';
import type {FetchPrices, PrefetchModel} from './prefetcher.js';

/** A model as the document that docs/schema/winnow.prefetch.1.json describes. Positions become paths, so that it says the same of a rebuilt index. */
export function prefetchTable({groups, episodes, context, novel}: PrefetchModel, {image, files}: ImageIndex, prices: FetchPrices, kinds: readonly string[]): PrefetchTable {
  const pathOf = (file: number): TablePath => toTablePath(files[file]?.path ?? '');
  const {sets} = listNeighbourhoods(files);
  return {
    schema: 'winnow.prefetch/1',
    image,
    evidence: {runs: kinds.length, workloads: [...new Set(kinds)].sort()},
    prices: {fetchBytesPerSecond: prices.fetchBytesPerSecond, missMs: prices.missMs},
    context,
    groups: groups.map((group) => group.files.map(pathOf)),
    episodes: episodes.map(({weight, groups: own}) => [weight, ...own]),
    novel: novel === null ? null : {
      rates: novel.byCell,
      sets: [...novel.bySet]
        .sort(([a], [b]) => a - b)
        .flatMap(([number, {trials, hits}]) => {
          const {relation, members} = sets[number] ?? {relation: '', members: []};
          return members.length === 0 ? [] : [{relation, of: pathOf(members[0] ?? 0), trials, hits}];
        }),
    },
  };
}

/** The model that a table holds, for an index of its image. What the index does not have is left out. */
export function modelOfTable({groups, episodes, context, novel}: PrefetchTable, {files}: ImageIndex): PrefetchModel {
  const positions = new Map(files.map(({path}, at) => [path, at]));
  const positionOf = (path: TablePath): number => positions.get(fromTablePath(path)) ?? -1;
  return {
    groups: groups.map((paths) => ({files: paths.map(positionOf).filter((at) => at !== -1)})),
    episodes: episodes.map(([weight = 0, ...own]) => ({weight, groups: own})),
    context,
    novel: novel === null ? null : {byCell: novel.rates, bySet: setsOf(novel.sets)},
  };

  function setsOf(rows: NonNullable<PrefetchTable['novel']>['sets']): Map<number, Tally> {
    const neighbourhoods = listNeighbourhoods(files);
    return new Map(rows.flatMap(({relation, of, trials, hits}) => {
      const number = neighbourhoods.setsOf[positionOf(of)]?.find((set) => neighbourhoods.sets[set]?.relation === relation);
      return number === undefined ? [] : [[number, {trials, hits}] as const];
    }));
  }
}

function toTablePath(path: ContainerPath): TablePath {
  const {text, encoded} = pathToText(path);
  return encoded ? {path: text, pathEncoding: 'percent'} : text;
}

function fromTablePath(path: TablePath): ContainerPath {
  return typeof path === 'string' ? path : pathFromText({text: path.path, encoded: path.pathEncoding === 'percent'});
}
