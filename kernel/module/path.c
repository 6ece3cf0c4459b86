// SPDX-License-Identifier: GPL-2.0
#include <linux/dcache.h>
#include <linux/fdtable.h>
#include <linux/fs_struct.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/nospec.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat.h"
#include "path.h"

#define WALK_STEPS 2304 /* components and mounts: PATH_MAX of one-letter names */
#define WALK_TRIES 4 /* while something is renamed somewhere */

#define INTERNAL (SB_NOUSER | SB_KERNMOUNT)

/* How fs/mount.h's private struct mount begins since Linux 3.16; wn_path_check() verifies it. */
struct mount_head {
	struct hlist_node hash;
	struct mount_head *parent;
	struct dentry *mountpoint;
	struct vfsmount mnt;
};

/* Steps from the root of a mount to where it is mounted. False at the root of the tree. */
static bool step_out(struct dentry **dentry, struct vfsmount **mount)
{
	struct mount_head *head = container_of(*mount, struct mount_head, mnt);
	struct mount_head *parent = READ_ONCE(head->parent);

	if (parent == head)
		return false;
	*dentry = READ_ONCE(head->mountpoint);
	*mount = &parent->mnt;
	return true;
}

/*
 * Copies a name that may change meanwhile to before `end`. Returns where it
 * begins, or NULL where there is no room.
 */
static char *put_name(const struct dentry *dentry, char *start, char *end)
{
	/*
	 * As in prepend_name() of fs/d_path.c: never past the NUL, since name
	 * and length may not match.
	 */
	const char *name = smp_load_acquire(&dentry->d_name.name);
	u32 len = READ_ONCE(dentry->d_name.len);
	u32 i;

	if (len >= end - start)
		return NULL;
	end -= len + 1;
	end[0] = '/';
	for (i = 0; i < len && name[i]; i++)
		end[1 + i] = name[i];
	for (; i < len; i++)
		end[1 + i] = '?'; /* the walk is repeated */
	return end;
}

static char *walk(struct dentry *dentry, struct vfsmount *mount, char buffer[WN_PATH_MAX])
{
	char *at = buffer + WN_PATH_MAX - 1;
	int steps;

	*at = 0;
	for (steps = 0; steps < WALK_STEPS; steps++) {
		struct dentry *parent = READ_ONCE(dentry->d_parent);

		if (dentry == READ_ONCE(mount->mnt_root)) {
			if (!step_out(&dentry, &mount))
				goto done;
			continue;
		}
		if (parent == dentry)
			goto done; /* not below its mount any more */
		at = put_name(dentry, buffer, at);
		if (!at)
			return NULL;
		dentry = parent;
	}
	return NULL;
done:
	if (!*at)
		*--at = '/';
	return at;
}

char *wn_path_write(struct dentry *dentry, struct vfsmount *mount, char buffer[WN_PATH_MAX])
{
	unsigned int sequence, tries = 0;
	char *path;

	do {
		sequence = read_seqbegin(&rename_lock);
		path = walk(dentry, mount, buffer);
	} while (read_seqretry(&rename_lock, sequence) && ++tries < WALK_TRIES);
	return path;
}

bool wn_path_is_root(const struct path *path)
{
	struct dentry *dentry = path->dentry;
	struct vfsmount *mount = path->mnt;
	int steps;

	for (steps = 0; steps < WALK_STEPS && dentry == READ_ONCE(mount->mnt_root); steps++) {
		if (!step_out(&dentry, &mount))
			return true;
	}
	return false;
}

static bool set_place(struct wn_place *place, struct dentry *dentry, struct vfsmount *mount,
		      const struct inode *inode)
{
	if (!dentry || !mount || !inode || inode->i_sb->s_flags & INTERNAL)
		return false;
	place->remembered = NULL;
	place->dentry = dentry;
	place->mount = mount;
	place->inode = inode->i_ino;
	place->dev = inode->i_sb->s_dev;
	return true;
}

bool wn_place_of_file(struct wn_place *place, struct file *file)
{
	if (!file)
		return false;
	return set_place(place, READ_ONCE(file->f_path.dentry), READ_ONCE(file->f_path.mnt),
			 READ_ONCE(file->f_inode));
}

bool wn_place_of_path(struct wn_place *place, const struct path *path)
{
	return set_place(place, path->dentry, path->mnt, READ_ONCE(path->dentry->d_inode));
}

static struct file *file_of(int fd)
{
	struct files_struct *files = current->files;
	struct fdtable *table;

	if (!files || fd < 0)
		return NULL;
	table = rcu_dereference_sched(files->fdt);
	if ((unsigned int)fd >= table->max_fds)
		return NULL;
	return rcu_dereference_sched(table->fd[array_index_nospec(fd, table->max_fds)]);
}

bool wn_place_of_fd(struct wn_place *place, int fd)
{
	return wn_place_of_file(place, file_of(fd));
}

static struct path own_directory(const struct path *which)
{
	struct fs_struct *fs = current->fs;
	unsigned int sequence;
	struct path path;

	do {
		sequence = read_seqcount_begin(&fs->seq);
		path = *which;
	} while (read_seqcount_retry(&fs->seq, sequence));
	return path;
}

struct path wn_working_directory(void)
{
	return own_directory(&current->fs->pwd);
}

struct path wn_root_directory(void)
{
	return own_directory(&current->fs->root);
}

/* The kernel's path is relative to the caller's root, so it is the end of ours. */
static bool same_as_kernel(const char *name, char *ours, char *theirs)
{
	struct path path;
	bool same = false;
	char *expected, *written;

	if (kern_path(name, LOOKUP_FOLLOW, &path))
		return true; /* nothing to compare */
	expected = d_path(&path, theirs, WN_PATH_MAX);
	rcu_read_lock();
	written = wn_path_write(path.dentry, path.mnt, ours);
	rcu_read_unlock();
	if (!IS_ERR(expected) && written) {
		size_t len = strlen(expected), whole = strlen(written);

		same = !strcmp(expected, "/") ||
		       (whole >= len && !strcmp(written + whole - len, expected));
	}
	path_put(&path);
	return same;
}

int wn_path_check(void)
{
	static const char *const names[] = {
		"/", ".", "/proc", "/proc/self/ns", "/sys/kernel", "/dev/null",
	};
	char *buffers = kmalloc(2 * WN_PATH_MAX, GFP_KERNEL);
	int i, error = 0;

	if (!buffers)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(names) && !error; i++) {
		if (!same_as_kernel(names[i], buffers, buffers + WN_PATH_MAX)) {
			pr_err("winnow: this kernel's mounts are not laid out as expected (%s)\n",
			       names[i]);
			error = -ENODEV;
		}
	}
	kfree(buffers);
	return error;
}
