// SPDX-License-Identifier: GPL-2.0
#include <linux/fs_struct.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "scratch.h"
#include "tasks.h"

/* In a hook there is no waiting for memory. */
#define NO_WAIT (GFP_NOWAIT | __GFP_NOWARN)

#define CHANGE 2 /* a sequence count's steps while something is written */

u32 wn_followed[1 << WN_FOLLOWED_BITS];
static DEFINE_RAW_SPINLOCK(followed_lock);

static void count_followed(const struct task_struct *task, int change)
{
	u32 *count = &wn_followed[hash_ptr(task, WN_FOLLOWED_BITS)];

	raw_spin_lock(&followed_lock);
	WRITE_ONCE(*count, *count + change);
	raw_spin_unlock(&followed_lock);
}

void wn_tasks_init(struct wn_tasks *tasks)
{
	raw_spin_lock_init(&tasks->lock);
	hash_init(tasks->of_task);
}

struct wn_task *wn_task_find(struct wn_tasks *tasks, const struct task_struct *task)
{
	struct wn_task *state;

	hash_for_each_possible_rcu(tasks->of_task, state, node, (unsigned long)task) {
		if (state->task == task)
			return state;
	}
	return NULL;
}

struct wn_task *wn_task_add(struct wn_tasks *tasks, const struct task_struct *task, u32 process,
			    u32 cause)
{
	struct wn_task *fresh = kzalloc(sizeof(*fresh), NO_WAIT);
	struct wn_task *state;

	if (!fresh)
		return NULL;
	fresh->task = task;
	fresh->process = process;
	fresh->cause = cause;
	raw_spin_lock(&tasks->lock);
	state = wn_task_find(tasks, task);
	if (!state)
		hash_add_rcu(tasks->of_task, &fresh->node, (unsigned long)task);
	raw_spin_unlock(&tasks->lock);
	if (state) {
		kfree(fresh);
		return state;
	}
	count_followed(task, 1);
	return fresh;
}

void wn_directory_put(struct wn_directory *directory)
{
	if (directory && refcount_dec_and_test(&directory->users))
		kfree_rcu(directory, rcu);
}

/* Whoever has a count on it may see its directory; the last one takes both away. */
static void cwd_put(struct wn_cwd *cwd)
{
	if (!cwd || !refcount_dec_and_test(&cwd->users))
		return;
	wn_directory_put(rcu_dereference_protected(cwd->directory, true));
	kfree(cwd);
}

static void forget(struct wn_task *state)
{
	count_followed(state->task, -1);
	cwd_put(state->cwd);
	kfree_rcu(state, rcu);
}

void wn_task_remove(struct wn_tasks *tasks, const struct task_struct *task)
{
	struct wn_task *state;

	raw_spin_lock(&tasks->lock);
	state = wn_task_find(tasks, task);
	if (state)
		hash_del_rcu(&state->node);
	raw_spin_unlock(&tasks->lock);
	if (state)
		forget(state);
}

void wn_tasks_clear(struct wn_tasks *tasks)
{
	struct hlist_node *next;
	struct wn_task *state;
	int bucket;

	hash_for_each_safe(tasks->of_task, bucket, next, state, node) {
		hash_del_rcu(&state->node);
		preempt_disable();
		forget(state);
		preempt_enable();
	}
}

struct wn_directory *wn_directory_of(const struct wn_place *place, struct wn_scratch *scratch)
{
	const char *path = wn_path_write(place->dentry, place->mount, scratch->walk);
	u32 len = path ? strlen(path) : 0;
	struct wn_directory *directory;

	directory = path ? kmalloc(struct_size(directory, path, len + 1), NO_WAIT) : NULL;
	if (!directory)
		return NULL;
	refcount_set(&directory->users, 1);
	directory->dev = place->dev;
	directory->inode = place->inode;
	directory->len = len;
	memcpy(directory->path, path, len + 1);
	return directory;
}

/* How often its directories have been changed, twice. */
static unsigned int changes_of(const struct fs_struct *fs)
{
	return read_seqcount_begin(&fs->seq);
}

static struct wn_cwd *cwd_new(const struct fs_struct *fs, unsigned int changes,
			      struct wn_directory *directory)
{
	struct wn_cwd *cwd = kmalloc(sizeof(*cwd), NO_WAIT);

	if (!cwd) {
		wn_directory_put(directory);
		return NULL;
	}
	refcount_set(&cwd->users, 1);
	cwd->fs = fs;
	cwd->changes = changes;
	RCU_INIT_POINTER(cwd->directory, directory);
	return cwd;
}

void wn_task_remember_cwd(struct wn_task *state, struct wn_scratch *scratch)
{
	const unsigned int changes = changes_of(current->fs); /* before what they led to is read */
	struct path path = wn_working_directory();
	struct wn_directory *directory = NULL;
	struct wn_place place;

	if (wn_place_of_path(&place, &path))
		directory = wn_directory_of(&place, scratch);
	if (state->cwd && state->cwd->fs == current->fs) {
		WRITE_ONCE(state->cwd->changes, changes);
		directory = unrcu_pointer(xchg(&state->cwd->directory, RCU_INITIALIZER(directory)));
		wn_directory_put(directory); /* the one before */
		return;
	}
	cwd_put(state->cwd); /* by unshare(CLONE_FS), or the first time */
	state->cwd = cwd_new(current->fs, changes, directory);
}

void wn_task_inherit_cwd(struct wn_task *child, const struct wn_task *parent,
			 const struct fs_struct *child_fs)
{
	struct wn_directory *directory;

	if (!parent->cwd || parent->cwd->fs != current->fs)
		return;
	if (child_fs == current->fs) {
		refcount_inc(&parent->cwd->users);
		child->cwd = parent->cwd;
		return;
	}
	if (READ_ONCE(parent->cwd->changes) != changes_of(current->fs))
		return; /* somebody who is not followed shares them */
	directory = rcu_dereference_sched(parent->cwd->directory);
	if (directory && refcount_inc_not_zero(&directory->users))
		child->cwd = cwd_new(child_fs, changes_of(child_fs), directory);
}

const struct wn_directory *wn_task_cwd(const struct wn_task *state)
{
	if (!state->cwd || state->cwd->fs != current->fs ||
	    READ_ONCE(state->cwd->changes) + CHANGE != changes_of(current->fs))
		return NULL;
	return rcu_dereference_sched(state->cwd->directory);
}
