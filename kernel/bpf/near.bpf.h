/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * Paths of few components with short names, as most are: found on the way up,
 * then copied on the way down by plain loads of words, where a helper's call for
 * each component takes many times as long.
 */
#ifndef WINNOW_NEAR_BPF_H
#define WINNOW_NEAR_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "read.bpf.h"
#include "scratch.bpf.h"

#define NEAREST_NAME 16 /* bytes that are copied at any rate */
#define NEAR_NAME 40 /* bytes that struct dentry has room for itself, at most */

/*
 * One step from what `walk_from` says towards the root: a component, or the
 * mount point that a mount hangs on. False at the root of all. By way of the
 * scratch, so that the verifier need not tell apart how it came to be there.
 */
static __always_inline bool walk_up(struct scratch *scratch, __u64 *name, __u32 *len)
{
	struct vfsmount *vfsmount = (struct vfsmount *)scratch->walk_from.mount;
	struct dentry *dentry = (struct dentry *)scratch->walk_from.dentry;
	struct mount *mount = container_of(vfsmount, struct mount, mnt);
	void *above;

	*len = 0;
	if (dentry == READ(vfsmount, mnt_root)) {
		above = READ(mount, mnt_parent);
		if (above == mount)
			return false;
		scratch->walk_from.dentry = (__u64)READ(mount, mnt_mountpoint);
		scratch->walk_from.mount = (__u64)above + bpf_core_field_offset(struct mount, mnt);
		return true;
	}
	above = READ(dentry, d_parent);
	if (above == dentry)
		return false;
	*name = (__u64)READ(dentry, d_name.name);
	*len = READ(dentry, d_name.len);
	scratch->walk_from.dentry = (__u64)above;
	return true;
}

/*
 * To the scratch, last one first, with mounts as such of length 0. False where
 * they are too many or too long.
 */
static __always_inline bool gather_components(struct scratch *scratch)
{
#pragma unroll
	for (__u32 step = 0; step < NEAR_STEPS; step++) {
		__u64 name = 0;
		__u32 len;

		if (!walk_up(scratch, &name, &len)) {
			scratch->component_count = step;
			return true;
		}
		if (len > NEAR_NAME)
			return false;
		scratch->components[step].name = name;
		scratch->components[step].len = len;
	}
	return false;
}

/* Whole words, without a look at where the name ends: what comes behind it in the record is written later. */
static __always_inline void copy_words(struct scratch *scratch, __u32 to, __u64 name, __u32 begin, __u32 end)
{
#pragma unroll
	for (__u32 offset = begin; offset < end; offset += 8)
		put_word(scratch, to + offset, read_word(name + offset));
}

/* Returns where the next one goes. */
static __always_inline __u32 put_component(struct scratch *scratch, __u32 index, __u32 at)
{
	__u64 name = scratch->components[index].name;
	__u32 len = scratch->components[index].len;

	if (!len)
		return at;
	scratch->record.bytes[at++ % WORDS_END] = '/';
	copy_words(scratch, at, name, 0, NEAREST_NAME);
	if (len > NEAREST_NAME)
		copy_words(scratch, at, name, NEAREST_NAME, NEAR_NAME);
	return (at + len) % WORDS_END;
}

/* As append_path(), but -1 also where it would take longer. */
static __always_inline int append_near_path(struct scratch *scratch, __u32 offset)
{
	__u32 at = offset, count;

	scratch->walk_begin = scratch->walk_from;
	if (!gather_components(scratch)) {
		scratch->walk_from = scratch->walk_begin;
		return -1;
	}
	count = *(volatile __u64 *)&scratch->component_count; /* else the verifier tries each */
#pragma unroll
	for (__u32 step = 1; step <= NEAR_STEPS; step++) {
		if (step <= count)
			at = put_component(scratch, (count - step) % NEAR_STEPS, at);
	}
	if (at == offset)
		scratch->record.bytes[at++ % WORDS_END] = '/';
	put_word(scratch, at, 0); /* what fills the record up is to be none of the kernel's memory */
	return at - offset;
}

#endif
