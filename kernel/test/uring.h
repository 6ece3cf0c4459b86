/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef URING_H
#define URING_H

#include <linux/io_uring.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "workload.h"

/* One ring of one entry; the kernel's layout is io_uring(7)'s. */
struct uring {
	int fd;
	char *rings;
	struct io_uring_params params;
	struct io_uring_sqe *entries;
};

static inline bool make_uring(struct uring *uring)
{
	size_t size;

	uring->fd = syscall(SYS_io_uring_setup, 1, &uring->params);
	if (uring->fd < 0)
		return false; /* the kernel or the engine forbids it, so nobody opens anything with it */
	size = uring->params.cq_off.cqes + uring->params.cq_entries * sizeof(struct io_uring_cqe);
	uring->rings = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, uring->fd, IORING_OFF_SQ_RING);
	uring->entries = mmap(NULL, sizeof(*uring->entries), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, uring->fd,
			      IORING_OFF_SQES);
	if (uring->rings == MAP_FAILED || uring->entries == MAP_FAILED)
		die("mmap of io_uring");
	return true;
}

static inline unsigned *ring_field(struct uring *uring, unsigned offset)
{
	return (unsigned *)(uring->rings + offset);
}

/* Hands one request to the kernel, and waits for `results`. */
static inline void enter(struct uring *uring, struct io_uring_sqe entry, int results)
{
	unsigned *tail = ring_field(uring, uring->params.sq_off.tail);

	uring->entries[0] = entry;
	ring_field(uring, uring->params.sq_off.array)[0] = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, uring->fd, 1, results, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		die("io_uring_enter");
}

/* Submits one request, by a worker where `async`, and waits; returns its result. */
static inline int submit(struct uring *uring, struct io_uring_sqe entry, bool async)
{
	unsigned *head = ring_field(uring, uring->params.cq_off.head);
	unsigned mask = *ring_field(uring, uring->params.cq_off.ring_mask);
	struct io_uring_cqe *done = (void *)(uring->rings + uring->params.cq_off.cqes);
	int result;

	entry.flags = async ? IOSQE_ASYNC : 0;
	enter(uring, entry, 1);
	result = done[*head & mask].res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return result;
}

#endif
