/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* A system call's arguments. */
#ifndef WINNOW_ARGUMENTS_BPF_H
#define WINNOW_ARGUMENTS_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define ARGUMENTS 8 /* numbered from 1; 0 is none */

/* All of them, since to choose one of five registers costs more branches than to copy them. */
static __always_inline void get_arguments(__u64 arguments[ARGUMENTS], struct pt_regs *regs)
{
	arguments[0] = arguments[6] = arguments[7] = 0;
	arguments[1] = PT_REGS_PARM1_SYSCALL(regs);
	arguments[2] = PT_REGS_PARM2_SYSCALL(regs);
	arguments[3] = PT_REGS_PARM3_SYSCALL(regs);
	arguments[4] = PT_REGS_PARM4_SYSCALL(regs);
	arguments[5] = PT_REGS_PARM5_SYSCALL(regs);
}

/* Of a 32-bit call: registers of their own, which may have anything in their upper halves. */
static __always_inline void get_arguments_32(__u64 arguments[ARGUMENTS], struct pt_regs *regs)
{
	arguments[0] = arguments[6] = arguments[7] = 0;
	arguments[1] = (__u32)regs->bx;
	arguments[2] = (__u32)regs->cx;
	arguments[3] = (__u32)regs->dx;
	arguments[4] = (__u32)regs->si;
	arguments[5] = (__u32)regs->di;
}

/* Of one that has them in memory; false where that can't be read. */
static __always_inline bool get_arguments_in_memory(__u64 arguments[ARGUMENTS], __u64 address, __u32 count)
{
	__u32 words[5] = {};

	if (bpf_probe_read_user(words, count > 2 ? sizeof(words) : 2 * sizeof(*words), (void *)address))
		return false;
	for (int i = 0; i < 5; i++)
		arguments[i + 1] = words[i];
	return true;
}

#endif
