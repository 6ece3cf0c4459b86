// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>
#include <linux/tracepoint.h>

#include <trace/events/io_uring.h>
#include <trace/events/sched.h>
#include <trace/events/syscalls.h>

#include "compat.h"
#include "hooks.h"
#include "session.h"

/* None where there is no scratch. */
#define wn_for_each_session_with(session, scratch) \
	list_for_each_entry_rcu(session, (scratch) ? &wn_sessions : &no_sessions, node)

static LIST_HEAD(no_sessions);

/*
 * Called for every system call of every process, so it is done with anybody
 * else's in a few instructions.
 */
static void on_sys_exit(void *unused, struct pt_regs *regs, long result)
{
	if (unlikely(wn_maybe_followed(current)))
		wn_on_call(regs, result);
}

static void on_exec(void *unused, struct task_struct *task, pid_t old_pid,
		    struct linux_binprm *bprm)
{
	struct wn_scratch *scratch;
	struct wn_session *session;

	rcu_read_lock();
	scratch = wn_scratch_take();
	wn_for_each_session_with(session, scratch)
		wn_on_exec(session, scratch, bprm);
	wn_scratch_give_back(scratch);
	rcu_read_unlock();
}

static void on_fork(void *unused, struct task_struct *parent, struct task_struct *child)
{
	struct wn_scratch *scratch;
	struct wn_session *session;

	if (likely(!wn_maybe_followed(parent)) || parent != current)
		return;
	rcu_read_lock();
	scratch = wn_scratch_take();
	wn_for_each_session_with(session, scratch)
		wn_on_fork(session, scratch, child);
	wn_scratch_give_back(scratch);
	rcu_read_unlock();
}

static void forget(struct task_struct *task)
{
	struct wn_session *session;

	if (likely(!wn_maybe_followed(task)))
		return;
	preempt_disable_notrace();
	rcu_read_lock();
	wn_for_each_session(session)
		wn_task_remove(&session->tasks, task);
	rcu_read_unlock();
	preempt_enable_notrace();
}

#ifdef WN_EXIT_SAYS_GROUP_DEAD
static void on_exit(void *unused, struct task_struct *task, bool group_dead)
{
	forget(task);
}
#else
static void on_exit(void *unused, struct task_struct *task)
{
	forget(task);
}
#endif

#ifdef WN_IO_URING
static void submitted(struct io_kiocb *request)
{
	struct wn_scratch *scratch;
	struct wn_session *session;
	struct wn_task *state;

	if (likely(!wn_maybe_followed(current)))
		return;
	rcu_read_lock();
	scratch = wn_scratch_take();
	wn_for_each_session_with(session, scratch) {
		state = wn_task_find(&session->tasks, current);
		if (state)
			wn_on_submitted(session, scratch, state, request);
	}
	wn_scratch_give_back(scratch);
	rcu_read_unlock();
}

#ifdef WN_IO_SUBMIT_OLD
static void on_io_submit(void *unused, struct io_kiocb *request, bool force_nonblock)
{
	submitted(request);
}
#else
static void on_io_submit(void *unused, struct io_kiocb *request)
{
	submitted(request);
}
#endif

static void on_io_complete(void *unused, void *ring, void *request, u64 user_data, int result,
			   unsigned int flags, u64 extra1, u64 extra2)
{
	struct wn_scratch *scratch;
	struct wn_session *session;

	if (likely(!wn_submissions_pending()))
		return;
	rcu_read_lock();
	scratch = wn_scratch_take();
	wn_for_each_session_with(session, scratch)
		wn_on_completed(session, scratch, request, result);
	wn_scratch_give_back(scratch);
	rcu_read_unlock();
}
#endif

struct hook {
	const char *name;
	void *probe;
	struct tracepoint *tracepoint;
};

/* The order in which they are installed: whoever is followed is also forgotten. */
static struct hook hooks[] = {
	{"sched_process_exit", on_exit},
	{"sys_exit", on_sys_exit},
	{"sched_process_fork", on_fork},
#ifdef WN_IO_URING
	{"io_uring_complete", on_io_complete},
	{WN_IO_SUBMIT, on_io_submit},
#endif
	{"sched_process_exec", on_exec},
};

/* The kernel does not check what it is given; a prototype that has changed must not build. */
static void __maybe_unused check_prototypes(void)
{
	check_trace_callback_type_sys_exit(on_sys_exit);
	check_trace_callback_type_sched_process_exec(on_exec);
	check_trace_callback_type_sched_process_fork(on_fork);
	check_trace_callback_type_sched_process_exit(on_exit);
#ifdef WN_IO_URING
	check_trace_callback_type_io_uring_complete(on_io_complete);
#ifdef WN_IO_SUBMIT_OLD
	check_trace_callback_type_io_uring_submit_sqe(on_io_submit);
#else
	check_trace_callback_type_io_uring_submit_req(on_io_submit);
#endif
#endif
}

/* Most tracepoints are not exported to modules by name. */
static void take_if_ours(struct tracepoint *tracepoint, void *unused)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (!strcmp(tracepoint->name, hooks[i].name))
			hooks[i].tracepoint = tracepoint;
	}
}

int wn_hooks_find(void)
{
	int i;

	for_each_kernel_tracepoint(take_if_ours, NULL);
	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (!hooks[i].tracepoint) {
			pr_err("winnow: this kernel has no tracepoint %s\n", hooks[i].name);
			return -ENOENT;
		}
	}
	return 0;
}

static void remove_first(int count)
{
	while (count--)
		tracepoint_probe_unregister(hooks[count].tracepoint, hooks[count].probe, NULL);
	tracepoint_synchronize_unregister();
}

int wn_hooks_install(void)
{
	int i, error;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		error = tracepoint_probe_register(hooks[i].tracepoint, hooks[i].probe, NULL);
		if (error) {
			remove_first(i);
			return error;
		}
	}
	return 0;
}

void wn_hooks_remove(void)
{
	remove_first(ARRAY_SIZE(hooks));
}
