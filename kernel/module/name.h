/* SPDX-License-Identifier: GPL-2.0 */
/* Names that programs pass: read into the scratch, and hashed to tell them apart. */
#ifndef WINNOW_NAME_H
#define WINNOW_NAME_H

#include "scratch.h"

/* Draws the hash's secret keys; before any session starts. */
void wn_names_init(void);

/*
 * Reads a name of the current program. Returns its size with the NUL, at most
 * WN_PATH_MAX: a longer one is cut. Negative where it can't be read.
 */
long wn_read_name(struct wn_scratch *scratch, const void __user *from);

/* Takes over a name that stands in the scratch already: `size` bytes with the NUL. */
void wn_take_name(struct wn_scratch *scratch, u32 size);

#endif
