/* SPDX-License-Identifier: GPL-2.0 */
/* Which tasks a session follows, and what it remembers of each. */
#ifndef WINNOW_TASKS_H
#define WINNOW_TASKS_H

#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "path.h"

/*
 * A working directory as it was: where a relative chdir started from. Never
 * changed, shared by count.
 */
struct wn_directory {
	struct rcu_head rcu;
	refcount_t users;
	u32 dev;
	u64 inode;
	u32 len;
	char path[]; /* with NUL */
};

/* Of the tasks that share a struct fs_struct. */
struct wn_cwd {
	refcount_t users;
	const struct fs_struct *fs; /* only compared */
	unsigned int changes; /* its sequence count when the directory was remembered */
	struct wn_directory __rcu *directory; /* or NULL: not known */
};

struct wn_task {
	struct hlist_node node;
	struct rcu_head rcu;
	const struct task_struct *task; /* only compared */
	/* Written by the task itself alone. */
	u32 process; /* unique in the session; a new one at each fork and exec */
	u32 parent;
	u32 cause;
	bool announced;
	struct wn_cwd *cwd; /* or NULL: not known */
};

#define WN_TASK_BITS 10

struct wn_tasks {
	raw_spinlock_t lock; /* for changes of the table */
	DECLARE_HASHTABLE(of_task, WN_TASK_BITS);
};

/*
 * How many followed tasks of all sessions share each hash: a task whose hash
 * has none is anybody else's, and costs no more than to see that.
 */
#define WN_FOLLOWED_BITS 12
extern u32 wn_followed[1 << WN_FOLLOWED_BITS];

static inline bool wn_maybe_followed(const struct task_struct *task)
{
	return READ_ONCE(wn_followed[hash_ptr(task, WN_FOLLOWED_BITS)]);
}

void wn_tasks_init(struct wn_tasks *tasks);
/* No hook may be running any more. */
void wn_tasks_clear(struct wn_tasks *tasks);

/* The callers hold RCU's read lock, with preemption off. */
struct wn_task *wn_task_find(struct wn_tasks *tasks, const struct task_struct *task);
/*
 * The task as part of this process (0: not numbered yet). NULL where there is
 * no memory. Finds it where another CPU was faster.
 */
struct wn_task *wn_task_add(struct wn_tasks *tasks, const struct task_struct *task, u32 process,
			    u32 cause);
void wn_task_remove(struct wn_tasks *tasks, const struct task_struct *task);

/* The current task's working directory, remembered for its next chdir. */
void wn_task_remember_cwd(struct wn_task *state, struct wn_scratch *scratch);
/* A child begins where its parent is, and goes on with it where they share their directories. */
void wn_task_inherit_cwd(struct wn_task *child, const struct wn_task *parent,
			 const struct fs_struct *child_fs);
/*
 * Where the current task was before the change of directory that it has just
 * made; NULL where that is not known.
 */
const struct wn_directory *wn_task_cwd(const struct wn_task *state);

struct wn_directory *wn_directory_of(const struct wn_place *place, struct wn_scratch *scratch);
void wn_directory_put(struct wn_directory *directory);

#endif
