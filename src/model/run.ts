import type {AccessRow} from './access.js';

export const backends = ['ebpf', 'bpftrace', 'module', 'strace', 'import'] as const;
export type Backend = (typeof backends)[number];

/** Ways in which the eBPF probe hangs in the kernel, best first (docs/probes.md). */
export const rungs = ['fentry', 'tracepoint'] as const;
export type Rung = (typeof rungs)[number];

/** Instruction sets by the names of seccomp profiles, `SCMP_ARCH_…` in lower case; a 32-bit program on a 64-bit kernel has its own. */
export const architectures = ['x86_64', 'x86', 'aarch64', 'arm'] as const;
export type Architecture = (typeof architectures)[number];

/** System calls by name as strace prints them, or `#NUMBER` where a call is newer than the names; sorted. */
export type SystemCalls = Readonly<Partial<Record<Architecture, readonly string[]>>>;

/** What a run file says of itself, kept as key/value metadata of the Parquet file. Immutable once written. */
export interface RunMetadata {
  /** Sortable and unique: `20261124T065500Z-3f9a1c07`. */
  readonly runId: string;
  /** `sha256:…` of the image's config; '' for an imported run of an unknown image. */
  readonly imageId: string;
  readonly imageName: string;
  /** Kind of workload; the unit of replication for the trainer. */
  readonly workload: string;
  /** Nanoseconds since the Unix epoch. */
  readonly startedNs: bigint;
  readonly endedNs: bigint;
  /** True when capture covered the run from the first instruction to the end. */
  readonly complete: boolean;
  /** Why a run is incomplete: "interrupted", "probe died", …; '' where complete. */
  readonly incompleteReason: string;
  /** Accesses the probe made but could not deliver, over all CPUs. A run with loss never justifies a removal. */
  readonly lostRecords: number;
  /** Accesses delivered, counting repeats. */
  readonly capturedRecords: number;
  /** Those of them in rows for several processes or paths: the container touched more than a run holds one by one. */
  readonly foldedRecords: number;
  readonly backend: Backend;
  /** Of the eBPF probe; left out where there is none, or an older run doesn't say. */
  readonly rung?: Rung;
  /** Which ones the container made; left out where that was not recorded. */
  readonly systemCalls?: SystemCalls;
  /** Exit code of the container or of the test command; null where it was stopped. */
  readonly exitCode: number | null;
}

export interface Run {
  readonly metadata: RunMetadata;
  readonly rows: readonly AccessRow[];
}
