// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* One empty program of each kind a probe could use; the loader tries each by itself. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define EMPTY(section, name)         \
	SEC(section)                 \
	int name(void *context)      \
	{                            \
		return 0;            \
	}

EMPTY("tp_btf/sys_exit", tp_btf_sys_exit)
EMPTY("tp_btf/sched_process_exec", tp_btf_exec)
EMPTY("tp_btf/sched_process_fork", tp_btf_fork)
EMPTY("raw_tp/sys_exit", raw_tp_sys_exit)
EMPTY("tp/syscalls/sys_exit_openat", tp_sys_exit_openat)
EMPTY("iter/task", iter_task)
EMPTY("fentry/security_file_open", fentry_file_open)
EMPTY("fexit/do_filp_open", fexit_filp_open)
EMPTY("lsm/file_open", lsm_file_open)
EMPTY("kprobe/do_sys_openat2", kprobe_openat2)
EMPTY("kretprobe/do_filp_open", kretprobe_filp_open)
