import type {ContainerPath} from '../model/container-path.js';
import {type BpftraceRecord, parseBpftraceLine, type RecordedCall} from './bpftrace-record.js';
import {accessEvents, applyToTask, type CallArgument, type CallContext, cloneSharing, type CompletedCall, pathOfCall, truncated} from './call-events.js';
import {calls} from './calls.js';
import {CpuMerge} from './cpu-merge.js';
import type {LossReason, ProbeEvent} from './probe-event.js';
import {ProcessTable, type Task} from './process-state.js';

export interface BpftraceOptions {
  /** Working directory of the container's first process, for where the kernel's own word can't be had; null where unknown. */
  readonly initialCwd: ContainerPath | null;
  /** Unix time of boot in nanoseconds. */
  readonly bootNs: bigint;
  /** CPUs online. */
  readonly cpus: number;
  /** Set once capture is to end: everything up to this time since boot is delivered, then 'end'. */
  readonly stopNs: () => bigint | null;
}

/**
 * Events of kernel/bpftrace/winnow.bt as `bpftrace -f json` prints it, line by line (see byteLines). A line that can't
 * be read is one lost record. Lines that end before the stop was reached give no 'end'.
 */
export async function* decodeBpftrace(lines: AsyncIterable<string>, options: BpftraceOptions): AsyncGenerator<ProbeEvent> {
  yield {kind: 'hello', probe: 'bpftrace', aggregated: false};
  const decoder = new BpftraceDecoder(options);
  for await (const line of lines) {
    yield* decoder.line(line);
    if (decoder.reached(options.stopNs())) {
      yield* decoder.end();
      return;
    }
  }
  yield* decoder.rest();
}

const context: CallContext = {descriptorsVisible: true};

class BpftraceDecoder {
  readonly #options: BpftraceOptions;
  readonly #table = new ProcessTable();
  readonly #merge: CpuMerge<BpftraceRecord>;
  #scopeSeen = false;
  #delivered = 0;
  #lost = 0;

  constructor(options: BpftraceOptions) {
    this.#options = options;
    this.#merge = new CpuMerge(options.cpus);
  }

  * line(line: string): Generator<ProbeEvent> {
    const said = parseBpftraceLine(line);
    switch (said.kind) {
      case 'nothing':
        return;
      case 'unreadable':
        yield this.#loss('tool', 1);
        return;
      case 'lost':
        yield this.#loss('tool', said.count);
        return;
      case 'record':
        yield* this.#take(said.record);
    }
  }

  reached(stopNs: bigint | null): boolean {
    return stopNs !== null && this.#merge.completeNs() > stopNs;
  }

  * end(): Generator<ProbeEvent> {
    yield* this.rest();
    yield {kind: 'end', made: this.#delivered + this.#lost, delivered: this.#delivered};
  }

  * rest(): Generator<ProbeEvent> {
    for (const record of this.#merge.rest()) {
      yield* this.#record(record);
    }
  }

  * #take(record: BpftraceRecord): Generator<ProbeEvent> {
    if (record.kind === 'beat') {
      this.#merge.spoke(record);
      for (const ready of this.#merge.ready()) {
        yield* this.#record(ready);
      }
    } else {
      this.#merge.add(record);
    }
  }

  * #record(record: BpftraceRecord): Generator<ProbeEvent> {
    const timeNs = this.#options.bootNs + record.timeNs;
    switch (record.kind) {
      case 'beat':
        return;
      case 'scope':
        yield* this.#entered(record, timeNs);
        return;
      case 'cwd':
        this.#prependToCwd(record.tid, record.name);
        return;
      case 'exec':
        yield* this.#executed(record, timeNs);
        return;
      case 'fork':
        yield* this.#forked(record, timeNs);
        return;
      case 'exit':
        this.#table.exit(record.tid);
        return;
      case 'call':
        yield* this.#called(record, timeNs);
    }
  }

  /** A task that came into the container, its first or one of docker exec; the names of its working directory follow. */
  * #entered(record: BpftraceRecord & {kind: 'scope'}, timeNs: bigint): Generator<ProbeEvent> {
    const {pid, tid, cgroupId, mountNamespace, rootDev, cwdInRootMount} = record;
    const fallback = this.#scopeSeen ? null : this.#options.initialCwd;
    const task = this.#table.found(tid, pid, cwdInRootMount ? '/' : fallback);
    if (!this.#scopeSeen) {
      this.#scopeSeen = true;
      yield {kind: 'scope', cgroupId, mountNamespace, rootDev};
    }
    yield {kind: 'process', ...task.process, timeNs, cause: 'found', exe: null};
  }

  #prependToCwd(tid: number, name: ContainerPath | typeof truncated): void {
    const task = this.#table.get(tid);
    if (task?.fs.cwd !== undefined && task.fs.cwd !== null) {
      task.fs.cwd = name === truncated ? null : `/${name}${task.fs.cwd === '/' ? '' : task.fs.cwd}`;
    }
  }

  * #executed({pid, tid, oldTid, is32Bit, path}: BpftraceRecord & {kind: 'exec'}, timeNs: bigint): Generator<ProbeEvent> {
    if (oldTid !== tid) {
      this.#table.becomeLeader(oldTid, tid);
    }
    const task = yield* this.#taskOf(tid, pid, timeNs);
    const call = executedCall(path, timeNs);
    yield* this.#accesses(task, call);
    const exe = pathOfCall(task, call, context);
    this.#table.exec(task);
    yield {kind: 'process', ...task.process, timeNs, cause: 'exec', exe};
    if (is32Bit) {
      yield this.#loss('tool', 1); // of its calls none is shown
    }
  }

  * #forked({pid, tid, childTid, cloneFlags, followed}: BpftraceRecord & {kind: 'fork'}, timeNs: bigint): Generator<ProbeEvent> {
    const parent = yield* this.#taskOf(tid, pid, timeNs);
    const child = this.#table.fork(parent, childTid, cloneSharing(cloneFlags));
    if (child.process !== parent.process) {
      yield {kind: 'process', ...child.process, timeNs, cause: 'fork', exe: null};
    }
    if (!followed) {
      yield this.#loss('tool', 1);
    }
  }

  * #called(record: RecordedCall & {pid: number}, timeNs: bigint): Generator<ProbeEvent> {
    const task = yield* this.#taskOf(record.tid, record.pid, timeNs);
    if (!record.stored) {
      yield this.#loss('tool', 1);
      return;
    }
    const call = completedCall(record, timeNs);
    yield* this.#accesses(task, call);
    applyToTask(task, call, context);
  }

  * #accesses(task: Task, call: CompletedCall): Generator<ProbeEvent> {
    for (const event of accessEvents(task, call, context)) {
      this.#delivered += event.kind === 'access' ? 1 : 0;
      this.#lost += event.kind === 'lost' ? event.count : 0;
      yield event;
    }
  }

  * #taskOf(tid: number, pid: number, timeNs: bigint): Generator<ProbeEvent, Task> {
    const known = this.#table.get(tid);
    if (known !== undefined) {
      return known;
    }
    const task = this.#table.found(tid, pid, null);
    yield {kind: 'process', ...task.process, timeNs, cause: 'found', exe: null};
    return task;
  }

  #loss(reason: LossReason, count: number): ProbeEvent {
    this.#lost += count;
    return {kind: 'lost', cpu: 0, reason, count};
  }
}

/** The kernel calls a program that was given by descriptor /dev/fd/N, or /dev/fd/N/NAME (bprm in fs/exec.c). */
function executedCall(path: ContainerPath | typeof truncated, timeNs: bigint): CompletedCall {
  const byDescriptor = path === truncated ? null : /^\/dev\/fd\/(\d+)(?:\/(.*))?$/s.exec(path);
  const args: CallArgument[] = byDescriptor === null ? [path] : [Number(byDescriptor[1]), byDescriptor[2] ?? 0];
  return {timeNs, call: byDescriptor === null ? 'execve' : 'execveat', args, result: 0, errno: 0, resultPath: null};
}

function completedCall({call, result, descriptor, flags, extra, path}: RecordedCall, timeNs: bigint): CompletedCall {
  const base = {timeNs, call, result, errno: result < 0 ? -result : 0, resultPath: null};
  return {...base, args: path === null ? descriptorArguments(call, descriptor, flags, extra) : pathArguments(call, path, descriptor, flags)};
}

function pathArguments(call: string, path: ContainerPath | typeof truncated, descriptor: number, flags: number): CallArgument[] {
  const use = calls[call]?.[0];
  const args: CallArgument[] = [];
  for (const [position, value] of [[use?.path, path], [use?.dirfd, descriptor], [use?.flags, flags]] as const) {
    if (position !== undefined) {
      args[position] = value;
    }
  }
  return args;
}

function descriptorArguments(call: string, descriptor: number, flags: number, extra: number): CallArgument[] {
  switch (call) {
    case 'dup3': return [descriptor, null, flags];
    case 'fcntl': return [descriptor, flags, extra];
    case 'close_range': return [descriptor, extra, flags];
    default: return [descriptor];
  }
}
