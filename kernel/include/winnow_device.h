/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * /dev/winnow, the kernel module's device. One open descriptor is one session:
 *
 *   SETUP, FILTER (once or more), START, read() …, STOP, read() until 0
 *
 * read() gives whole records of winnow_abi.h, in the order they were made:
 * scope, process, access, repeat; behind STOP also the counts. What stands
 * around them in a stream (hello, call names, losses, end) is the reader's,
 * from STATS. Closing the descriptor ends the session, whoever dies.
 *
 * Each structure begins with its size: a newer kernel takes a shorter one, and
 * one that is longer only where what it does not know is zero.
 */
#ifndef WINNOW_DEVICE_H
#define WINNOW_DEVICE_H

#include <linux/ioctl.h>
#include <linux/types.h>
#ifndef __KERNEL__
#include <sys/ioctl.h>
#endif

#include "winnow.h"

#define WN_DEVICE_PATH "/dev/winnow"
#define WN_DEVICE_VERSION 2

#define WN_ENTRIES_MAX 0x1000000u

struct wn_setup {
	__u32 size;
	__u32 all_events;
	__u32 ring_bytes; /* of each CPU: a power of two, at least a page */
	__u32 max_entries; /* accesses that are told apart; further ones are sent one by one */
	__u64 calls; /* address of WN_CALL_TABLE struct wn_call_desc, by system call number */
	/* What accesses that no system call names refer to: indexes of call names. */
	__u32 execve_call;
	__u32 openat_call;
	__u32 statx_call;
	__u32 reserved; /* zero */
};

enum wn_filter_kind {
	WN_FILTER_CGROUP = 1, /* fd: a directory of the unified hierarchy; and all below it */
	WN_FILTER_MOUNT_NAMESPACE, /* fd: /proc/PID/ns/mnt */
	/* A cgroup with this id in its name, outside the caller's mount namespace. */
	WN_FILTER_CONTAINER,
	WN_FILTER_PID, /* a process and its descendants, numbered as the caller sees them */
};

/*
 * Tasks are followed from their first exec inside any of a session's filters,
 * with all their children.
 */
struct wn_filter {
	__u32 size;
	__u32 kind;
	__s32 fd;
	__u32 pid;
	char container[WN_CONTAINER_ID_LEN];
};

/* made = delivered + the sum of lost holds at every moment but in the middle of a record. */
struct wn_session_stats {
	__u32 size;
	__u32 reserved;
	__u64 made;
	__u64 delivered;
	__u64 lost[WN_LOSS_COUNT];
};

/* Follows what runs already, behind START. */
struct wn_running_tasks {
	__u32 size;
	__u32 count; /* room in pids; set to the number of processes found, which may be more */
	__u64 pids; /* address of __u32s, for process ids as the caller sees them */
};

#define WN_IOCTL_VERSION _IOR('W', 0x40, __u32)
#define WN_IOCTL_SETUP _IOW('W', 0x41, struct wn_setup)
#define WN_IOCTL_FILTER _IOW('W', 0x42, struct wn_filter)
#define WN_IOCTL_START _IO('W', 0x43)
#define WN_IOCTL_STOP _IO('W', 0x44)
#define WN_IOCTL_STATS _IOWR('W', 0x45, struct wn_session_stats)
#define WN_IOCTL_RUNNING _IOWR('W', 0x46, struct wn_running_tasks)

#endif
