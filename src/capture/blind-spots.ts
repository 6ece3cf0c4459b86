/** The rungs of the ladder, and what can be imported. */
export type ProbeName = 'fentry' | 'tracepoint' | 'module' | 'bpftrace' | 'strace';

/** Something that a probe does not show. The table of docs/probes.md is made of these. */
export interface BlindSpot {
  /** By which the program kernel/test/blindspots.c says what it proves. */
  readonly id: string;
  readonly what: string;
  readonly probes: readonly ProbeName[];
  /** What winnow does about it. */
  readonly instead: string;
}

export const blindSpots: readonly BlindSpot[] = [
  {
    id: 'loader',
    what: 'the dynamic loader of a program',
    probes: ['bpftrace', 'strace'],
    instead: 'taken from the ELF headers in the image',
  },
  {
    id: 'loader-link',
    what: 'symlinks on the way to the dynamic loader',
    probes: ['fentry', 'tracepoint', 'module', 'bpftrace', 'strace'],
    instead: 'taken from the ELF headers in the image',
  },
  {
    id: 'interpreter',
    what: 'the interpreter of a script',
    probes: ['bpftrace', 'strace'],
    instead: 'taken from the #! lines in the image',
  },
  {
    id: 'opened-link',
    what: 'which file a symlink or ".." led to when a file was opened',
    probes: ['bpftrace', 'strace'],
    instead: 'resolved afterwards against the image; a link that the run itself changed misleads',
  },
  {
    id: 'foreign-descriptor',
    what: 'directories behind descriptors that came from outside or through a socket',
    probes: ['bpftrace'],
    instead: 'a path relative to one has no base, and is not guessed',
  },
  {
    id: 'long-path',
    what: 'paths of 199 bytes and more',
    probes: ['bpftrace'],
    instead: 'counted as lost',
  },
  {
    id: 'deep-directory',
    what: 'files in directories so deep that no path of 4,095 bytes leads there',
    probes: ['fentry', 'tracepoint', 'module', 'bpftrace'],
    instead: 'counted as lost',
  },
  {
    id: 'killed',
    what: 'calls that never return since their process is killed in them',
    probes: ['fentry', 'tracepoint', 'module', 'bpftrace', 'strace'],
    instead: 'nothing: such a call waits, as the open of a fifo does, and gave the program nothing',
  },
  {
    id: 'endless-name',
    what: 'the end of a name that is longer than the kernel takes (ENAMETOOLONG)',
    probes: ['fentry', 'tracepoint', 'module', 'bpftrace', 'strace'],
    instead: 'its first 4,095 bytes are kept, with bpftrace it counts as lost; no file has such a name',
  },
  {
    id: 'io-uring',
    what: 'opens and stats through io_uring',
    probes: ['bpftrace', 'strace'],
    instead: "nothing; Docker's own seccomp profile forbids io_uring since version 25",
  },
  {
    id: 'old-io-uring',
    what: 'opens and stats through io_uring on kernels without its tracepoints io_uring_submit_req and io_uring_complete of today',
    probes: ['fentry', 'tracepoint', 'module', 'bpftrace', 'strace'],
    instead: "nothing; Docker's own seccomp profile forbids io_uring since version 25",
  },
  {
    id: 'io-uring-changes',
    what: 'directories, links, names and extended attributes that are made, changed or removed through io_uring',
    probes: ['fentry', 'tracepoint', 'module', 'bpftrace', 'strace'],
    instead: "nothing; Docker's own seccomp profile forbids io_uring since version 25",
  },
  {
    id: '32-bit',
    what: 'system calls of 32-bit programs',
    probes: ['bpftrace'],
    instead: 'counted as lost, by the program',
  },
  {
    id: 'other-tables',
    what: 'calls that a 64-bit program makes as a 32-bit one (int 0x80) or as one with 32-bit pointers (x32)',
    probes: ['bpftrace'],
    instead: 'nothing: compilers make none, and x32 is switched off in kernels of today',
  },
  {
    id: 'as-such',
    what: 'directory listings and mapped files as such',
    probes: ['bpftrace'],
    instead: 'the open before is seen, and counts as use',
  },
  {
    id: 'changes',
    what: 'changes without an open (chmod, rename, unlink, mkdir, link, truncate, utimes), statfs, extended attributes, mounts, inotify watches and file handles',
    probes: ['bpftrace'],
    instead: 'nothing: a program that needs a file only for those needs the eBPF probe or the module',
  },
  {
    id: 'burst',
    what: 'bursts that are faster than it prints, some 80,000 calls a second',
    probes: ['bpftrace'],
    instead: 'counted as lost',
  },
  {
    id: 'mapped-before',
    what: 'pages of files that were mapped before it attached',
    probes: ['fentry', 'tracepoint', 'module', 'bpftrace', 'strace'],
    instead: 'the open or exec is seen where the container was started under capture; winnow attach reads first what is open and mapped',
  },
  {
    id: 'root-for-one-call',
    what: 'that a directory was made the root for one call (openat2 with RESOLVE_IN_ROOT)',
    probes: ['bpftrace', 'strace'],
    instead: "resolved from the container's root",
  },
  {
    id: 'socket',
    what: 'unix sockets that are connected to by path',
    probes: ['bpftrace', 'strace'],
    instead: 'sockets are made at run time and are no image files',
  },
  {
    id: 'other-calls',
    what: 'names that are given to pivot_root, to fanotify_mark, or to a datagram as its address',
    probes: ['fentry', 'tracepoint', 'module', 'bpftrace', 'strace'],
    instead: 'nothing: roots are changed before a program of the image starts, watches give no content, and sockets are made at run time',
  },
  {
    id: 'named-link',
    what: 'which file a name led to in a call that gives no descriptor (stat, access, readlink)',
    probes: ['fentry', 'tracepoint', 'module', 'bpftrace', 'strace'],
    instead: 'resolved afterwards against the image; a link that the run itself changed misleads',
  },
  {
    id: 'chroot-link',
    what: 'absolute symlinks that a relative name meets below a changed root (chroot)',
    probes: ['fentry', 'tracepoint', 'module', 'bpftrace', 'strace'],
    instead: "resolved from the container's root; the file itself is right where it was opened",
  },
  {
    id: 'open-changed',
    what: 'changes of a file that is open (fchmod, fchown, ftruncate, futimens, fsetxattr) as such',
    probes: ['fentry', 'tracepoint', 'module', 'bpftrace'],
    instead: 'the open before is seen, and counts as use',
  },
  {
    id: 'refused',
    what: 'calls that a seccomp filter refuses, so that nobody reads their names',
    probes: ['fentry', 'tracepoint', 'module', 'bpftrace'],
    instead: 'nothing: such a call looked at no file',
  },
];
