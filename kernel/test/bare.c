// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Ends at once, without a C library: built as a dynamic program, and as the
 * loader that the kernel starts in its place.
 */
#include <sys/syscall.h>

_Noreturn void _start(void)
{
#if defined(__x86_64__)
	__asm__ volatile("syscall" : : "a"(SYS_exit), "D"(0));
#else
	register long call __asm__("x8") = SYS_exit, status __asm__("x0") = 0;

	__asm__ volatile("svc 0" : : "r"(call), "r"(status));
#endif
	__builtin_unreachable();
}
