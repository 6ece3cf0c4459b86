import type {AccessRow} from './access.js';
import type {Backend, RunMetadata, Rung} from './run.js';

/**
 * What a run that is going on tells the world, in order: started, then rows and progress, then ended.
 * A row's first sight is told at once with the count so far; exact counts stand in the run file at the end.
 * `replayOf` is the id of the stored run that a replay shows again: such a feed is no evidence, and becomes no run.
 */
export type LiveEvent =
  | {readonly kind: 'started'; readonly runId: string; readonly replayOf?: string; readonly imageId: string; readonly imageName: string; readonly workload: string; readonly startedNs: bigint; readonly backend: Backend; readonly rung?: Rung; readonly pid: number}
  | {readonly kind: 'rows'; readonly runId: string; readonly rows: readonly AccessRow[]}
  | {readonly kind: 'progress'; readonly runId: string; readonly phase: 'starting' | 'waiting' | 'working' | 'stopping'; readonly files: number; readonly newFiles: number; readonly lostRecords: number; readonly dryingUp?: DryingUp}
  | {readonly kind: 'ended'; readonly runId: string; readonly metadata: RunMetadata};

/** How far discovery of files has dried up in a run that lasts until it has. */
export interface DryingUp {
  /** Moments with at least one new file. */
  readonly finds: number;
  /** From the first of them to the last. */
  readonly foundWithinMs: number;
  /** Since the last, and how much of it ends the run. */
  readonly silentMs: number;
  readonly neededMs: number;
}
