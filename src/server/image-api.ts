import type {ContainerPath} from '../model/container-path.js';
import type {DebloatConfig} from '../model/debloat-config.js';
import type {FileProbability, Profile} from '../model/profile.js';
import type {FileRelation} from '../plan/prefetch/file-relations.js';
import type {FileSort, FileTie, ImageDetail, ImageFileRow, ImagePlan, Page} from '../model/web-api.js';
import {apiPath, pathMatches} from './api-path.js';
import type {PageQuery} from './query.js';

export function imageDetail({image, evidence, discovery, files}: Profile): ImageDetail {
  const regular = files.filter((file) => file.type === 'file');
  const needed = regular.filter((file) => file.observedRuns > 0);
  return {
    image,
    evidence,
    discovery,
    totals: {files: regular.length, bytes: sumOfBytes(regular), neededFiles: needed.length, neededBytes: sumOfBytes(needed)},
  };
}

export function imageFiles({files}: Profile, {offset, limit, q}: PageQuery, sort: FileSort): Page<ImageFileRow> {
  const matching = files.filter((file) => pathMatches(file.path, q) || file.package === q).sort(orders[sort]);
  return {offset, total: matching.length, items: matching.slice(offset, offset + limit).map(fileRow)};
}

/** The strongest first, of equal ones those that chance explains least; the search is for either path, or for a kind by its name. */
export function imageTies({files}: Profile, relations: readonly FileRelation[], {offset, limit, q}: PageQuery): Page<FileTie> {
  const pathOf = (at: number): ContainerPath => files[at]?.path ?? '';
  const matching = relations.filter(({kind, from, to}) => kind === q || pathMatches(pathOf(from), q) || pathMatches(pathOf(to), q)).sort((a, b) => b.weight - a.weight || (b.lift ?? 1) - (a.lift ?? 1));
  return {
    offset,
    total: matching.length,
    items: matching.slice(offset, offset + limit).map(({kind, from, to, weight, lift, runs}) => ({kind, from: apiPath(pathOf(from)), to: apiPath(pathOf(to)), weight, lift, runs})),
  };
}

/** The front with the plan's own point: it keeps all that runs needed, and so need not be on it. */
export function imagePlan({front = [], totals}: DebloatConfig): ImagePlan {
  const {bytes, removedBytes, removedFiles, expectedMissesPerRun, costMs = 0} = totals;
  return {front, chosen: {bytes: bytes - removedBytes, expectedMissesPerRun, costMs}, removedFiles, removedBytes};
}

const byPath = (a: FileProbability, b: FileProbability): number => (a.path < b.path ? -1 : 1);

const orders: Readonly<Record<FileSort, (a: FileProbability, b: FileProbability) => number>> = {
  probability: (a, b) => b.probability - a.probability || byPath(a, b),
  bytes: (a, b) => b.bytes - a.bytes || byPath(a, b),
  path: byPath,
};

function fileRow({path, type, bytes, package: owner, probability, interval, observedRuns, observedWorkloads, impliedBy}: FileProbability): ImageFileRow {
  return {...apiPath(path), type, bytes, package: owner, probability, interval, observedRuns, observedWorkloads, impliedBy: impliedBy === null ? null : apiPath(impliedBy)};
}

const sumOfBytes = (files: readonly FileProbability[]): number => files.reduce((sum, file) => sum + file.bytes, 0);
