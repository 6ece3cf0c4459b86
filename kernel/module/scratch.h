/* SPDX-License-Identifier: GPL-2.0 */
/* Where a hook describes an access: one for each CPU, too large for a stack. */
#ifndef WINNOW_SCRATCH_H
#define WINNOW_SCRATCH_H

#include <linux/types.h>

#include "path.h"
#include "table.h"
#include "winnow.h"

struct wn_scratch {
	struct wn_identity key;
	struct wn_place file;
	struct wn_place base;
	unsigned long arguments[6]; /* of the system call */
	unsigned long tick; /* jiffies when tick_time was taken */
	u64 tick_time;
	u16 call;
	bool busy;
	bool has_base;
	u32 name_len; /* without NUL */
	u64 name_hash;
	char name[WN_PATH_MAX + 8] __aligned(8); /* hashed by words */
	char walk[WN_PATH_MAX];
	union {
		struct wn_record head;
		struct wn_access access;
		struct wn_process process;
		char bytes[sizeof(struct wn_access) + 3 * WN_PATH_MAX];
	} record;
};

int wn_scratches_make(void);
void wn_scratches_free(void);

/*
 * Takes this CPU's scratch, with preemption off until it is given back, which
 * RCU's grace periods wait for too. The caller is in a section of RCU already.
 * NULL where the CPU is in a hook already, or in an interrupt; all sessions
 * count that as lost.
 */
struct wn_scratch *wn_scratch_take(void);
/* It may be NULL. */
void wn_scratch_give_back(struct wn_scratch *scratch);

#endif
