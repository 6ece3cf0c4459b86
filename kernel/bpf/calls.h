/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef WINNOW_CALLS_H
#define WINNOW_CALLS_H

#include <linux/types.h>

#include "winnow.h"

struct wn_call_source {
	int number; /* of this machine's system call table */
	const char *name;
	const char *function; /* the kernel's name for it; NULL where it is the same */
	struct wn_call_desc desc; /* its `call` is the index in this list */
};

extern const struct wn_call_source wn_calls[];
extern const unsigned int wn_calls_count;

#endif
