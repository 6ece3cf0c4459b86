import type {ImageReference} from './image-index.js';

/** A path; an object where it is not UTF-8. */
export type TablePath = string | {readonly path: string; readonly pathEncoding?: 'percent'};

/** `winnow export --format prefetch`, schema `winnow.prefetch/1`: what to fetch beside a missed file. docs/prefetch.md says how it is used. */
export interface PrefetchTable {
  readonly schema: 'winnow.prefetch/1';
  readonly image: ImageReference;
  readonly evidence: {readonly runs: number; readonly workloads: readonly string[]};
  /** At which it was learned whether prefetching pays. */
  readonly prices: {readonly fetchBytesPerSecond: number; readonly missMs: number};
  readonly context: {readonly order: number; readonly mismatch: number; readonly strength: number};
  /** Files that the same runs needed. */
  readonly groups: readonly (readonly TablePath[])[];
  /** Each a number of runs, and the numbers of the groups they needed. */
  readonly episodes: readonly (readonly number[])[];
  /** Null where prefetching files that no run needed does not pay. */
  readonly novel: {
    /** Relation by relation, for sets of which nothing was needed and then for others, by class of misses. */
    readonly rates: readonly number[];
    /** What single sets showed: the relation, a member, trials, hits. */
    readonly sets: readonly {readonly relation: string; readonly of: TablePath; readonly trials: number; readonly hits: number}[];
  } | null;
}
