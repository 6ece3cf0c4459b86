// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Does nothing where the probe's tracepoint rung does its work: what that place alone costs. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/sys_exit")
int nothing(void *arguments)
{
	(void)arguments;
	return 0;
}
