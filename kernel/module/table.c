// SPDX-License-Identifier: GPL-2.0
#include <linux/build_bug.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "table.h"

static void *allocate(size_t count, size_t size)
{
	/* Rather fail than have the kernel kill somebody for the memory. */
	return __vmalloc(count * size, GFP_KERNEL | __GFP_ZERO | __GFP_NORETRY | __GFP_NOWARN);
}

int wn_table_make(struct wn_table *table, u32 capacity)
{
	int i;

	for (i = 0; i < WN_TABLE_LOCKS; i++)
		raw_spin_lock_init(&table->locks[i]);
	table->capacity = capacity;
	table->bits = max(ilog2(capacity), 6);
	table->slots = allocate(capacity, sizeof(*table->slots));
	table->buckets = allocate(1ul << table->bits, sizeof(*table->buckets));
	return table->slots && table->buckets ? 0 : -ENOMEM;
}

void wn_table_free(struct wn_table *table)
{
	vfree(table->slots);
	vfree(table->buckets);
}

static bool same_key(const struct wn_identity *one, const struct wn_identity *other)
{
	const u64 *a = (const u64 *)one, *b = (const u64 *)other;

	BUILD_BUG_ON(sizeof(*one) != 5 * sizeof(u64));
	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) | (a[4] ^ b[4]));
}

static u32 bucket_of(const struct wn_table *table, const struct wn_identity *key)
{
	const u64 *words = (const u64 *)key;

	/* The name is hashed with secret keys; what a process could choose is in no other word. */
	return hash_64(words[0] ^ hash_64(words[2] + words[4], 64), table->bits);
}

static struct wn_slot *find(const struct wn_table *table, u32 bucket, const struct wn_identity *key)
{
	/* Pairs with the release in insert(): a slot that is in a bucket is filled. */
	u32 number = smp_load_acquire(&table->buckets[bucket]);

	while (number) {
		struct wn_slot *slot = &table->slots[number - 1];

		if (same_key(&slot->key, key))
			return slot;
		number = slot->next;
	}
	return NULL;
}

static struct wn_slot *insert(struct wn_table *table, u32 bucket, const struct wn_identity *key)
{
	struct wn_slot *slot = find(table, bucket, key);
	u32 number;

	if (slot)
		return slot; /* another CPU was faster */
	number = atomic_inc_return(&table->used);
	if (number > table->capacity) {
		atomic_dec(&table->used);
		return NULL;
	}
	slot = &table->slots[number - 1];
	slot->key = *key;
	slot->next = table->buckets[bucket];
	/* Pairs with the acquire in find(). */
	smp_store_release(&table->buckets[bucket], number);
	return slot;
}

static noinline struct wn_slot *make(struct wn_table *table, u32 bucket,
				     const struct wn_identity *key)
{
	raw_spinlock_t *lock = &table->locks[bucket % WN_TABLE_LOCKS];
	struct wn_slot *slot;

	if (atomic_read(&table->used) >= table->capacity)
		return NULL;
	raw_spin_lock(lock);
	slot = insert(table, bucket, key);
	raw_spin_unlock(lock);
	return slot;
}

struct wn_slot *wn_table_slot(struct wn_table *table, const struct wn_identity *key)
{
	u32 bucket = bucket_of(table, key);

	return find(table, bucket, key) ?: make(table, bucket, key);
}

u32 wn_table_used(const struct wn_table *table)
{
	return min_t(u32, atomic_read(&table->used), table->capacity);
}
