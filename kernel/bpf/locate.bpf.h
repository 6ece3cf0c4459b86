/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Which file a pointer or a descriptor stands for, and what a name starts from. */
#ifndef WINNOW_LOCATE_BPF_H
#define WINNOW_LOCATE_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "name.bpf.h"
#include "read.bpf.h"
#include "scratch.bpf.h"

#define AT_FDCWD -100
#define SB_INTERNAL (1UL << 31 | 1UL << 22) /* SB_NOUSER | SB_KERNMOUNT: pipes, sockets, memfds */

/* False for what has no path: pipes, sockets, memfds, a descriptor closed meanwhile. */
static __always_inline bool locate_file(struct place *place, struct file *file)
{
	struct inode *inode = file ? READ(file, f_inode) : NULL;
	struct super_block *super = inode ? READ(inode, i_sb) : NULL;

	if (!super || READ(super, s_flags) & SB_INTERNAL)
		return false;
	place->file = (__u64)file;
	place->dentry = 0;
	place->inode = READ(inode, i_ino);
	place->dev = READ(super, s_dev);
	return true;
}

/* The same of open file number `fd`. */
static __always_inline bool locate_fd(struct place *place, struct task_struct *task, int fd)
{
	struct file *file = small_file_of(task, fd);
	struct super_block *super;
	struct inode *inode;

	if (!file)
		return locate_file(place, file_of(task, fd));
	inode = file->f_inode;
	super = inode->i_sb;
	if (!super || super->s_flags & SB_INTERNAL)
		return false;
	place->file = (__u64)file;
	place->dentry = 0;
	place->inode = inode->i_ino;
	place->dev = super->s_dev;
	return true;
}

static __always_inline void locate_path(struct place *place, struct dentry *dentry, struct vfsmount *mount)
{
	place->file = 0;
	place->dentry = (__u64)dentry;
	place->mount = (__u64)mount;
	place->inode = dentry->d_inode->i_ino;
	place->dev = dentry->d_sb->s_dev;
}

static __always_inline bool changed_root(struct scratch *scratch, struct task_struct *task)
{
	struct fs_struct *fs = task->fs;
	struct dentry *root = fs->root.dentry;
	struct vfsmount *vfsmount = fs->root.mnt;

	/* While a task has it as its root, what it is mounted on stays the root of the tree, or its own root changes. */
	if (scratch->last.task == (__u64)task && scratch->last.root_mount == (__u64)vfsmount &&
	    scratch->last.root_dentry == (__u64)root)
		return false;
	if (root != vfsmount->mnt_root)
		return true;
	/* On the mount that the namespace's root mount carries, or that itself. */
	struct mount *mount = container_of(vfsmount, struct mount, mnt);
	struct mount *above = READ(mount, mnt_parent);
	struct mount *top = task->nsproxy->mnt_ns->root;

	if (mount != top && above != top)
		return true;
	scratch->last.root_mount = (__u64)vfsmount;
	scratch->last.root_dentry = (__u64)root;
	return false;
}

/*
 * What the name in the scratch starts from; the key says which directory that
 * was. `rooted`: absolute names start from dirfd too.
 */
static __always_inline bool locate_base(struct scratch *scratch, struct task_struct *task, int dirfd, bool rooted)
{
	if (is_absolute(scratch) && !rooted) {
		if (!changed_root(scratch, task))
			return true;
		locate_path(&scratch->base, task->fs->root.dentry, task->fs->root.mnt);
		scratch->key.what |= WN_CHROOT;
	} else if (dirfd == AT_FDCWD) {
		locate_path(&scratch->base, task->fs->pwd.dentry, task->fs->pwd.mnt);
	} else if (!locate_file(&scratch->base, file_of(task, dirfd))) {
		return false;
	}
	set_base(scratch);
	return true;
}

#endif
