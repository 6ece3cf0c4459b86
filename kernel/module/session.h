/* SPDX-License-Identifier: GPL-2.0 */
/* One open /dev/winnow, and what belongs to it. */
#ifndef WINNOW_SESSION_H
#define WINNOW_SESSION_H

#include <linux/atomic.h>
#include <linux/cgroup.h>
#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "winnow_device.h"

#include "filter.h"
#include "rings.h"
#include "submissions.h"
#include "table.h"
#include "tasks.h"

enum wn_state {
	WN_OPENED,
	WN_SET_UP,
	WN_STARTED,
	WN_STOPPED,
};

struct wn_session {
	struct list_head node; /* of those that are started */
	struct mutex lock; /* orders system calls on the descriptor */
	enum wn_state state;

	/* Constant once started. */
	struct wn_setup setup;
	struct wn_call_desc *calls;
	struct wn_filters filters;

	/* What the hooks write. */
	struct wn_tasks tasks;
	struct wn_table table;
	struct wn_rings rings;
	struct wn_submissions submissions;
	struct wn_stats __percpu *stats;
	atomic_t last_process; /* processes are numbered from 1 */

	wait_queue_head_t readers;
	struct irq_work wake;
	u32 counted; /* entries whose count was read */
};

extern struct list_head wn_sessions;
extern unsigned int wn_ring_bytes_max; /* module parameter */

#define wn_for_each_session(session) list_for_each_entry_rcu(session, &wn_sessions, node)

struct wn_session *wn_session_new(void);
void wn_session_free(struct wn_session *session);
int wn_session_set_up(struct wn_session *session, const struct wn_setup *setup);
int wn_session_start(struct wn_session *session);
void wn_session_stop(struct wn_session *session);
void wn_session_stats(struct wn_session *session, struct wn_session_stats *stats);

/* For hooks, which run with preemption off. */
static inline void wn_count_lost(struct wn_session *session, enum wn_loss reason)
{
	this_cpu_inc(session->stats->lost[reason]);
}

/* An access that was seen, but of which nothing can be told. */
static inline void wn_count_made_and_lost(struct wn_session *session, enum wn_loss reason)
{
	this_cpu_inc(session->stats->made);
	wn_count_lost(session, reason);
}

#endif
