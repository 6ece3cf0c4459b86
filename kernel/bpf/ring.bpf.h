/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* The way of records to the loader. */
#ifndef WINNOW_RING_BPF_H
#define WINNOW_RING_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "scratch.bpf.h"
#include "winnow.h"

const volatile __u64 wakeup_bytes; /* set by the loader */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20); /* the loader may change it */
} ring SEC(".maps");

/* The reader sleeps until a good part of the ring is full, as each CPU sees now and then, or its poll ends. */
static __always_inline long send(struct scratch *scratch, void *record, __u64 len)
{
	__u64 flags = BPF_RB_NO_WAKEUP;

	scratch->unasked += len;
	if (scratch->unasked >= wakeup_bytes / 8) {
		scratch->unasked = 0;
		if (bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) >= wakeup_bytes)
			flags = BPF_RB_FORCE_WAKEUP;
	}
	return bpf_ringbuf_output(&ring, record, len, flags);
}

static __always_inline void set_head(struct wn_record *head, __u16 type, __u32 len)
{
	head->len = len;
	head->type = type;
	head->cpu = bpf_get_smp_processor_id();
}

#endif
