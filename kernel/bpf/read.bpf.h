/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * Reads of kernel objects that the verifier does not know to be there. Since
 * Linux 6.2 (commit a35b9af4ec2c, bpf_rdonly_cast) a plain load does, which
 * gives 0 where it would fault; before, a helper copies, for ten times as long.
 */
#ifndef WINNOW_READ_BPF_H
#define WINNOW_READ_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

extern void *bpf_rdonly_cast(const void *object, __u32 type_id) __ksym __weak;

const volatile __u32 plain_loads; /* set by the loader: the kernel has bpf_rdonly_cast */

#define CAST(type, pointer) ((type *)bpf_rdonly_cast(pointer, bpf_core_type_id_kernel(type)))

#define READ(pointer, member)                                                  \
	({                                                                     \
		typeof(pointer) object_ = (pointer);                           \
		plain_loads ? CAST(typeof(*object_), object_)->member          \
			    : BPF_CORE_READ(object_, member);                  \
	})

/* Eight bytes of the kernel's memory, wherever they stand; only where plain loads do. */
static __always_inline __u64 read_word(__u64 address)
{
	/* A type is needed that begins with such a number. */
	return CAST(struct timespec64, (void *)address)->tv_sec;
}

/* Open file number `fd` of the task, or NULL. */
static __always_inline struct file *file_of(struct task_struct *task, int fd)
{
	struct fdtable *table = task->files->fdt;
	struct file *file = NULL;
	void *place;

	if (fd < 0 || (__u32)fd >= table->max_fds)
		return NULL;
	place = &table->fd[fd];
	if (!plain_loads) {
		bpf_probe_read_kernel(&file, sizeof(file), place);
		return file;
	}
	/* A type is needed that has a pointer to a file: this one has an array of them. */
	place -= bpf_core_field_offset(struct files_struct, fd_array);
	return CAST(struct files_struct, place)->fd_array[0];
}

/*
 * The same for small numbers where the table of open files is still
 * its first one: a pointer that the verifier of any kernel follows, so that
 * no helper has to. NULL does not mean that there is no such file.
 */
static __always_inline struct file *small_file_of(struct task_struct *task, int fd)
{
	struct files_struct *files = task->files;

	if (files->fdt != &files->fdtab)
		return NULL;
	switch (fd) {
	case 3: return files->fd_array[3];
	case 4: return files->fd_array[4];
	case 5: return files->fd_array[5];
	case 6: return files->fd_array[6];
	case 7: return files->fd_array[7];
	case 8: return files->fd_array[8];
	case 9: return files->fd_array[9];
	case 10: return files->fd_array[10];
	case 11: return files->fd_array[11];
	}
	return NULL;
}

#endif
