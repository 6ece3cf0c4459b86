import type Docker from 'dockerode';
import {type ProbeChoice, startProbes} from '../capture/choose-probe.js';
import type {CaptureService} from '../capture/captured-service.js';
import {removeOrphans} from '../capture/container.js';
import type {Losses} from '../capture/recorder.js';
import {captureRun, type RunPlan} from '../capture/session.js';
import {loadImageIndex} from '../image/index-cache.js';
import {ImageTree} from '../image/tree.js';
import type {ContainerPath} from '../model/container-path.js';
import type {ImageIndex} from '../model/image-index.js';
import type {DryingUp, LiveEvent} from '../model/live.js';
import type {RunMetadata} from '../model/run.js';
import type {WinnowError} from '../model/winnow-error.js';
import {aggregateRuns} from '../store/aggregate.js';
import {recoverOrphans} from '../store/recover.js';
import {listRuns, newRunId} from '../store/store.js';
import {LiveTrainer} from '../train/live-trainer.js';
import {type AutoLimits, type AutoOutcome, AutoRuns} from './auto-runs.js';
import {keepWorkload} from './kept-workloads.js';
import {nowNs, storedRun} from './stored-run.js';

/** One kind of runs. */
export interface Workload {
  /** auto: until enough of them were made. */
  readonly runs: number | 'auto';
  readonly plan: Omit<RunPlan, 'runId' | 'startedNs' | 'image' | 'tree' | 'known'>;
}

export interface ProfileRequest {
  readonly index: ImageIndex;
  readonly storeDirectory: string;
  readonly workloads: readonly Workload[];
  readonly limits: AutoLimits;
  readonly probe: ProbeChoice;
}

export interface ProfileEffects {
  readonly docker: Docker;
  /** The address here by which an address of the engine's host is reached. */
  readonly reach: (address: string) => Promise<string>;
  readonly signal: AbortSignal;
  readonly onEvent: (event: LiveEvent, state: ProfileState) => void;
}

/** How far a profile has come. */
export interface ProfileState {
  /** Of the run that is going on, from 1. */
  readonly number: number;
  readonly trainer: LiveTrainer;
  /** Null where no workload's runs are auto. */
  readonly auto: AutoOutcome | null;
}

export interface StoredRun {
  /** Name of the service that it is of; left out where it is of the workload itself. */
  readonly service?: string;
  readonly metadata: RunMetadata;
  /** Why the run ended, where it lasted until discovery had dried up; null else. */
  readonly driedUp: DryingUp | null;
  readonly losses: Losses;
}

export interface ProfileResult {
  /** Runs of this call that stand in the store now. */
  readonly runs: readonly StoredRun[];
  /** What stopped it before the last run; null where nothing did. */
  readonly failure: WinnowError | null;
  /** Has learned from all clean runs of the image in the store. */
  readonly trainer: LiveTrainer;
  readonly auto: AutoOutcome | null;
}

/**
 * Runs the workloads of an image again and again under capture: each run is streamed to the live feed and the trainer as it goes, and
 * stored when it ends, whole or not. Begins by cleaning up after controllers that were killed.
 */
export async function profileRuns(request: ProfileRequest, effects: ProfileEffects): Promise<ProfileResult> {
  const {index, storeDirectory} = request;
  await removeOrphans(effects.docker);
  await recoverOrphans(storeDirectory);
  const earlier = await aggregateRuns(storeDirectory, await listRuns(storeDirectory, {image: index.image.id}));
  const tree = new ImageTree(index);
  const trainer = new LiveTrainer(index, tree, earlier);
  const known = new Set<ContainerPath>(earlier.paths);
  const auto = new AutoRuns(request.limits, trainer.known);
  const outcome = (): AutoOutcome | null => (request.workloads.some(({runs}) => runs === 'auto') ? auto.outcome : null);
  const served = await learnServed(request, effects.docker);
  const done: StoredRun[] = [];
  let number = 0;
  let failure: WinnowError | null = null;
  for (const {runs, plan: own} of schedule(request.workloads, auto)) {
    if (failure !== null || effects.signal.aborted) {
      break;
    }
    const plan: RunPlan = {...own, runId: newRunId(), startedNs: nowNs(), image: index.image, tree, known};
    number += 1;
    const onEvent = (event: LiveEvent): void => effects.onEvent(event, {number, trainer, auto: outcome()});
    const ofServices: StoredRun[] = [];
    const captureService: CaptureService = async (service, record) => {
      const {index: {image}, tree: ofService} = served.get(service.image) as Served;
      const servicePlan = {runId: newRunId(), startedNs: nowNs(), image, tree: ofService, workload: plan.workload, duration: {until: 'done'}, known: new Set<ContainerPath>()} as const;
      const {run, losses} = await storedRun(storeDirectory, () => undefined, (recording) => record(servicePlan, {...recording, signal: effects.signal}));
      ofServices.push({service: service.name, metadata: run.metadata, driedUp: null, losses});
    };
    const {needed, ...result} = await trainedRun(plan, request, {...effects, onEvent, captureService}, trainer);
    auto.add(result.metadata, needed, runs === 'auto');
    done.push(result, ...ofServices);
    failure = result.failure;
  }
  return {runs: done, failure, trainer, auto: outcome()};
}

/** What to run next: workloads of so many runs each, then rounds of the others until there are enough. */
function* schedule(workloads: readonly Workload[], auto: AutoRuns): Generator<Workload, void> {
  for (const workload of workloads) {
    for (let made = 0; workload.runs !== 'auto' && made < workload.runs; made += 1) {
      yield workload;
    }
  }
  const open = workloads.filter(({runs}) => runs === 'auto');
  while (open.length > 0 && !auto.isOver) {
    for (const workload of open) {
      if (!auto.isOver) {
        yield workload;
      }
    }
    auto.endRound();
  }
}

interface Served {
  readonly index: ImageIndex;
  readonly tree: ImageTree;
}

/** The images of services that are captured, by the names that the workloads have for them. */
async function learnServed({workloads, storeDirectory}: ProfileRequest, docker: Docker): Promise<ReadonlyMap<string, Served>> {
  const images = new Map<string, Served>();
  for (const {image} of workloads.flatMap(({plan}) => plan.services.filter(({capture}) => capture))) {
    if (!images.has(image)) {
      const index = await loadImageIndex(docker, image, storeDirectory);
      images.set(image, {index, tree: new ImageTree(index)});
    }
  }
  return images;
}

interface RunEffects extends Omit<ProfileEffects, 'onEvent'> {
  readonly onEvent: (event: LiveEvent) => void;
  readonly captureService: CaptureService;
}

interface RunResult extends StoredRun {
  readonly failure: WinnowError | null;
  /** Files with content that it needed. */
  readonly needed: ReadonlySet<ContainerPath>;
}

async function trainedRun(plan: RunPlan, {storeDirectory, probe}: ProfileRequest, {docker, reach, signal, onEvent, captureService}: RunEffects, trainer: LiveTrainer): Promise<RunResult> {
  let needed: ReadonlySet<ContainerPath> = new Set();
  const learn = (event: LiveEvent): void => {
    if (event.kind === 'rows') {
      trainer.observe(event.rows);
    } else if (event.kind === 'ended') {
      needed = trainer.endRun(event.metadata);
    }
    onEvent(event);
  };
  trainer.startRun();
  const {run, failure, driedUp, losses} = await storedRun(storeDirectory, learn, (effects) =>
    captureRun(plan, {...effects, docker, reach, signal, captureService, startProbes: (ids) => startProbes(ids, probe)}),
  );
  if (run.metadata.complete) {
    await keepWorkload(storeDirectory, run.metadata.imageId, plan);
  }
  return {metadata: run.metadata, driedUp, losses, failure, needed};
}
