// SPDX-License-Identifier: GPL-2.0
/*
 * Each CPU writes to a ring of its own, so writers never wait for each other.
 * Records refer to earlier ones (an access to its process, a repeat to its
 * access), maybe of another CPU, so a reader needs them in order: each carries
 * the number that it was given once it had room, and a reader takes number
 * after number. Where the next one is not there, its writer is about to finish.
 */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "rings.h"

struct framed {
	u64 number;
	struct wn_record head;
};

int wn_rings_make(struct wn_rings *rings, u32 bytes)
{
	unsigned int cpu;

	rings->bytes = bytes;
	rings->wakeup_bytes = bytes / 8;
	rings->of_cpu = kcalloc(nr_cpu_ids, sizeof(*rings->of_cpu), GFP_KERNEL);
	if (!rings->of_cpu)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		/* Rather fail than have the kernel kill somebody for the memory. */
		rings->of_cpu[cpu].data =
			__vmalloc(bytes, GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
		if (!rings->of_cpu[cpu].data)
			return -ENOMEM;
	}
	return 0;
}

void wn_rings_free(struct wn_rings *rings)
{
	unsigned int cpu;

	if (!rings->of_cpu)
		return;
	for_each_possible_cpu(cpu)
		vfree(rings->of_cpu[cpu].data);
	kfree(rings->of_cpu);
}

static void put(const struct wn_rings *rings, struct wn_ring *ring, unsigned long at,
		const struct wn_record *record)
{
	size_t offset = at & (rings->bytes - 1);
	size_t until_end = min_t(size_t, record->len, rings->bytes - offset);
	char *to = ring->data + offset;

	if (record->len == sizeof(struct wn_repeat) && until_end == record->len) {
		/* Most are: in a few moves. */
		*(struct wn_repeat *)to = *(const struct wn_repeat *)record;
		return;
	}
	memcpy(to, record, until_end);
	memcpy(ring->data, (const char *)record + until_end, record->len - until_end);
}

bool wn_rings_write(struct wn_rings *rings, const struct wn_record *record, bool *wake)
{
	struct wn_ring *ring = &rings->of_cpu[smp_processor_id()];
	unsigned long head = ring->head;
	/* Pairs with the release in take(): what was there is read. */
	unsigned long waiting = head - smp_load_acquire(&ring->tail);
	u64 number;

	if (rings->bytes - waiting < sizeof(number) + record->len)
		return false;
	number = atomic64_inc_return(&rings->made);
	*(u64 *)(ring->data + (head & (rings->bytes - 1))) = number;
	put(rings, ring, head + sizeof(number), record);
	/* Pairs with the acquire in first_of(). */
	smp_store_release(&ring->head, head + sizeof(number) + record->len);
	*wake |= waiting >= rings->wakeup_bytes;
	return true;
}

/* The record's number and head, both whole: records are aligned to 8 bytes, and rings too. */
static const struct framed *first_of(const struct wn_rings *rings, const struct wn_ring *ring,
				     struct framed *copy)
{
	unsigned long mask = rings->bytes - 1;

	/* Pairs with the release in wn_rings_write(): the record is whole. */
	if (smp_load_acquire(&ring->head) == ring->tail)
		return NULL;
	copy->number = *(u64 *)(ring->data + (ring->tail & mask));
	copy->head = *(struct wn_record *)(ring->data + ((ring->tail + sizeof(u64)) & mask));
	return copy;
}

/* The ring where the next record is. */
static struct wn_ring *find(struct wn_rings *rings, struct framed *copy)
{
	const u64 next = rings->read + 1;
	unsigned int i, cpu = rings->last_cpu;

	for (i = 0; i < nr_cpu_ids; i++) {
		struct wn_ring *ring = &rings->of_cpu[cpu];

		if (ring->data && first_of(rings, ring, copy) && copy->number == next) {
			rings->last_cpu = cpu;
			return ring;
		}
		cpu = cpu + 1 < nr_cpu_ids ? cpu + 1 : 0;
	}
	return NULL;
}

bool wn_rings_readable(struct wn_rings *rings)
{
	struct framed copy;

	return find(rings, &copy);
}

static int take(struct wn_rings *rings, struct wn_ring *ring, u32 len, char __user *to)
{
	unsigned long at = ring->tail + sizeof(u64);
	size_t offset = at & (rings->bytes - 1);
	size_t until_end = min_t(size_t, len, rings->bytes - offset);

	if (copy_to_user(to, ring->data + offset, until_end) ||
	    (len > until_end && copy_to_user(to + until_end, ring->data, len - until_end)))
		return -EFAULT;
	/* Pairs with the acquire in wn_rings_write(): it may be overwritten now. */
	smp_store_release(&ring->tail, at + len);
	rings->read++;
	return 0;
}

/*
 * Returns the number of bytes of the whole records that it copied, 0 where
 * there is none, -EMSGSIZE where the next one does not fit, -EFAULT.
 */
ssize_t wn_rings_read(struct wn_rings *rings, char __user *to, size_t room)
{
	struct wn_ring *ring;
	struct framed next;
	size_t done = 0;
	int error;

	while ((ring = find(rings, &next))) {
		if (next.head.len > room - done)
			return done ?: -EMSGSIZE;
		error = take(rings, ring, next.head.len, to + done);
		if (error)
			return done ?: error;
		done += next.head.len;
	}
	return done;
}
