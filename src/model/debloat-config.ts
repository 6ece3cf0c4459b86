import type {CostModel} from './cost-model.js';
import type {ImageReference} from './image-index.js';
import type {Evidence, FileProbability} from './profile.js';

export type Decision = 'keep' | 'remove';

/** kept, or in the remainder: needed not long ago, or not for many runs. */
export const generations = ['kept', 'young', 'old'] as const;
export type Generation = (typeof generations)[number];

/** By what files move between generations (docs/generations.md). */
export interface GenerationPolicy {
  /** A run that is so many runs ago weighs half. */
  readonly halfLifeRuns: number;
  /** A kept file goes when its probability falls below its break-even price divided by this; at least 1. */
  readonly hysteresis: number;
  /** Runs without use after which a young file is old. */
  readonly oldAfterRuns: number;
}

export interface FileDecision extends Omit<FileProbability, 'likeProfiled' | 'touched' | 'observedRuns' | 'openedRuns' | 'observedFlawedRuns' | 'observedWorkloads' | 'impliedBy'> {
  readonly decision: Decision;
  /** For a person: "observed in 12 of 12 runs". */
  readonly reason: string;
  /** Where the policy has generations; of contents only. */
  readonly generation?: Generation;
}

export interface Policy {
  readonly maxRisk: number;
  readonly keep: readonly string[];
  readonly remove: readonly string[];
  /** Names of sets of files that stay together (src/plan/together.ts). */
  readonly together?: readonly string[];
  /** Bytes of contents that may stay; null or absent for no limit. */
  readonly budget?: number | null;
  /** Keep what is cheaper to keep; null or absent keeps what some run needed. */
  readonly cost?: CostModel | null;
  /** Removes what recent runs did not need; null or absent counts all runs alike. */
  readonly generations?: GenerationPolicy | null;
}

/** Where nothing is asked for: what some run needed stays, and a risk above the limit is told. */
export const defaultPolicy: Policy = {maxRisk: 0.05, keep: [], remove: []};

/** A plan on the way from only what the policy keeps to everything, such that none is smaller and costs less in misses. */
export interface FrontPoint {
  /** Bytes of contents that stay. */
  readonly bytes: number;
  readonly expectedMissesPerRun: number;
  /** Milliseconds a run: a / R · bytes + Σ p (b · bytes + c). */
  readonly costMs: number;
}

/** What leaving runs out says of a plan made by the same rules (conformal risk control). */
export interface Calibration {
  /** Runs that differ, each left out once. */
  readonly runs: number;
  /** Those of them that would have missed a file. */
  readonly failing: number;
  /** (failing + 1) / (runs + 1): bound on the probability that a new run like these misses any. */
  readonly bound: number;
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
    /** Milliseconds a run under `policy.cost`, or the default cost model where there is none. */
    readonly costMs?: number;
  };
  readonly calibration?: Calibration | null;
  readonly front?: readonly FrontPoint[];
  readonly files: readonly FileDecision[];
}
