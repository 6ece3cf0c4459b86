import type {Operation} from '../model/access.js';
import type {ContainerPath} from '../model/container-path.js';
import type {Architecture, Rung} from '../model/run.js';

/** A path as a program passed it, to be resolved against `base`, following symlinks. */
export interface RequestedName {
  /**
   * Absolute path of the directory that a relative name starts from; for an absolute name, the changed root it starts
   * from, or null for the container's own root. Null for a relative name means unknown.
   */
  readonly base: ContainerPath | null;
  readonly name: ContainerPath;
  /** False where the call acts on a final symlink itself (lstat, AT_SYMLINK_NOFOLLOW, readlink, unlink). */
  readonly followLast: boolean;
}

/**
 * What an access was made to.
 * - file: the kernel said which file it was, so the path is final (absolute in the container's mount tree);
 *   `requested` is the name that led there, which tells the symlinks on the way; absent for calls on a descriptor.
 * - name: only the string the program passed is known.
 */
export type AccessTarget =
  | {
      readonly by: 'file';
      readonly path: ContainerPath;
      /** Kernel device number of the superblock (major << 20 | minor). */
      readonly dev: number;
      readonly inode: bigint;
      readonly requested?: RequestedName;
    }
  | ({readonly by: 'name'} & RequestedName);

export type LossReason =
  /** The ring buffer was full. */
  | 'ring'
  /** The path string was not resident when the call returned. */
  | 'fault'
  /** The program was re-entered on the same CPU and skipped by the kernel. */
  | 'recursion'
  /** A path longer or deeper than the probe can walk, cut off by a tool, or relative to an unknown directory. */
  | 'path'
  /** No memory to follow a new process. */
  | 'process'
  /** A 32-bit program, where its system calls can't be seen. */
  | 'compat'
  /** The tool between kernel and winnow said it dropped records, without a closer reason. */
  | 'tool';

/** What a probe of any kind (eBPF, bpftrace, module) or an imported log says, after decoding. Times are Unix-epoch nanoseconds. */
export type ProbeEvent =
  | {readonly kind: 'hello'; readonly probe: string; readonly rung?: Rung; readonly aggregated: boolean}
  /** The container's first program was seen: where its root lives. `targetIndex`: which of the stream's containers, where it is of several. */
  | {readonly kind: 'scope'; readonly cgroupId: bigint; readonly mountNamespace: number; readonly rootDev: number; readonly targetIndex?: number}
  /** A process became known. `processId` is unique in the stream: a new one at every fork and every exec; see `targetIndexOf`. */
  | {
      readonly kind: 'process';
      readonly processId: number;
      readonly parentId: number;
      readonly pid: number;
      readonly ppid: number;
      readonly timeNs: bigint;
      readonly cause: 'fork' | 'exec' | 'found';
      /** Program image after an exec; null after a fork, which inherits its parent's. */
      readonly exe: ContainerPath | null;
    }
  /** First sight of (process, target, operation, result), or, where entryId is 0, one access that is not repeated by id. */
  | {
      readonly kind: 'access';
      readonly entryId: number;
      readonly processId: number;
      readonly pid: number;
      readonly ppid: number;
      readonly timeNs: bigint;
      /** System call name as strace prints it: "openat". */
      readonly call: string;
      readonly op: Operation;
      /** 0 where the call succeeded, else positive. */
      readonly errno: number;
      readonly target: AccessTarget;
    }
  /** One more access of a known entry (all-events mode only). */
  | {readonly kind: 'repeat'; readonly entryId: number; readonly timeNs: bigint}
  /** Exact total of an entry, sent at the end. */
  | {readonly kind: 'count'; readonly entryId: number; readonly count: number; readonly lastNs: bigint}
  | {readonly kind: 'lost'; readonly cpu: number; readonly reason: LossReason; readonly count: number}
  /** A system call that was made at least once; told at the end, where it was asked for. `name` is `#NUMBER` where none is known. */
  | {readonly kind: 'syscall'; readonly architecture: Architecture; readonly name: string}
  /** The probe detached and everything it had is delivered. A stream without it was cut. */
  | {readonly kind: 'end'; readonly made: number; readonly delivered: number};

/** How many containers one stream may be of. */
export const targetsMax = 31;

/** Which of its containers a process is of, in a stream of several (WN_TARGET_SHIFT of winnow_abi.h). */
export const targetIndexOf = (processId: number): number => (processId >>> 26) & targetsMax;
