/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Counts what the scratch describes, and sends what is seen first. */
#ifndef WINNOW_COUNT_BPF_H
#define WINNOW_COUNT_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "loss.bpf.h"
#include "path.bpf.h"
#include "ring.bpf.h"
#include "scratch.bpf.h"
#include "table.bpf.h"
#include "tasks.bpf.h"

const volatile __u32 all_events; /* set by the loader */

static __always_inline void append_name(struct scratch *scratch, __u32 offset, __u32 len)
{
	if (len > 8 * SHORT_WORDS || offset > WORDS_END - 8 * SHORT_WORDS) {
		bpf_probe_read_kernel(&scratch->record.bytes[offset], len, scratch->name);
		return;
	}
	for (__u32 index = 0; index < SHORT_WORDS && 8 * index < len; index++)
		put_word(scratch, offset + 8 * index, scratch->name[index]);
}

/* Sends what the scratch describes. Returns 0, -1 (no room), -2 (no path). */
static __always_inline int send_access(struct scratch *scratch, __u64 entry, __u64 now)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 what = scratch->key.what;
	__u32 len = sizeof(struct wn_access);
	__u32 name_len = scratch->name_len & (WN_PATH_MAX - 1);
	int path_len = 0, base_len = 0;

	if (what & WN_HAS_FILE) {
		path_len = append_place(scratch, &scratch->file, len);
		if (path_len < 0)
			return -2;
		len += path_len & (WN_PATH_MAX - 1);
	}
	if (scratch->has_base) {
		base_len = append_place(scratch, &scratch->base, len);
		if (base_len < 0)
			return -2;
		len += base_len & (WN_PATH_MAX - 1);
	}
	if (len > sizeof(struct wn_access) + 2 * WN_PATH_MAX)
		return -2;
	append_name(scratch, len, name_len);
	len = align8(len + name_len);
	scratch->record.access = (struct wn_access){
		.entry = entry,
		.time = now,
		.inode = scratch->key.inode,
		.dev = scratch->key.devices,
		.process = what >> 32,
		.pid = task->tgid,
		.ppid = task->real_parent->tgid,
		.error = what >> 16,
		.call = scratch->call,
		.op = what >> 8,
		.flags = what,
		.path_len = path_len,
		.base_len = base_len,
		.name_len = name_len,
	};
	if (len > sizeof(struct wn_access) + 3 * WN_PATH_MAX)
		return -2;
	set_head(&scratch->record.head, WN_ACCESS, len);
	return send(scratch, &scratch->record, len) ? -1 : 0;
}

/* Returns 0 or -1 (no room). */
static __always_inline int send_repeat(struct scratch *scratch, __u64 entry, __u64 now)
{
	struct wn_repeat *repeat = &scratch->record.repeat;

	repeat->entry = entry;
	repeat->time = now;
	set_head(&repeat->head, WN_REPEAT, sizeof(*repeat));
	return send(scratch, repeat, sizeof(*repeat)) ? -1 : 0;
}

/* The time as of this CPU's first look at it in the timer tick: for a fraction of the clock's cost. */
static __always_inline __u64 tick_time(struct scratch *scratch)
{
	__u64 tick = bpf_jiffies64();

	if (scratch->tick != tick) {
		scratch->tick = tick;
		scratch->tick_time = bpf_ktime_get_ns();
	}
	return scratch->tick_time;
}

/*
 * Counts the access that the scratch describes, and sends its first sight.
 * made = delivered + lost holds at every moment: an entry whose record found
 * no room stays unsent, is tried again at the next access, and what is unsent
 * at the end is counted lost by the loader.
 */
__noinline int commit(void)
{
	struct scratch *scratch = scratch_of_cpu();
	struct wn_stats *counts = stats_of_cpu();
	struct wn_entry *entry;
	bool sent = false;
	__u64 now;
	int error;

	if (!scratch || !counts)
		return 0;
	counts->made++;
	entry = find_entry(&scratch->key);
	if (entry) {
		__sync_fetch_and_add(&entry->count, 1);
		sent = entry->state == WN_ENTRY_SENT;
	}
	if (sent && !all_events) {
		now = tick_time(scratch);
		if (now > entry->last)
			entry->last = now;
		return 0;
	}
	now = bpf_ktime_get_ns();
	error = sent ? send_repeat(scratch, entry->id, now) : send_access(scratch, entry ? entry->id : 0, now);
	if (entry) {
		entry->last = now;
		if (!error)
			entry->state = WN_ENTRY_SENT;
		else if (error == -2)
			entry->state = WN_ENTRY_NAMELESS;
	}
	if (entry && !all_events)
		return 0; /* the loader counts those that stay unsent */
	if (error)
		counts->lost[error == -2 ? WN_LOSS_PATH : WN_LOSS_RING]++;
	else if (entry)
		counts->repeats++;
	else
		counts->anonymous++;
	return 0;
}

/* Counts what was counted before at once, and by way of commit() the rest. */
static __always_inline void count(struct scratch *scratch)
{
	struct wn_stats *counts = stats_of_cpu();

	if (!all_events && counts && count_repeat(&scratch->key, tick_time(scratch)))
		counts->made++;
	else
		commit();
}

#endif
