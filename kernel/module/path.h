/* SPDX-License-Identifier: GPL-2.0 */
/* Files and directories, and the paths that lead to them from the root of the mount tree. */
#ifndef WINNOW_PATH_H
#define WINNOW_PATH_H

#include <linux/fs.h>
#include <linux/path.h>
#include <linux/types.h>

#include "winnow_abi.h"

struct wn_directory;

/* Valid while RCU's read lock is held. */
struct wn_place {
	const struct wn_directory *remembered; /* or NULL: */
	struct dentry *dentry;
	struct vfsmount *mount;
	u64 inode;
	u32 dev;
};

/* Checks that mounts look as this module takes them to; 0 or -ENODEV. */
int wn_path_check(void);

/*
 * Writes the absolute path of (dentry, mount), with a NUL, to the end of
 * buffer (WN_PATH_MAX bytes). Returns where it begins, or NULL where it does
 * not fit. Takes no reference and no lock; the caller holds RCU's read lock.
 * A path that is renamed meanwhile is as it was or as it is.
 */
char *wn_path_write(struct dentry *dentry, struct vfsmount *mount, char buffer[WN_PATH_MAX]);

/* Whether (dentry, mount) is the root of the mount tree. */
bool wn_path_is_root(const struct path *path);

/* False where nothing has a path: pipes, sockets, memfds, a descriptor closed meanwhile. */
bool wn_place_of_file(struct wn_place *place, struct file *file);
bool wn_place_of_path(struct wn_place *place, const struct path *path);

/* The same of a descriptor of the current task. */
bool wn_place_of_fd(struct wn_place *place, int fd);

/* The current task's own. */
struct path wn_working_directory(void);
struct path wn_root_directory(void);

#endif
