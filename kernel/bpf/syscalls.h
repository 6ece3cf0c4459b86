/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* The set of system calls that the container makes, beside the probe. */
#ifndef WINNOW_SYSCALLS_H
#define WINNOW_SYSCALLS_H

#define WN_SYSCALLS_MAX 1024 /* a power of two; numbers of either ABI end below 500 */

#ifndef __bpf__
#include <stdbool.h>

/* `tasks`: descriptor of the probe's map of followed tasks. False where the kernel refuses; errno tells. */
bool wn_attach_syscalls(int tasks);
void wn_stop_syscalls(void);

/* Writes a record for each call that was made; nothing where the program was not attached, or missed one. */
void wn_write_syscalls(void);
#endif

#endif
