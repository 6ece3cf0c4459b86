import type {ImageTree} from '../../image/tree.js';
import type {ContainerPath} from '../../model/container-path.js';
import type {FileDecision} from '../../model/debloat-config.js';
import {ExitCode} from '../../model/exit-code.js';
import type {ImageIndex} from '../../model/image-index.js';
import {WinnowError} from '../../model/winnow-error.js';
import {differences} from './compare.js';
import type {Observation} from './observation.js';
import {addBack, pathsToAddBack} from './repair.js';

/** What verification does to the world. */
export interface VerifyEffects<Workload> {
  /** Runs a workload on an image, under capture. */
  readonly observe: (imageId: string, workload: Workload, removed: ReadonlySet<ContainerPath>) => Promise<Observation>;
  /** Makes the debloated image of these decisions, without a name; resolves to its id. */
  readonly makeImage: (files: readonly FileDecision[]) => Promise<string>;
  /** Told what goes on, in words for a person. */
  readonly note: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface VerifyRequest<Workload> {
  /** Of the original image. */
  readonly index: ImageIndex;
  readonly tree: ImageTree;
  readonly workloads: readonly (Workload & {readonly workload: string})[];
  /** What the plan decides. */
  readonly files: readonly FileDecision[];
  /** How often what was missed may be added back. */
  readonly maxRepairs: number;
}

/** One try at an image. */
export interface Attempt {
  /** By workload, those that came out otherwise or missed a path. */
  readonly shortfalls: readonly {readonly workload: string; readonly differences: readonly string[]; readonly missed: readonly ContainerPath[]}[];
  /** What was added back for the next attempt; none where there is no next. */
  readonly addedBack: readonly {readonly path: ContainerPath; readonly reason: string}[];
}

export interface Verification {
  readonly passed: boolean;
  /** The decisions that passed, or those of the last attempt. */
  readonly files: readonly FileDecision[];
  readonly attempts: readonly Attempt[];
  readonly workloads: readonly string[];
  /** Accesses that a run of the debloated image made and capture lost: what those missed is not known. */
  readonly lostRecords: number;
}

/** Tell what is stable in a workload's answers. */
const originalRuns = 2;

/**
 * Runs the workloads on the original image and on the debloated one, and compares. What the debloated one lacks is added back,
 * with what goes with it, and the next attempt made of that, until one passes or the repairs are used up.
 * @throws WinnowError (threshold) where a workload fails on the original image, which leaves nothing to compare with
 */
export async function verifyAndRepair<Workload>({index, tree, workloads, files: planned, maxRepairs}: VerifyRequest<Workload>, effects: VerifyEffects<Workload>): Promise<Verification> {
  const {observe, makeImage, note, signal} = effects;
  const originals: Observation[][] = [];
  for (const workload of workloads) {
    const runs: Observation[] = [];
    for (let made = 0; made < originalRuns; made += 1) {
      signal.throwIfAborted();
      runs.push(await observe(index.image.id, workload, removedOf(planned)));
    }
    const failed = runs.find(({failure}) => failure !== null);
    if (failed !== undefined) {
      throw new WinnowError(`workload "${workload.workload}" fails on ${index.image.name} as it came: ${failed.failure ?? ''}`, {
        exitCode: ExitCode.threshold, hint: 'mend the workload, name another --config, or leave out the check with --no-verify',
      });
    }
    originals.push(runs);
  }
  const attempts: Attempt[] = [];
  let files = planned;
  let lostRecords = 0;
  for (;;) {
    const removed = removedOf(files);
    const imageId = await makeImage(files);
    const shortfalls: (Attempt['shortfalls'][number] & {readonly listed: readonly ContainerPath[]})[] = [];
    for (const [at, workload] of workloads.entries()) {
      signal.throwIfAborted();
      const run = await observe(imageId, workload, removed);
      const before = originals[at] ?? [];
      const missed = [...run.missed].filter((path) => !before.some((original) => original.missed.has(path))).sort();
      const found = differences(before, run);
      lostRecords += run.lostRecords;
      if (found.length > 0 || missed.length > 0) {
        shortfalls.push({workload: workload.workload, differences: found, missed, listed: missed.length === 0 ? [...run.listed] : []});
      }
    }
    const attempt = shortfalls.map(({listed: _, ...rest}) => rest);
    const result = {files, workloads: workloads.map(({workload}) => workload), lostRecords};
    if (shortfalls.length === 0) {
      return {passed: true, attempts: [...attempts, {shortfalls: [], addedBack: []}], ...result};
    }
    const paths = pathsToAddBack({
      missed: new Set(shortfalls.flatMap(({missed}) => missed)),
      listed: new Set(shortfalls.flatMap(({listed}) => listed)),
    }, index, tree, removed, attempts.length + 1);
    if (paths.size === 0 || attempts.length === maxRepairs) {
      return {passed: false, attempts: [...attempts, {shortfalls: attempt, addedBack: []}], ...result};
    }
    attempts.push({shortfalls: attempt, addedBack: Array.from(paths, ([path, reason]) => ({path, reason}))});
    note(`winnow: attempt ${attempts.length}: ${whatFailed(attempt)}; ${paths.size} paths come back`);
    files = addBack(files, paths);
  }
}

/** The first shortfall in words. */
export function whatFailed(shortfalls: Attempt['shortfalls']): string {
  const [first] = shortfalls;
  const what = first?.differences[0] ?? (first === undefined ? '' : `it looked for ${first.missed[0] ?? ''} in vain`);
  return `workload "${first?.workload ?? ''}": ${what}`;
}

const removedOf = (files: readonly FileDecision[]): ReadonlySet<ContainerPath> => new Set(files.filter(({decision}) => decision === 'remove').map(({path}) => path));
