import type {ContainerPath} from '../model/container-path.js';
import type {ChosenProbe} from './choose-probe.js';
import {asWinnowError, type CaptureResult, Recording, type RecordingEffects, type RecordingPlan} from './recording.js';
import type {CreatedService} from './services.js';
import {abortable} from './workload.js';

/** Stores a run of a service, which `record` makes once it is told what to call it and whom to tell. */
export type CaptureService = (service: CreatedService['service'], record: (plan: RecordingPlan, effects: RecordingEffects) => Promise<CaptureResult>) => Promise<void>;

/** A service that runs, and whose files are captured until the workload's run is over. */
export class CapturedService {
  /** Resolves when its run is stored. */
  readonly done: Promise<void>;
  /** Ends its run; a reason that isn't empty makes it an incomplete one. The first counts. */
  end: (incompleteReason: string) => void = () => undefined;

  /** @param mounts container paths of everything mounted over its image */
  constructor({service, container}: CreatedService, chosen: ChosenProbe, mounts: readonly ContainerPath[], capture: CaptureService) {
    const over = new Promise<string>((resolve) => (this.end = resolve));
    let exitCode: number | null = null;
    container.exit().then((code) => (exitCode = code), () => undefined);
    this.done = capture(service, async (plan, effects) => {
      const recording = new Recording(plan, effects, chosen, mounts);
      recording.tellPhase('working');
      return recording.record(async (signal) => {
        const reason = await abortable(over, signal).catch((error: unknown) => recording.endEarly(error));
        if (reason) {
          recording.markIncomplete(reason);
        }
        const endedAs = exitCode;
        await container.stop().catch((error: unknown) => recording.fail(asWinnowError(error)));
        return endedAs;
      });
    });
    this.done.catch(() => undefined); // the session tells
  }
}
