import type {ContainerPath} from './container-path.js';
import type {FileType, ImageReference} from './image-index.js';

/** Probability of an event with its 95 % upper bound. */
export interface RiskEstimate {
  readonly estimate: number;
  readonly upper95: number;
}

/** What the trainer learned from, and how much of the image's use it has probably not seen. */
export interface Evidence {
  /** Complete runs without loss; only these count as trials. */
  readonly runs: number;
  /** Those that differ: repeats of a workload that needed exactly the same files count once in coverage and risk. */
  readonly distinctRuns: number;
  readonly workloads: readonly string[];
  /** Runs over independent runs that would tell as much: runs of one workload resemble each other. Null where that can't be told. */
  readonly designEffect: number | null;
  /** Independent runs that would tell as much. */
  readonly effectiveRuns: number;
  /** Runs that saw something but lost records or are incomplete: they can prove use, never disuse. */
  readonly flawedRuns: number;
  readonly lostRecords: number;
  /** Good–Turing coverage over runs: estimated share of a future run's touches already seen, 0 to 1. */
  readonly coverage: number;
  /** Probability that a future run of the profiled kinds touches at least one file no run has touched. */
  readonly risk: RiskEstimate;
  /** The same for a kind of workload that was not profiled (leave one workload out); null with fewer than two. */
  readonly newWorkloadRisk: number | null;
  /** Clean runs after which a run weighs half; absent where all weigh alike. */
  readonly halfLifeRuns?: number;
  /** Runs of earlier images that count as if they were of this one; absent where none do. */
  readonly carriedOver?: CarriedOver;
}

/** What runs of earlier images have to do with this one. */
export interface CarriedOver {
  readonly images: readonly {readonly name: string; readonly id: string; readonly runs: number}[];
  /** Regular files: those that an earlier image has too, has with another content at the path, and has not; and those that only earlier images have. */
  readonly files: {readonly same: number; readonly changed: number; readonly new: number; readonly gone: number};
}

export interface FileProbability {
  readonly path: ContainerPath;
  readonly layer: number;
  readonly type: FileType;
  readonly bytes: number;
  readonly package: string | null;
  /** Probability that the next run needs this path, 0 to 1: the content of a file that holds some, the path itself of any other. */
  readonly probability: number;
  /** 95 % credible interval. */
  readonly interval: readonly [number, number];
  /** Probability that a run of the profiled kinds needs it; `probability` takes the next run to be of a new kind two times in three. */
  readonly likeProfiled: number;
  /** As `probability` and `interval`, for wanting anything of it, be it only to know that it is there. */
  readonly touched: {readonly probability: number; readonly interval: readonly [number, number]};
  /** Runs (of evidence.runs) that wanted anything of it, after closure over links and directories. */
  readonly observedRuns: number;
  /** Those of them that needed it, as `probability` has it. */
  readonly openedRuns: number;
  /** Flawed runs that wanted anything of it. */
  readonly observedFlawedRuns: number;
  /** Workloads that wanted anything of it, in flawed runs too, sorted. */
  readonly observedWorkloads: readonly string[];
  /** Why it counts as needed though nothing touched it itself; null where it was touched or not needed. */
  readonly impliedBy: ContainerPath | null;
  /** No complete run had a file of this content at the path: another one, or none. Absent where some had. */
  readonly sinceRuns?: 'changed' | 'new';
}

/** Number of distinct image files known after n runs, averaged over orders, with the expected next step. */
export interface DiscoveryPoint {
  readonly runs: number;
  readonly files: number;
}

/** `winnow train --json`, schema `winnow.profile/1`. */
export interface Profile {
  readonly schema: 'winnow.profile/1';
  readonly image: ImageReference;
  readonly evidence: Evidence;
  readonly files: readonly FileProbability[];
  readonly discovery: readonly DiscoveryPoint[];
}
