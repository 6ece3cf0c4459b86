// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>

#include "running.h"
#include "session.h"

#define PIDS_MAX SZ_64K

/* Whether the task is followed now, and was not before. */
static bool follow(struct wn_session *session, struct task_struct *task)
{
	const u32 process = WN_PROCESS_FOUND | task_tgid_nr(task);
	struct wn_task *state;
	bool selected;

	if (task->flags & (PF_KTHREAD | PF_EXITING) || wn_task_find(&session->tasks, task))
		return false;
	task_lock(task);
	selected = wn_filters_select(&session->filters, task);
	task_unlock(task);
	if (!selected)
		return false;
	/* It may run on another CPU, and finds itself numbered. */
	state = wn_task_add(&session->tasks, task, process, WN_FOUND);
	if (!state) {
		wn_count_lost(session, WN_LOSS_PROCESS);
		return false;
	}
	if (READ_ONCE(state->process) != process)
		return false; /* its fork or exec came first */
	/* It may have ended meanwhile, when it was not followed yet. */
	smp_mb();
	if (READ_ONCE(task->flags) & PF_EXITING)
		wn_task_remove(&session->tasks, task);
	return true;
}

static u32 follow_all(struct wn_session *session, u32 *pids, u32 room)
{
	struct task_struct *process, *task;
	u32 found = 0;

	rcu_read_lock();
	for_each_process_thread(process, task) {
		bool followed;

		preempt_disable();
		followed = follow(session, task);
		preempt_enable();
		if (!followed || !thread_group_leader(task))
			continue;
		if (found < room)
			pids[found] = task_tgid_vnr(task);
		found++;
	}
	rcu_read_unlock();
	return found;
}

int wn_follow_running(struct wn_session *session, struct wn_running_tasks *running)
{
	const u32 room = min(running->count, PIDS_MAX);
	u32 *pids = kvmalloc_array(max(room, 1u), sizeof(*pids), GFP_KERNEL);
	int error = 0;

	if (!pids)
		return -ENOMEM;
	running->count = follow_all(session, pids, room);
	if (copy_to_user(u64_to_user_ptr(running->pids), pids,
			 array_size(min(running->count, room), sizeof(*pids))))
		error = -EFAULT;
	kvfree(pids);
	return error;
}
