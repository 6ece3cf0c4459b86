import type {ImageTree} from '../../image/tree.js';
import type {ContainerPath} from '../../model/container-path.js';
import type {Attempt, Shortfall} from '../../model/debloat-report.js';
import {ExitCode} from '../../model/exit-code.js';
import type {ImageIndex} from '../../model/image-index.js';
import {WinnowError} from '../../model/winnow-error.js';
import type {PlannedFile} from '../planned-file.js';
import {differences} from './compare.js';
import type {Observation} from './observation.js';
import {addBack, pathsToAddBack} from './repair.js';

type Named<Workload> = Workload & {readonly workload: string};

/** What verification does to the world. */
export interface VerifyEffects<Workload> {
  /** Runs a workload on an image, under capture. */
  readonly observe: (imageId: string, workload: Workload, removed: ReadonlySet<ContainerPath>) => Promise<Observation>;
  /** Makes the debloated image of these decisions, without its name; resolves to its id. */
  readonly makeImage: (files: readonly PlannedFile[]) => Promise<string>;
  readonly onAttempt: (attempt: Attempt, number: number) => void;
  readonly signal: AbortSignal;
}

export interface VerifyRequest<Workload> {
  /** Of the original image. */
  readonly index: ImageIndex;
  readonly tree: ImageTree;
  readonly workloads: readonly Named<Workload>[];
  /** What the plan decides. */
  readonly files: readonly PlannedFile[];
  /** How often what was missed may be added back. */
  readonly maxRepairs: number;
}

export interface Verification {
  readonly passed: boolean;
  /** The decisions that passed, or those of the last attempt. */
  readonly files: readonly PlannedFile[];
  readonly attempts: readonly Attempt[];
  readonly workloads: readonly string[];
  /** Accesses on debloated images that capture lost: whether those missed a path is not known. */
  readonly lostRecords: number;
}

/** Two tell what is stable in a workload's answers. */
const originalRuns = 2;

/**
 * Runs the workloads on the original image and on the debloated one, and compares. What the debloated one lacks is added back,
 * with what goes with it, and the next attempt made of that, until one passes or the repairs are used up.
 * @throws WinnowError (threshold) where a workload fails on the original image, which leaves nothing to compare with
 */
export async function verifyAndRepair<Workload>(request: VerifyRequest<Workload>, effects: VerifyEffects<Workload>): Promise<Verification> {
  const {index, tree, workloads, maxRepairs} = request;
  const originals = new Map<Named<Workload>, Observation[]>();
  for (const workload of workloads) {
    originals.set(workload, await observeOriginal(workload, request, effects));
  }
  const attempts: Attempt[] = [];
  let {files} = request;
  let lostRecords = 0;
  for (;;) {
    const tried = await tryImage(originals, files, effects);
    lostRecords += tried.lostRecords;
    const passed = tried.shortfalls.length === 0;
    const paths = passed || attempts.length === maxRepairs ? new Map<ContainerPath, string>() : pathsToAddBack(tried.lacking, index, tree, removedOf(files), attempts.length + 1);
    const attempt = {shortfalls: tried.shortfalls, addedBack: Array.from(paths, ([path, reason]) => ({path, reason}))};
    attempts.push(attempt);
    effects.onAttempt(attempt, attempts.length);
    if (paths.size === 0) {
      return {passed, files, attempts, workloads: workloads.map(({workload}) => workload), lostRecords};
    }
    files = addBack(files, paths);
  }
}

async function observeOriginal<Workload>(workload: Named<Workload>, {index, files}: VerifyRequest<Workload>, {observe, signal}: VerifyEffects<Workload>): Promise<Observation[]> {
  const runs: Observation[] = [];
  while (runs.length < originalRuns) {
    signal.throwIfAborted();
    const run = await observe(index.image.id, workload, removedOf(files));
    if (run.failure !== null) {
      throw new WinnowError(`workload "${workload.workload}" fails on ${index.image.name} as it came: ${run.failure}`, {
        exitCode: ExitCode.threshold, hint: 'mend the workload, name other ones with --config, or go without with --no-verify',
      });
    }
    runs.push(run);
  }
  return runs;
}

interface Tried {
  readonly shortfalls: readonly Shortfall[];
  readonly lacking: Parameters<typeof pathsToAddBack>[0];
  readonly lostRecords: number;
}

async function tryImage<Workload>(originals: ReadonlyMap<Named<Workload>, readonly Observation[]>, files: readonly PlannedFile[], {observe, makeImage, signal}: VerifyEffects<Workload>): Promise<Tried> {
  const imageId = await makeImage(files);
  const shortfalls: Shortfall[] = [];
  const lacking = {missed: new Set<ContainerPath>(), listed: new Set<ContainerPath>()};
  let lostRecords = 0;
  for (const [workload, before] of originals) {
    signal.throwIfAborted();
    const run = await observe(imageId, workload, removedOf(files));
    const missed = [...run.missed, ...run.links].filter((path) => !before.some((original) => original.missed.has(path))).sort();
    const found = differences(before, run);
    lostRecords += run.lostRecords;
    if (found.length > 0 || missed.length > 0) {
      shortfalls.push({workload: workload.workload, differences: found, missed});
      missed.forEach((path) => lacking.missed.add(path));
      (missed.length === 0 ? run.listed : []).forEach((path) => lacking.listed.add(path));
    }
  }
  return {shortfalls, lacking, lostRecords};
}

const removedOf = (files: readonly PlannedFile[]): ReadonlySet<ContainerPath> => new Set(files.filter(({decision}) => decision === 'remove').map(({path}) => path));
