/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * The stream between a kernel probe and the controller.
 *
 * A stream is a sequence of records. Each begins with struct wn_record, is
 * `len` bytes long with the header, and `len` is a multiple of 8. Integers
 * have the byte order of the machine that runs the probe; a reader finds it
 * by the magic number. Times are CLOCK_MONOTONIC nanoseconds; adding
 * clock_offset of the hello record gives nanoseconds since the Unix epoch.
 *
 * Order: hello, call names, then anything, then counts, losses, system calls,
 * and end. A stream without an end record was cut. A reader refuses another abi_major
 * and passes over record types that it does not know.
 */
#ifndef WINNOW_ABI_H
#define WINNOW_ABI_H

#define WN_MAGIC 0x31574e57u /* "WNW1" on a little-endian machine */
#define WN_ABI_MAJOR 1
#define WN_ABI_MINOR 3

#define WN_PATH_MAX 4096
#define WN_RECORD_MAX 16384 /* no record is longer */

enum wn_type {
	WN_HELLO = 1,
	WN_CALL = 2,
	WN_SCOPE = 3,
	WN_PROCESS = 4,
	WN_ACCESS = 5,
	WN_REPEAT = 6,
	WN_COUNT = 7,
	WN_LOST = 8,
	WN_END = 9,
	WN_SYSCALL = 10, /* since minor 2 */
};

/* Operation classes; src/model/access.ts has the same order. */
enum wn_op {
	WN_LOOKUP,
	WN_STAT,
	WN_LIST,
	WN_READ,
	WN_MAP,
	WN_EXEC,
	WN_WRITE,
	WN_REMOVE,
};

enum wn_loss {
	WN_LOSS_RING, /* no room in the ring buffer */
	WN_LOSS_FAULT, /* path string not resident when the call returned */
	WN_LOSS_RECURSION, /* the kernel skipped a re-entered program */
	WN_LOSS_PATH, /* path longer or deeper than the probe walks */
	WN_LOSS_PROCESS, /* no memory to follow a new process */
	WN_LOSS_COMPAT, /* 32-bit program, where its system calls can't be seen */
	WN_LOSS_COUNT,
};

enum wn_cause {
	WN_FORK,
	WN_EXECVE,
	WN_FOUND, /* was running before the probe was */
};

/* How the probe hangs in the kernel. */
enum wn_rung {
	WN_RUNG_AUTO, /* in no stream: what the kernel takes */
	WN_RUNG_TRACEPOINT,
	WN_RUNG_FENTRY,
	WN_RUNG_MODULE, /* no eBPF: the kernel module */
};

struct wn_record {
	__u32 len;
	__u16 type;
	__u16 cpu;
};

struct wn_hello {
	struct wn_record head;
	__u32 magic;
	__u16 abi_major;
	__u16 abi_minor;
	__s64 clock_offset;
	__u32 all_events; /* 0: repeats are only counted */
	__u32 cpus;
	__u32 rung; /* since minor 1 */
	__u32 targets; /* since minor 3: how many the stream is of; 0: one */
};

/* Names a number that access records use: the system call as strace prints it. */
struct wn_call_name {
	struct wn_record head;
	__u32 call;
	char name[36];
};

struct wn_scope {
	struct wn_record head;
	__u64 cgroup_id;
	__u32 mount_namespace;
	__u32 root_dev; /* major << 20 | minor */
	__u32 target; /* since minor 3 */
	__u32 reserved;
};

/*
 * The number of a process says in these bits which target it is of, from 0 in
 * the order the probe was given them, where the stream is of several.
 */
#define WN_TARGET_SHIFT 26
#define WN_TARGETS_MAX 31
#define WN_TARGET_BITS ((__u32)WN_TARGETS_MAX << WN_TARGET_SHIFT)

/* In the number of a process found running: its pid stands below the target. */
#define WN_PROCESS_FOUND 0x80000000u

struct wn_process {
	struct wn_record head;
	__u64 time;
	__u32 process; /* unique in the stream; a new one at each fork and exec */
	__u32 parent; /* process that forked or exec'd; 0 where unknown */
	__u32 pid;
	__u32 ppid;
	__u16 cause;
	__u16 path_len; /* program image, without NUL; 0 after a fork */
	__u32 reserved;
	char path[]; /* absent after a fork */
};

#define WN_HAS_FILE 1 /* path, dev and inode are what the kernel opened */
#define WN_HAS_NAME 2 /* name is what the program passed */
#define WN_FOLLOW 4 /* the call follows a final symlink */
#define WN_CHROOT 8 /* base is a root below the container's, for an absolute name */

/*
 * First sight of (process, target, operation, result); entry 0: one access
 * that no repeat or count record will refer to. Behind it stand three strings
 * without NUL: the file's path, the directory that a relative name starts
 * from (or the root, for a process that changed it), and the name.
 */
struct wn_access {
	struct wn_record head;
	__u64 entry;
	__u64 time;
	__u64 inode;
	__u32 dev;
	__u32 process;
	__u32 pid;
	__u32 ppid;
	__u16 error; /* positive errno, 0 for success */
	__u16 call;
	__u8 op;
	__u8 flags;
	__u16 path_len;
	__u16 base_len;
	__u16 name_len;
	__u32 reserved;
	char strings[];
};

struct wn_repeat {
	struct wn_record head;
	__u64 entry;
	__u64 time;
};

struct wn_count {
	struct wn_record head;
	__u64 entry;
	__u64 count;
	__u64 last; /* where repeats are only counted: to the timer tick */
};

struct wn_lost {
	struct wn_record head;
	__u32 reason;
	__u32 reserved;
	__u64 count;
};

/*
 * A system call that the container made, where the probe was to tell: one record
 * for each, however often it was made.
 */
struct wn_syscall {
	struct wn_record head;
	__u32 number;
	__u32 arch; /* AUDIT_ARCH_… (linux/audit.h), as seccomp has it */
	char name[40]; /* as strace prints it; empty where unknown */
};

struct wn_end {
	struct wn_record head;
	__u64 made; /* accesses that the probe saw */
	__u64 delivered; /* accesses that stand in the stream, repeats counted */
};

#endif
