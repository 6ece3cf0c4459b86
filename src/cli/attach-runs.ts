import {setMaxListeners} from 'node:events';
import {type AttachPlan, captureAttached, type RunningTarget} from '../capture/attached-run.js';
import type {ChosenProbe} from '../capture/choose-probe.js';
import type {RunDuration} from '../capture/duration.js';
import type {ProbeTarget} from '../capture/probe-target.js';
import type {Losses} from '../capture/recorder.js';
import {ImageTree} from '../image/tree.js';
import type {ContainerPath} from '../model/container-path.js';
import type {ImageIndex, ImageReference} from '../model/image-index.js';
import type {DryingUp, LiveEvent} from '../model/live.js';
import type {RunMetadata} from '../model/run.js';
import type {WinnowError} from '../model/winnow-error.js';
import {aggregateRuns} from '../store/aggregate.js';
import {recoverOrphans} from '../store/recover.js';
import {listRuns, newRunId} from '../store/store.js';
import {nowNs, storedRun} from './stored-run.js';

/** Something that runs, with the file list of the image it runs. */
export interface ImagedTarget {
  readonly target: RunningTarget;
  readonly index: ImageIndex;
}

export interface AttachRequest {
  readonly targets: readonly ImagedTarget[];
  readonly storeDirectory: string;
  readonly workload: string;
  readonly duration: RunDuration;
}

export interface AttachEffects {
  readonly startProbe: (target: ProbeTarget) => Promise<ChosenProbe>;
  /** Ends all that is captured still. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: LiveEvent) => void;
  /** Called once all are captured; what it resolves to ends them. Null: they end by themselves, or by `signal`. */
  readonly work: ((signal: AbortSignal) => Promise<WinnowError | null>) | null;
  /** Told once all are captured. */
  readonly onAttached: () => void;
}

export interface AttachedRun {
  /** What was captured, for a person. */
  readonly target: string;
  readonly metadata: RunMetadata;
  readonly driedUp: DryingUp | null;
  readonly losses: Losses;
}

export interface AttachResult {
  readonly runs: readonly AttachedRun[];
  readonly failure: WinnowError | null;
}

/**
 * Captures several running targets at the same time, each into a run of its own image. Where one can't be captured, none
 * is any longer. @throws WinnowError where that is so, once the others have ended
 */
export async function attachRuns(request: AttachRequest, effects: AttachEffects): Promise<AttachResult> {
  const {targets, storeDirectory} = request;
  await recoverOrphans(storeDirectory);
  const images = await learnImages(targets, storeDirectory);
  const over = new AbortController();
  const signal = AbortSignal.any([effects.signal, over.signal]);
  setMaxListeners(0, signal); // each run has its own
  const captures = targets.map(({target, index}) => new Capture(target, index.image, images.get(index.image.id) as ImageKnowledge, request, {...effects, signal}));
  const ended = Promise.all(captures.map(({done}) => done)).catch(async (error: unknown) => {
    over.abort();
    await Promise.allSettled(captures.map(({done}) => done));
    throw error;
  });
  await Promise.race([Promise.all(captures.map(({started}) => started)), ended]);
  effects.onAttached();
  const lost = new AbortController();
  captures.forEach(({done}) => void done.then(({failure}) => failure !== null && lost.abort(failure), () => undefined));
  const failure = effects.work === null ? null : await effects.work(AbortSignal.any([effects.signal, lost.signal])).finally(() => over.abort());
  const runs = await ended;
  return {runs: runs.map(({run}) => run), failure: failure ?? runs.find((run) => run.failure !== null)?.failure ?? null};
}

interface ImageKnowledge {
  readonly tree: ImageTree;
  /** Image paths that earlier runs touched. */
  readonly known: ReadonlySet<ContainerPath>;
}

async function learnImages(targets: readonly ImagedTarget[], storeDirectory: string): Promise<Map<string, ImageKnowledge>> {
  const images = new Map<string, ImageKnowledge>();
  for (const {index} of targets) {
    const {id} = index.image;
    if (!images.has(id)) {
      const {paths} = await aggregateRuns(storeDirectory, await listRuns(storeDirectory, {image: id}));
      images.set(id, {tree: new ImageTree(index), known: new Set(paths)});
    }
  }
  return images;
}

/** One run that is going on. */
class Capture {
  readonly started: Promise<void>;
  readonly done: Promise<{readonly run: AttachedRun; readonly failure: WinnowError | null}>;

  constructor(target: RunningTarget, image: ImageReference, knowledge: ImageKnowledge, {storeDirectory, workload, duration}: AttachRequest, effects: AttachEffects) {
    let tellStarted = (): void => undefined;
    this.started = new Promise((resolve) => (tellStarted = resolve));
    const plan: AttachPlan = {runId: newRunId(), startedNs: nowNs(), image, ...knowledge, workload, duration, target};
    const onEvent = (event: LiveEvent): void => {
      if (event.kind === 'started') {
        tellStarted();
      }
      effects.onEvent(event);
    };
    this.done = storedRun(storeDirectory, onEvent, (recording) => captureAttached(plan, {...recording, signal: effects.signal, startProbe: effects.startProbe}))
      .then(({run: {metadata}, failure, driedUp, losses}) => ({run: {target: target.name, metadata, driedUp, losses}, failure}));
  }
}
