// SPDX-License-Identifier: GPL-2.0
/* Tasks come to be followed, run programs, and make children. */
#include <linux/fcntl.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>

#include <asm/ptrace.h>

#include "compat.h"
#include "hooks.h"
#include "name.h"

static struct wn_task *follow(struct wn_session *session)
{
	struct wn_task *state = wn_task_find(&session->tasks, current);

	if (state || !wn_filters_select(&session->filters, current))
		return state;
	state = wn_task_add(&session->tasks, current, 0, WN_EXECVE);
	if (state)
		wn_send_scope(session);
	else
		wn_count_lost(session, WN_LOSS_PROCESS);
	return state;
}

static void set_exec_name(struct wn_scratch *scratch, const char *name)
{
	ssize_t len = strscpy(scratch->name, name, WN_PATH_MAX);

	if (len == -E2BIG)
		len = WN_PATH_MAX - 1;
	if (len > 0 && wn_locate_base(scratch, AT_FDCWD, false)) {
		scratch->key.flags |= WN_FOLLOW;
		wn_take_name(scratch, len + 1);
		wn_set_name(scratch, len + 1);
	}
}

/* The file mapped where the program starts: the dynamic loader, which no system call names. */
static bool locate_entry(struct wn_place *place)
{
	unsigned long entry = instruction_pointer(task_pt_regs(current));
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *area;
	bool located = false;

	if (!mmap_read_trylock(mm))
		return false; /* the image's ELF headers tell */
	area = find_vma(mm, entry);
	if (area && area->vm_start <= entry)
		located = wn_place_of_file(place, area->vm_file);
	mmap_read_unlock(mm);
	return located;
}

static void begin(struct wn_session *session, struct wn_scratch *scratch, struct wn_task *state)
{
	wn_begin(scratch, state, WN_EXEC, session->setup.execve_call, 0);
}

void wn_on_exec(struct wn_session *session, struct wn_scratch *scratch, struct linux_binprm *bprm)
{
	struct wn_task *state = follow(session);
	struct wn_place program;
	bool script = bprm->interp != bprm->filename;

	if (!state)
		return;
	state->parent = state->process;
	state->process = atomic_inc_return(&session->last_process);
	state->cause = WN_EXECVE;
	state->announced = false;
	wn_task_remember_cwd(state, scratch);
	wn_announce(session, scratch, state);

	/* A script: first its own name; then its interpreter's, with the file that runs. */
	if (script && !bprm->fdpath) {
		begin(session, scratch, state);
		set_exec_name(scratch, bprm->filename);
		wn_commit(session, scratch);
	}
	begin(session, scratch, state);
	if (script || !bprm->fdpath)
		set_exec_name(scratch, bprm->interp);
	if (wn_place_of_file(&program, bprm->file)) {
		scratch->file = program;
		wn_set_file(scratch);
	}
	if (scratch->key.flags & (WN_HAS_FILE | WN_HAS_NAME))
		wn_commit(session, scratch);

	begin(session, scratch, state);
	if (!locate_entry(&scratch->file) || scratch->file.inode == program.inode)
		return; /* static */
	wn_set_file(scratch);
	if (scratch->file.dev != program.dev) { /* overlayfs maps the layer's file */
		scratch->key.dev = 0;
		scratch->key.inode = 0;
	}
	wn_commit(session, scratch);
}

void wn_on_fork(struct wn_session *session, struct wn_scratch *scratch, struct task_struct *child)
{
	struct wn_task *from = wn_task_find(&session->tasks, current);
	struct wn_task *to;

	if (!from)
		return;
	to = wn_task_add(&session->tasks, child, 0, WN_FORK);
	if (!to) {
		wn_count_lost(session, WN_LOSS_PROCESS);
		return;
	}
	wn_announce(session, scratch, from);
	wn_task_inherit_cwd(to, from, child->fs);
	if (child->tgid == current->tgid) {
		to->process = from->process;
		to->parent = from->parent;
		to->cause = from->cause;
		to->announced = from->announced;
		return;
	}
	to->parent = from->process;
	to->cause = WN_FORK;
	/* It is announced at its first access. */
	to->process = atomic_inc_return(&session->last_process);
}
