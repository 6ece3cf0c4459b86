/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* The absolute path of a file, read from its directory entries up to the root, across mounts. */
#ifndef WINNOW_PATH_BPF_H
#define WINNOW_PATH_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "near.bpf.h"
#include "read.bpf.h"
#include "scratch.bpf.h"

#define NAME_MAX 255
#define WALK_DEPTH 2048 /* components and mounts: PATH_MAX of one-letter names */

struct walk_state {
	__u32 start; /* first byte of the path so far, in scratch.walk */
	__u32 failed;
};

/* One step towards the root: a component, or the mount point a mount hangs on. */
static long walk_step(__u32 index, void *context)
{
	struct walk_state *state = context;
	struct scratch *scratch = scratch_of_cpu();
	__u32 len, start = state->start;
	__u64 name = 0;

	if (!scratch || !walk_up(scratch, &name, &len))
		return 1;
	if (!len)
		return 0;
	if (len > NAME_MAX || start < len + 1 || start > WN_PATH_MAX) {
		state->failed = 1;
		return 1;
	}
	start -= len + 1;
	scratch->walk[start & (WN_PATH_MAX - 1)] = '/';
	bpf_probe_read_kernel(&scratch->walk[(start + 1) & (WN_PATH_MAX - 1)], len & NAME_MAX, (void *)name);
	state->start = start;
	return 0;
}

/*
 * Copies the absolute path of what `walk_from` says, without NUL, to the
 * record's bytes at `offset`. Returns its length, or -1 where it doesn't fit
 * PATH_MAX.
 */
__noinline int append_path(__u32 offset)
{
	struct scratch *scratch = scratch_of_cpu();
	struct walk_state state = {.start = WN_PATH_MAX - 1};
	__u32 len;

	if (!scratch || offset > sizeof(struct wn_access) + WN_PATH_MAX)
		return -1;
	if (plain_loads) {
		int near = append_near_path(scratch, offset);

		if (near >= 0)
			return near;
	}
	if (bpf_loop(WALK_DEPTH, walk_step, &state, 0) == WALK_DEPTH || state.failed)
		return -1;
	if (state.start == WN_PATH_MAX - 1) {
		state.start--;
		scratch->walk[WN_PATH_MAX - 2] = '/';
	}
	len = WN_PATH_MAX - 1 - state.start;
	bpf_probe_read_kernel(&scratch->record.bytes[offset], len & (WN_PATH_MAX - 1),
			      &scratch->walk[state.start & (WN_PATH_MAX - 1)]);
	return len & (WN_PATH_MAX - 1);
}

static __always_inline int append_file(struct scratch *scratch, struct file *file, __u32 offset)
{
	scratch->walk_from.dentry = (__u64)READ(file, f_path.dentry);
	scratch->walk_from.mount = (__u64)READ(file, f_path.mnt);
	return append_path(offset);
}

static __always_inline int append_place(struct scratch *scratch, const struct place *place, __u32 offset)
{
	if (!place->dentry)
		return append_file(scratch, (struct file *)place->file, offset);
	scratch->walk_from.dentry = place->dentry;
	scratch->walk_from.mount = place->mount;
	return append_path(offset);
}

#endif
