/* SPDX-License-Identifier: GPL-2.0 */
/* What differs between kernels; nothing else in the module asks for a version. */
#ifndef WINNOW_COMPAT_H
#define WINNOW_COMPAT_H

#include <linux/version.h>
#include <linux/nsproxy.h>
#include <linux/ns_common.h>
#include <linux/proc_ns.h>
#include <linux/sched.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#error "winnow needs Linux 5.10 or newer"
#endif

/*
 * struct mnt_namespace is private to fs/; it begins with its struct ns_common
 * since Linux 5.11, and with a counter before.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 11, 0)
#define WN_NAMESPACE_OFFSET 0
#else
#define WN_NAMESPACE_OFFSET sizeof(long)
#endif

/* Whether the current system call is of the table for 32-bit programs. */
static inline bool wn_call_is_32(void)
{
#ifdef CONFIG_X86
	return in_ia32_syscall(); /* x32 has the other table */
#else
	return in_compat_syscall();
#endif
}

static inline const struct ns_common *wn_mount_namespace(struct task_struct *task)
{
	struct nsproxy *proxy = READ_ONCE(task->nsproxy);

	return proxy ? (void *)proxy->mnt_ns + WN_NAMESPACE_OFFSET : NULL;
}

/*
 * io_uring: struct io_kiocb is in a header since Linux 6.0, and commands lie in
 * its beginning.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0) && IS_ENABLED(CONFIG_IO_URING)
#define WN_IO_URING 1
#endif

/* Commit 2ad57931db64 (Linux 6.4) renamed the tracepoint and took an argument away. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define WN_IO_SUBMIT "io_uring_submit_req"
#else
#define WN_IO_SUBMIT "io_uring_submit_sqe"
#define WN_IO_SUBMIT_OLD 1
#endif

/* Linux 6.16 gave sched_process_exit a second argument. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define WN_EXIT_SAYS_GROUP_DEAD 1
#endif

#endif
