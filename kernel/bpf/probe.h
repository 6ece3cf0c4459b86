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
	const char *container; /* 64 hex digits, or NULL */
	__u64 cgroups[WN_CGROUPS_MAX];
	unsigned int cgroup_count;
	__u32 pid; /* or 0 */
	bool all_events;
	bool running; /* begin with the processes that are there already */
	__u32 ring_bytes; /* power of two, at least a page */
	__u32 max_entries;
};

struct wn_running {
	__u64 accesses; /* written for what running processes had open, mapped and running */
};

/* Follows the processes that are there, and writes what they already use. False where the kernel refuses. */
struct bpf_program;
bool wn_write_running(struct bpf_program *found, __u32 call, struct wn_running *result);

#define WN_REASON_LEN 160

/* Attaches the probe on this rung, following nobody, and takes it away again. False with the reason where it can't be. */
bool wn_try_rung(enum wn_rung rung, char reason[WN_REASON_LEN]);

int wn_capture(const struct wn_options *options);
int wn_features(void);

/* Buffered records on standard output; a failed write is remembered, not reported twice. */
void wn_write(const void *record, size_t len);
bool wn_flush(void);

#endif
