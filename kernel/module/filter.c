// SPDX-License-Identifier: GPL-2.0
#include <linux/cgroup.h>
#include <linux/ctype.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/pid.h>
#include <linux/proc_ns.h>
#include <linux/string.h>

#include "compat.h"
#include "filter.h"

#define DESCENT_MAX 64 /* generations */

static int select_cgroup(struct wn_selector *selector, int fd)
{
	selector->cgroup = cgroup_get_from_fd(fd);
	return PTR_ERR_OR_ZERO(selector->cgroup);
}

static int select_mount_namespace(struct wn_selector *selector, int fd)
{
	struct file *file = fget(fd);

	if (!file)
		return -EBADF;
	if (file_inode(file)->i_sb->s_magic == NSFS_MAGIC) {
		struct ns_common *namespace = get_proc_ns(file_inode(file));

		if (namespace->ops->type == CLONE_NEWNS) {
			selector->file = file;
			selector->namespace = namespace;
			return 0;
		}
	}
	fput(file);
	return -EINVAL;
}

static int select_container(struct wn_selector *selector, const char id[WN_CONTAINER_ID_LEN])
{
	int i;

	for (i = 0; i < WN_CONTAINER_ID_LEN; i++) {
		if (!isxdigit(id[i]))
			return -EINVAL;
	}
	memcpy(selector->id, id, WN_CONTAINER_ID_LEN);
	selector->host = wn_mount_namespace(current);
	return 0;
}

static int select_pid(struct wn_selector *selector, u32 number)
{
	selector->pid = find_get_pid(number);
	return selector->pid ? 0 : -ESRCH;
}

static int select(struct wn_selector *selector, const struct wn_filter *filter)
{
	switch (selector->kind) {
	case WN_FILTER_CGROUP:
		return select_cgroup(selector, filter->fd);
	case WN_FILTER_MOUNT_NAMESPACE:
		return select_mount_namespace(selector, filter->fd);
	case WN_FILTER_CONTAINER:
		return select_container(selector, filter->container);
	case WN_FILTER_PID:
		return select_pid(selector, filter->pid);
	}
	return -EINVAL;
}

int wn_filters_add(struct wn_filters *filters, const struct wn_filter *filter)
{
	struct wn_selector *selector = &filters->selectors[filters->count];
	int error;

	if (filters->count == WN_FILTERS_MAX)
		return -ENOSPC;
	memset(selector, 0, sizeof(*selector));
	selector->kind = filter->kind;
	error = select(selector, filter);
	if (!error)
		filters->count++;
	return error;
}

void wn_filters_clear(struct wn_filters *filters)
{
	while (filters->count) {
		struct wn_selector *selector = &filters->selectors[--filters->count];

		if (selector->kind == WN_FILTER_CGROUP)
			cgroup_put(selector->cgroup);
		else if (selector->kind == WN_FILTER_MOUNT_NAMESPACE)
			fput(selector->file);
		else if (selector->kind == WN_FILTER_PID)
			put_pid(selector->pid);
	}
}

/* Engines name the cgroup ID, docker-ID.scope, libpod-ID.scope or crio-ID.scope. */
static bool names_container(const char *path, const char id[WN_CONTAINER_ID_LEN])
{
	static const u8 prefix_lens[] = {0, sizeof("crio-") - 1, sizeof("docker-") - 1};
	const char *name;
	int i;

	for (name = strchr(path, '/'); name; name = strchr(name, '/')) {
		name++;
		for (i = 0; i < ARRAY_SIZE(prefix_lens); i++) {
			if (strnlen(name, prefix_lens[i]) == prefix_lens[i] &&
			    !strncmp(name + prefix_lens[i], id, WN_CONTAINER_ID_LEN))
				return true;
		}
	}
	return false;
}

static bool cgroup_of_container(struct cgroup *cgroup, const char id[WN_CONTAINER_ID_LEN])
{
	char path[384];

	/* A path that is cut off is deeper than containers are. */
	return cgroup && cgroup_path(cgroup, path, sizeof(path)) > 0 && names_container(path, id);
}

/* In the unified hierarchy or, on v1 hosts, that of the first controller. */
static bool in_container(const struct wn_selector *selector, struct task_struct *task)
{
	const struct cgroup_subsys_state *first;

	/* The runtime's own set-up runs in the cgroup too, but from the host's files. */
	if (wn_mount_namespace(task) == selector->host)
		return false;
	if (cgroup_of_container(task_dfl_cgroup(task), selector->id))
		return true;
	first = task_css_set(task)->subsys[0];
	return first && first->cgroup->root != &cgrp_dfl_root &&
	       cgroup_of_container(first->cgroup, selector->id);
}

static bool descends(const struct pid *from, struct task_struct *task)
{
	struct task_struct *ancestor = pid_task((struct pid *)from, PIDTYPE_TGID);
	int depth;

	for (depth = 0; ancestor && depth < DESCENT_MAX; depth++) {
		struct task_struct *leader = READ_ONCE(task->group_leader);
		struct task_struct *parent;

		if (leader == ancestor)
			return true;
		parent = rcu_dereference(task->real_parent);
		if (parent == task)
			break;
		task = parent;
	}
	return false;
}

bool wn_filters_select(const struct wn_filters *filters, struct task_struct *task)
{
	unsigned int i;

	for (i = 0; i < filters->count; i++) {
		const struct wn_selector *selector = &filters->selectors[i];
		bool inside = false;

		switch (selector->kind) {
		case WN_FILTER_CGROUP:
			inside = cgroup_is_descendant(task_dfl_cgroup(task), selector->cgroup);
			break;
		case WN_FILTER_MOUNT_NAMESPACE:
			inside = wn_mount_namespace(task) == selector->namespace;
			break;
		case WN_FILTER_CONTAINER:
			inside = in_container(selector, task);
			break;
		case WN_FILTER_PID:
			inside = descends(selector->pid, task);
			break;
		}
		if (inside)
			return true;
	}
	return false;
}
