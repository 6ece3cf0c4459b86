import type Docker from 'dockerode';
import {WinnowError} from '../model/winnow-error.js';
import {CapturedService, type CaptureService} from './captured-service.js';
import {ProfiledContainer} from './container.js';
import type {ChosenProbe} from './choose-probe.js';
import {type Readiness, waitUntilReady} from './readiness.js';
import {asWinnowError, type CaptureResult, Recording, type RecordingEffects, type RecordingPlan} from './recording.js';
import {ServiceWatch} from './service-watch.js';
import {createServices, removeAll, type Service, startServices} from './services.js';
import {runSteps, type Step, type StepAnswer} from './workload.js';

export interface RunPlan extends RecordingPlan {
  /** Arguments behind the image. */
  readonly command: readonly string[];
  readonly dockerArgs: readonly string[];
  readonly ready: Readiness;
  /** Empty: the run lasts until the container ends by itself, or `duration` is over. */
  readonly steps: readonly Step[];
  /** Started before the container and removed after it. */
  readonly services: readonly Service[];
}

export interface SessionEffects extends RecordingEffects {
  readonly docker: Docker;
  /** Attaches a probe to each of some containers that exist but have not started. */
  readonly startProbes: (containerIds: readonly string[]) => Promise<ChosenProbe[]>;
  /** The address here by which an address of the engine's host is reached. */
  readonly reach: (address: string) => Promise<string>;
  /** Left out: no service is captured. */
  readonly captureService?: CaptureService;
}

export interface SessionResult extends CaptureResult {
  /** What came of the steps that were made, in their order. */
  readonly answers: readonly StepAnswer[];
}

const graceSecondsInterrupted = 2;

/**
 * One run from create to remove: probe first, then the container, then the workload. Whatever happens, container and
 * probe are gone when this returns or throws; but where the engine is out of reach, `removeOrphans` has to do it later.
 * @throws WinnowError where the run could not begin; later failures come back beside what was captured.
 */
export async function captureRun(plan: RunPlan, effects: SessionEffects): Promise<SessionResult> {
  const {docker, reach, signal} = effects;
  const {services, network} = await createServices(docker, plan.services, {dockerArgs: plan.dockerArgs, runId: plan.runId, reach});
  const containers = services.map((service) => service.container);
  const captured: CapturedService[] = [];
  let chosen: ChosenProbe[] = [];
  let result: SessionResult;
  const cleanUp = async (reason: string): Promise<WinnowError | null> => {
    captured.forEach((service) => service.end(reason));
    await chosen[0]?.probe.kill();
    const stored = await Promise.allSettled(captured.map(({done}) => done));
    await Promise.all(chosen.map(({probe}) => probe.kill()));
    const failure: unknown = (await removeAll(containers)) ?? stored.find((run) => run.status === 'rejected')?.reason ?? null;
    return failure === null ? null : asWinnowError(failure);
  };
  try {
    const container = await ProfiledContainer.create(docker, {
      imageId: plan.image.id,
      command: plan.command,
      dockerArgs: plan.dockerArgs,
      runId: plan.runId,
      reach,
      network,
    });
    containers.push(container);
    const {captureService} = effects;
    const watched = captureService === undefined ? [] : services.filter(({service}) => service.capture);
    chosen = await effects.startProbes([container.id, ...watched.map((service) => service.container.id)]);
    const mounts = await Promise.all([container, ...watched.map((service) => service.container)].map((each) => each.mountPoints()));
    await startServices(services, (service) => {
      const index = watched.indexOf(service) + 1;
      if (captureService !== undefined && index > 0) {
        captured.push(new CapturedService(service, chosen[index] as ChosenProbe, mounts[index] ?? [], captureService));
      }
    }, signal);
    const recording = new Recording(plan, effects, chosen[0] as ChosenProbe, mounts[0] ?? []);
    result = await new Session(plan, container, recording, new ServiceWatch(services), captured).run();
  } catch (error) {
    await cleanUp(signal.aborted ? 'interrupted' : asWinnowError(error).message);
    throw error;
  }
  const leftBehind = await cleanUp(result.run.metadata.incompleteReason);
  return {...result, failure: result.failure ?? leftBehind};
}

class Session {
  readonly #plan: RunPlan;
  readonly #container: ProfiledContainer;
  readonly #recording: Recording;
  readonly #watch: ServiceWatch;
  readonly #captured: readonly CapturedService[];
  readonly #answers: StepAnswer[] = [];

  constructor(plan: RunPlan, container: ProfiledContainer, recording: Recording, watch: ServiceWatch, captured: readonly CapturedService[]) {
    this.#plan = plan;
    this.#container = container;
    this.#recording = recording;
    this.#watch = watch;
    this.#captured = captured;
  }

  async run(): Promise<SessionResult> {
    const result = await this.#recording.record((signal) => this.#work(signal));
    return {...result, answers: this.#answers};
  }

  /** Starts the container, drives it, and stops it. Resolves to the exit code where it ended by itself. */
  async #work(signal: AbortSignal): Promise<number | null> {
    await this.#container.start().catch(async (error: unknown) => {
      throw (await this.#watch.blamed()) ?? error;
    });
    const exitCode = await this.#drive(AbortSignal.any([signal, this.#watch.signal])).catch((error: unknown) =>
      this.#recording.endEarly(this.#watch.signal.aborted ? this.#watch.signal.reason : error),
    );
    if (exitCode !== null && exitCode !== 0) {
      await this.#blameService();
    }
    if (exitCode === null) {
      // Where the engine is out of reach, what was captured is still worth keeping.
      await this.#container
        .stop(signal.aborted ? graceSecondsInterrupted : undefined)
        .catch((error: unknown) => this.#recording.fail(asWinnowError(error)));
    }
    this.#captured.forEach((service) => service.end(this.#recording.incompleteReason));
    return exitCode;
  }

  async #drive(signal: AbortSignal): Promise<number | null> {
    const {ready, steps} = this.#plan;
    const recording = this.#recording;
    if (steps.length === 0) {
      return recording.withinDuration(() => this.#container.exit(), signal);
    }
    recording.tellPhase('waiting');
    await waitUntilReady(ready, this.#container, signal);
    recording.tellPhase('working');
    const failed = await recording.withinDuration((until) => runSteps(steps, this.#container, until, (answer) => this.#answers.push(answer)), signal);
    if (failed !== null) {
      await this.#blameService();
      recording.fail(new WinnowError(`the workload failed: ${failed.message}`, {
        hint: 'the run is kept as incomplete: it proves use, never disuse',
      }));
    }
    recording.tellPhase('stopping');
    return null;
  }

  /** A service that died outranks what failed of it. */
  async #blameService(): Promise<void> {
    const died = await this.#watch.blamed();
    if (died !== null) {
      this.#recording.fail(died);
    }
  }
}
