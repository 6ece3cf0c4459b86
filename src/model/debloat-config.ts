import type {ImageReference} from './image-index.js';
import type {Evidence, FileProbability} from './profile.js';

export type Decision = 'keep' | 'remove';

export interface FileDecision extends Omit<FileProbability, 'observedRuns' | 'observedFlawedRuns' | 'observedWorkloads' | 'impliedBy'> {
  readonly decision: Decision;
  /** For a person: "observed in 12 of 12 runs". */
  readonly reason: string;
}

export interface Policy {
  readonly maxRisk: number;
  readonly keep: readonly string[];
  readonly remove: readonly string[];
}

/** `winnow plan --json`, schema `winnow.debloat/1`. */
export interface DebloatConfig {
  readonly schema: 'winnow.debloat/1';
  readonly image: ImageReference;
  readonly evidence: Evidence;
  readonly policy: Policy;
  readonly totals: {
    /** Regular files; hard-linked names each for itself, their bytes once. */
    readonly files: number;
    readonly bytes: number;
    readonly removedFiles: number;
    readonly removedBytes: number;
    /** Sum of the removed files' probabilities: for a run drawn as these were, repeats included, where the risk counts repeats once. */
    readonly expectedMissesPerRun: number;
  };
  readonly files: readonly FileDecision[];
}
