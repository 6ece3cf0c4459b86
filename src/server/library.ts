import {listCachedImages, readCachedIndex} from '../image/index-cache.js';
import {ImageTree} from '../image/tree.js';
import {type DebloatConfig, defaultPolicy} from '../model/debloat-config.js';
import type {ImageIndex} from '../model/image-index.js';
import type {Profile} from '../model/profile.js';
import type {Run, RunMetadata} from '../model/run.js';
import type {ImageSummary} from '../model/web-api.js';
import {WinnowError} from '../model/winnow-error.js';
import {planDebloat} from '../plan/plan-debloat.js';
import {type FileRelation, fileRelations} from '../plan/prefetch/file-relations.js';
import {needSequences} from '../plan/prefetch/sequences.js';
import {aggregateRuns} from '../store/aggregate.js';
import {firstTouches} from '../store/first-touches.js';
import {runFilePath} from '../store/layout.js';
import {readRun} from '../store/run-file.js';
import {findRun, listRuns} from '../store/store.js';
import {isClean} from '../train/evidence.js';
import {trainProfile} from '../train/train-profile.js';
import {HttpError} from './http-error.js';
import {remember} from './remember.js';

/** What the pages are made of: the runs of a store, and what the trainer says of each image. */
export interface Library {
  readonly runs: () => Promise<RunList>;
  /** @throws HttpError 404 for an unknown id; WinnowError for a damaged file. */
  readonly run: (runId: string) => Promise<Run>;
  /** Latest use first. */
  readonly images: () => Promise<readonly ImageSummary[]>;
  /** @throws HttpError 404 for an image without a file list in the store; WinnowError for a damaged run. */
  readonly profile: (imageId: string) => Promise<Profile>;
  /** What `winnow plan` decides without options. @throws as `profile` */
  readonly plan: (imageId: string) => Promise<DebloatConfig>;
  /** Between files of the profile, by complete runs. @throws as `profile` */
  readonly relations: (imageId: string) => Promise<readonly FileRelation[]>;
}

export interface RunList {
  readonly runs: readonly RunMetadata[];
  /** What is wrong with files that are no readable run. */
  readonly problems: readonly string[];
}

interface Trained {
  readonly runs: readonly RunMetadata[];
  readonly index: ImageIndex;
  readonly profile: Profile;
}

/** A page asks several times for the same thing; more than these few stay on disk. */
const remembered = 3;

export function openLibrary(storeDirectory: string): Library {
  // Runs are immutable, and a profile follows from its runs and an image that never changes: nothing here gets stale.
  const readRunOnce = remember(remembered, (runId) => readRun(runFilePath(storeDirectory, runId)));
  const trainOnce = remember(remembered, async (_key, imageId: string, runs: readonly RunMetadata[]) => train(storeDirectory, imageId, runs));
  const relateOnce = remember(remembered, async (_key, {runs, index}: Trained) =>
    fileRelations(needSequences(await firstTouches(storeDirectory, runs.filter(isClean)), index, new ImageTree(index))));
  const trained = async (imageId: string): Promise<Trained> => {
    const runs = await listRuns(storeDirectory, {image: checkImageId(imageId)}, ignore);
    return trainOnce([imageId, ...runs.map(({runId}) => runId)].join(' '), imageId, runs);
  };
  return {
    runs: () => list(storeDirectory),
    run: async (runId) => readRunOnce((await findKnown(storeDirectory, runId)).runId),
    images: async () => summarise(await listRuns(storeDirectory, {}, ignore), await listCachedImages(storeDirectory)),
    profile: async (imageId) => (await trained(imageId)).profile,
    plan: async (imageId) => {
      const {profile, index} = await trained(imageId);
      return planDebloat(profile, index, defaultPolicy);
    },
    relations: async (imageId) => {
      const own = await trained(imageId);
      return relateOnce([imageId, ...own.runs.map(({runId}) => runId)].join(' '), own);
    },
  };
}

/** Damaged files are told with the list of runs. */
const ignore = (): void => undefined;

async function list(storeDirectory: string): Promise<RunList> {
  const problems: string[] = [];
  const runs = await listRuns(storeDirectory, {}, ({message, hint}) => problems.push(hint === undefined ? message : `${message}; ${hint}`));
  return {runs, problems};
}

async function findKnown(storeDirectory: string, runId: string): Promise<RunMetadata> {
  try {
    return await findRun(storeDirectory, runId);
  } catch (error) {
    throw error instanceof WinnowError ? new HttpError(404, error.message, {cause: error}) : error;
  }
}

async function train(storeDirectory: string, imageId: string, runs: readonly RunMetadata[]): Promise<Trained> {
  const index = await readCachedIndex(storeDirectory, imageId);
  if (index === null) {
    throw new HttpError(404, `the store has no file list of ${runs[0]?.imageName ?? 'this image'}; \`winnow train IMAGE\` reads it`);
  }
  return {runs, index, profile: trainProfile(await aggregateRuns(storeDirectory, runs), index)};
}

/** An id becomes part of a file name. */
function checkImageId(imageId: string): string {
  if (!/^sha256:[0-9a-f]{64}$/.test(imageId)) {
    throw new HttpError(404, 'an image is named by its id here: sha256 and 64 hexadecimal digits');
  }
  return imageId;
}

function summarise(runs: readonly RunMetadata[], cached: readonly {readonly id: string; readonly name: string}[]): ImageSummary[] {
  const ids = new Set([...runs.map(({imageId}) => imageId).filter((id) => id !== ''), ...cached.map(({id}) => id)]);
  return [...ids]
    .map((id): ImageSummary => {
      const own = runs.filter(({imageId}) => imageId === id);
      const known = cached.find((image) => image.id === id);
      const last = own.at(-1); // runs are listed oldest first
      return {
        id,
        name: last?.imageName ?? known?.name ?? id,
        runs: own.length,
        workloads: new Set(own.map(({workload}) => workload)).size,
        lastRunMs: last === undefined ? null : Number(last.startedNs / 1_000_000n),
        indexed: known !== undefined,
      };
    })
    .sort((a, b) => (b.lastRunMs ?? 0) - (a.lastRunMs ?? 0));
}
