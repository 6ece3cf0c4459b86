/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Shared between the BPF program and its loader; not part of the stream. */
#ifndef WINNOW_H
#define WINNOW_H

#include "winnow_abi.h"

#define WN_CALLS_MAX 512 /* system call numbers below this are looked up */
#define WN_CALL_TABLE (2 * WN_CALLS_MAX) /* from WN_CALLS_MAX on, those of 32-bit programs */
#define WN_CONTAINER_ID_LEN 64
#define WN_PID_BITS ((1u << WN_TARGET_SHIFT) - 1) /* pids end below 2^22 */
#define WN_CGROUPS_MAX 16

/*
 * What the kernel's function behind a system call begins with
 * (syscall_wrapper.h of each architecture).
 */
#if defined(__x86_64__) || defined(__TARGET_ARCH_x86)
#define WN_CALL_FUNCTION "__x64_sys_"
/* The same for 32-bit programs: with a compatible version of its own, or the 64-bit one. */
#define WN_CALL_FUNCTION_32 "__ia32_sys_"
#define WN_CALL_FUNCTION_COMPAT "__ia32_compat_sys_"
#else
#define WN_CALL_FUNCTION "__arm64_sys_"
#define WN_CALL_FUNCTION_32 WN_CALL_FUNCTION
#define WN_CALL_FUNCTION_COMPAT "__arm64_compat_sys_"
#endif

enum wn_kind {
	WN_KIND_NONE, /* not captured */
	WN_KIND_OPEN, /* result is a descriptor of what the path names */
	WN_KIND_PATH, /* path, resolved and forgotten */
	WN_KIND_FD, /* acts on an open descriptor */
	WN_KIND_MMAP, /* the same, but only for file mappings */
	WN_KIND_CHDIR, /* path, or descriptor, that has become the working directory */
	WN_KIND_CHROOT, /* path that has become the root */
	WN_KIND_SOCKET, /* address of a socket, which may be a path */
};

#define WN_CALL_NOFOLLOW 1 /* acts on a final symlink itself */
#define WN_CALL_AT_FLAGS 2 /* AT_SYMLINK_NOFOLLOW, AT_SYMLINK_FOLLOW, AT_EMPTY_PATH count */
#define WN_CALL_OPEN_HOW 4 /* flags argument points to struct open_how */
#define WN_CALL_CREAT 8 /* no flags argument: opens for writing */
#define WN_CALL_IN_MEMORY 16 /* the one argument points to the others, of 32 bits each */
/* The first argument says which call, the second points to its arguments. */
#define WN_CALL_SOCKETCALL 32

/* What the fentry rung does at a call's exit. */
enum wn_handler {
	WN_HANDLER_ANY, /* looks the call up */
	WN_HANDLER_OPENAT,
	WN_HANDLER_NEWFSTATAT,
	WN_HANDLERS,
};

/* Where a system call keeps what we want; arguments count from 1, 0 = none. */
struct wn_call_desc {
	__u8 kind;
	__u8 op;
	__u8 call; /* index into the loader's names */
	__u8 bits;
	__u8 dirfd;
	__u8 path;
	__u8 flags;
	__u8 fd;
	/* second path of rename, link: */
	__u8 path2;
	__u8 dirfd2;
	__u8 op2;
	__u8 reserved;
};

enum wn_entry_state {
	WN_ENTRY_FREE,
	WN_ENTRY_CLAIMED, /* for a moment, by a CPU that writes whose it is */
	WN_ENTRY_UNSENT, /* its access record is not in the ring yet */
	WN_ENTRY_NAMELESS, /* the same, since no path leads there that could be told */
	WN_ENTRY_SENT,
};

/* Half a cache line: an open and a stat of the same file lie in one. */
struct wn_entry {
	__u64 identity; /* hash of what tells the access apart */
	__u64 count;
	__u64 last; /* of a repeat that is only counted: to the timer tick */
	__u32 id;
	__u32 state;
};

struct wn_stats {
	__u64 made;
	__u64 anonymous; /* delivered with entry 0: the table was full */
	__u64 repeats; /* repeat and duplicate access records delivered */
	__u64 lost[WN_LOSS_COUNT];
};

#endif
