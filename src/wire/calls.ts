import type {Operation} from '../model/access.js';

const calls64 = {
  open: [{op: 'open', path: 0, flags: 1, follow: 'openFlags'}],
  openat: [{op: 'open', dirfd: 0, path: 1, flags: 2, follow: 'openFlags'}],
  openat2: [{op: 'open', dirfd: 0, path: 1, flags: 2, follow: 'openFlags'}],
  creat: [{op: 'write', path: 0, follow: 'always'}],

  stat: [{op: 'stat', path: 0, follow: 'always'}],
  lstat: [{op: 'stat', path: 0, follow: 'never'}],
  fstat: [{op: 'stat', dirfd: 0}],
  newfstatat: [{op: 'stat', dirfd: 0, path: 1, flags: 3, follow: 'unlessFlag'}],
  statx: [{op: 'stat', dirfd: 0, path: 1, flags: 2, follow: 'unlessFlag'}],
  access: [{op: 'stat', path: 0, follow: 'always'}],
  faccessat: [{op: 'stat', dirfd: 0, path: 1, follow: 'always'}],
  faccessat2: [{op: 'stat', dirfd: 0, path: 1, flags: 3, follow: 'unlessFlag'}],
  statfs: [{op: 'stat', path: 0, follow: 'always'}],
  fstatfs: [{op: 'stat', dirfd: 0}],
  getxattr: [{op: 'stat', path: 0, follow: 'always'}],
  lgetxattr: [{op: 'stat', path: 0, follow: 'never'}],
  fgetxattr: [{op: 'stat', dirfd: 0}],
  listxattr: [{op: 'stat', path: 0, follow: 'always'}],
  llistxattr: [{op: 'stat', path: 0, follow: 'never'}],
  flistxattr: [{op: 'stat', dirfd: 0}],
  name_to_handle_at: [{op: 'lookup', dirfd: 0, path: 1, flags: 4, follow: 'ifFlag'}],

  readlink: [{op: 'read', path: 0, follow: 'never'}],
  readlinkat: [{op: 'read', dirfd: 0, path: 1, follow: 'never', emptyIsDirfd: true}],
  getdents: [{op: 'list', dirfd: 0}],
  getdents64: [{op: 'list', dirfd: 0}],
  mmap: [{op: 'map', dirfd: 4}],

  execve: [{op: 'exec', path: 0, follow: 'always'}],
  execveat: [{op: 'exec', dirfd: 0, path: 1, flags: 4, follow: 'unlessFlag'}],

  chdir: [{op: 'lookup', path: 0, follow: 'always'}],
  fchdir: [{op: 'lookup', dirfd: 0}],
  chroot: [{op: 'lookup', path: 0, follow: 'always'}],
  inotify_add_watch: [{op: 'stat', path: 1, follow: 'always'}],
  mount: [{op: 'lookup', path: 1, follow: 'always'}],
  umount2: [{op: 'lookup', path: 0, follow: 'always'}],

  truncate: [{op: 'write', path: 0, follow: 'always'}],
  ftruncate: [{op: 'write', dirfd: 0}],
  chmod: [{op: 'write', path: 0, follow: 'always'}],
  fchmod: [{op: 'write', dirfd: 0}],
  fchmodat: [{op: 'write', dirfd: 0, path: 1, follow: 'always'}],
  fchmodat2: [{op: 'write', dirfd: 0, path: 1, flags: 3, follow: 'unlessFlag'}],
  chown: [{op: 'write', path: 0, follow: 'always'}],
  lchown: [{op: 'write', path: 0, follow: 'never'}],
  fchown: [{op: 'write', dirfd: 0}],
  fchownat: [{op: 'write', dirfd: 0, path: 1, flags: 4, follow: 'unlessFlag'}],
  utime: [{op: 'write', path: 0, follow: 'always'}],
  utimes: [{op: 'write', path: 0, follow: 'always'}],
  futimesat: [{op: 'write', dirfd: 0, path: 1, follow: 'always'}],
  utimensat: [{op: 'write', dirfd: 0, path: 1, flags: 3, follow: 'unlessFlag'}],
  setxattr: [{op: 'write', path: 0, follow: 'always'}],
  lsetxattr: [{op: 'write', path: 0, follow: 'never'}],
  fsetxattr: [{op: 'write', dirfd: 0}],
  removexattr: [{op: 'write', path: 0, follow: 'always'}],
  lremovexattr: [{op: 'write', path: 0, follow: 'never'}],
  fremovexattr: [{op: 'write', dirfd: 0}],

  mkdir: [{op: 'write', path: 0, follow: 'never'}],
  mkdirat: [{op: 'write', dirfd: 0, path: 1, follow: 'never'}],
  mknod: [{op: 'write', path: 0, follow: 'never'}],
  mknodat: [{op: 'write', dirfd: 0, path: 1, follow: 'never'}],
  // The target of a new symlink is text, not an access.
  symlink: [{op: 'write', path: 1, follow: 'never'}],
  symlinkat: [{op: 'write', dirfd: 1, path: 2, follow: 'never'}],
  link: [{op: 'lookup', path: 0, follow: 'never'}, {op: 'write', path: 1, follow: 'never'}],
  linkat: [
    {op: 'lookup', dirfd: 0, path: 1, flags: 4, follow: 'ifFlag'},
    {op: 'write', dirfd: 2, path: 3, follow: 'never'},
  ],
  rename: [{op: 'remove', path: 0, follow: 'never'}, {op: 'write', path: 1, follow: 'never'}],
  renameat: [{op: 'remove', dirfd: 0, path: 1, follow: 'never'}, {op: 'write', dirfd: 2, path: 3, follow: 'never'}],
  renameat2: [{op: 'remove', dirfd: 0, path: 1, follow: 'never'}, {op: 'write', dirfd: 2, path: 3, follow: 'never'}],
  unlink: [{op: 'remove', path: 0, follow: 'never'}],
  unlinkat: [{op: 'remove', dirfd: 0, path: 1, follow: 'never'}],
  rmdir: [{op: 'remove', path: 0, follow: 'never'}],
} as const satisfies Record<string, readonly PathUse[]>;

/**
 * Which system calls touch paths, and how: the one table behind every source of calls (strace logs, bpftrace, kernel
 * numbers). Names are strace's. Argument positions are those of the kernel's prototypes (include/linux/syscalls.h);
 * the rules on following a final symlink are path_resolution(7) and each call's page.
 */
export const calls: Readonly<Record<string, readonly PathUse[]>> = {
  ...calls64,
  // What 32-bit programs and ports call the same.
  stat64: calls64.stat,
  lstat64: calls64.lstat,
  fstat64: calls64.fstat,
  fstatat64: calls64.newfstatat,
  statfs64: calls64.statfs,
  fstatfs64: calls64.fstatfs,
  truncate64: calls64.truncate,
  ftruncate64: calls64.ftruncate,
  chown32: calls64.chown,
  lchown32: calls64.lchown,
  fchown32: calls64.fchown,
  mmap2: calls64.mmap,
  utimensat_time64: calls64.utimensat,
};

/** One path that a call touches. Numbers are argument positions, from 0. */
export interface PathUse {
  /** 'open': the flags decide, see openOperation. */
  readonly op: Operation | 'open';
  /** Left out where the call names its file by descriptor only. */
  readonly path?: number;
  /** The directory a relative path starts from (left out: the working directory), or the descriptor itself. */
  readonly dirfd?: number;
  readonly flags?: number;
  readonly follow?: 'always' | 'never' | 'openFlags' | 'unlessFlag' | 'ifFlag';
  /** An empty path means the descriptor even without AT_EMPTY_PATH (readlinkat). */
  readonly emptyIsDirfd?: boolean;
}

/** Values of x86-64 (asm-generic/fcntl.h, linux/fcntl.h, linux/sched.h), by the names strace prints. */
export const flagBits = {
  O_WRONLY: 0o1,
  O_RDWR: 0o2,
  O_CREAT: 0o100,
  O_EXCL: 0o200,
  O_TRUNC: 0o1000,
  O_NOFOLLOW: 0o400000,
  O_CLOEXEC: 0o2000000,
  O_PATH: 0o10000000,
  AT_SYMLINK_NOFOLLOW: 0x100,
  AT_SYMLINK_FOLLOW: 0x400,
  AT_EMPTY_PATH: 0x1000,
  CLONE_FS: 0x200,
  CLONE_FILES: 0x400,
  CLONE_THREAD: 0x10000,
  FD_CLOEXEC: 1,
  CLOSE_RANGE_UNSHARE: 2,
  CLOSE_RANGE_CLOEXEC: 4,
} as const;

/** The dirfd that stands for the working directory. */
export const AT_FDCWD = -100;

/** What opening with these flags is: O_PATH only looks the file up, anything that may change it writes. */
export function openOperation(flags: number): Operation {
  if (flags & flagBits.O_PATH) {
    return 'lookup';
  }
  return flags & (flagBits.O_WRONLY | flagBits.O_RDWR | flagBits.O_CREAT | flagBits.O_TRUNC) ? 'write' : 'read';
}

/** Whether a final symlink is followed when a call of this use has these flags. */
export function followsLast({follow = 'always'}: PathUse, flags: number): boolean {
  switch (follow) {
    case 'always': return true;
    case 'never': return false;
    case 'unlessFlag': return (flags & flagBits.AT_SYMLINK_NOFOLLOW) === 0;
    case 'ifFlag': return (flags & flagBits.AT_SYMLINK_FOLLOW) !== 0;
    case 'openFlags': {
      const exclusive = flagBits.O_CREAT | flagBits.O_EXCL;
      return (flags & flagBits.O_NOFOLLOW) === 0 && (flags & exclusive) !== exclusive;
    }
  }
}
