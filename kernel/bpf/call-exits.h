/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef WINNOW_CALL_EXITS_H
#define WINNOW_CALL_EXITS_H

#include <stdbool.h>
#include <linux/types.h>

#include "winnow.h"

/* The programs on the kernel's functions behind system calls. */
struct wn_call_exits {
	int handlers[2]; /* the maps `handlers` and `optional_handlers` */
	int programs[WN_CALLS_MAX];
	unsigned int count;
	int keeper; /* pipe to the process that holds them attached */
	int alive; /* pipe from it: at its end nothing is attached any more; -1 without a keeper */
};

/* Why they are not to be used on this kernel, or NULL. */
const char *wn_call_exits_refusal(void);

/* Whether they come by the calls of 32-bit programs. */
bool wn_call_exits_show_32(void);

/*
 * `handlers`: descriptors of the two maps; `programs`: of what is to stand in
 * the first; `optional`: the one for the other. False where the kernel refuses;
 * errno tells, and close is due.
 */
bool wn_attach_call_exits(struct wn_call_exits *exits, const int handlers[2], const int programs[WN_HANDLERS],
			  int optional);
void wn_stop_call_exits(struct wn_call_exits *exits);
void wn_close_call_exits(struct wn_call_exits *exits);

/* How often the kernel skipped a program because it was running on that CPU already. */
__u64 wn_call_exits_misses(const struct wn_call_exits *exits);
__u64 wn_recursion_misses(int program);

#endif
