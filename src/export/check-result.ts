import type {ContainerPath} from '../model/container-path.js';

export const checkNames = ['max-size', 'max-bloat', 'max-risk', 'max-new-misses'] as const;
export type CheckName = (typeof checkNames)[number];

/** One threshold, held or exceeded. */
export interface Check {
  readonly name: CheckName;
  readonly passed: boolean;
  readonly value: number;
  readonly limit: number;
  /** What was found, one sentence for a person. */
  readonly message: string;
}

/** `winnow check --json`, schema `winnow.check/1`. */
export interface CheckResult {
  readonly image: {readonly name: string; readonly id: string};
  readonly passed: boolean;
  readonly checks: readonly Check[];
  /** Paths that a plan removes and a run needed; empty where no plan was held against the runs. */
  readonly newMisses: readonly ContainerPath[];
}

/** What each threshold is about, for people who see its name only. */
export const checkTitles: Readonly<Record<CheckName, string>> = {
  'max-size': 'Image too large',
  'max-bloat': 'Too much that no run needed',
  'max-risk': 'Too little evidence',
  'max-new-misses': 'Runs need what the plan removes',
};
