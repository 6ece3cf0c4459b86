import type {ContainerPath} from '../model/container-path.js';

/** What a task (a thread, by its tid) may share with others. */
export interface CloneSharing {
  /** CLONE_FS: working and root directory. */
  readonly fs: boolean;
  /** CLONE_FILES: the descriptor table. */
  readonly files: boolean;
  /** CLONE_THREAD: one process. */
  readonly thread: boolean;
}

/** A file as it was opened: absolute, symlinks and ".." in it not resolved. */
export interface OpenFile {
  readonly path: ContainerPath;
  /** False for a symlink that was itself opened (O_PATH|O_NOFOLLOW). */
  readonly followLast: boolean;
  readonly closeOnExec: boolean;
}

export interface ProcessIdentity {
  /** Unique in the stream; see ProbeEvent. */
  readonly processId: number;
  readonly parentId: number;
  readonly pid: number;
  readonly ppid: number;
}

export interface Task {
  tid: number;
  process: ProcessIdentity;
  fs: {
    /** null: unknown. */
    cwd: ContainerPath | null;
    /** '' for the container's own root, else where chroot moved it; null: somewhere unknown. */
    root: ContainerPath | null;
  };
  /** A descriptor that is not here is closed, no file, or unknown; never guess it. */
  files: Map<number, OpenFile>;
}

/** pid_max and RLIMIT_NOFILE are usually smaller; beyond these the oldest entry becomes unknown, so a hostile stream can't take all memory. */
const maxTasks = 65_536;
const maxDescriptors = 65_536;
/** Names are joined without resolving "..", so cd in a loop grows; four times PATH_MAX, then unknown. */
const maxPath = 4 * 4096;

/**
 * Working directory and descriptors of every task, for sources that give path strings only.
 * Whatever was not seen is unknown, and stays so until the stream tells.
 */
export class ProcessTable {
  readonly #tasks = new Map<number, Task>();
  #lastProcessId = 0;

  get(tid: number): Task | undefined {
    return this.#tasks.get(tid);
  }

  /** The task where there is exactly one. */
  only(): Task | undefined {
    const [first] = this.#tasks.values();
    return this.#tasks.size === 1 ? first : undefined;
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** A task whose parent was not seen. */
  found(tid: number, pid: number, cwd: ContainerPath | null): Task {
    const leader = this.#tasks.get(pid);
    if (leader !== undefined && tid !== pid) {
      return this.#add({...leader, tid});
    }
    const process = {processId: ++this.#lastProcessId, parentId: 0, pid, ppid: 0};
    return this.#add({tid, process, fs: {cwd, root: ''}, files: new Map()});
  }

  fork(parent: Task, childTid: number, sharing: CloneSharing): Task {
    return this.#add({
      tid: childTid,
      process: sharing.thread ? parent.process : {
        processId: ++this.#lastProcessId,
        parentId: parent.process.processId,
        pid: childTid,
        ppid: parent.process.pid,
      },
      fs: sharing.fs ? parent.fs : {...parent.fs},
      files: sharing.files ? parent.files : new Map(parent.files),
    });
  }

  /** The task runs a new program as its process's only thread: descriptors are no longer shared, and close-on-exec ones are gone. */
  exec(task: Task): void {
    task.process = {...task.process, parentId: task.process.processId, processId: ++this.#lastProcessId};
    task.files = new Map([...task.files].filter(([, {closeOnExec}]) => !closeOnExec));
  }

  /** A thread that is not its process's first takes that one's id when it execs (de_thread in fs/exec.c). */
  becomeLeader(tid: number, leaderTid: number): void {
    const task = this.#tasks.get(tid);
    if (task !== undefined) {
      this.#tasks.delete(tid);
      task.tid = leaderTid;
      this.#add(task);
    }
  }

  exit(tid: number): void {
    this.#tasks.delete(tid);
  }

  #add(task: Task): Task {
    setBounded(this.#tasks, task.tid, task, maxTasks);
    return task;
  }
}

export function openDescriptor(task: Task, fd: number, file: OpenFile): void {
  setBounded(task.files, fd, file, maxDescriptors);
}

/** The copy that dup makes; a descriptor that is unknown makes the copy unknown too. */
export function duplicateDescriptor(task: Task, from: number, to: number, closeOnExec: boolean): void {
  const file = task.files.get(from);
  if (file === undefined) {
    task.files.delete(to);
  } else {
    openDescriptor(task, to, {...file, closeOnExec});
  }
}

/** `name` as an absolute path, nothing in it resolved; null where its start is unknown. */
export function absolutePath(base: ContainerPath | null, name: ContainerPath): ContainerPath | null {
  const joined = name.startsWith('/') ? name : base === null ? null : `${base === '/' ? '' : base}/${name}`;
  return joined === null || joined.length > maxPath ? null : joined;
}

function setBounded<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, limit: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > limit) {
    for (const oldest of map.keys()) {
      map.delete(oldest);
      return;
    }
  }
}
