import {constants} from 'node:os';
import type {ContainerPath} from '../../src/model/container-path.js';

/** What one call did to one path, as a log of `strace -y` has it. */
export interface TracedAccess {
  readonly name: ContainerPath;
  /** False where the call acts on a final symlink itself. */
  readonly followLast: boolean;
  /** 0 where the call succeeded. */
  readonly errno: number;
}

const errnoOf = (name: string): number => constants.errno[name as keyof typeof constants.errno];

/** The calls that take paths, by which of their strings are paths. */
const firstIsPath = new Set([
  'open', 'openat', 'openat2', 'creat', 'stat', 'lstat', 'newfstatat', 'statx', 'access', 'faccessat', 'faccessat2', 'readlink', 'readlinkat', 'execve', 'execveat',
  'chdir', 'mkdir', 'mkdirat', 'mknod', 'mknodat', 'rmdir', 'unlink', 'unlinkat', 'truncate', 'chmod', 'fchmodat', 'chown', 'lchown', 'fchownat', 'utimensat', 'statfs',
  'getxattr', 'lgetxattr', 'listxattr', 'llistxattr', 'inotify_add_watch',
]);
const bothArePaths = new Set(['rename', 'renameat', 'renameat2', 'link', 'linkat']);
const secondIsPath = new Set(['symlink', 'symlinkat']);
const actsOnLink = new Set(['lstat', 'lgetxattr', 'llistxattr', 'lchown', 'readlink', 'readlinkat', 'unlink', 'unlinkat', 'rmdir', 'rename', 'renameat', 'renameat2', 'link', 'linkat', 'symlink', 'symlinkat', 'mkdir', 'mkdirat', 'mknod', 'mknodat']);

const pathArgument = /(?:(AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"/g;

/**
 * Accesses in the log of one task (`strace -ff -y`), in its order. An open that succeeded is the file that strace shows
 * behind the descriptor. A relative name without a directory of its own starts from the one that strace last showed as the task's.
 */
export function* tracedAccesses(log: string): Generator<TracedAccess> {
  let cwd: string | null = null;
  for (const line of log.split('\n')) {
    cwd = /AT_FDCWD<([^>]*)>/.exec(line)?.[1] ?? cwd;
    const opened = /^(?:open(?:at2?)?|creat)\(.* = \d+<(\/[^>]*)>$/.exec(line);
    if (opened?.[1] !== undefined) {
      yield {name: opened[1], followLast: true, errno: 0};
      continue;
    }
    const [, call = '', rest = '', failure = ''] = /^(\w+)\((.*)\) += (?:-1 (E\w+)|\d+).*$/.exec(line) ?? [];
    if (call === 'chdir' || call === 'fchdir') {
      cwd = failure === '' ? null : cwd;
    }
    for (const name of namesOf(call, rest, cwd)) {
      const followLast = !actsOnLink.has(call) && !rest.includes('NOFOLLOW');
      yield {name, followLast, errno: failure === '' ? 0 : errnoOf(failure)};
    }
  }
}

function namesOf(call: string, args: string, cwd: string | null): string[] {
  const count = firstIsPath.has(call) ? 1 : bothArePaths.has(call) || secondIsPath.has(call) ? 2 : 0;
  const found = [...args.matchAll(pathArgument)].slice(secondIsPath.has(call) ? 1 : 0, count);
  return found.flatMap(([, , base, name = '']) => {
    const start = base ?? cwd;
    const absolute = name.startsWith('/') || start === null ? name : `${start}/${name}`;
    return name !== '' && absolute.startsWith('/') ? [absolute] : [];
  });
}
