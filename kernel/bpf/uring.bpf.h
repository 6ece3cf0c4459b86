/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Programs for opens and stats through io_uring, which make no system call of their own. */
#ifndef WINNOW_URING_BPF_H
#define WINNOW_URING_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "count.bpf.h"
#include "describe.bpf.h"
#include "locate.bpf.h"
#include "name.bpf.h"
#include "tasks.bpf.h"

const volatile __u32 openat_call, statx_call; /* the numbers of these names; set by the loader */

#define IOSQE_CQE_SKIP_SUCCESS (1 << 6)

/* An open or stat that was submitted to io_uring and has not completed. */
struct submission {
	struct wn_key key;
	struct place base;
	__u32 call;
	__u32 has_base;
	__u32 name_len;
	__u32 opens;
	char name[WN_PATH_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64); /* the request */
	__type(value, struct submission);
} submissions SEC(".maps");

static struct submission no_submission;

/* An open that gives no descriptor, but one of the ring's own numbers: since Linux 5.15. */
static __always_inline bool into_slot(struct io_open *open)
{
	return bpf_core_field_exists(open->file_slot) && READ(open, file_slot);
}

/*
 * io_uring: a request is named when it is submitted, in the owner's context
 * and from kernel memory, and its result comes when it completes, maybe in a
 * worker that shares the owner's descriptors.
 */
static __always_inline int on_submitted(struct io_kiocb *request)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_state *state = bpf_task_storage_get(&tasks, task, NULL, 0);
	struct scratch *scratch = scratch_of_cpu();
	struct io_statx *stat = (struct io_statx *)request;
	struct io_open *open = (struct io_open *)request;
	__u64 id = (__u64)request;
	struct filename *filename;
	struct submission *pending;
	__u64 flags;
	long size;
	int dirfd;

	if (!state || !scratch)
		return 0;
	scratch->last.task = 0; /* it was not asked whether that is the same */
	switch (request->opcode) {
	case IORING_OP_OPENAT:
	case IORING_OP_OPENAT2:
		filename = READ(open, filename);
		flags = READ(open, how.flags);
		dirfd = READ(open, dfd);
		begin(scratch, state->process, op_of_open(flags), openat_call, 0);
		scratch->key.what |= flags & O_NOFOLLOW ? 0 : WN_FOLLOW;
		break;
	case IORING_OP_STATX:
		filename = READ(stat, filename);
		flags = READ(stat, flags);
		dirfd = READ(stat, dfd);
		begin(scratch, state->process, WN_STAT, statx_call, 0);
		scratch->key.what |= flags & AT_SYMLINK_NOFOLLOW ? 0 : WN_FOLLOW;
		break;
	default:
		return 0;
	}
	announce_once(state);
	size = read_kernel_name(scratch, READ(filename, name));
	if (size <= 1 || !locate_base(scratch, task, dirfd, false))
		return 0;
	set_name(scratch);
	if (READ(request, flags) & IOSQE_CQE_SKIP_SUCCESS) {
		commit(); /* nobody is told when it completes, unless it fails */
		return 0;
	}
	bpf_map_update_elem(&submissions, &id, &no_submission, BPF_ANY);
	pending = bpf_map_lookup_elem(&submissions, &id);
	if (!pending) {
		count_made_and_lost(WN_LOSS_RING);
		return 0;
	}
	pending->key = scratch->key;
	pending->base = scratch->base;
	pending->call = scratch->call;
	pending->has_base = scratch->has_base;
	pending->name_len = scratch->name_len;
	pending->opens = scratch->call == openat_call && !into_slot(open);
	bpf_probe_read_kernel(pending->name, (scratch->name_len + 1) & (WN_PATH_MAX - 1), scratch->name);
	return 0;
}

SEC("?tp_btf/io_uring_submit_req")
int BPF_PROG(io_submit, struct io_kiocb *request)
{
	return on_submitted(request);
}

/* Its name before commit 2ad57931db64 (Linux 6.4). */
SEC("?tp_btf/io_uring_submit_sqe")
int BPF_PROG(io_submit_old, struct io_kiocb *request)
{
	return on_submitted(request);
}

static __always_inline int on_completed(__u64 id, int result)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct scratch *scratch = scratch_of_cpu();
	struct submission *pending = bpf_map_lookup_elem(&submissions, &id);

	if (!pending || !scratch)
		return 0;
	scratch->key = pending->key;
	scratch->base = pending->base;
	scratch->call = pending->call;
	scratch->has_base = pending->has_base;
	scratch->name_len = pending->name_len;
	bpf_probe_read_kernel(scratch->name, (pending->name_len + 1) & (WN_PATH_MAX - 1), pending->name);
	if (result < 0)
		scratch->key.what |= (__u32)-result << 16 & ERROR;
	else if (pending->opens && locate_file(&scratch->file, file_of(task, result)))
		set_file(scratch);
	bpf_map_delete_elem(&submissions, &id);
	commit();
	return 0;
}

SEC("?tp_btf/io_uring_complete")
int BPF_PROG(io_complete, struct io_ring_ctx *ring_context, void *request, struct io_uring_cqe *completion)
{
	return on_completed((__u64)request, READ(completion, res));
}

/* Before commit 7cf3e8ca1e82 (Linux 6.11) it gave the completion's fields. */
SEC("?tp_btf/io_uring_complete")
int BPF_PROG(io_complete_old, void *ring_context, void *request, __u64 user_data, int result)
{
	return on_completed((__u64)request, result);
}

#endif
