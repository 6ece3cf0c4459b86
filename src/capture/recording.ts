import process from 'node:process';
import type {AccessRow} from '../model/access.js';
import type {ContainerPath} from '../model/container-path.js';
import type {ImageReference} from '../model/image-index.js';
import type {DryingUp, LiveEvent} from '../model/live.js';
import type {Run, RunMetadata} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';
import type {ImageTree} from '../image/tree.js';
import type {ChosenProbe} from './choose-probe.js';
import {Discovery, hasDriedUp} from './drying-up.js';
import {type RunDuration, untilOver} from './duration.js';
import {FoundFiles} from './found-files.js';
import {type Losses, RunRecorder} from './recorder.js';
import {AccessResolver} from './resolve.js';
import {abortable} from './workload.js';

/** What a run is called, and what its rows are held against. */
export interface RecordingPlan {
  readonly runId: string;
  /** Nanoseconds since the Unix epoch. */
  readonly startedNs: bigint;
  readonly image: ImageReference;
  readonly tree: ImageTree;
  readonly workload: string;
  readonly duration: RunDuration;
  /** Image paths that earlier runs touched; anything else counts as new. */
  readonly known: ReadonlySet<ContainerPath>;
}

export interface RecordingEffects {
  readonly nowNs: () => bigint;
  /** Told once the probe is attached. */
  readonly onStarted: (event: Extract<LiveEvent, {kind: 'started'}>) => Promise<void>;
  /** Told of rows and progress from then on; whoever stores the run tells its end. */
  readonly onEvent: (event: LiveEvent) => void;
  /** Ends the run early; what was captured comes back all the same. */
  readonly signal: AbortSignal;
}

export interface CaptureResult {
  readonly run: Run;
  /** Why the workload did not pass, as one line; null where it did. */
  readonly failure: WinnowError | null;
  /** Why the run was ended, where `duration` lasts until discovery has dried up and it had; null else. */
  readonly driedUp: DryingUp | null;
  /** Those that the run counts as lost, by reason. */
  readonly losses: Losses;
}

type Phase = Extract<LiveEvent, {kind: 'progress'}>['phase'];

const batchMs = 100;
/** While there is nothing to tell but how long there has been nothing to tell. */
const silentTellMs = 500;

export const asWinnowError = (error: unknown): WinnowError => (error instanceof WinnowError ? error : new WinnowError(String(error), {cause: error}));

/** Makes a run of what a probe tells while some work goes on, and streams it as it comes. */
export class Recording {
  readonly #plan: RecordingPlan;
  readonly #effects: RecordingEffects;
  readonly #chosen: ChosenProbe;
  readonly #recorder: RunRecorder;
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

  /** @param mounts container paths of everything mounted over the image */
  constructor(plan: RecordingPlan, effects: RecordingEffects, chosen: ChosenProbe, mounts: readonly ContainerPath[]) {
    this.#plan = plan;
    this.#effects = effects;
    this.#chosen = chosen;
    this.#recorder = new RunRecorder(new AccessResolver({tree: plan.tree, mounts}));
    this.#found = new FoundFiles(plan.known);
    this.#discovery = plan.duration.until === 'dry' ? new Discovery(plan.duration.share) : null;
  }

  /**
   * Records until `work` is done, which resolves to the exit code of a container that ended by itself. Its signal aborts
   * with the caller's, or when the probe dies.
   */
  async record(work: (signal: AbortSignal) => Promise<number | null>): Promise<CaptureResult> {
    await this.#tellStarted();
    const reading = this.#read();
    const ticker = setInterval(() => this.#tellRows(), batchMs);
    const exitCode = await work(AbortSignal.any([this.#effects.signal, this.#stop.signal])).finally(() => {
      this.#chosen.probe.stop();
      clearInterval(ticker);
    });
    const endedNs = this.#effects.nowNs(); // what is still to read was before
    await reading;
    this.#tellRows();
    return {run: {metadata: this.#metadata(exitCode, endedNs), rows: this.#recorder.rows}, failure: this.#failure, driedUp: this.#driedUp, losses: this.#recorder.losses};
  }

  /** Null where the run's duration is over before the work, which is then told to end. */
  async withinDuration<T>(work: (signal: AbortSignal) => Promise<T | null>, signal: AbortSignal): Promise<T | null> {
    const over = new AbortController();
    const until = AbortSignal.any([signal, over.signal]);
    const isOver = untilOver(this.#plan.duration, () => this.#hasDriedUp(), until).then(() => null);
    try {
      return await abortable(Promise.race([work(until), isOver]), signal);
    } finally {
      over.abort();
    }
  }

  tellPhase(phase: Phase): void {
    this.#phase = phase;
    this.#tellProgress();
  }

  /** Makes the run an incomplete one. The first reason counts. */
  markIncomplete(reason: string): void {
    this.#incompleteReason ||= reason;
  }

  /** Empty while nothing speaks against a complete run. */
  get incompleteReason(): string {
    return this.#incompleteReason;
  }

  fail(failure: WinnowError): void {
    this.#failure ??= failure;
    this.markIncomplete(failure.message);
  }

  /** What ended the work early: the caller's signal, a probe that died and has said so, or a failure of the work. */
  endEarly(error: unknown): null {
    if (this.#effects.signal.aborted) {
      this.markIncomplete('interrupted');
    } else if (!this.#stop.signal.aborted) {
      this.fail(asWinnowError(error));
    }
    return null;
  }

  async #read(): Promise<void> {
    try {
      for await (const event of this.#chosen.probe.events) {
        const fresh = this.#recorder.observe(event);
        for (const row of fresh) {
          this.#pending.push(row);
          if (this.#found.observe(row)) {
            this.#discovery?.find(this.#nowMs());
          }
        }
      }
      if (!this.#recorder.ended) {
        this.#lose(new WinnowError('the probe died during the run', {hint: 'winnow doctor says what this host can do'}));
      }
    } catch (error) {
      this.#lose(asWinnowError(error));
    }
  }

  /** Outranks what failed before: a step fails of a lost connection too, and that explains more. */
  #lose(failure: WinnowError): void {
    this.#failure = failure;
    this.#incompleteReason = failure.message;
    this.#stop.abort(failure);
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

  #metadata(exitCode: number | null, endedNs: bigint): RunMetadata {
    const {runId, startedNs, image, workload} = this.#plan;
    return {
      runId,
      imageId: image.id,
      imageName: image.name,
      workload,
      startedNs,
      endedNs,
      complete: this.#incompleteReason === '',
      incompleteReason: this.#incompleteReason,
      lostRecords: this.#recorder.lost,
      capturedRecords: this.#recorder.captured,
      foldedRecords: this.#recorder.folded,
      ...this.#probe(),
      ...(this.#recorder.systemCalls === undefined ? {} : {systemCalls: this.#recorder.systemCalls}),
      exitCode,
    };
  }

  #probe(): Pick<RunMetadata, 'backend' | 'rung'> {
    const {backend, probe: {rung}} = this.#chosen;
    return {backend, ...(rung === undefined ? {} : {rung})};
  }

  async #tellStarted(): Promise<void> {
    const {runId, startedNs, image, workload} = this.#plan;
    await this.#effects.onStarted({
      kind: 'started', runId, imageId: image.id, imageName: image.name, workload, startedNs, ...this.#probe(), pid: process.pid,
    });
  }

  #tellRows(): void {
    if (this.#pending.length > 0) {
      this.#effects.onEvent({kind: 'rows', runId: this.#plan.runId, rows: this.#pending});
      this.#pending = [];
      this.#lost = this.#recorder.lost;
      this.#tellProgress();
    } else if (this.#discovery !== null && this.#nowMs() - this.#lastTold >= silentTellMs) {
      this.#tellProgress();
    }
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
