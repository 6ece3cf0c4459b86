// SPDX-License-Identifier: GPL-2.0
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "hooks.h"
#include "session.h"

/* Those that are started; hooks walk it under RCU. */
LIST_HEAD(wn_sessions);
static DEFINE_MUTEX(sessions_lock);

static void wake_readers(struct irq_work *work)
{
	struct wn_session *session = container_of(work, struct wn_session, wake);

	wake_up_all(&session->readers);
}

struct wn_session *wn_session_new(void)
{
	struct wn_session *session = kvzalloc(sizeof(*session), GFP_KERNEL);

	if (!session)
		return NULL;
	session->stats = alloc_percpu(struct wn_stats);
	if (!session->stats) {
		kvfree(session);
		return NULL;
	}
	mutex_init(&session->lock);
	init_waitqueue_head(&session->readers);
	init_irq_work(&session->wake, wake_readers);
	wn_tasks_init(&session->tasks);
	wn_submissions_init(&session->submissions);
	return session;
}

void wn_session_free(struct wn_session *session)
{
	wn_session_stop(session);
	irq_work_sync(&session->wake);
	wn_filters_clear(&session->filters);
	wn_rings_free(&session->rings);
	wn_table_free(&session->table);
	kvfree(session->calls);
	free_percpu(session->stats);
	kvfree(session);
}

static bool valid_call(const struct wn_call_desc *desc)
{
	return desc->kind <= WN_KIND_SOCKET && desc->op <= WN_REMOVE && desc->op2 <= WN_REMOVE &&
	       desc->dirfd <= 6 && desc->path <= 6 && desc->flags <= 6 && desc->fd <= 6 &&
	       desc->path2 <= 6 && desc->dirfd2 <= 6;
}

static int copy_calls(struct wn_session *session, u64 address)
{
	const size_t bytes = array_size(WN_CALL_TABLE, sizeof(*session->calls));
	int i;

	session->calls = kvmalloc(bytes, GFP_KERNEL);
	if (!session->calls)
		return -ENOMEM;
	if (copy_from_user(session->calls, u64_to_user_ptr(address), bytes))
		return -EFAULT;
	for (i = 0; i < WN_CALL_TABLE; i++) {
		if (!valid_call(&session->calls[i]))
			return -EINVAL;
	}
	return 0;
}

int wn_session_set_up(struct wn_session *session, const struct wn_setup *setup)
{
	int error;

	if (session->state != WN_OPENED)
		return -EBUSY;
	if (setup->all_events > 1 || setup->reserved || !is_power_of_2(setup->ring_bytes) ||
	    setup->ring_bytes < PAGE_SIZE || setup->ring_bytes > wn_ring_bytes_max ||
	    !setup->max_entries || setup->max_entries > WN_ENTRIES_MAX)
		return -EINVAL;
	error = copy_calls(session, setup->calls);
	if (!error)
		error = wn_rings_make(&session->rings, setup->ring_bytes);
	if (!error)
		error = wn_table_make(&session->table, setup->max_entries);
	if (error) {
		wn_rings_free(&session->rings);
		wn_table_free(&session->table);
		kvfree(session->calls);
		memset(&session->rings, 0, sizeof(session->rings));
		memset(&session->table, 0, sizeof(session->table));
		session->calls = NULL;
		return error;
	}
	session->setup = *setup;
	session->state = WN_SET_UP;
	return 0;
}

int wn_session_start(struct wn_session *session)
{
	int error = 0;

	if (session->state == WN_STARTED || session->state == WN_STOPPED)
		return -EBUSY;
	if (session->state == WN_OPENED || !session->filters.count)
		return -EINVAL;
	mutex_lock(&sessions_lock);
	if (list_empty(&wn_sessions))
		error = wn_hooks_install();
	if (!error)
		list_add_rcu(&session->node, &wn_sessions);
	mutex_unlock(&sessions_lock);
	if (!error)
		session->state = WN_STARTED;
	return error;
}

/* When it returns, no hook knows the session any more. */
void wn_session_stop(struct wn_session *session)
{
	if (session->state != WN_STARTED)
		return;
	mutex_lock(&sessions_lock);
	list_del_rcu(&session->node);
	if (list_empty(&wn_sessions))
		wn_hooks_remove();
	synchronize_rcu();
	mutex_unlock(&sessions_lock);
	wn_tasks_clear(&session->tasks);
	wn_submissions_clear(&session->submissions);
	session->state = WN_STOPPED;
	wake_up_all(&session->readers);
}

void wn_session_stats(struct wn_session *session, struct wn_session_stats *stats)
{
	u32 slots = session->table.slots ? wn_table_used(&session->table) : 0;
	unsigned int cpu;
	u32 i;

	for_each_possible_cpu(cpu) {
		const struct wn_stats *counts = per_cpu_ptr(session->stats, cpu);
		int reason;

		stats->made += READ_ONCE(counts->made);
		stats->delivered += READ_ONCE(counts->anonymous) + READ_ONCE(counts->repeats);
		for (reason = 0; reason < WN_LOSS_COUNT; reason++)
			stats->lost[reason] += READ_ONCE(counts->lost[reason]);
	}
	if (session->setup.all_events)
		return; /* each was counted when it was sent */
	for (i = 0; i < slots; i++) {
		const struct wn_slot *slot = &session->table.slots[i];

		if (READ_ONCE(slot->sent))
			stats->delivered += atomic64_read(&slot->count);
		else
			stats->lost[WN_LOSS_RING] += atomic64_read(&slot->count);
	}
}
