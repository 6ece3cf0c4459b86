// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* A 32-bit program, without a C library, that opens one file. */
#define I386_EXIT 1
#define I386_OPEN 5

static long call(long number, const void *argument, long flags)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(argument), "c"(flags) : "memory");
	return result;
}

_Noreturn void _start(void)
{
	call(I386_EXIT, (void *)(call(I386_OPEN, "/fixture/by-32-bit", 0) < 0), 0);
	__builtin_unreachable();
}
