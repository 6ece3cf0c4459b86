/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Which of the containers, cgroups or processes to follow a task is in. */
#ifndef WINNOW_TARGET_BPF_H
#define WINNOW_TARGET_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "read.bpf.h"
#include "winnow.h"

/* Set by the loader. */
const volatile __u32 container_count;
const volatile __u64 cgroup_ids[WN_CGROUPS_MAX];
const volatile __u32 cgroup_count;
const volatile __u32 root_pid; /* or 0: follow this process and what comes of it */

#define NO_TARGET -1

/* Which target a container is, by its full id. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, WN_TARGETS_MAX);
	__type(key, char[WN_CONTAINER_ID_LEN]);
	__type(value, __u32);
} containers SEC(".maps");

/* Engines name the cgroup ID, docker-ID.scope, libpod-ID.scope or crio-ID.scope. */
static __always_inline int container_named(const char *name)
{
	char buffer[8 + WN_CONTAINER_ID_LEN] = {};
	__u32 *target;

	if (!container_count || bpf_probe_read_kernel_str(buffer, sizeof(buffer), name) < WN_CONTAINER_ID_LEN)
		return NO_TARGET;
	target = bpf_map_lookup_elem(&containers, buffer)
		?: bpf_map_lookup_elem(&containers, buffer + 5)
		?: bpf_map_lookup_elem(&containers, buffer + 7);
	return target ? (int)*target : NO_TARGET;
}

static __always_inline int target_of_cgroup(struct cgroup *cgroup)
{
	__u64 id = BPF_CORE_READ(cgroup, kn, id);

	for (__u32 i = 0; i < WN_CGROUPS_MAX; i++) {
		if (i < cgroup_count && cgroup_ids[i] == id)
			return 0;
	}
	return container_named(BPF_CORE_READ(cgroup, kn, name));
}

static __always_inline bool descends_from_root_pid(struct task_struct *task)
{
	for (int depth = 0; root_pid && depth < 32 && task; depth++) {
		if (READ(task, tgid) == root_pid)
			return true;
		task = READ(task, real_parent);
	}
	return false;
}

/* In a container's cgroup or one below it, in the unified hierarchy or, on v1 hosts, that of the first controller. */
static __noinline int target_of(struct task_struct *task)
{
	struct cgroup *unified = BPF_CORE_READ(task, cgroups, dfl_cgrp);
	struct cgroup *legacy = BPF_CORE_READ(task, cgroups, subsys[0], cgroup);

	if (descends_from_root_pid(task))
		return 0;
	for (int depth = 0; depth < 8 && unified; depth++) {
		struct cgroup_subsys_state *above = READ(unified, self.parent);
		int target = target_of_cgroup(unified);

		if (target != NO_TARGET)
			return target;
		unified = above ? container_of(above, struct cgroup, self) : NULL;
	}
	return legacy ? container_named(BPF_CORE_READ(legacy, kn, name)) : NO_TARGET;
}

#endif
