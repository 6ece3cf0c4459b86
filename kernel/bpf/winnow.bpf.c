// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Captures the file accesses of containers: BTF tracepoints only, so that
 * it loads where fentry, kprobes and LSM programs are refused.
 *
 * Follow one access: sys_exit() looks the number up in `calls`, takes the
 * descriptor or the path string (describe.bpf.h), and describes the access in
 * the per-CPU scratch (scratch.bpf.h); count() counts a repeat in its entry
 * (table.bpf.h), and leaves to commit() to make the entry and to send the first
 * sight (count.bpf.h). Which tasks are followed is known from exec and fork
 * (exec.bpf.h, tasks.bpf.h); what io_uring does comes by itself (uring.bpf.h).
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "arguments.bpf.h"
#include "count.bpf.h"
#include "describe.bpf.h"
#include "directory.bpf.h"
#include "exec.bpf.h"
#include "scratch.bpf.h"
#include "tasks.bpf.h"
#include "uring.bpf.h"
#include "winnow.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define AT_SYMLINK_FOLLOW 0x400
#define AT_EMPTY_PATH 0x1000
#define MAP_ANONYMOUS 0x20
#define RESOLVE_IN_ROOT 0x10
#define EBADF 9
#define EFAULT 14
#define ENOSYS 38
#define ERESTARTSYS 512
#define TS_COMPAT 2
#define X32_BIT 0x40000000
#define SOCKETCALL_BIND 2
#define SOCKETCALL_CONNECT 3

/* Set by the loader. */
const volatile struct wn_call_desc calls[WN_CALL_TABLE];
const volatile __u32 newfstatat_call; /* the number of this name */

/* The programs that the loader's jump to, by enum wn_handler, for functions of either prototype. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, WN_HANDLERS);
	__type(key, __u32);
	__type(value, __u32);
} handlers SEC(".maps"), optional_handlers SEC(".maps");

/* A call that `desc` describes returns `result`; what both rungs do about it. */
static __always_inline int on_call_of(struct task_struct *task, const struct wn_call_desc *desc, struct pt_regs *regs,
				      long result, bool is_32)
{
	struct scratch *scratch;
	struct open_how how = {};
	__u64 arguments[ARGUMENTS];
	__u64 flags = 0, path;
	__u16 error = 0;
	__u8 kind = desc->kind, bits, op, follow;
	__u32 process;
	int dirfd;

	scratch = scratch_of_cpu();
	if (!scratch || !find_process(scratch, task, &process))
		return 0;
	if (result < 0 && result > -4096) {
		error = -result;
		if (error == EFAULT || error == ENOSYS || error == EBADF || error >= ERESTARTSYS)
			return 0;
	}
	bits = desc->bits;
	op = desc->op;
	if (is_32)
		get_arguments_32(arguments, regs);
	else
		get_arguments(arguments, regs);
	if (bits & WN_CALL_SOCKETCALL) {
		if (arguments[1] != SOCKETCALL_BIND && arguments[1] != SOCKETCALL_CONNECT)
			return 0;
		op = arguments[1] == SOCKETCALL_BIND ? WN_WRITE : WN_LOOKUP;
	}
	if (bits & (WN_CALL_IN_MEMORY | WN_CALL_SOCKETCALL) &&
	    !get_arguments_in_memory(arguments, arguments[bits & WN_CALL_SOCKETCALL ? 2 : 1],
				     bits & WN_CALL_SOCKETCALL ? 2 : 5)) {
		count_made_and_lost(WN_LOSS_FAULT);
		return 0;
	}

	if (kind == WN_KIND_FD || kind == WN_KIND_MMAP) {
		if (error || (kind == WN_KIND_MMAP && arguments[desc->flags % ARGUMENTS] & MAP_ANONYMOUS))
			return 0;
		begin(scratch, process, op, desc->call, 0);
		if (describe_descriptor(scratch, task, arguments[desc->fd % ARGUMENTS]))
			count(scratch);
		return 0;
	}

	flags = arguments[desc->flags % ARGUMENTS];
	if (bits & WN_CALL_OPEN_HOW) {
		if (bpf_probe_read_user(&how, sizeof(how), (void *)flags))
			how.flags = 0;
		flags = how.flags;
	}
	follow = bits & WN_CALL_NOFOLLOW ? 0 : WN_FOLLOW;
	if (kind == WN_KIND_OPEN) {
		op = bits & WN_CALL_CREAT ? WN_WRITE : op_of_open(flags);
		if (flags & O_NOFOLLOW)
			follow = 0;
	} else if (bits & WN_CALL_AT_FLAGS) {
		if (flags & AT_SYMLINK_NOFOLLOW)
			follow = 0;
		else if (flags & AT_SYMLINK_FOLLOW)
			follow = WN_FOLLOW;
	}
	dirfd = desc->dirfd ? arguments[desc->dirfd % ARGUMENTS] : AT_FDCWD;
	begin(scratch, process, op, desc->call, error);
	scratch->key.what |= follow;
	path = arguments[desc->path % ARGUMENTS];
	if (!error && (kind == WN_KIND_CHDIR || kind == WN_KIND_CHROOT)) {
		on_own_directory(scratch, task, path, kind == WN_KIND_CHROOT);
		return 0;
	}
	if (kind == WN_KIND_SOCKET)
		path = path_of_socket(path);
	if (describe_path(scratch, task, dirfd, path, flags & AT_EMPTY_PATH && bits & WN_CALL_AT_FLAGS,
			  how.resolve & RESOLVE_IN_ROOT, kind == WN_KIND_OPEN && !error ? result : -1))
		count(scratch);
	if (desc->path2) {
		dirfd = desc->dirfd2 ? arguments[desc->dirfd2 % ARGUMENTS] : AT_FDCWD;
		begin(scratch, process, desc->op2, desc->call, error);
		if (describe_path(scratch, task, dirfd, arguments[desc->path2 % ARGUMENTS], false, false, -1))
			commit();
	}
	return 0;
}

static __always_inline int on_call(struct pt_regs *regs, long result)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 number = regs->orig_ax & ~X32_BIT; /* the same calls, but for pointers in what they point to */
	bool is_32 = task->thread_info.status & TS_COMPAT;
	const struct wn_call_desc *desc;

	if (!task->bpf_storage)
		return 0; /* anybody else's, as a rule: cheaper than to look */
	if (number >= WN_CALLS_MAX)
		return 0;
	desc = (const struct wn_call_desc *)&calls[is_32 ? WN_CALLS_MAX + number : number];
	barrier_var(desc); /* what it points to is not what the compiler sees */
	return desc->kind == WN_KIND_NONE ? 0 : on_call_of(task, desc, regs, result, is_32);
}

/* The tracepoint rung: at the exit of every system call of every process. */
SEC("?tp_btf/sys_exit")
int BPF_PROG(sys_exit, struct pt_regs *regs, long result)
{
	return on_call(regs, result);
}

/*
 * The fentry rung: at the exit of the functions behind the calls that count,
 * and of no other. The loader hangs a small program on each that jumps here
 * through `handlers`, so that this is verified once.
 */
SEC("?fexit/" WN_CALL_FUNCTION "openat")
int BPF_PROG(call_exit, struct pt_regs *regs, long result)
{
	return on_call(regs, result);
}

/* The two calls that programs make most, of 64-bit programs: to know beforehand where what stands is half the way. */
SEC("?fexit/" WN_CALL_FUNCTION "openat")
int BPF_PROG(openat_exit, struct pt_regs *regs, long result)
{
	const struct wn_call_desc openat = {
		.kind = WN_KIND_OPEN, .op = WN_READ, .call = openat_call, .dirfd = 1, .path = 2, .flags = 3,
	};

	return on_call_of(bpf_get_current_task_btf(), &openat, regs, result, false);
}

SEC("?fexit/" WN_CALL_FUNCTION "newfstatat")
int BPF_PROG(newfstatat_exit, struct pt_regs *regs, long result)
{
	const struct wn_call_desc newfstatat = {
		.kind = WN_KIND_PATH, .op = WN_STAT, .call = newfstatat_call, .dirfd = 1, .path = 2, .flags = 4,
		.bits = WN_CALL_AT_FLAGS,
	};

	return on_call_of(bpf_get_current_task_btf(), &newfstatat, regs, result, false);
}

/* BTF has another prototype for calls that a kernel may be built without, and jumps stay within one. */
SEC("?fexit/" WN_CALL_FUNCTION "execveat")
int BPF_PROG(optional_call_exit, struct pt_regs *regs, long result)
{
	return on_call(regs, result);
}
