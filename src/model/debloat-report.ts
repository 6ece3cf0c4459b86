import type {ContainerPath} from './container-path.js';
import type {FileDecision} from './debloat-config.js';
import type {ImageReference, InstalledPackage} from './image-index.js';

export interface ReportedImage extends ImageReference {
  /** Uncompressed layers, each that stands twice once. */
  readonly bytes: number;
}

/** A workload that came out otherwise than on the original image, or looked for removed paths in vain. */
export interface Shortfall {
  readonly workload: string;
  /** A line each, for a person. */
  readonly differences: readonly string[];
  readonly missed: readonly ContainerPath[];
}

/** One image that was tried. */
export interface Attempt {
  /** None where it passed. */
  readonly shortfalls: readonly Shortfall[];
  /** What came back for the next attempt; none where there was no next. */
  readonly addedBack: readonly {readonly path: ContainerPath; readonly reason: string}[];
}

/** `winnow debloat --report`, schema `winnow.report/1`: what was removed and why, and how that was checked. */
export interface DebloatReport {
  readonly schema: 'winnow.report/1';
  readonly original: ReportedImage;
  /** Null where verification failed and nothing was published. */
  readonly debloated: ReportedImage | null;
  readonly remainder: ReportedImage | null;
  readonly verification: {
    readonly status: 'passed' | 'failed' | 'skipped';
    readonly workloads: readonly string[];
    readonly attempts: readonly Attempt[];
    /** Accesses on the debloated image that capture lost: whether those missed a path is not known. */
    readonly lostRecords: number;
  };
  readonly totals: {readonly files: number; readonly bytes: number; readonly removedFiles: number; readonly removedBytes: number};
  readonly packages: readonly (Omit<InstalledPackage, 'source'> & {
    readonly state: 'whole' | 'part' | 'removed';
    readonly files: number;
    readonly keptFiles: number;
  })[];
  /** Files of the package database that stay with less in them. */
  readonly filtered: readonly ContainerPath[];
  /** What a reader should know besides, in sentences. */
  readonly notes: readonly string[];
  readonly removed: readonly Pick<FileDecision, 'path' | 'type' | 'layer' | 'bytes' | 'package' | 'reason'>[];
}
