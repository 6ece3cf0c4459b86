/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * The table of accesses: open addressing over an array, since the kernel's
 * own hash map costs several cache and TLB misses a look-up where the table
 * is larger than the caches. An entry is half a cache line; what a process does
 * to one file lies together, and so do files with numbers close to each
 * other, which are often used one after the other.
 *
 * Entries are never removed or moved. One is claimed by compare-and-swap of
 * its state, and compared by others only once it is ready; two CPUs that see
 * the same access first at the same moment may make two entries of it, which
 * the reader adds up.
 */
#ifndef WINNOW_TABLE_BPF_H
#define WINNOW_TABLE_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "name.bpf.h"
#include "scratch.bpf.h"
#include "winnow.h"

#define NEIGHBOURS 16 /* entries that are tried in each of two places */
#define NEAREST 4 /* of them, that are tried without a call */
#define OF_FILE 4 /* entries between the places of file n and file n + 1 */
#define FILES_TOGETHER 64

const volatile __u32 entry_slots = 1; /* a power of two; set by the loader */
const volatile __u32 entries_limit;
const volatile __u64 place_keys[4];

__u32 entries_used;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* the loader changes it */
	__type(key, __u32);
	__type(value, struct wn_entry);
} entries SEC(".maps");

/* Fast, and even enough for where to begin: a name's hash and these keys are secret. */
static __always_inline __u32 place_of(__u64 a, __u64 b)
{
	return ((a ^ place_keys[0]) * (place_keys[1] | 1) + (b ^ place_keys[2]) * (place_keys[3] | 1)) >> 32;
}

static __always_inline __u32 first_place(const struct wn_key *key)
{
	__u64 owner = (key->what >> 32 << 32) | (__u32)key->devices;
	__u32 of_operation = key->what >> 9 & (OF_FILE - 1); /* a stat's and a read's side by side */

	if (!(key->what & WN_HAS_FILE))
		return place_of(key->name_hash, key->base_inode ^ owner) + of_operation;
	return place_of(key->inode / FILES_TOGETHER, owner) + key->inode % FILES_TOGETHER * OF_FILE + of_operation;
}

static __always_inline void count_in(struct wn_entry *entry, __u64 now)
{
	__sync_fetch_and_add(&entry->count, 1);
	if (now > entry->last)
		entry->last = now;
}

enum look { LOOK_ON, LOOK_MADE, LOOK_NO_ROOM };

/* A free entry, which the access becomes the owner of, unless another CPU is faster. */
static __always_inline enum look claim(struct wn_entry *entry, __u64 identity, __u32 slot)
{
	if (entries_used >= entries_limit)
		return LOOK_NO_ROOM;
	if (__sync_val_compare_and_swap(&entry->state, WN_ENTRY_FREE, WN_ENTRY_CLAIMED) != WN_ENTRY_FREE)
		return LOOK_ON;
	__sync_fetch_and_add(&entries_used, 1);
	entry->identity = identity;
	entry->id = slot + 1;
	__sync_lock_test_and_set(&entry->state, WN_ENTRY_UNSENT);
	return LOOK_MADE;
}

/* The entry of `key`, made where there is none; null where there is no room. */
static __always_inline struct wn_entry *find_entry(const struct wn_key *key)
{
	__u64 identity = identity_of(key);
	__u32 first = first_place(key);

	for (__u32 i = 0; i < 2 * NEIGHBOURS; i++) {
		__u32 slot = (i < NEIGHBOURS ? first + i : identity + i) & (entry_slots - 1);
		struct wn_entry *entry = bpf_map_lookup_elem(&entries, &slot);

		if (!entry)
			return NULL;
		if (entry->state == WN_ENTRY_FREE) { /* so it is not further on either */
			enum look look = claim(entry, identity, slot);

			if (look != LOOK_ON)
				return look == LOOK_MADE ? entry : NULL;
		} else if (entry->state != WN_ENTRY_CLAIMED && entry->identity == identity) {
			return entry;
		}
	}
	return NULL;
}

/* Counts one more of what was seen and sent before; false where it takes find_entry() to tell. */
static __always_inline bool count_repeat(const struct wn_key *key, __u64 now)
{
	__u64 identity = identity_of(key);
	__u32 first = first_place(key);

	for (__u32 i = 0; i < NEAREST; i++) {
		__u32 slot = (first + i) & (entry_slots - 1);
		struct wn_entry *entry = bpf_map_lookup_elem(&entries, &slot);

		if (!entry)
			return false;
		if (entry->identity == identity) {
			if (entry->state != WN_ENTRY_SENT)
				return false;
			count_in(entry, now);
			return true;
		}
		if (entry->state == WN_ENTRY_FREE) /* so it is not further on either */
			return false;
	}
	return false;
}

#endif
