// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Makes system calls that no other code here makes: by itself, in a thread,
 * in a child, and by the 32-bit ABI, whose getpid has the number that
 * writev has in the 64-bit one.
 */
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "workload.h"

static void *in_thread(void *unused)
{
	syscall(SYS_sched_get_priority_max, 0);
	return unused;
}

static void by_int80(void)
{
#if defined(__x86_64__)
	long result = 20; /* getpid */

	__asm__ volatile("int $0x80" : "+a"(result) : : "r8", "r9", "r10", "r11", "memory");
	if (result != getpid())
		die("int $0x80");
#endif
}

int main(void)
{
	unsigned nobody_waits = 0;
	pthread_t thread;
	pid_t child;

	syscall(SYS_futex, &nobody_waits, FUTEX_WAKE, 1); /* joining a thread makes one where the thread still runs */
	syscall(SYS_getpgid, 0);
	syscall(SYS_fsync, -1); /* a call that fails is a call */
	if (pthread_create(&thread, NULL, in_thread, NULL) || pthread_join(thread, NULL))
		die("pthread_create");
	child = fork();
	if (child == 0) {
		syscall(SYS_getpriority, 0, 0);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	by_int80();
	return 0;
}
