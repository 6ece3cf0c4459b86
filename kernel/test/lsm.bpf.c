// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Which files of a container's image the kernel asks its security modules
 * about: programs on the hooks themselves, behind which no access gets that
 * they don't see. It shares nothing with the probe but the kernel: files are
 * told by inode, and of the container is who is in the mount namespace of
 * the last program that was started from an overlay file system outside one.
 *
 * Arguments are those of Linux 6.1, which the test's virtual machine runs.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "lsm.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define OVERLAYFS_SUPER_MAGIC 0x794c7630
#define SEEN_MAX 65536

/* What is looked at of the kernel's types; libbpf finds where it lies. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct super_block {
	unsigned long s_magic;
};

struct inode {
	struct super_block *i_sb;
	unsigned long i_ino;
};

struct dentry {
	struct inode *d_inode;
};

struct vfsmount;

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	struct inode *f_inode;
};

struct linux_binprm {
	struct file *file;
};

struct mnt_namespace {
	__u64 seq;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
};

struct task_struct {
	struct nsproxy *nsproxy;
};
#pragma clang attribute pop

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SEEN_MAX);
	__type(key, struct lsm_sight);
	__type(value, __u8);
} seen SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} unnoted SEC(".maps");

__u64 container; /* its mount namespace, by the number that no other gets */
__u32 containers; /* so far */

static __always_inline void count_unnoted(void)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&unnoted, &zero);

	if (count)
		__sync_fetch_and_add(count, 1);
}

static __always_inline __u64 own_namespace(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return BPF_CORE_READ(task, nsproxy, mnt_ns, seq);
}

static __always_inline void note(enum lsm_hook hook, struct inode *inode)
{
	struct lsm_sight sight = {.container = containers, .hook = hook};
	__u8 yes = 1;

	if (!inode || own_namespace() != container || BPF_CORE_READ(inode, i_sb, s_magic) != OVERLAYFS_SUPER_MAGIC)
		return;
	sight.inode = BPF_CORE_READ(inode, i_ino);
	if (bpf_map_update_elem(&seen, &sight, &yes, BPF_ANY))
		count_unnoted();
}

static __always_inline struct inode *inode_of(struct dentry *dentry)
{
	return BPF_CORE_READ(dentry, d_inode);
}

SEC("lsm/bprm_check_security")
int BPF_PROG(bprm_check, struct linux_binprm *bprm)
{
	struct inode *inode = BPF_CORE_READ(bprm, file, f_inode);

	if (own_namespace() != container && BPF_CORE_READ(inode, i_sb, s_magic) == OVERLAYFS_SUPER_MAGIC) {
		container = own_namespace();
		containers++;
	}
	note(LSM_EXEC, inode);
	return 0;
}

SEC("lsm/file_open")
int BPF_PROG(file_open, struct file *file)
{
	note(LSM_OPEN, BPF_CORE_READ(file, f_inode));
	return 0;
}

SEC("lsm/mmap_file")
int BPF_PROG(mmap_file, struct file *file)
{
	if (file)
		note(LSM_MAP, BPF_CORE_READ(file, f_inode));
	return 0;
}

SEC("lsm/inode_getattr")
int BPF_PROG(inode_getattr, const struct path *path)
{
	note(LSM_GETATTR, inode_of(BPF_CORE_READ(path, dentry)));
	return 0;
}

SEC("lsm/inode_permission")
int BPF_PROG(inode_permission, struct inode *inode)
{
	note(LSM_PERMISSION, inode);
	return 0;
}

SEC("lsm/inode_follow_link")
int BPF_PROG(inode_follow_link, struct dentry *dentry, struct inode *inode)
{
	note(LSM_FOLLOW, inode);
	return 0;
}

#define ON_DENTRY(name, hook)                    \
	SEC("lsm/" #name)                        \
	int BPF_PROG(name, struct dentry *dentry) \
	{                                        \
		note(hook, inode_of(dentry));    \
		return 0;                        \
	}

#define ON_ENTRY(name, hook)                                                  \
	SEC("lsm/" #name)                                                     \
	int BPF_PROG(name, struct inode *directory, struct dentry *dentry)    \
	{                                                                     \
		note(hook, inode_of(dentry));                                 \
		return 0;                                                     \
	}

ON_DENTRY(inode_readlink, LSM_READLINK)
ON_DENTRY(inode_getxattr, LSM_XATTR)
ON_DENTRY(inode_listxattr, LSM_XATTR)
ON_DENTRY(inode_setattr, LSM_SETATTR)
ON_DENTRY(inode_link, LSM_LINK)
ON_ENTRY(inode_unlink, LSM_REMOVE)
ON_ENTRY(inode_rmdir, LSM_REMOVE)
ON_ENTRY(inode_rename, LSM_REMOVE)
