/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Calls that change a process's own directories: chdir, fchdir, chroot. */
#ifndef WINNOW_DIRECTORY_BPF_H
#define WINNOW_DIRECTORY_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "count.bpf.h"
#include "locate.bpf.h"
#include "name.bpf.h"
#include "tasks.bpf.h"

/* Its sequence count, which `seq` begins with, whatever lock stands behind it. */
static __always_inline __u32 changes_of(struct fs_struct *fs)
{
	__u32 sequence = 0;

	bpf_probe_read_kernel(&sequence, sizeof(sequence), (void *)fs + bpf_core_field_offset(struct fs_struct, seq));
	return sequence;
}

static __always_inline void remember_cwd(struct task_state *leader, struct task_struct *task)
{
	struct fs_struct *fs = task->fs;

	locate_path(&leader->cwd, fs->pwd.dentry, fs->pwd.mnt);
	leader->cwd_of = (__u64)fs;
	leader->cwd_changes = changes_of(fs);
}

#define CHANGE 2 /* a sequence count's steps while something is written */

/*
 * A directory that the process has just made its own. A relative name started
 * from the working directory before, which its first thread's state remembers;
 * where somebody else has changed it since, the memory is of no use.
 */
static __always_inline void on_own_directory(struct scratch *scratch, struct task_struct *task, __u64 name, bool root)
{
	struct task_state *leader = bpf_task_storage_get(&tasks, task->group_leader, NULL, 0);
	struct place before = {};
	long size = 0;

	if (leader && leader->cwd_of == (__u64)task->fs && leader->cwd_changes + CHANGE == changes_of(task->fs))
		before = leader->cwd;
	if (leader)
		remember_cwd(leader, task);
	if (root)
		locate_path(&scratch->file, task->fs->root.dentry, task->fs->root.mnt);
	else
		locate_path(&scratch->file, task->fs->pwd.dentry, task->fs->pwd.mnt);
	set_file(scratch);
	if (name)
		size = read_name(scratch, name);
	if (size > 1 && is_absolute(scratch)) {
		if (root || locate_base(scratch, task, AT_FDCWD, false))
			set_name(scratch);
	} else if (size > 1 && before.dentry) {
		struct dentry *dentry = (struct dentry *)before.dentry;

		if (BPF_CORE_READ(dentry, d_inode, i_ino) == before.inode) {
			scratch->base = before;
			set_base(scratch);
			set_name(scratch);
		}
	}
	commit();
}

#endif
