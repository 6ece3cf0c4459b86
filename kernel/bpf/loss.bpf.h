/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What was seen, and what of it can't be told: summed up by the loader. */
#ifndef WINNOW_LOSS_BPF_H
#define WINNOW_LOSS_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "winnow.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wn_stats);
} stats SEC(".maps");

static __always_inline struct wn_stats *stats_of_cpu(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&stats, &zero);
}

/* An access that was seen, but of which nothing can be told. */
static __always_inline void count_made_and_lost(enum wn_loss reason)
{
	struct wn_stats *counts = stats_of_cpu();

	if (counts) {
		counts->made++;
		counts->lost[reason]++;
	}
}

static __always_inline void count_lost(enum wn_loss reason)
{
	struct wn_stats *counts = stats_of_cpu();

	if (counts)
		counts->lost[reason]++;
}

#endif
