import {accessGraph, type EdgeKind} from '../export/access-graph.js';
import {appArmorProfile} from '../export/apparmor.js';
import {type Exported, jsonDocument} from '../export/exported.js';
import {dot, graphJson, graphMl} from '../export/graph-formats.js';
import {ignoreList} from '../export/ignore-list.js';
import {prefetchFiles} from '../export/prefetch-files.js';
import {nydusList, overlaybdList, sociList, stargzRecord} from '../export/prefetch-lists.js';
import {probabilitiesCsv} from '../export/probabilities.js';
import {seccompProfile} from '../export/seccomp.js';
import {slimList} from '../export/slim-list.js';
import {chromeTrace, speedscope} from '../export/timeline.js';
import type {ContainerPath} from '../model/container-path.js';
import {type Decision, defaultPolicy} from '../model/debloat-config.js';
import {ExitCode} from '../model/exit-code.js';
import type {ImageIndex} from '../model/image-index.js';
import type {Run} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';
import {debloatDocument} from '../plan/debloat-document.js';
import {planDebloat} from '../plan/plan-debloat.js';
import {fileRelations} from '../plan/prefetch/file-relations.js';
import {learnPrefetch} from '../plan/prefetch/learn-prefetch.js';
import {defaultFetchPrices} from '../plan/prefetch/prefetcher.js';
import {needSequences} from '../plan/prefetch/sequences.js';
import {prefetchTable} from '../plan/prefetch/table.js';
import {billAfter, billBefore} from '../sbom/bill.js';
import {cycloneDxDocument} from '../sbom/cyclonedx.js';
import {spdxDocument} from '../sbom/spdx.js';
import {accessEdges} from '../store/access-edges.js';
import {firstTouches} from '../store/first-touches.js';
import {runFilePath} from '../store/layout.js';
import {readRun} from '../store/run-file.js';
import {isClean} from '../train/evidence.js';
import {readCostFile} from './config/cost-file.js';
import type {CommandContext} from './context.js';
import {createdAt} from './created-at.js';
import {toolVersion} from './tool-version.js';
import type {TrainedImage} from './trained-image.js';

export interface SourceOptions {
  readonly run?: string;
  readonly minProbability: number;
  readonly cost?: string;
  /** Of access graphs. */
  readonly edges: readonly EdgeKind[];
}

/** Of what a plan decided, and the image's file list. A bill names the image as it came, since there is no other yet. */
export type ExportPlan = (decisions: ReadonlyMap<ContainerPath, Decision>, index: ImageIndex, context: CommandContext) => Exported;

export const planFormats: Readonly<Record<string, ExportPlan>> = {
  slim: (decisions, index) => slimList(decisions, index, false),
  'slim-full': (decisions, index) => slimList(decisions, index, true),
  dockerignore: (decisions, index) => ignoreList(decisions, index),
  'spdx-planned': (decisions, index, context) => jsonDocument(spdxDocument(billAfter(index.image, index, decisions, createdAt(context)), toolVersion)),
  'cyclonedx-planned': (decisions, index, context) => jsonDocument(cycloneDxDocument(billAfter(index.image, index, decisions, createdAt(context)), toolVersion)),
};

/** Of an image and its runs. */
export type ExportImage = (image: TrainedImage, options: SourceOptions, context: CommandContext) => Promise<Exported> | Exported;

/** docs/export.md says who reads each. */
export const imageFormats: Readonly<Record<string, ExportImage>> = {
  winnow: (image) => jsonDocument(debloatDocument(planOf(image))),
  stargz: async (image, options, context) => stargzRecord(await prefetchOf(image, options, context)),
  nydus: async (image, options, context) => nydusList(await prefetchOf(image, options, context)),
  overlaybd: async (image, options, context) => overlaybdList(await prefetchOf(image, options, context)),
  soci: async (image, options, context) => sociList(await prefetchOf(image, options, context)),
  prefetch: async (image, options, context) => ({pieces: [`${JSON.stringify(await prefetchTableOf(image, options, context))}\n`], leftOut: []}),
  seccomp: (image, options) => seccompProfile(runsOf(image, options), image.index.image.name),
  apparmor: async (image, options, context) => {
    const runs = runsOf(image, options);
    return appArmorProfile(await accessEdges(context.storeDirectory, runs), image.index.image, runs.length);
  },
  graphml: async (image, options, context) => graphMl(await graphOf(image, options, context)),
  dot: async (image, options, context) => dot(await graphOf(image, options, context)),
  'graph-json': async (image, options, context) => graphJson(await graphOf(image, options, context)),
  spdx: ({index}, _, context) => jsonDocument(spdxDocument(billBefore(index, createdAt(context)), toolVersion)),
  cyclonedx: ({index}, _, context) => jsonDocument(cycloneDxDocument(billBefore(index, createdAt(context)), toolVersion)),
  csv: ({profile}) => probabilitiesCsv(profile),
  'chrome-trace': async (image, options, context) => chromeTrace(await latestRun(image, options, context)),
  speedscope: async (image, options, context) => speedscope(await latestRun(image, options, context)),
};

export const planOf = ({profile, index}: TrainedImage) => planDebloat(profile, index, defaultPolicy);

async function prefetchOf(image: TrainedImage, options: SourceOptions, {storeDirectory}: CommandContext) {
  const opened = await firstTouches(storeDirectory, runsOf(image, options));
  return prefetchFiles(opened, image.index, image.profile, options.minProbability);
}

/** Learned from runs that show all they needed. */
async function prefetchTableOf(image: TrainedImage, options: SourceOptions, {storeDirectory, cwd}: CommandContext) {
  const prices = options.cost === undefined ? defaultFetchPrices : await readCostFile(options.cost, cwd);
  const runs = runsOf(image, options).filter(isClean);
  const sequences = needSequences(await firstTouches(storeDirectory, runs), image.index, image.tree);
  const kinds = runs.map(({workload}) => workload);
  return prefetchTable(learnPrefetch({files: image.index.files, sequences, kinds}, prices), image.index, prices, kinds);
}

async function graphOf(image: TrainedImage, options: SourceOptions, {storeDirectory}: CommandContext) {
  const runs = runsOf(image, options);
  const accesses = options.edges.includes('access') ? await accessEdges(storeDirectory, runs) : [];
  return accessGraph({runs: runs.length, accesses, relations: await relationsOf(image, options, storeDirectory)}, image.profile);
}

/** Of runs that show all they needed. */
async function relationsOf(image: TrainedImage, options: SourceOptions, storeDirectory: string) {
  const wanted = options.edges.filter((kind) => kind !== 'access');
  if (wanted.length === 0) {
    return [];
  }
  const touches = await firstTouches(storeDirectory, runsOf(image, options).filter(isClean));
  return fileRelations(needSequences(touches, image.index, image.tree)).filter(({kind}) => wanted.includes(kind));
}

function runsOf({touches: {runs}, index: {image}}: TrainedImage, {run}: SourceOptions) {
  const own = run === undefined ? runs : runs.filter(({runId}) => runId.startsWith(run));
  if (own.length === 0 || (run !== undefined && own.length > 1)) {
    throw new WinnowError(`${own.length === 0 ? 'no run' : `${own.length} runs`} of ${image.name} begin${own.length > 1 ? '' : 's'} with "${run ?? ''}"`, {
      exitCode: ExitCode.usage,
      hint: 'winnow runs list shows their ids',
    });
  }
  return own;
}

async function latestRun(image: TrainedImage, options: SourceOptions, {storeDirectory}: CommandContext): Promise<Run> {
  const runs = runsOf(image, options);
  const chosen = runs.findLast(({complete}) => complete) ?? runs.at(-1);
  return readRun(runFilePath(storeDirectory, chosen?.runId ?? ''));
}
