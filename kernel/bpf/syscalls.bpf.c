// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Which system calls the followed tasks make: a byte for each number, for a
 * seccomp profile. Loaded only where it is asked for, beside the probe, whose
 * table of followed tasks it shares.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "syscalls.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define TS_COMPAT 2

/* The probe's; what it keeps there is its own business. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} tasks SEC(".maps");

__u8 made[WN_SYSCALLS_MAX];
__u8 compat_made[WN_SYSCALLS_MAX];

/* Whether the call is of the 32-bit ABI, which has numbers of its own. */
static __always_inline bool is_compat(struct task_struct *task)
{
#if defined(__TARGET_ARCH_x86)
	return task->thread_info.status & TS_COMPAT;
#else
	return task->thread_info.flags & (1 << 22); /* TIF_32BIT */
#endif
}

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long number)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u8 *seen;

	if (number < 0 || number >= WN_SYSCALLS_MAX || !bpf_task_storage_get(&tasks, task, NULL, 0))
		return 0;
	seen = is_compat(task) ? compat_made : made;
	if (!seen[number & (WN_SYSCALLS_MAX - 1)]) /* a line that all CPUs read and none writes stays in all caches */
		seen[number & (WN_SYSCALLS_MAX - 1)] = 1;
	return 0;
}
