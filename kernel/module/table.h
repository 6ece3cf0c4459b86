/* SPDX-License-Identifier: GPL-2.0 */
/* Accesses that are told apart, with their counts: a hash table that only grows. */
#ifndef WINNOW_TABLE_H
#define WINNOW_TABLE_H

#include <linux/atomic.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "winnow.h"

#define WN_TABLE_LOCKS 64

/* All of it exact but the name, for which stands a hash with secret keys. */
struct wn_identity {
	u64 name_hash;
	u64 base_inode;
	u64 inode;
	u32 base_dev;
	u32 dev;
	u32 process;
	u16 error;
	u8 op;
	u8 flags; /* WN_HAS_FILE, ... */
};

struct wn_slot {
	struct wn_identity key;
	u64 last; /* time */
	atomic64_t count;
	u32 next; /* in its bucket; slots are numbered from 1 */
	u32 sent; /* 1 once its access record is in a ring */
};

struct wn_table {
	struct wn_slot *slots;
	u32 *buckets;
	u32 capacity;
	unsigned int bits; /* 2^bits buckets */
	atomic_t used;
	/* Each for the insertions to its share of the buckets. */
	raw_spinlock_t locks[WN_TABLE_LOCKS];
};

int wn_table_make(struct wn_table *table, u32 capacity);
void wn_table_free(struct wn_table *table);

/* For hooks. The slot of this key, made where there was none; NULL where the table is full. */
struct wn_slot *wn_table_slot(struct wn_table *table, const struct wn_identity *key);

/* How many slots there are; a slot that is being made may not be filled yet. */
u32 wn_table_used(const struct wn_table *table);

static inline u64 wn_slot_number(const struct wn_table *table, const struct wn_slot *slot)
{
	return slot - table->slots + 1;
}

#endif
