// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What each captured system call does to a path, as data. The order of
 * arguments is that of the manual pages, section 2.
 */
#include <sys/syscall.h>

#include "calls.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define CALL(name_, kind_, op_, ...) \
	{.number = SYS_##name_, .name = #name_, .desc = {.kind = WN_KIND_##kind_, .op = WN_##op_, __VA_ARGS__}}
/* The kernel's function has another name than the call. */
#define CALL_AS(function_, name_, kind_, op_, ...)                                  \
	{.number = SYS_##name_, .name = #name_, .function = #function_, \
	 .desc = {.kind = WN_KIND_##kind_, .op = WN_##op_, __VA_ARGS__}}
/* A call younger than the C library's headers; such have one number on all architectures. */
#define CALL_YOUNG(number_, name_, kind_, op_, ...) \
	{.number = number_, .name = #name_, .desc = {.kind = WN_KIND_##kind_, .op = WN_##op_, __VA_ARGS__}}
#define NOFOLLOW .bits = WN_CALL_NOFOLLOW
#define AT_FLAGS .bits = WN_CALL_AT_FLAGS

const struct wn_call_source wn_calls[] = {
	/* sched_process_exec reports what succeeded, by the first entry's name */
	CALL(execve, PATH, EXEC, .path = 1),
	CALL(execveat, PATH, EXEC, .dirfd = 1, .path = 2, .flags = 5, AT_FLAGS),

	CALL(openat, OPEN, READ, .dirfd = 1, .path = 2, .flags = 3),
	CALL(openat2, OPEN, READ, .dirfd = 1, .path = 2, .flags = 3, .bits = WN_CALL_OPEN_HOW),

	CALL(newfstatat, PATH, STAT, .dirfd = 1, .path = 2, .flags = 4, AT_FLAGS),
	CALL(statx, PATH, STAT, .dirfd = 1, .path = 2, .flags = 3, AT_FLAGS),
	CALL_AS(newfstat, fstat, FD, STAT, .fd = 1),
	CALL(faccessat, PATH, STAT, .dirfd = 1, .path = 2),
	CALL(faccessat2, PATH, STAT, .dirfd = 1, .path = 2, .flags = 4, AT_FLAGS),
	CALL(readlinkat, PATH, READ, .dirfd = 1, .path = 2, NOFOLLOW),
	CALL(statfs, PATH, STAT, .path = 1),
	CALL(fstatfs, FD, STAT, .fd = 1),
	CALL(getxattr, PATH, STAT, .path = 1),
	CALL(lgetxattr, PATH, STAT, .path = 1, NOFOLLOW),
	CALL(listxattr, PATH, STAT, .path = 1),
	CALL(llistxattr, PATH, STAT, .path = 1, NOFOLLOW),
	CALL(fgetxattr, FD, STAT, .fd = 1),
	CALL(flistxattr, FD, STAT, .fd = 1),
	CALL(name_to_handle_at, PATH, LOOKUP, .dirfd = 1, .path = 2, .flags = 5,
	     .bits = WN_CALL_AT_FLAGS | WN_CALL_NOFOLLOW),
	CALL(inotify_add_watch, PATH, STAT, .path = 2),

	CALL(getdents64, FD, LIST, .fd = 1),
	CALL(chdir, CHDIR, LOOKUP, .path = 1),
	CALL(fchdir, CHDIR, LOOKUP),
	CALL(chroot, CHROOT, LOOKUP, .path = 1),
	CALL(mmap, MMAP, MAP, .fd = 5, .flags = 4),

	CALL(connect, SOCKET, LOOKUP, .path = 2),
	CALL(bind, SOCKET, WRITE, .path = 2),

	CALL(truncate, PATH, WRITE, .path = 1),
	CALL(mkdirat, PATH, WRITE, .dirfd = 1, .path = 2, NOFOLLOW),
	CALL(mknodat, PATH, WRITE, .dirfd = 1, .path = 2, NOFOLLOW),
	CALL(symlinkat, PATH, WRITE, .dirfd = 2, .path = 3, NOFOLLOW),
	CALL(linkat, PATH, LOOKUP, .dirfd = 1, .path = 2, .dirfd2 = 3, .path2 = 4, .op2 = WN_WRITE, .flags = 5,
	     .bits = WN_CALL_AT_FLAGS | WN_CALL_NOFOLLOW),
	CALL(unlinkat, PATH, REMOVE, .dirfd = 1, .path = 2, NOFOLLOW),
	CALL(renameat2, PATH, REMOVE, .dirfd = 1, .path = 2, .dirfd2 = 3, .path2 = 4, .op2 = WN_WRITE, NOFOLLOW),
	CALL(fchmodat, PATH, WRITE, .dirfd = 1, .path = 2),
	CALL(fchownat, PATH, WRITE, .dirfd = 1, .path = 2, .flags = 5, AT_FLAGS),
	CALL(utimensat, PATH, WRITE, .dirfd = 1, .path = 2, .flags = 4, AT_FLAGS),
	CALL(setxattr, PATH, WRITE, .path = 1),
	CALL(lsetxattr, PATH, WRITE, .path = 1, NOFOLLOW),
	CALL(removexattr, PATH, WRITE, .path = 1),
	CALL(lremovexattr, PATH, WRITE, .path = 1, NOFOLLOW),
	CALL(mount, PATH, LOOKUP, .path = 2),
	CALL_AS(umount, umount2, PATH, LOOKUP, .path = 1),
	CALL(open_by_handle_at, OPEN, READ, .flags = 3),
	CALL(open_tree, PATH, LOOKUP, .dirfd = 1, .path = 2, .flags = 3, AT_FLAGS),
	CALL_YOUNG(452, fchmodat2, PATH, WRITE, .dirfd = 1, .path = 2, .flags = 4, AT_FLAGS), /* Linux 6.6 */
	CALL_YOUNG(463, setxattrat, PATH, WRITE, .dirfd = 1, .path = 2, .flags = 3, AT_FLAGS), /* 6.13 */
	CALL_YOUNG(464, getxattrat, PATH, STAT, .dirfd = 1, .path = 2, .flags = 3, AT_FLAGS),
	CALL_YOUNG(465, listxattrat, PATH, STAT, .dirfd = 1, .path = 2, .flags = 3, AT_FLAGS),
	CALL_YOUNG(466, removexattrat, PATH, WRITE, .dirfd = 1, .path = 2, .flags = 3, AT_FLAGS),
	CALL_YOUNG(468, file_getattr, PATH, STAT, .dirfd = 1, .path = 2, .flags = 5, AT_FLAGS), /* 6.17 */
	CALL_YOUNG(469, file_setattr, PATH, WRITE, .dirfd = 1, .path = 2, .flags = 5, AT_FLAGS),

#ifdef SYS_open /* calls that younger architectures don't have */
	CALL(open, OPEN, READ, .path = 1, .flags = 2),
	CALL(creat, OPEN, WRITE, .path = 1, .bits = WN_CALL_CREAT),
	CALL_AS(newstat, stat, PATH, STAT, .path = 1),
	CALL_AS(newlstat, lstat, PATH, STAT, .path = 1, NOFOLLOW),
	CALL(access, PATH, STAT, .path = 1),
	CALL(readlink, PATH, READ, .path = 1, NOFOLLOW),
	CALL(getdents, FD, LIST, .fd = 1),
	CALL(mkdir, PATH, WRITE, .path = 1, NOFOLLOW),
	CALL(mknod, PATH, WRITE, .path = 1, NOFOLLOW),
	CALL(symlink, PATH, WRITE, .path = 2, NOFOLLOW),
	CALL(link, PATH, LOOKUP, .path = 1, .path2 = 2, .op2 = WN_WRITE, NOFOLLOW),
	CALL(unlink, PATH, REMOVE, .path = 1, NOFOLLOW),
	CALL(rmdir, PATH, REMOVE, .path = 1, NOFOLLOW),
	CALL(rename, PATH, REMOVE, .path = 1, .path2 = 2, .op2 = WN_WRITE, NOFOLLOW),
	CALL(chmod, PATH, WRITE, .path = 1),
	CALL(chown, PATH, WRITE, .path = 1),
	CALL(lchown, PATH, WRITE, .path = 1, NOFOLLOW),
	CALL(utime, PATH, WRITE, .path = 1),
	CALL(utimes, PATH, WRITE, .path = 1),
	CALL(futimesat, PATH, WRITE, .dirfd = 1, .path = 2),
#endif
#ifdef SYS_renameat
	CALL(renameat, PATH, REMOVE, .dirfd = 1, .path = 2, .dirfd2 = 3, .path2 = 4, .op2 = WN_WRITE, NOFOLLOW),
#endif
};

const unsigned int wn_calls_count = ARRAY_SIZE(wn_calls);
