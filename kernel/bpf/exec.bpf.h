/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Programs that follow tasks: from the first exec in a container, or as found running, with all their children. */
#ifndef WINNOW_EXEC_BPF_H
#define WINNOW_EXEC_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "count.bpf.h"
#include "directory.bpf.h"
#include "locate.bpf.h"
#include "name.bpf.h"
#include "target.bpf.h"
#include "tasks.bpf.h"

/* Set by the loader. */
const volatile __u32 host_mount_namespace; /* 0: any namespace will do */
const volatile __u32 compat_unseen; /* 32-bit programs' calls don't come here: count the programs */
const volatile __u32 execve_call; /* the number of this name */

/* The state of a task that is followed from now on; none, and the process counted as lost, where there is no room. */
static __always_inline struct task_state *follow(struct task_struct *task)
{
	struct task_state *state = bpf_task_storage_get(&tasks, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!state)
		count_lost(WN_LOSS_PROCESS);
	return state;
}

static __always_inline void send_scope(struct scratch *scratch, struct task_struct *task, __u32 target)
{
	struct wn_scope scope = {
		.cgroup_id = bpf_get_current_cgroup_id(),
		.mount_namespace = task->nsproxy->mnt_ns->ns.inum,
		.root_dev = task->fs->root.mnt->mnt_sb->s_dev,
		.target = target,
	};

	set_head(&scope.head, WN_SCOPE, sizeof(scope));
	if (send(scratch, &scope, sizeof(scope)))
		count_lost(WN_LOSS_RING);
}

/* The file mapped where the program starts: the dynamic loader, which no system call names. */
static long on_entry_mapping(struct task_struct *task, struct vm_area_struct *area, void *context)
{
	struct scratch *scratch = scratch_of_cpu();

	if (scratch && area->vm_file && locate_file(&scratch->file, area->vm_file))
		set_file(scratch);
	return 0;
}

static __always_inline void on_exec_name(struct scratch *scratch, struct task_struct *task, const char *name)
{
	long size = read_kernel_name(scratch, name);

	if (size > 1 && locate_base(scratch, task, AT_FDCWD, false)) {
		scratch->key.what |= WN_FOLLOW;
		set_name(scratch);
	}
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(exec, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	struct task_state *state = bpf_task_storage_get(&tasks, task, NULL, 0);
	struct scratch *scratch = scratch_of_cpu();
	struct pt_regs *regs;
	struct place program = {};
	__u32 like;
	int target;

	if (!scratch)
		return 0;
	if (state) {
		like = state->process;
	} else {
		target = target_of(task);
		if (target == NO_TARGET)
			return 0;
		/* The runtime's own set-up runs in the cgroup too, but from the host's files. */
		if (host_mount_namespace == task->nsproxy->mnt_ns->ns.inum)
			return 0;
		state = follow(task);
		if (!state)
			return 0;
		send_scope(scratch, task, target);
		like = (__u32)target << WN_TARGET_SHIFT;
	}
	note_change();
	scratch->last.task = 0;
	state->parent = state->process;
	state->process = next_process(like);
	state->cause = WN_EXECVE;
	state->announced = 0;
	if (compat_unseen && !(BPF_CORE_READ(task, mm, task_size) >> 32))
		count_lost(WN_LOSS_COMPAT);
	remember_cwd(state, task);
	announce_once(state);

	/* A script: first its own name; then its interpreter's, with the file that runs. */
	if (bprm->interp != bprm->filename && !bprm->fdpath) {
		begin(scratch, state->process, WN_EXEC, execve_call, 0);
		on_exec_name(scratch, task, bprm->filename);
		commit();
	}
	begin(scratch, state->process, WN_EXEC, execve_call, 0);
	if (!bprm->fdpath || bprm->interp != bprm->filename)
		on_exec_name(scratch, task, bprm->interp);
	if (locate_file(&scratch->file, bprm->file))
		set_file(scratch);
	commit();
	program = scratch->file;

	begin(scratch, state->process, WN_EXEC, execve_call, 0);
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	bpf_find_vma(task, PT_REGS_IP_CORE(regs), on_entry_mapping, NULL, 0);
	if (!(scratch->key.what & WN_HAS_FILE) || scratch->file.inode == program.inode)
		return 0; /* static, or no mapping could be looked at: the image's ELF headers tell */
	if (scratch->file.dev != program.dev)
		scratch->key.devices = scratch->key.inode = 0; /* overlayfs maps the layer's file */
	commit();
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(fork, struct task_struct *parent, struct task_struct *child)
{
	struct task_state *from = bpf_task_storage_get(&tasks, parent, NULL, 0);
	struct task_state *leader, *to;

	if (!from)
		return 0;
	note_change();
	to = follow(child);
	if (!to)
		return 0;
	announce_once(from);
	if (child->tgid == parent->tgid) {
		*to = *from;
		return 0;
	}
	leader = bpf_task_storage_get(&tasks, parent->group_leader, NULL, 0);
	if (leader && leader->cwd_of == (__u64)parent->fs && leader->cwd_changes == changes_of(parent->fs)) {
		to->cwd = leader->cwd;
		to->cwd_of = (__u64)child->fs;
		to->cwd_changes = changes_of(child->fs);
	}
	to->process = next_process(from->process);
	to->parent = from->process;
	to->cause = WN_FORK;
	to->announced = 0; /* at its first access */
	return 0;
}

/* Follows the tasks that are there already, and tells the loader their processes. */
SEC("?iter/task")
int found(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct task_state *state;
	int target;

	if (!task)
		return 0;
	target = target_of(task);
	if (target == NO_TARGET)
		return 0;
	note_change();
	state = follow(task);
	if (!state)
		return 0;
	if (state->process)
		return 0; /* its fork or exec came first */
	state->cause = WN_FOUND;
	state->process = WN_PROCESS_FOUND | (__u32)target << WN_TARGET_SHIFT | task->tgid;
	if (task->pid == task->tgid)
		bpf_seq_write(context->meta->seq, &state->process, sizeof(state->process));
	return 0;
}

#endif
