import type {ContainerPath} from '../model/container-path.js';
import type {ChosenProbe} from './choose-probe.js';
import type {ProbeTarget} from './probe-target.js';
import {type CaptureResult, Recording, type RecordingEffects, type RecordingPlan} from './recording.js';

/** Something that runs already, and whose files are an image's. */
export interface RunningTarget {
  /** For a person: a container's name, "process 4711". */
  readonly name: string;
  readonly probe: ProbeTarget;
  /** Full id of the container that it is, or that its cgroup is named after; null where there is none. */
  readonly containerId: string | null;
  /** Paths inside of everything mounted over the image. */
  readonly mounts: readonly ContainerPath[];
  /** Resolves when it has ended, to its exit code where that can be known. May reject once the signal aborts. */
  readonly ended: (signal: AbortSignal) => Promise<number | null>;
}

export interface AttachPlan extends RecordingPlan {
  readonly target: RunningTarget;
}

/** Ends the run when its signal aborts: for such a run that is no interruption. */
export interface AttachEffects extends RecordingEffects {
  /** Attaches a probe that also tells what the target has open, mapped and running. */
  readonly startProbe: (target: ProbeTarget) => Promise<ChosenProbe>;
}

/** Why no such run is complete: what its target did before, nobody saw. */
export const attachedReason = 'attached to a running container';

/**
 * Records what something does that runs already, until it ends, the plan's duration is over, or the signal aborts. Leaves it as it is.
 * @throws WinnowError where no probe attaches; later failures come back beside what was captured.
 */
export async function captureAttached(plan: AttachPlan, effects: AttachEffects): Promise<CaptureResult> {
  const {target} = plan;
  const chosen = await effects.startProbe(target.probe);
  try {
    const recording = new Recording(plan, effects, chosen, target.mounts);
    recording.markIncomplete(attachedReason);
    recording.tellPhase('working');
    return await recording.record((signal) =>
      recording.withinDuration((until) => target.ended(until), signal).catch((error: unknown) => recording.endEarly(error)),
    );
  } finally {
    await chosen.probe.kill();
  }
}
