/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Describes in the scratch what a call did to its descriptor or path. */
#ifndef WINNOW_DESCRIBE_BPF_H
#define WINNOW_DESCRIBE_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "locate.bpf.h"
#include "loss.bpf.h"
#include "name.bpf.h"
#include "scratch.bpf.h"

#define AT_SYMLINK_NOFOLLOW 0x100
#define O_ACCMODE 3
#define O_CREAT 0100
#define O_TRUNC 01000
#define O_NOFOLLOW 0400000
#define O_PATH 010000000
#define AF_UNIX 1
#define EPERM 1

/* False where there is nothing to count. */
static __always_inline bool describe_descriptor(struct scratch *scratch, struct task_struct *task, int fd)
{
	if (fd == AT_FDCWD)
		locate_path(&scratch->file, task->fs->pwd.dentry, task->fs->pwd.mnt);
	else if (!locate_fd(&scratch->file, task, fd))
		return false;
	set_file(scratch);
	return true;
}

/* By a seccomp filter: nobody has read the name, else it would be resident, and looked at a file. */
static __always_inline bool is_refused(const struct scratch *scratch)
{
	return (scratch->key.what & ERROR) == EPERM << 16;
}

/* A call with a path: reads the string where the call has just used it. */
static __always_inline bool describe_path(struct scratch *scratch, struct task_struct *task, int dirfd, __u64 path,
					  bool empty_is_fd, bool rooted, int opened_fd)
{
	bool failed = scratch->key.what & ERROR;
	int only_fd = -1; /* that tells all there is to tell */
	long size;

	if (!path) {
		if (opened_fd >= 0) /* by a handle */
			only_fd = opened_fd;
		else if (dirfd != AT_FDCWD && !failed)
			only_fd = dirfd;
		return only_fd >= 0 && describe_descriptor(scratch, task, only_fd);
	}
	size = read_name(scratch, path);
	if (size >= 0 && size <= 1 && empty_is_fd) /* 0: kernels that forget the NUL of an empty string */
		return !failed && describe_descriptor(scratch, task, dirfd);
	if (opened_fd >= 0 && locate_fd(&scratch->file, task, opened_fd))
		set_file(scratch);
	if (size < 0 && !is_refused(scratch))
		count_made_and_lost(WN_LOSS_FAULT); /* also where the file is known: symlinks on the way are not */
	if (size > 1 && locate_base(scratch, task, dirfd, rooted))
		set_name(scratch);
	return scratch->key.what & (WN_HAS_FILE | WN_HAS_NAME);
}

/* connect and bind: a path only where the address is of a named Unix socket. */
static __always_inline __u64 path_of_socket(__u64 address)
{
	__u16 family = 0;
	char first = 0;

	bpf_probe_read_user(&family, sizeof(family), (void *)address);
	bpf_probe_read_user(&first, sizeof(first), (void *)address + sizeof(family));
	return family == AF_UNIX && first ? address + sizeof(family) : 0;
}

static __always_inline __u8 op_of_open(__u64 flags)
{
	if (flags & O_PATH)
		return WN_LOOKUP;
	return flags & (O_ACCMODE | O_CREAT | O_TRUNC) ? WN_WRITE : WN_READ;
}

#endif
