import type {SystemCalls} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';
import {type Exported, jsonDocument} from './exported.js';

/**
 * What runs whatever the program is. runc and crun load the profile before they drop privileges and execute it, so what they do in
 * between must be allowed (the same for every `docker exec`), with what Go's runtime, the C library, and the engine's init (`--init`) do by themselves; and calls that
 * never reach the kernel where the vDSO serves them, but do on another machine.
 */
const baseline: readonly string[] = [
  'arch_prctl', 'brk', 'capget', 'capset', 'chdir', 'clock_getres', 'clock_gettime', 'clone', 'close', 'close_range', 'dup', 'dup2', 'dup3',
  'epoll_create1', 'epoll_ctl', 'epoll_pwait', 'epoll_wait', 'eventfd2', 'execve', 'exit', 'exit_group', 'faccessat', 'faccessat2', 'fchdir', 'fchown', 'fcntl',
  'fstat', 'fstatfs', 'futex', 'getcpu', 'getcwd', 'getdents64', 'getegid', 'geteuid', 'getgid', 'getpid', 'getppid', 'getrandom', 'getrlimit',
  'gettid', 'gettimeofday', 'getuid', 'ioctl', 'kill', 'lseek', 'lstat', 'madvise', 'mmap', 'mprotect', 'munmap', 'nanosleep', 'newfstatat', 'open',
  'openat', 'openat2', 'pipe2', 'prctl', 'prlimit64', 'pread64', 'read', 'readlink', 'readlinkat', 'restart_syscall', 'rseq', 'rt_sigaction', 'rt_sigprocmask',
  'rt_sigreturn', 'rt_sigtimedwait', 'sched_getaffinity', 'sched_yield', 'set_robust_list', 'set_tid_address', 'setgid', 'setgroups', 'setpgid', 'setresgid', 'setresuid',
  'setrlimit', 'setuid', 'shutdown', 'sigaltstack', 'stat', 'statfs', 'statx', 'tgkill', 'time', 'umask', 'uname', 'unlinkat', 'wait4', 'write', 'writev',
];

const ENOSYS = 38;
/** CLONE_NEW… of sched.h: no namespace of one's own. */
const namespaceFlags = 0x7e020000;
/** Linux, Linux32, each with UNAME26, and the question which one it is: as Docker's default profile has it. */
const personalities = [0x0, 0x0008, 0x20000, 0x20008, 0xffffffff];

/**
 * An OCI seccomp profile that allows the system calls of all runs that recorded them, and what container runtimes need. Anything else
 * fails with ENOSYS, upon which libraries try an older call.
 *
 * @throws WinnowError where no run recorded any
 */
export function seccompProfile(runs: readonly {readonly systemCalls?: SystemCalls}[], image: string): Exported {
  const recorded = runs.flatMap(({systemCalls}) => (systemCalls === undefined ? [] : [systemCalls]));
  if (recorded.length === 0) {
    throw new WinnowError(`no run of ${image} recorded its system calls`, {hint: `record them with winnow profile ${image} --syscalls`});
  }
  const architectures = [...new Set(recorded.flatMap((calls) => Object.keys(calls)))].sort();
  const names = [...new Set([...baseline, ...recorded.flatMap((calls) => Object.values(calls).flat())])].sort();
  return {
    ...jsonDocument({
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: ENOSYS,
      architectures: architectures.map((architecture) => `SCMP_ARCH_${architecture.toUpperCase()}`),
      syscalls: [
        {names: names.filter((name) => !name.startsWith('#') && name !== 'clone' && name !== 'personality'), action: 'SCMP_ACT_ALLOW'},
        {names: ['clone'], action: 'SCMP_ACT_ALLOW', args: [{index: 0, value: namespaceFlags, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ'}]},
        ...(names.includes('personality') ? personalities : []).map((value) => (
          {names: ['personality'], action: 'SCMP_ACT_ALLOW', args: [{index: 0, value, valueTwo: 0, op: 'SCMP_CMP_EQ'}]}
        )),
        // Said once more for engines that know no errno of the default action: without it no thread starts.
        ...(names.includes('clone3') ? [] : [{names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS}]),
      ],
    }),
    leftOut: names.filter((name) => name.startsWith('#')).map((name) => `system call ${name.slice(1)}`),
  };
}
