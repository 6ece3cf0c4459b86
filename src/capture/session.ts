import process from 'node:process';
import type Docker from 'dockerode';
import type {AccessRow} from '../model/access.js';
import type {ContainerPath} from '../model/container-path.js';
import type {ImageReference} from '../model/image-index.js';
import type {DryingUp, LiveEvent} from '../model/live.js';
import type {Run, RunMetadata} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';
import type {ImageTree} from '../image/tree.js';
import {ProfiledContainer} from './container.js';
import type {ChosenProbe} from './choose-probe.js';
import {Discovery, hasDriedUp} from './drying-up.js';
import {type RunDuration, untilOver} from './duration.js';
import {FoundFiles} from './found-files.js';
import {type Readiness, waitUntilReady} from './readiness.js';
import {RunRecorder} from './recorder.js';
import {AccessResolver} from './resolve.js';
import {removeAll, type Service, startServices} from './services.js';
import {abortable, runSteps, type Step} from './workload.js';

export interface RunPlan {
  readonly runId: string;
  /** Nanoseconds since the Unix epoch. */
  readonly startedNs: bigint;
  readonly image: ImageReference;
  readonly tree: ImageTree;
  readonly workload: string;
  /** Arguments behind the image. */
  readonly command: readonly string[];
  readonly dockerArgs: readonly string[];
  readonly ready: Readiness;
  /** Empty: the run lasts until the container ends by itself, or `duration` is over. */
  readonly steps: readonly Step[];
  readonly duration: RunDuration;
  /** Started before the container and removed after it. */
  readonly services: readonly Service[];
  /** Image paths that earlier runs touched; anything else counts as new. */
  readonly known: ReadonlySet<ContainerPath>;
}

export interface SessionEffects {
  readonly docker: Docker;
  /** Attaches a probe to a container that exists but has not started. */
  readonly startProbe: (containerId: string) => Promise<ChosenProbe>;
  /** The address here by which an address of the engine's host is reached. */
  readonly reach: (address: string) => Promise<string>;
  readonly nowNs: () => bigint;
  /** Told once the probe is attached, before the container starts. */
  readonly onStarted: (event: Extract<LiveEvent, {kind: 'started'}>) => Promise<void>;
  /** Told of rows and progress from then on; whoever stores the run tells its end. */
  readonly onEvent: (event: LiveEvent) => void;
  /** Ends the run early; what was captured comes back as an incomplete run. */
  readonly signal: AbortSignal;
}

export interface CaptureResult {
  readonly run: Run;
  /** Why the workload did not pass, as one line; null where it did. */
  readonly failure: WinnowError | null;
  /** Why the run was ended, where `duration` lasts until discovery has dried up and it had; null else. */
  readonly driedUp: DryingUp | null;
}

type Phase = Extract<LiveEvent, {kind: 'progress'}>['phase'];

const graceSecondsInterrupted = 2;
const batchMs = 100;
/** While there is nothing to tell but how long there has been nothing to tell. */
const silentTellMs = 500;

/**
 * One run from create to remove: probe first, then the container, then the workload. Whatever happens, container and
 * probe are gone when this returns or throws; but where the engine is out of reach, `removeOrphans` has to do it later.
 * @throws WinnowError where the run could not begin; later failures come back beside what was captured.
 */
export async function captureRun(plan: RunPlan, effects: SessionEffects): Promise<CaptureResult> {
  const {docker, reach, signal} = effects;
  const {containers, network} = await startServices(docker, plan.services, {dockerArgs: plan.dockerArgs, runId: plan.runId, reach}, signal);
  let container: ProfiledContainer | undefined;
  let chosen: ChosenProbe | undefined;
  let result: CaptureResult;
  const cleanUp = async (): Promise<WinnowError | null> => {
    await chosen?.probe.kill();
    const failure = await removeAll([...containers, ...(container === undefined ? [] : [container])]);
    return failure === null ? null : asWinnowError(failure);
  };
  try {
    container = await ProfiledContainer.create(docker, {
      imageId: plan.image.id,
      command: plan.command,
      dockerArgs: plan.dockerArgs,
      runId: plan.runId,
      reach,
      network,
    });
    chosen = await effects.startProbe(container.id);
    result = await new Session(plan, effects, container, chosen).run();
  } catch (error) {
    await cleanUp();
    throw error;
  }
  const leftBehind = await cleanUp();
  return {...result, failure: result.failure ?? leftBehind};
}

const asWinnowError = (error: unknown): WinnowError => (error instanceof WinnowError ? error : new WinnowError(String(error), {cause: error}));

class Session {
  readonly #plan: RunPlan;
  readonly #effects: SessionEffects;
  readonly #container: ProfiledContainer;
  readonly #chosen: ChosenProbe;
  /** First reason wins: the caller's signal, or a probe that died. */
  readonly #stop = new AbortController();
  #pending: AccessRow[] = [];
  #phase: Phase = 'starting';
  #lost = 0;
  readonly #found: FoundFiles;
  readonly #discovery: Discovery | null;
  #driedUp: DryingUp | null = null;
  #lastTold = 0;
  #incompleteReason = '';
  #failure: WinnowError | null = null;

  constructor(plan: RunPlan, effects: SessionEffects, container: ProfiledContainer, chosen: ChosenProbe) {
    this.#plan = plan;
    this.#effects = effects;
    this.#container = container;
    this.#chosen = chosen;
    this.#found = new FoundFiles(plan.known);
    this.#discovery = plan.duration.until === 'dry' ? new Discovery(plan.duration.share) : null;
  }

  async run(): Promise<CaptureResult> {
    const recorder = new RunRecorder(
      new AccessResolver({tree: this.#plan.tree, mounts: await this.#container.mountPoints()}),
    );
    await this.#tellStarted();
    const reading = this.#read(recorder);
    const ticker = setInterval(() => this.#tellRows(recorder), batchMs);
    const exitCode = await this.#work().finally(() => {
      this.#chosen.probe.stop();
      clearInterval(ticker);
    });
    await reading;
    this.#tellRows(recorder);
    const metadata = this.#metadata(recorder, exitCode);
    return {run: {metadata, rows: recorder.rows}, failure: this.#failure, driedUp: this.#driedUp};
  }

  /** Starts the container, drives it, and stops it. Resolves to the exit code where it ended by itself. */
  async #work(): Promise<number | null> {
    const signal = AbortSignal.any([this.#effects.signal, this.#stop.signal]);
    await this.#container.start();
    const exitCode = await this.#drive(signal).catch((error: unknown) => this.#endEarly(error));
    if (exitCode === null) {
      // Where the engine is out of reach, what was captured is still worth keeping.
      await this.#container.stop(signal.aborted ? graceSecondsInterrupted : undefined).catch((error: unknown) => this.#fail(asWinnowError(error)));
    }
    return exitCode;
  }

  #endEarly(error: unknown): null {
    if (this.#effects.signal.aborted) {
      this.#incompleteReason ||= 'interrupted';
    } else if (!this.#stop.signal.aborted) {
      this.#fail(asWinnowError(error));
    }
    return null;
  }

  async #drive(signal: AbortSignal): Promise<number | null> {
    const {ready, steps} = this.#plan;
    if (steps.length === 0) {
      return this.#withinDuration(() => this.#container.exit(), signal);
    }
    this.#tellPhase('waiting');
    await waitUntilReady(ready, this.#container, signal);
    this.#tellPhase('working');
    const failed = await this.#withinDuration((until) => runSteps(steps, this.#container, until), signal);
    if (failed !== null) {
      this.#fail(new WinnowError(`the workload failed: ${failed.message}`, {
        hint: 'the run is kept as incomplete: it proves use, never disuse',
      }));
    }
    this.#tellPhase('stopping');
    return null;
  }

  /** Null where the run's duration is over before the work, which is then told to end. */
  async #withinDuration<T>(work: (signal: AbortSignal) => Promise<T | null>, signal: AbortSignal): Promise<T | null> {
    const over = new AbortController();
    const until = AbortSignal.any([signal, over.signal]);
    const isOver = untilOver(this.#plan.duration, () => this.#hasDriedUp(), until).then(() => null);
    try {
      return await abortable(Promise.race([work(until), isOver]), signal);
    } finally {
      over.abort();
    }
  }

  #hasDriedUp(): boolean {
    const state = this.#dryingUp();
    this.#driedUp = hasDriedUp(state) ? state : null;
    return this.#driedUp !== null;
  }

  #dryingUp(): DryingUp | null {
    return this.#discovery?.at(this.#nowMs()) ?? null;
  }

  #nowMs(): number {
    return Number(this.#effects.nowNs() / 1_000_000n);
  }

  async #read(recorder: RunRecorder): Promise<void> {
    try {
      for await (const event of this.#chosen.probe.events) {
        const fresh = recorder.observe(event);
        for (const row of fresh) {
          this.#pending.push(row);
          if (this.#found.observe(row)) {
            this.#discovery?.find(this.#nowMs());
          }
        }
      }
      if (!recorder.ended) {
        this.#lose(new WinnowError('the probe died during the run', {hint: 'winnow doctor says what this host can do'}));
      }
    } catch (error) {
      this.#lose(asWinnowError(error));
    }
  }

  #fail(failure: WinnowError): void {
    this.#failure ??= failure;
    this.#incompleteReason ||= failure.message;
  }

  /** Outranks what failed before: a step fails of a lost connection too, and that explains more. */
  #lose(failure: WinnowError): void {
    this.#failure = failure;
    this.#incompleteReason = failure.message;
    this.#stop.abort(failure);
  }

  #metadata(recorder: RunRecorder, exitCode: number | null): RunMetadata {
    const {runId, startedNs, image, workload} = this.#plan;
    return {
      runId,
      imageId: image.id,
      imageName: image.name,
      workload,
      startedNs,
      endedNs: this.#effects.nowNs(),
      complete: this.#incompleteReason === '',
      incompleteReason: this.#incompleteReason,
      lostRecords: recorder.lost,
      capturedRecords: recorder.captured,
      backend: this.#chosen.backend,
      exitCode,
    };
  }

  async #tellStarted(): Promise<void> {
    const {runId, startedNs, image, workload} = this.#plan;
    const {backend} = this.#chosen;
    await this.#effects.onStarted({
      kind: 'started', runId, imageId: image.id, imageName: image.name, workload, startedNs, backend, pid: process.pid,
    });
  }

  #tellRows(recorder: RunRecorder): void {
    if (this.#pending.length > 0) {
      this.#effects.onEvent({kind: 'rows', runId: this.#plan.runId, rows: this.#pending});
      this.#pending = [];
      this.#lost = recorder.lost;
      this.#tellProgress();
    } else if (this.#discovery !== null && this.#nowMs() - this.#lastTold >= silentTellMs) {
      this.#tellProgress();
    }
  }

  #tellPhase(phase: Phase): void {
    this.#phase = phase;
    this.#tellProgress();
  }

  #tellProgress(): void {
    const dryingUp = this.#dryingUp();
    this.#lastTold = this.#nowMs();
    this.#effects.onEvent({
      kind: 'progress', runId: this.#plan.runId, phase: this.#phase, files: this.#found.files, newFiles: this.#found.newFiles,
      lostRecords: this.#lost, ...(dryingUp === null ? {} : {dryingUp}),
    });
  }
}
