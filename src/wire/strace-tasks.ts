import type {ContainerPath} from '../model/container-path.js';
import {cloneSharing} from './call-events.js';
import {ProcessTable, type Task} from './process-state.js';
import {decodeArgument} from './strace-args.js';

/** A call that has begun; `text` is what stands behind its opening parenthesis. */
export interface BegunCall {
  readonly call: string;
  readonly text: string;
}

/** Calls that make a task, whose id they return. */
export const makesTask: ReadonlySet<string> = new Set(['clone', 'clone2', 'clone3', 'fork', 'vfork']);

/** Stands for the tid of lines that name none. */
const unnamedTid = 0;
/** Begun calls beyond this are forgotten, and counted as lost when they return. */
const maxBegunCharacters = 1 << 26;

/**
 * Which task a line of an strace log belongs to. A log may leave the tid out while there is one task only, and let a
 * child speak before its parent's clone has returned.
 */
export class StraceTasks {
  readonly table = new ProcessTable();
  readonly #begun = new Map<number, BegunCall>();
  #begunCharacters = 0;
  readonly #announced = new Set<number>();
  #lastSpeaker = unnamedTid;

  /** The task of a line with this tid, made where it is new. `initialCwd` is for the first task of all. */
  of(lineTid: number | null, initialCwd: ContainerPath | null): {readonly task: Task; readonly isNewProcess: boolean} {
    const known = this.#find(lineTid);
    this.#lastSpeaker = known?.tid ?? lineTid ?? unnamedTid;
    if (known !== undefined) {
      return {task: known, isNewProcess: false};
    }
    const tid = lineTid ?? unnamedTid;
    this.#announced.delete(tid);
    const maker = this.#onlyMaker();
    if (maker === null) {
      return {task: this.table.found(tid, tid, initialCwd), isNewProcess: true};
    }
    const task = this.table.fork(maker.parent, tid, cloneSharing(maker.flags));
    return {task, isNewProcess: task.process !== maker.parent.process};
  }

  /** strace said that it follows this task from now on. */
  announce(tid: number): void {
    if (this.#announced.size < 65_536) {
      this.#announced.add(tid);
    }
  }

  begin(tid: number, call: BegunCall): void {
    this.finish(tid);
    if (this.#begunCharacters + call.text.length <= maxBegunCharacters) {
      this.#begun.set(tid, call);
      this.#begunCharacters += call.text.length;
    }
  }

  /** The call of this name that the task had begun; undefined where that was not seen. */
  finish(tid: number, name?: string): BegunCall | undefined {
    const begun = this.#begun.get(tid);
    this.#begun.delete(tid);
    this.#begunCharacters -= begun?.text.length ?? 0;
    return begun?.call === name ? begun : undefined;
  }

  exit(tid: number): void {
    this.finish(tid);
    this.table.exit(tid);
  }

  /** The thread `byTid` execs and goes on under the id of its process's first thread. */
  supersede(tid: number, byTid: number): void {
    this.exit(tid);
    const begun = this.#begun.get(byTid);
    this.finish(byTid);
    this.table.becomeLeader(byTid, tid);
    if (begun !== undefined) {
      this.begin(tid, begun);
    }
  }

  #find(lineTid: number | null): Task | undefined {
    if (lineTid === null) {
      // A child that was made but has not been announced yet says nothing.
      return this.table.only() ?? this.table.get(this.#lastSpeaker);
    }
    const unnamed = this.table.get(unnamedTid);
    if (unnamed !== undefined && this.table.get(lineTid) === undefined && !this.#announced.has(lineTid)) {
      this.supersede(lineTid, unnamedTid); // the task that had no name so far
      unnamed.process = {...unnamed.process, pid: lineTid};
    }
    return this.table.get(lineTid);
  }

  /** A new task is the child of the only call under way that makes one; with several, its parent is unknown. */
  #onlyMaker(): {parent: Task; flags: number} | null {
    const makers = [...this.#begun].filter(([, {call}]) => makesTask.has(call));
    const [tid, begun] = makers.length === 1 && makers[0] !== undefined ? makers[0] : [];
    const parent = tid === undefined ? undefined : this.table.get(tid);
    return parent === undefined || begun === undefined ? null : {parent, flags: cloneFlags(begun.text)};
  }
}

/** Flags of a clone from the text of its arguments; 0 for fork and vfork. */
export function cloneFlags(text: string): number {
  const flags = decodeArgument(/flags=[^,}\s]+/.exec(text)?.[0] ?? '0');
  return typeof flags === 'number' ? flags : 0;
}
