/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the module hangs in the kernel: tracepoints, which only observe and
 * can be let go of at any time.
 */
#ifndef WINNOW_HOOKS_H
#define WINNOW_HOOKS_H

#include <linux/binfmts.h>
#include <linux/ptrace.h>
#include <linux/sched.h>

#include "access.h"

/* Finds the tracepoints; 0 or -ENOENT where this kernel lacks one. */
int wn_hooks_find(void);

/* Installs them all, or none. */
int wn_hooks_install(void);
/* When it returns, none runs any more. */
void wn_hooks_remove(void);

/* A system call returns, of a task that some session may follow. */
void wn_on_call(struct pt_regs *regs, long result);

/* By the flags of open(2). */
u8 wn_op_of_open(u64 flags);

void wn_on_exec(struct wn_session *session, struct wn_scratch *scratch, struct linux_binprm *bprm);
void wn_on_fork(struct wn_session *session, struct wn_scratch *scratch,
		struct task_struct *child);

#endif
