import type {ContainerPath} from '../model/container-path.js';
import type {ChosenProbe} from './choose-probe.js';
import type {ProbeTarget} from './probe-target.js';
import {type CaptureResult, Recording, type RecordingEffects, type RecordingPlan} from './recording.js';

/** Something that runs already, or is about to, and whose files are an image's. */
export interface RunningTarget {
  /** For a person: a container's name, "process 4711". */
  readonly name: string;
  readonly probe: ProbeTarget;
  /** Full id of the container that it is, or that its cgroup is named after; null where there is none. */
  readonly containerId: string | null;
  /** Paths inside of everything mounted over the image. */
  readonly mounts: readonly ContainerPath[];
  /** It was never started, so that a probe sees it from its first instruction on. */
  readonly isNew: boolean;
  /** Resolves when it has ended, to its exit code where that can be known. May reject once the signal aborts. */
  readonly ended: (signal: AbortSignal) => Promise<number | null>;
  /** Its exit code where it has ended; null where it has not, or that can't be known. */
  readonly exitCode: () => Promise<number | null>;
}

export interface AttachPlan extends RecordingPlan {
  readonly target: RunningTarget;
}

/** Ends the run when its signal aborts: for such a run that is no interruption. */
export interface AttachEffects extends RecordingEffects {
  /** Attaches a probe that also tells what the target has open, mapped and running. */
  readonly startProbe: (target: ProbeTarget) => Promise<ChosenProbe>;
}

/** Why a run is not complete: what its target did before, or after, nobody saw. */
const lateReason = 'attached to a running container';
const earlyReason = 'the container went on after the capture';

/**
 * Records what a target does until it ends, the plan's duration is over, or the signal aborts. Leaves it as it is. The run
 * is complete where it saw all from the target's start to its end.
 * @throws WinnowError where no probe attaches; later failures come back beside what was captured.
 */
export async function captureAttached(plan: AttachPlan, effects: AttachEffects): Promise<CaptureResult> {
  const {target} = plan;
  const chosen = await effects.startProbe(target.probe);
  try {
    const recording = new Recording(plan, effects, chosen, target.mounts);
    if (!target.isNew) {
      recording.markIncomplete(lateReason);
    }
    recording.tellPhase('working');
    return await recording.record((signal) => untilEnded(target, recording, signal, effects.signal));
  } finally {
    await chosen.probe.kill();
  }
}

async function untilEnded(target: RunningTarget, recording: Recording, signal: AbortSignal, asked: AbortSignal): Promise<number | null> {
  const ended = await recording.withinDuration((until) => target.ended(until), signal).catch((error: unknown) => {
    if (!asked.aborted) {
      recording.endEarly(error);
    }
    return null;
  });
  // What ended the capture may have ended the target just before.
  const exitCode = ended ?? (await target.exitCode().catch(() => null));
  if (exitCode === null) {
    recording.markIncomplete(earlyReason);
  }
  return exitCode;
}
