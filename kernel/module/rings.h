/* SPDX-License-Identifier: GPL-2.0 */
/* Rings of records, one for each CPU, that are read in the order in which records were made. */
#ifndef WINNOW_RINGS_H
#define WINNOW_RINGS_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/types.h>

#include "winnow_abi.h"

struct wn_ring {
	unsigned long head ____cacheline_aligned; /* bytes ever written */
	unsigned long tail ____cacheline_aligned; /* bytes ever read */
	char *data;
};

struct wn_rings {
	struct wn_ring *of_cpu; /* nr_cpu_ids of them */
	unsigned long bytes; /* of each; a power of two */
	unsigned long wakeup_bytes;
	atomic64_t made; /* records; each is numbered, from 1 */
	u64 read;
	unsigned int last_cpu; /* where the last record was read */
};

int wn_rings_make(struct wn_rings *rings, u32 bytes);
void wn_rings_free(struct wn_rings *rings);

/*
 * For hooks. False where the ring of this CPU has no room; sets *wake where its
 * reader is to be woken.
 */
bool wn_rings_write(struct wn_rings *rings, const struct wn_record *record, bool *wake);

/* For one reader at a time. */
bool wn_rings_readable(struct wn_rings *rings);
ssize_t wn_rings_read(struct wn_rings *rings, char __user *to, size_t room);

#endif
