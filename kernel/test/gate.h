/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * The system calls of 32-bit programs, which a 64-bit one makes through
 * interrupt 0x80. What arguments point to must lie in the lowest 4 GiB: the
 * static data of a program that is linked to a fixed address.
 */
#ifndef GATE_H
#define GATE_H

#include <errno.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

/* Numbers of i386. */
enum {
	I386_OPEN = 5,
	I386_UNLINK = 10,
	I386_EXECVE = 11,
	I386_GETPID = 20,
	I386_ACCESS = 33,
	I386_RENAME = 38,
	I386_READLINK = 85,
	I386_MMAP = 90,
	I386_SOCKETCALL = 102,
	I386_FSTAT = 108,
	I386_MMAP2 = 192,
	I386_TRUNCATE64 = 193,
	I386_STAT64 = 195,
	I386_LSTAT64 = 196,
	I386_CHOWN32 = 212,
	I386_GETDENTS64 = 220,
	I386_OPENAT = 295,
	I386_FSTATAT64 = 300,
	I386_UTIMENSAT = 320,
};

static inline long call_32(int number, unsigned long a, unsigned long b, unsigned long c, unsigned long d, unsigned long e)
{
	long result = -ENOSYS;

#ifdef __x86_64__
	__asm__ volatile("int $0x80" : "=a"(result) : "a"((long)number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "memory", "r8", "r9", "r10", "r11");
#endif
	errno = result < 0 ? -result : 0;
	return result < 0 ? -1 : result;
}

/* A kernel without them ends the process. */
static inline bool has_calls_32(void)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(call_32(I386_GETPID, 0, 0, 0, 0, 0) > 0 ? 0 : 1);
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

#endif
