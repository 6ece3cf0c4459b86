import type Docker from 'dockerode';
import {startProbes} from '../capture/choose-probe.js';
import {removeOrphans} from '../capture/container.js';
import {localProbeHost} from '../capture/local-probe.js';
import {captureRun, type RunPlan} from '../capture/session.js';
import type {PlannedFile} from '../debloat/planned-file.js';
import {type Observation, observationOf} from '../debloat/verify/observation.js';
import {type Verification, verifyAndRepair} from '../debloat/verify/verify.js';
import {loadImageIndex} from '../image/index-cache.js';
import type {NewImage} from '../image/transport/new-image.js';
import {engineTarget} from '../image/transport/write-engine.js';
import {ImageTree} from '../image/tree.js';
import type {ContainerPath} from '../model/container-path.js';
import type {Attempt} from '../model/debloat-report.js';
import {ExitCode} from '../model/exit-code.js';
import {plural} from '../model/plural.js';
import {WinnowError} from '../model/winnow-error.js';
import {newRunId} from '../store/store.js';
import type {CommandContext} from './context.js';
import type {Workload} from './profile-runs.js';
import {nowNs} from './stored-run.js';

export interface VerifyImageRequest {
  /** Of the original, which the engine has to hold. */
  readonly imageId: string;
  readonly files: readonly PlannedFile[];
  readonly workloads: readonly Workload['plan'][];
  readonly maxRepairs: number;
  readonly makeImage: (files: readonly PlannedFile[]) => Promise<NewImage>;
}

/** Verifies and repairs a plan on this host's engine; the images that were tried are gone afterwards. @throws WinnowError */
export async function verifyImage(docker: Docker, {imageId, files, workloads, maxRepairs, makeImage}: VerifyImageRequest, context: CommandContext): Promise<Verification> {
  await removeOrphans(docker);
  const index = await loadImageIndex(docker, imageId, context.storeDirectory);
  const tree = new ImageTree(index);
  const {Config} = await docker.getImage(imageId).inspect();
  const probe = {backend: 'auto', host: localProbeHost(context.env), workingDirectory: Config.WorkingDir || '/', note: () => undefined} as const;
  const scratch = engineTarget(docker, 'winnow-verify');
  const observe = async (id: string, workload: Workload['plan'], removed: ReadonlySet<ContainerPath>): Promise<Observation> => {
    const plan: RunPlan = {...workload, runId: newRunId(), startedNs: nowNs(), image: {...index.image, id}, tree, known: new Set()};
    try {
      const result = await captureRun(plan, {
        docker, signal: context.signal, nowNs, reach: (address) => Promise.resolve(address),
        startProbes: (ids) => startProbes(ids, probe),
        onStarted: () => Promise.resolve(),
        onEvent: () => undefined,
      });
      context.signal.throwIfAborted();
      return observationOf(result, removed);
    } catch (error) {
      if (!(error instanceof WinnowError) || error.exitCode !== ExitCode.failed || context.signal.aborted) {
        throw error;
      }
      return {exitCode: null, failure: error.message, answers: [], missed: new Set(), links: new Set(), listed: new Set(), lostRecords: 0};
    }
  };
  try {
    return await verifyAndRepair({index, tree, workloads, files, maxRepairs}, {
      observe,
      makeImage: async (attempt) => {
        await scratch.discard();
        return (await scratch.write(await makeImage(attempt))).id;
      },
      onAttempt: (attempt, number) => tellAttempt(attempt, number, context),
      signal: context.signal,
    });
  } catch (error) {
    throw context.signal.aborted ? new WinnowError('interrupted; nothing was tagged', {exitCode: ExitCode.interrupted, cause: error}) : error;
  } finally {
    await scratch.discard();
  }
}

function tellAttempt({shortfalls: [first], addedBack}: Attempt, number: number, {note}: CommandContext): void {
  if (first !== undefined) {
    const what = first.differences[0] ?? `it looked for ${first.missed[0] ?? ''} in vain`;
    note(`winnow: attempt ${number}: workload "${first.workload}": ${what}${addedBack.length === 0 ? '' : `; ${plural(addedBack.length, 'path')} came back`}`);
  }
}
