import type {ContainerPath} from '../model/container-path.js';
import {WinnowError} from '../model/winnow-error.js';
import {accessEvents, applyToTask, type CallContext, cloneSharing, type CompletedCall, pathOfCall} from './call-events.js';
import {calls} from './calls.js';
import type {ProbeEvent} from './probe-event.js';
import type {Task} from './process-state.js';
import {StraceClock} from './strace-clock.js';
import {parseCall, parseStraceLine, type StraceSaying} from './strace-line.js';
import {type BegunCall, cloneFlags, makesTask, StraceTasks} from './strace-tasks.js';

export interface StraceOptions {
  /** Working directory of the first process; null where unknown: its relative paths then have no base. */
  readonly initialCwd: ContainerPath | null;
  /** Unix time of the log's start in nanoseconds, for logs without -ttt. */
  readonly startNs: bigint;
}

/**
 * Events of an `strace -f` log, line by line (see byteLines). A line that can't be read is one lost record. The 'end'
 * comes only where every process was seen to exit.
 * @throws WinnowError where the first 1000 lines, or all of fewer, have no system call.
 */
export async function* decodeStrace(lines: AsyncIterable<string>, options: StraceOptions): AsyncGenerator<ProbeEvent> {
  yield {kind: 'hello', probe: 'strace', aggregated: false};
  const decoder = new StraceDecoder(options);
  for await (const line of lines) {
    yield* decoder.line(line);
  }
  yield* decoder.end();
}

/** Calls that everything makes and no filter on files lets through: having seen one, descriptor numbers can be followed. */
const provesDescriptors: ReadonlySet<string> = new Set(['brk', 'close', 'read', 'write']);

class StraceDecoder {
  readonly #initialCwd: ContainerPath | null;
  readonly #clock: StraceClock;
  readonly #tasks = new StraceTasks();
  #context: CallContext = {descriptorsVisible: false};
  #interrupted: {readonly task: Task; readonly call: string} | null = null;
  #lines = 0;
  #calls = 0;
  #delivered = 0;
  #lost = 0;

  constructor({initialCwd, startNs}: StraceOptions) {
    this.#initialCwd = initialCwd;
    this.#clock = new StraceClock(startNs);
  }

  * line(line: string): Generator<ProbeEvent> {
    this.#lines += 1;
    const {tid, time, what} = parseStraceLine(line);
    const timeNs = this.#clock.read(time);
    switch (what.kind) {
      case 'nothing':
        return;
      case 'attached':
        this.#tasks.announce(what.attachedTid);
        return;
      case 'unreadable':
        yield* this.#unreadable();
        return;
      case 'continued':
        yield* this.#continued(timeNs, what.text);
        return;
      default:
        yield* this.#taskSays(tid, timeNs, what);
    }
  }

  * end(): Generator<ProbeEvent> {
    this.#refuseWithoutCalls();
    if (this.#tasks.table.size === 0) {
      yield {kind: 'end', made: this.#delivered + this.#lost, delivered: this.#delivered};
    }
  }

  * #taskSays(tid: number | null, timeNs: bigint, what: Exclude<StraceSaying, {kind: 'nothing' | 'attached' | 'unreadable' | 'continued'}>): Generator<ProbeEvent> {
    const {task, isNewProcess} = this.#tasks.of(tid, this.#calls === 0 ? this.#initialCwd : null);
    if (isNewProcess) {
      yield {kind: 'process', ...task.process, timeNs, cause: task.process.parentId === 0 ? 'found' : 'fork', exe: null};
    }
    switch (what.kind) {
      case 'call':
        yield* this.#returned(task, timeNs, what);
        return;
      case 'unfinished':
        this.#tasks.begin(task.tid, what);
        if (what.attachedTid !== null) {
          this.#tasks.announce(what.attachedTid);
          this.#interrupted = {task, call: what.call};
        }
        return;
      case 'resumed': {
        const begun = this.#tasks.finish(task.tid, what.call);
        if (begun !== undefined) {
          yield* this.#returned(task, timeNs, {call: what.call, text: begun.text + what.text});
        } else if (what.call in calls) {
          yield* this.#unreadable(); // it began before the log did
        }
        return;
      }
      case 'superseded':
        this.#tasks.supersede(task.tid, what.byTid);
        return;
      case 'exited':
        this.#tasks.exit(task.tid);
    }
  }

  /** The rest of the call that strace's own notice broke in two; of one that the program's output broke, the first half was judged. */
  * #continued(timeNs: bigint, text: string): Generator<ProbeEvent> {
    const {task, call} = this.#interrupted ?? {};
    const begun = task === undefined ? undefined : this.#tasks.finish(task.tid, call);
    this.#interrupted = null;
    if (task !== undefined && begun !== undefined) {
      yield* this.#returned(task, timeNs, {call: begun.call, text: begun.text + text});
    }
  }

  * #returned(task: Task, timeNs: bigint, {call, text}: BegunCall): Generator<ProbeEvent> {
    const parsed = parseCall(call, text);
    if (parsed === 'unreadable') {
      if (call in calls || makesTask.has(call)) {
        yield* this.#unreadable();
      }
      return;
    }
    this.#calls += 1;
    if (provesDescriptors.has(call)) {
      this.#context = {descriptorsVisible: true};
    }
    if (parsed === null) {
      return;
    }
    const completed = {...parsed, timeNs};
    for (const event of accessEvents(task, completed, this.#context)) {
      yield* this.#counted(event);
    }
    if (makesTask.has(call)) {
      yield* this.#forked(task, completed, cloneFlags(text));
    } else if (call === 'execve' || call === 'execveat') {
      yield* this.#executed(task, completed);
    } else {
      applyToTask(task, completed, this.#context);
    }
  }

  * #forked(parent: Task, {result: childTid, errno, timeNs}: CompletedCall, flags: number): Generator<ProbeEvent> {
    const child = this.#tasks.table.get(childTid);
    const childIsLinked = child !== undefined && (child.process.parentId !== 0 || child.process === parent.process);
    if (errno === 0 && !childIsLinked) {
      const {process} = this.#tasks.table.fork(parent, childTid, cloneSharing(flags));
      if (process !== parent.process) {
        yield {kind: 'process', ...process, timeNs, cause: 'fork', exe: null};
      }
    }
  }

  * #executed(task: Task, call: CompletedCall): Generator<ProbeEvent> {
    if (call.errno === 0) {
      const exe = pathOfCall(task, call, this.#context);
      this.#tasks.table.exec(task);
      yield {kind: 'process', ...task.process, timeNs: call.timeNs, cause: 'exec', exe};
    }
  }

  * #unreadable(): Generator<ProbeEvent> {
    yield* this.#counted({kind: 'lost', cpu: 0, reason: 'tool', count: 1});
    if (this.#lines >= 1000) {
      this.#refuseWithoutCalls();
    }
  }

  * #counted(event: ProbeEvent): Generator<ProbeEvent> {
    this.#delivered += event.kind === 'access' ? 1 : 0;
    this.#lost += event.kind === 'lost' ? event.count : 0;
    yield event;
  }

  #refuseWithoutCalls(): void {
    if (this.#calls === 0) {
      throw new WinnowError(`not an strace log: no system call in its first ${this.#lines} lines`, {
        hint: 'record one with strace -f -ttt -o FILE COMMAND',
      });
    }
  }
}
