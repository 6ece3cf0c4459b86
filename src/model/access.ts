import type {ContainerPath} from './container-path.js';

/** Operation classes, in the order of their wire numbers (kernel/include/winnow_abi.h, enum wn_op). */
export const operations = ['lookup', 'stat', 'list', 'read', 'map', 'exec', 'write', 'remove'] as const;
export type Operation = (typeof operations)[number];

/** Operations that want a file's content; the others are answered by its metadata alone. */
export const contentOperations: readonly Operation[] = ['read', 'map', 'exec', 'write'];

/**
 * Where the accessed path lives, decided at resolution:
 * - image: a file of the image's own layers
 * - mount: behind a bind mount, volume, tmpfs, /proc, /sys or /dev
 * - runtime: in the container's writable layer, made during the run
 * - absent: nothing there (a failed lookup)
 */
export const origins = ['image', 'mount', 'runtime', 'absent'] as const;
export type Origin = (typeof origins)[number];

/** One row of a run: all accesses of one process to one path by one operation with one result. */
export interface AccessRow {
  /** Absolute, resolved: no "..", no symlink but the last component of a link's own row. */
  readonly path: ContainerPath;
  readonly op: Operation;
  readonly ok: boolean;
  /** Positive errno of a failed call; 0 where ok. */
  readonly errno: number;
  readonly count: number;
  /** Nanoseconds since the Unix epoch. */
  readonly firstNs: bigint;
  readonly lastNs: bigint;
  /** Process ids as the host sees them; 0 where unknown. */
  readonly pid: number;
  readonly ppid: number;
  /** Path of the program the process was running; '' where unknown. */
  readonly exe: ContainerPath;
  /** Kernel device number of the superblock (major << 20 | minor); 0 where unknown. */
  readonly dev: number;
  readonly inode: bigint;
  /** Target text of a symlink that was followed or read; null otherwise. */
  readonly linkTarget: ContainerPath | null;
  readonly origin: Origin;
}
