/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * Where one access is described before it is counted: scratch memory of each
 * CPU, which is ours until return, since tracepoint handlers run with preemption
 * off; a skipped re-entry shows in the program's recursion misses.
 */
#ifndef WINNOW_SCRATCH_BPF_H
#define WINNOW_SCRATCH_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "winnow.h"

#define NEAR_STEPS 16 /* components and mounts */
#define WORDS_END 8192 /* of a record: where words may be put without a look at its length */
#define ERROR 0xffff0000ull /* of a key's `what` */

/*
 * What tells an aggregated access apart: all of it exact but the name, for which
 * stands its hash. Whole words, since a load that takes together what smaller stores have
 * just written has to wait until they reach the cache.
 */
struct wn_key {
	__u64 name_hash;
	__u64 base_inode;
	__u64 inode;
	__u64 devices; /* base's << 32 | file's */
	__u64 what; /* process << 32 | errno << 16 | operation << 8 | flags (WN_HAS_FILE, ...) */
};

struct place {
	__u64 file; /* where dentry is 0: has the dentry and mount, read only to tell the path */
	__u64 dentry;
	__u64 mount;
	__u64 inode;
	__u64 dev;
};

struct scratch {
	__u64 unasked; /* bytes sent since this CPU asked how full the ring is */
	__u64 tick; /* jiffies when tick_time was taken */
	__u64 tick_time;
	/*
	 * The task that was asked about last, unless any task's state has been made
	 * or changed since (a struct task_struct may have been another's); its
	 * process, of which all is told; and its root, where that is known to be
	 * the root of the mount tree.
	 */
	struct {
		__u64 task;
		__u64 changes;
		__u64 root_dentry;
		__u64 root_mount;
		__u32 process;
		__u32 reserved;
	} last;
	struct wn_key key;
	struct place file;
	struct place base;
	struct {
		__u64 dentry;
		__u64 mount;
	} walk_from, walk_begin;
	struct {
		__u64 name; /* in the kernel's memory */
		__u64 len;
	} components[NEAR_STEPS];
	__u64 component_count;
	__u32 call;
	__u32 has_base;
	__u32 name_len; /* without NUL */
	__u32 reserved;
	__u64 name_hash;
	__u64 name[WN_PATH_MAX / 8];
	char walk[2 * WN_PATH_MAX];
	union {
		struct wn_record head;
		struct wn_access access;
		struct wn_process process;
		struct wn_repeat repeat;
		char bytes[sizeof(struct wn_access) + 3 * WN_PATH_MAX + 8]; /* older kernels take a length's bound for some bytes more */
	} record;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

static __always_inline struct scratch *scratch_of_cpu(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratches, &zero);
}

static __always_inline void put_word(struct scratch *scratch, __u32 offset, __u64 word)
{
	*(__u64 *)&scratch->record.bytes[offset % WORDS_END] = word;
}

static __always_inline void begin(struct scratch *scratch, __u32 process, __u8 op, __u32 call, __u16 error)
{
	scratch->key = (struct wn_key){.what = (__u64)process << 32 | (__u32)error << 16 | op << 8};
	scratch->call = call;
	scratch->name_len = 0;
	scratch->has_base = 0;
}

static __always_inline void set_name(struct scratch *scratch)
{
	scratch->key.name_hash = scratch->name_hash;
	scratch->key.what |= WN_HAS_NAME;
}

static __always_inline void set_file(struct scratch *scratch)
{
	scratch->key.inode = scratch->file.inode;
	scratch->key.devices |= scratch->file.dev;
	scratch->key.what |= WN_HAS_FILE;
}

static __always_inline void set_base(struct scratch *scratch)
{
	scratch->has_base = 1;
	scratch->key.base_inode = scratch->base.inode;
	scratch->key.devices |= scratch->base.dev << 32;
}

#endif
