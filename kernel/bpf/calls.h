/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef WINNOW_CALLS_H
#define WINNOW_CALLS_H

#include <linux/types.h>

#include "winnow.h"

struct wn_call_source {
	int number; /* of this machine's system call table */
	const char *name;
	const char *function; /* the kernel's name for it; NULL where it is the same */
	struct wn_call_desc desc; /* arguments count from 1; `call` is the loader's */
};

extern const struct wn_call_source wn_calls[];
extern const unsigned int wn_calls_count;

/* Those of the kernel's second table. */
extern const struct wn_call_source wn_calls_32[];
extern const unsigned int wn_calls_32_count;

#endif
