// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Does nothing where each rung of the probe does its work: what those places alone cost. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("?tp_btf/sys_exit")
int tracepoint(void *arguments)
{
	(void)arguments;
	return 0;
}

/* The two calls of the benchmark's loop that the fentry rung hangs on. */
SEC("?fexit/__x64_sys_openat")
int fentry_open(void *arguments)
{
	(void)arguments;
	return 0;
}

SEC("?fexit/__x64_sys_newfstatat")
int fentry_stat(void *arguments)
{
	(void)arguments;
	return 0;
}
