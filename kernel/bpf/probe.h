/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef WINNOW_PROBE_H
#define WINNOW_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "winnow.h"

/* Exit codes; the controller tells them apart. */
enum {
	WN_EXIT_DONE = 0,
	WN_EXIT_FAILED = 1,
	WN_EXIT_USAGE = 2,
	WN_EXIT_HOST = 5, /* the programs do not load or attach here */
};

struct wn_options {
	enum wn_rung rung;
	const char *containers[WN_TARGETS_MAX]; /* each 64 hex digits, and a target; all else is one */
	unsigned int container_count;
	const char *cgroup_directories[WN_CGROUPS_MAX];
	__u64 cgroups[WN_CGROUPS_MAX]; /* their ids */
	unsigned int cgroup_count;
	__u32 pid; /* or 0 */
	bool all_events;
	bool syscalls; /* tell which system calls are made */
	bool running; /* begin with the processes that are there already */
	__u32 ring_bytes; /* power of two, at least a page */
	__u32 max_entries;
};

/* What processes already use that were running before the probe was. */
struct wn_running {
	__u64 accesses; /* written for what they had open, mapped and running */
	__u32 targets; /* a bit for each that has some */
};

/* Writes what a process uses that the probe follows already; `number` is WN_PROCESS_FOUND, its target and its pid. */
void wn_write_running(struct wn_running *running, __u32 number);

#define WN_REASON_LEN 160

/* Attaches the probe on this rung, following nobody, and takes it away again. False with the reason where it can't be. */
bool wn_try_rung(enum wn_rung rung, char reason[WN_REASON_LEN]);

int wn_capture(const struct wn_options *options);
/* The same by the kernel module, which has to be loaded. */
int wn_capture_by_module(const struct wn_options *options);
int wn_features(void);

/* Buffered records on standard output; a failed write is remembered, not reported twice. */
void wn_write(const void *record, size_t len);
bool wn_flush(void);

enum wn_copied {
	WN_COPY_STOPPED, /* standard input has ended, or a signal came */
	WN_COPY_ORPHANED, /* `alive` has ended */
	WN_COPY_BROKEN, /* `copy` failed, or nobody reads our output any more */
};

void wn_stop_on_signals(void);
/* Calls `copy` where `records` is readable, and 50 times a second. `alive` may be -1. */
enum wn_copied wn_copy_records(int records, int alive, bool (*copy)(void *), void *context);

__s64 wn_clock_offset(void); /* from CLOCK_MONOTONIC to the Unix epoch, in nanoseconds */
struct wn_record wn_head(__u16 type, __u32 len, __u16 cpu);
/* Also the names of calls. The reader takes it as: attached. */
void wn_write_hello(const struct wn_options *options, enum wn_rung rung);
void wn_write_lost(__u16 cpu, __u32 reason, __u64 count);
__u32 wn_call_number(const char *name); /* NULL: of what was found, which no call told */

#endif
