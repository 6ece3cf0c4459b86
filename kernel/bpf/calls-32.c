// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * The system calls of 32-bit programs on a 64-bit kernel, which 64-bit
 * programs may make too, through interrupt 0x80. Other numbers than calls.c's,
 * which is why this is a file of its own: the headers exclude each other.
 */
#include "calls.h"

#ifdef __x86_64__
#include <asm/unistd_32.h>

#define CALL_AS(function_, name_, kind_, op_, ...)                            \
	{.number = __NR_##name_, .name = #name_, .function = #function_, \
	 .desc = {.kind = WN_KIND_##kind_, .op = WN_##op_, __VA_ARGS__}}
#define CALL(name_, kind_, op_, ...) CALL_AS(name_, name_, kind_, op_, __VA_ARGS__)
#define CALL_YOUNG(number_, name_, kind_, op_, ...)               \
	{.number = number_, .name = #name_, .function = #name_, \
	 .desc = {.kind = WN_KIND_##kind_, .op = WN_##op_, __VA_ARGS__}}
#define NOFOLLOW .bits = WN_CALL_NOFOLLOW
#define AT_FLAGS .bits = WN_CALL_AT_FLAGS

/* Functions are those of arch/x86/entry/syscalls/syscall_32.tbl. */
const struct wn_call_source wn_calls_32[] = {
	CALL(execve, PATH, EXEC, .path = 1),
	CALL(execveat, PATH, EXEC, .dirfd = 1, .path = 2, .flags = 5, AT_FLAGS),

	CALL(open, OPEN, READ, .path = 1, .flags = 2),
	CALL(creat, OPEN, WRITE, .path = 1, .bits = WN_CALL_CREAT),
	CALL(openat, OPEN, READ, .dirfd = 1, .path = 2, .flags = 3),
	CALL(openat2, OPEN, READ, .dirfd = 1, .path = 2, .flags = 3, .bits = WN_CALL_OPEN_HOW),
	CALL(open_by_handle_at, OPEN, READ, .flags = 3),
	CALL(open_tree, PATH, LOOKUP, .dirfd = 1, .path = 2, .flags = 3, AT_FLAGS),
	CALL(name_to_handle_at, PATH, LOOKUP, .dirfd = 1, .path = 2, .flags = 5,
	     .bits = WN_CALL_AT_FLAGS | WN_CALL_NOFOLLOW),

	CALL_AS(stat, oldstat, PATH, STAT, .path = 1),
	CALL_AS(lstat, oldlstat, PATH, STAT, .path = 1, NOFOLLOW),
	CALL_AS(fstat, oldfstat, FD, STAT, .fd = 1),
	CALL_AS(newstat, stat, PATH, STAT, .path = 1),
	CALL_AS(newlstat, lstat, PATH, STAT, .path = 1, NOFOLLOW),
	CALL_AS(newfstat, fstat, FD, STAT, .fd = 1),
	CALL_AS(ia32_stat64, stat64, PATH, STAT, .path = 1),
	CALL_AS(ia32_lstat64, lstat64, PATH, STAT, .path = 1, NOFOLLOW),
	CALL_AS(ia32_fstat64, fstat64, FD, STAT, .fd = 1),
	CALL_AS(ia32_fstatat64, fstatat64, PATH, STAT, .dirfd = 1, .path = 2, .flags = 4, AT_FLAGS),
	CALL(statx, PATH, STAT, .dirfd = 1, .path = 2, .flags = 3, AT_FLAGS),
	CALL(access, PATH, STAT, .path = 1),
	CALL(faccessat, PATH, STAT, .dirfd = 1, .path = 2),
	CALL(faccessat2, PATH, STAT, .dirfd = 1, .path = 2, .flags = 4, AT_FLAGS),
	CALL(readlink, PATH, READ, .path = 1, NOFOLLOW),
	CALL(readlinkat, PATH, READ, .dirfd = 1, .path = 2, NOFOLLOW),
	CALL(statfs, PATH, STAT, .path = 1),
	CALL(statfs64, PATH, STAT, .path = 1),
	CALL(fstatfs, FD, STAT, .fd = 1),
	CALL(fstatfs64, FD, STAT, .fd = 1),
	CALL(getxattr, PATH, STAT, .path = 1),
	CALL(lgetxattr, PATH, STAT, .path = 1, NOFOLLOW),
	CALL(fgetxattr, FD, STAT, .fd = 1),
	CALL(listxattr, PATH, STAT, .path = 1),
	CALL(llistxattr, PATH, STAT, .path = 1, NOFOLLOW),
	CALL(flistxattr, FD, STAT, .fd = 1),
	CALL(inotify_add_watch, PATH, STAT, .path = 2),

	CALL_AS(old_readdir, readdir, FD, LIST, .fd = 1),
	CALL(getdents, FD, LIST, .fd = 1),
	CALL(getdents64, FD, LIST, .fd = 1),
	CALL(chdir, CHDIR, LOOKUP, .path = 1),
	CALL(fchdir, CHDIR, LOOKUP),
	CALL(chroot, CHROOT, LOOKUP, .path = 1),
	CALL_AS(ia32_mmap, mmap, MMAP, MAP, .fd = 5, .flags = 4, .bits = WN_CALL_IN_MEMORY),
	CALL_AS(mmap_pgoff, mmap2, MMAP, MAP, .fd = 5, .flags = 4),

	CALL(connect, SOCKET, LOOKUP, .path = 2),
	CALL(bind, SOCKET, WRITE, .path = 2),
	CALL(socketcall, SOCKET, LOOKUP, .path = 2, .bits = WN_CALL_SOCKETCALL),

	CALL(truncate, PATH, WRITE, .path = 1),
	CALL_AS(ia32_truncate64, truncate64, PATH, WRITE, .path = 1),
	CALL(mkdir, PATH, WRITE, .path = 1, NOFOLLOW),
	CALL(mkdirat, PATH, WRITE, .dirfd = 1, .path = 2, NOFOLLOW),
	CALL(mknod, PATH, WRITE, .path = 1, NOFOLLOW),
	CALL(mknodat, PATH, WRITE, .dirfd = 1, .path = 2, NOFOLLOW),
	CALL(symlink, PATH, WRITE, .path = 2, NOFOLLOW),
	CALL(symlinkat, PATH, WRITE, .dirfd = 2, .path = 3, NOFOLLOW),
	CALL(link, PATH, LOOKUP, .path = 1, .path2 = 2, .op2 = WN_WRITE, NOFOLLOW),
	CALL(linkat, PATH, LOOKUP, .dirfd = 1, .path = 2, .dirfd2 = 3, .path2 = 4, .op2 = WN_WRITE, .flags = 5,
	     .bits = WN_CALL_AT_FLAGS | WN_CALL_NOFOLLOW),
	CALL(unlink, PATH, REMOVE, .path = 1, NOFOLLOW),
	CALL(unlinkat, PATH, REMOVE, .dirfd = 1, .path = 2, NOFOLLOW),
	CALL(rmdir, PATH, REMOVE, .path = 1, NOFOLLOW),
	CALL(rename, PATH, REMOVE, .path = 1, .path2 = 2, .op2 = WN_WRITE, NOFOLLOW),
	CALL(renameat, PATH, REMOVE, .dirfd = 1, .path = 2, .dirfd2 = 3, .path2 = 4, .op2 = WN_WRITE, NOFOLLOW),
	CALL(renameat2, PATH, REMOVE, .dirfd = 1, .path = 2, .dirfd2 = 3, .path2 = 4, .op2 = WN_WRITE, NOFOLLOW),
	CALL(chmod, PATH, WRITE, .path = 1),
	CALL(fchmodat, PATH, WRITE, .dirfd = 1, .path = 2),
	CALL_AS(chown16, chown, PATH, WRITE, .path = 1),
	CALL_AS(chown, chown32, PATH, WRITE, .path = 1),
	CALL_AS(lchown16, lchown, PATH, WRITE, .path = 1, NOFOLLOW),
	CALL_AS(lchown, lchown32, PATH, WRITE, .path = 1, NOFOLLOW),
	CALL(fchownat, PATH, WRITE, .dirfd = 1, .path = 2, .flags = 5, AT_FLAGS),
	CALL_AS(utime32, utime, PATH, WRITE, .path = 1),
	CALL_AS(utimes_time32, utimes, PATH, WRITE, .path = 1),
	CALL_AS(futimesat_time32, futimesat, PATH, WRITE, .dirfd = 1, .path = 2),
	CALL_AS(utimensat_time32, utimensat, PATH, WRITE, .dirfd = 1, .path = 2, .flags = 4, AT_FLAGS),
	CALL_AS(utimensat, utimensat_time64, PATH, WRITE, .dirfd = 1, .path = 2, .flags = 4, AT_FLAGS),
	CALL(setxattr, PATH, WRITE, .path = 1),
	CALL(lsetxattr, PATH, WRITE, .path = 1, NOFOLLOW),
	CALL(removexattr, PATH, WRITE, .path = 1),
	CALL(lremovexattr, PATH, WRITE, .path = 1, NOFOLLOW),
	CALL(mount, PATH, LOOKUP, .path = 2),
	CALL_AS(oldumount, umount, PATH, LOOKUP, .path = 1),
	CALL_AS(umount, umount2, PATH, LOOKUP, .path = 1),
	CALL_YOUNG(452, fchmodat2, PATH, WRITE, .dirfd = 1, .path = 2, .flags = 4, AT_FLAGS),
	CALL_YOUNG(463, setxattrat, PATH, WRITE, .dirfd = 1, .path = 2, .flags = 3, AT_FLAGS),
	CALL_YOUNG(464, getxattrat, PATH, STAT, .dirfd = 1, .path = 2, .flags = 3, AT_FLAGS),
	CALL_YOUNG(465, listxattrat, PATH, STAT, .dirfd = 1, .path = 2, .flags = 3, AT_FLAGS),
	CALL_YOUNG(466, removexattrat, PATH, WRITE, .dirfd = 1, .path = 2, .flags = 3, AT_FLAGS),
	CALL_YOUNG(468, file_getattr, PATH, STAT, .dirfd = 1, .path = 2, .flags = 5, AT_FLAGS),
	CALL_YOUNG(469, file_setattr, PATH, WRITE, .dirfd = 1, .path = 2, .flags = 5, AT_FLAGS),
};

const unsigned int wn_calls_32_count = sizeof(wn_calls_32) / sizeof(wn_calls_32[0]);
#else
const struct wn_call_source wn_calls_32[1];
const unsigned int wn_calls_32_count;
#endif
