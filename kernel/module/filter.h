/* SPDX-License-Identifier: GPL-2.0 */
/* Whose accesses a session is about. */
#ifndef WINNOW_FILTER_H
#define WINNOW_FILTER_H

#include <linux/file.h>
#include <linux/sched.h>

#include "winnow_device.h"

#define WN_FILTERS_MAX 16

struct wn_selector {
	enum wn_filter_kind kind;
	union {
		struct cgroup *cgroup;
		struct {
			struct file *file; /* keeps the namespace */
			const struct ns_common *namespace;
		};
		struct {
			char id[WN_CONTAINER_ID_LEN];
			const struct ns_common *host; /* only compared */
		};
		struct pid *pid;
	};
};

struct wn_filters {
	unsigned int count;
	struct wn_selector selectors[WN_FILTERS_MAX];
};

/*
 * -EINVAL for what is no filter, -ENOSPC for one too many, else what the
 * kernel says of the descriptor or the process.
 */
int wn_filters_add(struct wn_filters *filters, const struct wn_filter *filter);
void wn_filters_clear(struct wn_filters *filters);

/*
 * Whether a task is inside any of them. The caller holds RCU's read lock, and
 * of a task that is not the current one its alloc_lock.
 */
bool wn_filters_select(const struct wn_filters *filters, struct task_struct *task);

#endif
