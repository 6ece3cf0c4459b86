import type {Operation, Origin} from './access.js';
import type {FrontPoint} from './debloat-config.js';
import type {FileType, ImageReference} from './image-index.js';
import type {DiscoveryPoint, Evidence} from './profile.js';
import type {Backend} from './run.js';

/**
 * What `winnow serve` says to the browser as JSON (docs/server.md). Times are milliseconds since the Unix epoch, or
 * from the start of the run where the name says so: a browser has no nanosecond clock and JSON has no bigint.
 */

/** A container path as text; `pathEncoded` marks one that was not UTF-8 and stands percent-encoded. */
export interface ApiPath {
  readonly path: string;
  readonly pathEncoded?: true;
}

/** One page of a longer list; `total` counts all items that match. */
export interface Page<Item> {
  readonly offset: number;
  readonly total: number;
  readonly items: readonly Item[];
}

export interface RunSummary {
  readonly runId: string;
  readonly imageId: string;
  readonly imageName: string;
  readonly workload: string;
  readonly startedMs: number;
  readonly durationMs: number;
  readonly complete: boolean;
  readonly incompleteReason: string;
  readonly lostRecords: number;
  readonly capturedRecords: number;
  readonly backend: Backend;
  readonly exitCode: number | null;
}

export interface RunsPage extends Page<RunSummary> {
  /** Files in the store that are no readable run, a line for each that says what to do. */
  readonly problems: readonly string[];
}

export interface OperationTotal {
  readonly op: Operation;
  /** Distinct paths. */
  readonly paths: number;
  readonly accesses: number;
  /** Accesses that returned an error. */
  readonly failed: number;
}

export interface RunDetail extends RunSummary {
  readonly totals: {
    /** Distinct paths that exist. */
    readonly paths: number;
    readonly imagePaths: number;
    /** Distinct paths that were looked for in vain. */
    readonly absentPaths: number;
    readonly accesses: number;
    readonly programs: number;
    readonly operations: readonly OperationTotal[];
  };
}

export interface RunRow extends ApiPath {
  readonly op: Operation;
  readonly errno: number;
  readonly count: number;
  readonly origin: Origin;
  readonly pid: number;
  readonly program: ApiPath;
  /** First access, milliseconds after the run's start. */
  readonly firstAfterMs: number;
}

/** All processes of a run that ran one program, or, with id "rest", all those of the programs that are not drawn. */
export interface GraphProgram extends ApiPath {
  readonly id: string;
  readonly processes: number;
  /** Distinct paths. */
  readonly paths: number;
  readonly accesses: number;
}

/** A row of the file side, in tree order (a parent before its children). */
export interface GraphNode extends ApiPath {
  /** Names the path in an `open` parameter: the path itself, or "%" and the percent-encoded path. */
  readonly id: string;
  /** What the row adds to its parent's path: "lib/x86_64-linux-gnu". */
  readonly label: string;
  /** rest: the smaller children of an open directory, not drawn one by one; opening it draws more of them. */
  readonly kind: 'directory' | 'file' | 'rest';
  readonly depth: number;
  /** True for a directory whose children follow, and for a rest that was asked for more. */
  readonly open: boolean;
  /** Distinct paths in it, itself included where it was accessed. */
  readonly paths: number;
}

export interface GraphLink {
  readonly program: string;
  readonly node: string;
  readonly paths: number;
  readonly accesses: number;
  /** What the program did at most to a path (exec before write, map, read and stat), for most of the paths. */
  readonly op: Operation;
}

/** Successful accesses of a run: programs on one side, directories and files on the other; always of bounded size. */
export interface AccessGraph {
  readonly programs: readonly GraphProgram[];
  readonly nodes: readonly GraphNode[];
  readonly links: readonly GraphLink[];
  /** What the run holds beyond the picture: programs and paths that are summed up in a "rest", thin links, failed accesses. */
  readonly leftOut: {readonly programs: number; readonly paths: number; readonly links: number; readonly failedAccesses: number};
}

export interface ImageSummary {
  readonly id: string;
  readonly name: string;
  readonly runs: number;
  readonly workloads: number;
  readonly lastRunMs: number | null;
  /** False where the image's file list is not in the store, so nothing can be said of its files. */
  readonly indexed: boolean;
}

export interface ImageDetail {
  readonly image: ImageReference;
  readonly evidence: Evidence;
  readonly discovery: readonly DiscoveryPoint[];
  readonly totals: {
    /** Regular files, and those of them that a run needed. */
    readonly files: number;
    readonly bytes: number;
    readonly neededFiles: number;
    readonly neededBytes: number;
  };
}

/** What `winnow plan` without options decides, and the plans it could have been. */
export interface ImagePlan {
  readonly front: readonly FrontPoint[];
  readonly chosen: FrontPoint;
  readonly removedFiles: number;
  readonly removedBytes: number;
}

export const fileSorts = ['probability', 'bytes', 'path'] as const;
export type FileSort = (typeof fileSorts)[number];

export interface ImageFileRow extends ApiPath {
  readonly type: FileType;
  readonly bytes: number;
  readonly package: string | null;
  readonly probability: number;
  readonly interval: readonly [number, number];
  readonly observedRuns: number;
  readonly observedWorkloads: readonly string[];
  readonly impliedBy: ApiPath | null;
}

/** How two files have to do with one another in the runs of an image; docs/export.md, "Access graph". */
export interface FileTie {
  readonly kind: 'co-access' | 'successor';
  readonly from: ApiPath;
  readonly to: ApiPath;
  /** 0 to 1: Jaccard's index of the runs that needed them; probability that the second is the next need after the first. */
  readonly weight: number;
  /** Null for a successor. */
  readonly lift: number | null;
  readonly runs: number;
}

export interface LiveRow extends ApiPath {
  readonly runId: string;
  readonly op: Operation;
  readonly errno: number;
  readonly origin: Origin;
  readonly program: ApiPath;
  readonly firstMs: number;
}

/** Distinct files found `afterMs` after a run's start. */
export interface FoundPoint {
  readonly afterMs: number;
  readonly files: number;
}

/** A run as far as the live stream knows it. */
export interface LiveRun {
  readonly runId: string;
  /** The stored run that this one shows again; null where it is a run itself. */
  readonly replayOf: string | null;
  readonly imageId: string;
  readonly imageName: string;
  readonly workload: string;
  readonly startedMs: number;
  readonly phase: 'starting' | 'waiting' | 'working' | 'stopping' | 'ended';
  readonly files: number;
  readonly newFiles: number;
  readonly lostRecords: number;
  /** First sights since the stream began, told or skipped. */
  readonly rows: number;
  /** How `files` grew, thinned to some hundred points. */
  readonly found: readonly FoundPoint[];
}

/**
 * Server to browser over /ws/live. The browser answers each batch with the text of its `batch` number and gets the next
 * only then, so a slow one is told counters and `skippedRows`, and never makes the server hold more than one batch.
 */
export interface LiveBatch {
  readonly batch: number;
  /** Runs that changed since the last batch. */
  readonly runs: readonly LiveRun[];
  /** The latest first sights, oldest first. */
  readonly rows: readonly LiveRow[];
  /** First sights since the last batch that are counted in `runs` but not in `rows`. */
  readonly skippedRows: number;
}
