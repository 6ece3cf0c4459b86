/* SPDX-License-Identifier: GPL-2.0 */
/* Reads from the current program's memory, of what is resident only: hooks must not wait. */
#ifndef WINNOW_USER_H
#define WINNOW_USER_H

#include <linux/uaccess.h>

static inline bool wn_read_user(void *to, const void __user *from, size_t size)
{
	bool read;

	if (!access_ok(from, size))
		return false;
	pagefault_disable();
	read = !__copy_from_user_inatomic(to, from, size);
	pagefault_enable();
	return read;
}

/*
 * Returns the string's size with its NUL, at most `room`: a longer one is cut.
 * Negative where it can't be read.
 */
static inline long wn_read_user_string(char *to, const void __user *from, long room)
{
	long len;

	pagefault_disable();
	len = strncpy_from_user(to, from, room);
	pagefault_enable();
	if (len < 0)
		return len;
	if (len == room)
		len--;
	to[len] = 0;
	return len + 1;
}

#endif
