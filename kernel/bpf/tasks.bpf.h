/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * Which tasks belong to a container stands in task storage, set at exec and
 * inherited at fork, so a task of anybody else costs one failed look-up.
 */
#ifndef WINNOW_TASKS_BPF_H
#define WINNOW_TASKS_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "loss.bpf.h"
#include "path.bpf.h"
#include "ring.bpf.h"
#include "scratch.bpf.h"

const volatile __u32 target_bits; /* set by the loader: WN_TARGET_BITS where there are several targets, else 0 */
__u64 task_changes; /* how often a task has become part of a process */
__u32 last_process; /* processes are numbered from 1, and say which target they are of */

struct task_state {
	__u32 process;
	__u32 parent;
	__u32 cause;
	__u32 announced;
	/*
	 * Of a process's first thread, for all its threads: the working directory
	 * as of the last exec or chdir, where the next relative chdir starts; and
	 * the struct fs_struct that it stands in, with its count of changes.
	 */
	struct place cwd;
	__u64 cwd_of;
	__u32 cwd_changes;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_state);
} tasks SEC(".maps");

static __always_inline __u32 align8(__u32 len)
{
	return (len + 7) & ~7u;
}

/* Tells the reader of the task's process, with the program it runs after an exec. */
__noinline int announce(__u32 process, __u32 parent, __u32 cause)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct scratch *scratch = scratch_of_cpu();
	__u32 len = sizeof(struct wn_process);
	int path_len = 0;

	if (!scratch)
		return -1;
	if (cause != WN_FORK) {
		path_len = append_file(scratch, BPF_CORE_READ(task, mm, exe_file), len);
		if (path_len < 0)
			path_len = 0;
	}
	scratch->record.process.time = bpf_ktime_get_ns();
	scratch->record.process.process = process;
	scratch->record.process.parent = parent;
	scratch->record.process.pid = task->tgid;
	scratch->record.process.ppid = task->real_parent->tgid;
	scratch->record.process.cause = cause;
	scratch->record.process.path_len = path_len;
	scratch->record.process.reserved = 0;
	len = align8(len + path_len);
	if (len > sizeof(struct wn_process) + WN_PATH_MAX)
		return -1;
	set_head(&scratch->record.head, WN_PROCESS, len);
	return send(scratch, &scratch->record, len);
}

static __always_inline void announce_once(struct task_state *state)
{
	if (!state->announced && announce(state->process, state->parent, state->cause) == 0)
		state->announced = 1;
}

/* Before a task's state is made or changed: what CPUs remember of the last one is void. */
static __always_inline void note_change(void)
{
	__sync_fetch_and_add(&task_changes, 1);
}

/* False for a task that is not followed. Most calls are of the task that made the last one, which takes no look-up. */
static __always_inline bool find_process(struct scratch *scratch, struct task_struct *task, __u32 *process)
{
	struct task_state *state;

	if (scratch->last.task == (__u64)task && scratch->last.changes == task_changes) {
		*process = scratch->last.process;
		return true;
	}
	scratch->last.task = 0;
	scratch->last.changes = task_changes;
	state = bpf_task_storage_get(&tasks, task, NULL, 0);
	if (!state)
		return false;
	announce_once(state);
	*process = state->process;
	if (state->announced && state->process) {
		scratch->last.task = (__u64)task;
		scratch->last.process = state->process;
		scratch->last.root_mount = 0;
	}
	return true;
}

/* A number that no process had before, of the same target as that of process `like`. */
static __always_inline __u32 next_process(__u32 like)
{
	__u32 number = __sync_fetch_and_add(&last_process, 1) + 1;

	return (number & ~target_bits) | (like & target_bits);
}

#endif
