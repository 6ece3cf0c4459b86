// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/audit.h>
#include <sys/syscall.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "call-exits.h"
#include "probe.h"
#include "syscalls.h"
#include "syscalls.skel.h"

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#define COMPAT AUDIT_ARCH_I386
#else
#define NATIVE AUDIT_ARCH_AARCH64
#define COMPAT AUDIT_ARCH_ARM
#endif

/* By number, from the C library's own headers; a call that is newer than these has no name. */
static const char *const names[WN_SYSCALLS_MAX] = {
#include "syscall-names.h"
};

static const char *const compat_names[WN_SYSCALLS_MAX] = {
#include "compat-syscall-names.h"
};

static struct syscalls_bpf *probe;

bool wn_attach_syscalls(int tasks)
{
	int error;

	probe = syscalls_bpf__open();
	if (!probe)
		return false;
	error = bpf_map__reuse_fd(probe->maps.tasks, tasks) ?: syscalls_bpf__load(probe) ?: syscalls_bpf__attach(probe);
	if (error) {
		syscalls_bpf__destroy(probe);
		probe = NULL;
		errno = -error;
	}
	return !error;
}

void wn_stop_syscalls(void)
{
	if (probe)
		syscalls_bpf__detach(probe);
}

static void write_calls(__u32 arch, const __u8 *made, const char *const *call_names)
{
	for (__u32 number = 0; number < WN_SYSCALLS_MAX; number++) {
		struct wn_syscall record = {
			.head = {.len = sizeof(record), .type = WN_SYSCALL}, .number = number, .arch = arch,
		};

		if (!made[number])
			continue;
		if (call_names[number])
			strncpy(record.name, call_names[number], sizeof(record.name) - 1);
		wn_write(&record, sizeof(record));
	}
}

void wn_write_syscalls(void)
{
	if (!probe)
		return;
	if (wn_recursion_misses(bpf_program__fd(probe->progs.sys_enter))) {
		fprintf(stderr, "winnow-probe: the kernel skipped system calls, so their set is not told\n");
		return;
	}
	write_calls(NATIVE, probe->bss->made, names);
	write_calls(COMPAT, probe->bss->compat_made, compat_names);
}
