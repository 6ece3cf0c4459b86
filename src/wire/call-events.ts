import os from 'node:os';
import type {ContainerPath} from '../model/container-path.js';
import {AT_FDCWD, calls, flagBits, followsLast, openOperation, type PathUse} from './calls.js';
import type {AccessTarget, LossReason, ProbeEvent} from './probe-event.js';
import {
  absolutePath, duplicateDescriptor, openDescriptor, type CloneSharing, type OpenFile, type Task,
} from './process-state.js';

/** A path argument that the source cut off. */
export const truncated = Symbol('truncated path');

/** A descriptor of which the source itself tells the path (strace -y); AT_FDCWD stands for the working directory. */
export interface NamedDescriptor {
  readonly fd: number;
  readonly path: ContainerPath;
}

/** An argument by what it is: integer or pointer, path, descriptor with its path; null where it is of no use here. */
export type CallArgument = number | ContainerPath | NamedDescriptor | typeof truncated | null;

/** A system call that returned. */
export interface CompletedCall {
  readonly timeNs: bigint;
  /** As strace prints it. */
  readonly call: string;
  readonly args: readonly CallArgument[];
  /** What it returned; of no meaning where errno is set. */
  readonly result: number;
  /** 0 where the call succeeded, else positive. */
  readonly errno: number;
  /** Path of the returned descriptor where the source tells it. */
  readonly resultPath: ContainerPath | null;
}

export interface CallContext {
  /** Whether descriptor numbers mean anything: false where the source leaves out calls such as close. */
  readonly descriptorsVisible: boolean;
}

/** What one call says: an access for each path it touched, and a loss for each it touched but the source could not name. */
export function* accessEvents(task: Task, call: CompletedCall, context: CallContext): Generator<ProbeEvent> {
  for (const use of calls[call.call] ?? []) {
    const target = findTarget(task, call, use, context);
    if (typeof target === 'string') {
      yield {kind: 'lost', cpu: 0, reason: target, count: 1};
    } else if (target !== null) {
      const {processId, pid, ppid} = task.process;
      const op = use.op === 'open' ? openOperation(flagsOf(call, use)) : use.op;
      yield {kind: 'access', entryId: 0, processId, pid, ppid, timeNs: call.timeNs, call: call.call, op, errno: call.errno, target};
    }
  }
}

/** Carries over to `task` what a call did to its working directory and descriptors. Fork and exec are the caller's. */
export function applyToTask(task: Task, call: CompletedCall, context: CallContext): void {
  learnWorkingDirectory(task, call);
  if (call.errno !== 0) {
    return;
  }
  const {call: name, args, result} = call;
  const first = descriptorOf(args[0]);
  switch (name) {
    case 'open':
    case 'openat':
    case 'openat2':
    case 'creat':
      rememberOpened(task, call, context);
      return;
    case 'chdir':
    case 'fchdir':
      task.fs.cwd = pathOfCall(task, call, context);
      return;
    case 'chroot': {
      const root = pathOfCall(task, call, context);
      task.fs.root = root === null || /^[/.]*$/.test(root) ? root && '' : root;
      return;
    }
    case 'close':
      task.files.delete(first ?? -1);
      return;
    case 'dup':
      duplicateDescriptor(task, first ?? -1, result, false);
      return;
    case 'dup2':
      if (first !== result) { // dup2 of a descriptor to itself changes nothing
        duplicateDescriptor(task, first ?? -1, result, false);
      }
      return;
    case 'dup3':
      duplicateDescriptor(task, first ?? -1, result, hasFlag(args[2], flagBits.O_CLOEXEC));
      return;
    case 'fcntl':
    case 'fcntl64':
      applyFcntl(task, call, first ?? -1);
      return;
    case 'close_range':
      closeRange(task, call);
      return;
    case 'unshare':
      unshare(task, numberOf(args[0]));
      return;
    case 'ioctl':
      if (numberOf(args[1]) === FIOCLEX) {
        duplicateDescriptor(task, first ?? -1, first ?? -1, true);
      }
      return;
    default:
  }
}

/** What a clone's flags share; fork and vfork share nothing that matters here. */
export function cloneSharing(flags: number): CloneSharing {
  return {
    fs: (flags & flagBits.CLONE_FS) !== 0,
    files: (flags & flagBits.CLONE_FILES) !== 0,
    thread: (flags & flagBits.CLONE_THREAD) !== 0,
  };
}

/** The path a call's first use names, absolute; null where unknown. */
export function pathOfCall(task: Task, call: CompletedCall, context: CallContext): ContainerPath | null {
  const use = calls[call.call]?.[0];
  const target = use === undefined ? null : findTarget(task, call, use, context);
  if (target === null || typeof target === 'string' || target.by === 'file') {
    return null;
  }
  const {base, name} = target;
  return absolutePath(base, name.startsWith('/') && base !== null && base !== '/' ? name.slice(1) : name); // below a changed root
}

/** fcntl commands (asm-generic/fcntl.h, linux/fcntl.h). */
export const fcntlCommands = {F_DUPFD: 0, F_GETFD: 1, F_SETFD: 2, F_DUPFD_CLOEXEC: 1030} as const;

/** Sets close-on-exec (asm-generic/ioctls.h). */
export const FIOCLEX = 0x5451;

/** A target, a reason why there is one but unnamed, or null where the call names no path. */
function findTarget(task: Task, call: CompletedCall, use: PathUse, context: CallContext): AccessTarget | LossReason | null {
  const name = use.path === undefined ? 0 : call.args[use.path];
  const flags = flagsOf(call, use);
  if (name === truncated) {
    return 'path';
  }
  if (typeof name === 'string' && name !== '') {
    return namedTarget(task, name, followsLast(use, flags), directoryOf(task, call, use, context));
  }
  if (call.errno === os.constants.errno.EFAULT) {
    return null; // no path was read by the kernel either
  }
  const emptyMeansDescriptor = use.emptyIsDirfd === true || (flags & flagBits.AT_EMPTY_PATH) !== 0;
  if (use.dirfd !== undefined && (name === 0 || emptyMeansDescriptor)) {
    return descriptorTarget(task, call.args[use.dirfd], context);
  }
  // An empty path is a failed lookup of nothing; in any other case the source could not read the string.
  return name === '' && call.errno === os.constants.errno.ENOENT ? null : 'fault';
}

function namedTarget(task: Task, name: ContainerPath, followLast: boolean, base: ContainerPath | null): AccessTarget | LossReason {
  if (!name.startsWith('/')) {
    return {by: 'name', base, name, followLast};
  }
  const {root} = task.fs;
  return root === null ? 'path' : {by: 'name', base: root === '' ? '/' : root, name, followLast};
}

function directoryOf(task: Task, call: CompletedCall, use: PathUse, context: CallContext): ContainerPath | null {
  const dirfd = use.dirfd === undefined ? AT_FDCWD : call.args[use.dirfd];
  return dirfd === AT_FDCWD ? task.fs.cwd : openFile(task, dirfd, context)?.path ?? null;
}

function descriptorTarget(task: Task, argument: CallArgument | undefined, context: CallContext): AccessTarget | null {
  if (argument === AT_FDCWD) {
    return task.fs.cwd === null ? null : {by: 'name', base: '/', name: task.fs.cwd, followLast: true};
  }
  const file = openFile(task, argument, context);
  return file === undefined ? null : {by: 'name', base: '/', name: file.path, followLast: file.followLast};
}

function openFile(task: Task, argument: CallArgument | undefined, {descriptorsVisible}: CallContext): Omit<OpenFile, 'closeOnExec'> | undefined {
  if (isNamed(argument)) {
    return {path: argument.path, followLast: true};
  }
  return typeof argument === 'number' && descriptorsVisible ? task.files.get(argument) : undefined;
}

function rememberOpened(task: Task, call: CompletedCall, context: CallContext): void {
  const path = call.resultPath ?? pathOfCall(task, call, context);
  if (path === null) {
    task.files.delete(call.result);
    return;
  }
  const use = calls[call.call]?.[0];
  const flags = use === undefined ? 0 : flagsOf(call, use);
  const followLast = use === undefined || call.resultPath !== null || followsLast(use, flags);
  openDescriptor(task, call.result, {path, followLast, closeOnExec: (flags & flagBits.O_CLOEXEC) !== 0});
}

function applyFcntl(task: Task, {args, result}: CompletedCall, fd: number): void {
  const command = numberOf(args[1]);
  if (command === fcntlCommands.F_DUPFD || command === fcntlCommands.F_DUPFD_CLOEXEC) {
    duplicateDescriptor(task, fd, result, command === fcntlCommands.F_DUPFD_CLOEXEC);
  } else if (command === fcntlCommands.F_SETFD) {
    duplicateDescriptor(task, fd, fd, hasFlag(args[2], flagBits.FD_CLOEXEC));
  }
}

function closeRange(task: Task, {args}: CompletedCall): void {
  if (hasFlag(args[2], flagBits.CLOSE_RANGE_UNSHARE)) {
    task.files = new Map(task.files);
  }
  const [first, last] = [numberOf(args[0]), numberOf(args[1])];
  for (const fd of [...task.files.keys()]) {
    if (fd >= first && fd <= last) {
      if (hasFlag(args[2], flagBits.CLOSE_RANGE_CLOEXEC)) {
        duplicateDescriptor(task, fd, fd, true);
      } else {
        task.files.delete(fd);
      }
    }
  }
}

function unshare(task: Task, flags: number): void {
  if (flags & flagBits.CLONE_FS) {
    task.fs = {...task.fs};
  }
  if (flags & flagBits.CLONE_FILES) {
    task.files = new Map(task.files);
  }
}

/** strace -y names the working directory in every AT_FDCWD; getcwd returns it. */
function learnWorkingDirectory(task: Task, {call, args, errno}: CompletedCall): void {
  for (const argument of args) {
    if (isNamed(argument) && argument.fd === AT_FDCWD) {
      task.fs.cwd = argument.path;
    }
  }
  if (call === 'getcwd' && errno === 0 && typeof args[0] === 'string' && args[0].startsWith('/')) {
    task.fs.cwd = args[0];
  }
}

function flagsOf(call: CompletedCall, use: PathUse): number {
  return use.flags === undefined ? 0 : numberOf(call.args[use.flags]);
}

function hasFlag(argument: CallArgument | undefined, bit: number): boolean {
  return (numberOf(argument) & bit) !== 0;
}

function numberOf(argument: CallArgument | undefined): number {
  return typeof argument === 'number' ? argument : 0;
}

function descriptorOf(argument: CallArgument | undefined): number | null {
  return isNamed(argument) ? argument.fd : typeof argument === 'number' ? argument : null;
}

function isNamed(argument: CallArgument | undefined): argument is NamedDescriptor {
  return typeof argument === 'object' && argument !== null;
}
