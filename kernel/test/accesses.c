// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Makes every kind of access once, in a known order, and prints for each, as
 * a line of JSON, what a complete capture shows: call, operation, resolved
 * path, errno, process. A call with another result than expected ends the
 * program with status 1.
 *
 * It needs what the program `fixture` makes, at /fixture. FILEs, such as some
 * behind mounts, are opened last.
 *
 * Calls are made by number: the C library turns many into others.
 */
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "fixture.h"
#include "gate.h"
#include "uring.h"
#include "workload.h"

#define SCRATCH IN("scratch")
#define NOBODY 65534

static char deep_path[PATH_MAX];

/* The output is the test's expectation; writing it makes no access that could be captured. */
static void expect_of(pid_t pid, const char *call, const char *op, const char *path, int error)
{
	static char line[3 * PATH_MAX + 256];
	int len, encoded = 0;

	for (const char *at = path; *at; at++)
		encoded |= *at < ' ' || *at > '~' || strchr("%\"\\", *at) != NULL;
	len = sprintf(line, "{\"call\": \"%s\", \"op\": \"%s\", \"errno\": %d, \"pid\": %d, \"encoded\": %s, \"path\": \"", call,
		      op, error, (int)pid, encoded ? "true" : "false");
	for (const char *at = path; *at; at++) {
		int plain = *at >= ' ' && *at <= '~' && !strchr("%\"\\", *at);

		len += sprintf(line + len, plain ? "%c" : "%%%02X", (unsigned char)*at);
	}
	len += sprintf(line + len, "\"}\n");
	if (write(STDOUT_FILENO, line, len) != len)
		die("write");
}

static void expect(const char *call, const char *op, const char *path, int error)
{
	expect_of(getpid(), call, op, path, error);
}

/* Checks a call's result and prints its access; returns the result. */
static long made(long result, int error, const char *call, const char *op, const char *path)
{
	int actual = result < 0 ? errno : 0;

	if (actual != error) {
		fprintf(stderr, "accesses: %s %s: errno %d, not %d\n", call, path, actual, error);
		_exit(1);
	}
	expect(call, op, path, error);
	return result;
}

/* The same where a container may be forbidden to; returns a negative number then. */
static long made_if_allowed(long result, const char *call, const char *op, const char *path)
{
	return made(result, result < 0 && errno == EPERM ? EPERM : 0, call, op, path);
}

#define CALL(name, op, path, error, ...) made(syscall(SYS_##name, __VA_ARGS__), error, #name, op, path)

static void open_family(void)
{
	struct open_how how = {.flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT};
	int directory;

	close(CALL(open, "read", IN("file"), 0, IN("file"), O_RDONLY));
	close(CALL(openat, "read", IN("second"), 0, AT_FDCWD, IN("second"), O_RDONLY));
	directory = CALL(open, "read", IN("dir"), 0, IN("dir"), O_RDONLY | O_DIRECTORY);
	close(CALL(openat, "read", IN("dir/inside"), 0, directory, "inside", O_RDONLY));
	close(CALL(openat2, "read", IN("dir/second"), 0, directory, "/second", &how, sizeof(how)));
	CALL(openat2, "read", IN("dir/absent"), ENOENT, directory, "/absent", &how, sizeof(how));
	close(CALL(open, "lookup", IN("path-only"), 0, IN("path-only"), O_PATH));
	close(CALL(open, "write", IN("written"), 0, IN("written"), O_RDWR));
	close(CALL(creat, "write", SCRATCH "/created", 0, SCRATCH "/created", 0644));
	CALL(open, "write", IN("file"), EEXIST, IN("file"), O_WRONLY | O_CREAT | O_EXCL, 0644);
	CALL(getdents64, "list", IN("dir"), 0, directory, (char[4096]){}, 4096);
	close(directory);
	directory = CALL(open, "read", IN("jail"), 0, IN("jail"), O_RDONLY | O_DIRECTORY);
	CALL(getdents, "list", IN("jail"), 0, directory, (char[4096]){}, 4096);
	close(directory);
}

static void names(void)
{
	static char padded[PATH_MAX];
	const char *end = "/file";
	size_t len = strlen(FIXTURE);
	int directory;

	close(CALL(open, "read", IN("file"), 0, IN("dir/../file"), O_RDONLY));
	close(CALL(open, "read", IN("file"), 0, IN("relative-link"), O_RDONLY));
	close(CALL(open, "read", IN("file"), 0, IN("absolute-link"), O_RDONLY));
	close(CALL(open, "read", IN("dir/inside"), 0, IN("dir-link/inside"), O_RDONLY));
	close(CALL(open, "read", IN("dir/inside"), 0, IN("dir-link/../dir-link/./inside"), O_RDONLY));
	close(CALL(open, "read", IN("hard-a"), 0, IN("hard-a"), O_RDONLY));
	close(CALL(open, "read", IN("hard-b"), 0, IN("hard-b"), O_RDONLY));
	close(CALL(open, "read", IN(BAD_NAME), 0, IN(BAD_NAME), O_RDONLY));
	close(CALL(open, "read", IN(ODD_NAME), 0, IN(ODD_NAME), O_RDONLY));
	close(CALL(open, "read", deep_path, 0, deep_path, O_RDONLY));

	/* The longest name the kernel takes: PATH_MAX with its NUL. */
	strcpy(padded, FIXTURE);
	while (len + strlen(end) + 2 < PATH_MAX)
		len += sprintf(padded + len, "/.");
	strcpy(padded + len, end);
	close(CALL(open, "read", IN("file"), 0, padded, O_RDONLY));

	CALL(chdir, "lookup", IN("dir"), 0, IN("dir"));
	close(CALL(open, "read", IN("dir/inside"), 0, "inside", O_RDONLY));
	close(CALL(open, "read", IN("file"), 0, "../file", O_RDONLY));
	directory = CALL(open, "read", IN("other"), 0, IN("other"), O_RDONLY | O_DIRECTORY);
	CALL(fchdir, "lookup", IN("other"), 0, directory);
	close(CALL(open, "read", IN("other/inside"), 0, "inside", O_RDONLY));
	close(directory);
	CALL(chdir, "lookup", FIXTURE, 0, FIXTURE);
	CALL(chdir, "lookup", IN("dir"), 0, "cwd-link");
	CALL(chdir, "lookup", FIXTURE, 0, "..");
	CALL(chdir, "lookup", "/", 0, "/");
}

static void look_for_absent(char *path, size_t len, char letter)
{
	memset(path, letter, len);
	memcpy(path, IN(""), strlen(IN("")));
	path[len] = 0;
	CALL(open, "read", path, ENOENT, path, O_RDONLY);
}

/* Where what follows a name is mapped, and where nothing beyond it can be read. */
static void names_of_length(size_t shortest, size_t longest)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED || munmap(pages + page, page))
		die("mmap");
	for (size_t len = shortest; len <= longest; len++) {
		look_for_absent(pages, len, 'x');
		look_for_absent(pages + page - len - 1, len, 'y');
	}
	munmap(pages, page);
}

/* Probes read names by words and by blocks: all lengths around where one more begins, and the longest. */
static void lengths_of_names(void)
{
	names_of_length(strlen(IN("x")), 26);
	names_of_length(57, 74);
	names_of_length(250, strlen(IN("")) + NAME_MAX);
}

/* Paths of every depth and names of every length that the probe takes its shorter way for, and some more. */
static void depths_and_lengths(void)
{
	static char path[PATH_MAX];

	for (int level = 0; level <= LEVELS; level++) {
		name_level(path, FIXTURE, level);
		close(CALL(open, "read", path, 0, path, O_RDONLY | O_DIRECTORY));
	}
	for (int letters = 1; letters <= NAME_LENGTHS; letters++) {
		name_of_length(path, FIXTURE, letters);
		close(CALL(open, "read", path, 0, path, O_RDONLY));
	}
}

static void stat_family(void)
{
	char buffer[512];
	int fd;

	CALL(stat, "stat", IN("file"), 0, IN("relative-link"), buffer);
	CALL(lstat, "stat", IN("relative-link"), 0, IN("relative-link"), buffer);
	CALL(newfstatat, "stat", IN("second"), 0, AT_FDCWD, IN("second"), buffer, 0);
	CALL(newfstatat, "stat", IN("relative-link"), 0, AT_FDCWD, IN("relative-link"), buffer, AT_SYMLINK_NOFOLLOW);
	CALL(statx, "stat", IN("third"), 0, AT_FDCWD, IN("third"), 0, STATX_ALL, buffer);
	fd = CALL(open, "read", IN("by-descriptor"), 0, IN("by-descriptor"), O_RDONLY);
	CALL(fstat, "stat", IN("by-descriptor"), 0, fd, buffer);
	close(fd);
	fd = CALL(open, "read", IN("by-empty-name"), 0, IN("by-empty-name"), O_RDONLY);
	CALL(newfstatat, "stat", IN("by-empty-name"), 0, fd, "", buffer, AT_EMPTY_PATH);
	close(fd);
	fd = CALL(open, "read", IN("by-statx"), 0, IN("by-statx"), O_RDONLY);
	CALL(statx, "stat", IN("by-statx"), 0, fd, "", AT_EMPTY_PATH, STATX_ALL, buffer);
	close(fd);
	CALL(access, "stat", IN("accessed"), 0, IN("accessed"), R_OK);
	CALL(faccessat, "stat", IN("accessed"), 0, AT_FDCWD, IN("accessed"), F_OK);
	CALL(faccessat2, "stat", IN("accessed"), 0, AT_FDCWD, IN("accessed"), F_OK, AT_EACCESS);
	CALL(readlink, "read", IN("relative-link"), 0, IN("relative-link"), buffer, sizeof(buffer));
	CALL(readlinkat, "read", IN("absolute-link"), 0, AT_FDCWD, IN("absolute-link"), buffer, sizeof(buffer));
}

static void as_nobody(void)
{
	if (syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY))
		die("setresuid");
	CALL(open, "read", IN("secret"), EACCES, IN("secret"), O_RDONLY);
}

static void failures(void)
{
	char buffer[512];

	CALL(open, "read", IN("absent"), ENOENT, IN("absent"), O_RDONLY);
	CALL(openat, "read", IN("dir/absent/below"), ENOENT, AT_FDCWD, IN("dir/absent/below"), O_RDONLY);
	CALL(stat, "stat", IN("absent"), ENOENT, IN("absent"), buffer);
	CALL(access, "stat", IN("absent"), ENOENT, IN("absent"), F_OK);
	CALL(stat, "stat", IN("nowhere"), ENOENT, IN("dangling-link"), buffer);
	CALL(open, "read", IN("file/below"), ENOTDIR, IN("file/below"), O_RDONLY);
	CALL(open, "read", IN("circle"), ELOOP, IN("circle"), O_RDONLY);
	CALL(open, "read", IN("relative-link"), ELOOP, IN("relative-link"), O_RDONLY | O_NOFOLLOW);
	CALL(readlink, "read", IN("file"), EINVAL, IN("file"), buffer, sizeof(buffer));
	CALL(execve, "exec", IN("absent"), ENOENT, IN("absent"), NULL, NULL);
	CALL(execve, "exec", IN("file"), EACCES, IN("file"), NULL, NULL);
	CALL(execve, "exec", IN("orphan-script"), ENOENT, IN("orphan-script"), NULL, NULL);
}

/* In a child of its own: what it does must not change this process. */
static void in_child(void (*body)(void))
{
	pid_t child = fork();

	if (child < 0)
		die("fork");
	if (child == 0) {
		body();
		_exit(0); /* right behind the access: its process is gone when a slow reader looks */
	}
	wait_for_success(child);
}

static void exec_script(void)
{
	char *arguments[] = {IN("script"), NULL};

	expect("execve", "exec", IN("script"), 0);
	expect("execve", "exec", IN("nothing"), 0);
	syscall(SYS_execve, arguments[0], arguments, NULL);
	die(arguments[0]);
}

static void exec_descriptor(void)
{
	char *arguments[] = {"nothing", NULL};
	int fd = CALL(open, "read", IN("nothing"), 0, IN("nothing"), O_RDONLY);

	expect("execveat", "exec", IN("nothing"), 0);
	syscall(SYS_execveat, fd, "", arguments, NULL, AT_EMPTY_PATH);
	die("execveat");
}

static void exec_after_vfork(void)
{
	pid_t child = vfork();

	if (child < 0)
		die("vfork");
	if (child == 0) {
		execv(IN("nothing"), (char *[]){IN("nothing"), NULL});
		_exit(1);
	}
	expect_of(child, "execve", "exec", IN("nothing"), 0);
	wait_for_success(child);
}

static void exec_dynamic(void)
{
	char *arguments[] = {IN("dynamic"), NULL};

	expect("execve", "exec", IN("dynamic"), 0);
	expect("execve", "exec", IN("loader"), 0);
	syscall(SYS_execve, arguments[0], arguments, NULL);
	die(arguments[0]);
}

static void executions(void)
{
	in_child(exec_dynamic);
	in_child(exec_script);
	in_child(exec_descriptor);
	exec_after_vfork();
}

static void changes(void)
{
	CALL(truncate, "write", SCRATCH "/created", 0, SCRATCH "/created", 0);
	CALL(mkdir, "write", SCRATCH "/made", 0, SCRATCH "/made", 0755);
	CALL(symlink, "write", SCRATCH "/link", 0, "created", SCRATCH "/link");
	CALL(link, "lookup", SCRATCH "/created", 0, SCRATCH "/created", SCRATCH "/linked");
	expect("link", "write", SCRATCH "/linked", 0);
	CALL(rename, "remove", SCRATCH "/linked", 0, SCRATCH "/linked", SCRATCH "/renamed");
	expect("rename", "write", SCRATCH "/renamed", 0);
	CALL(chmod, "write", SCRATCH "/renamed", 0, SCRATCH "/renamed", 0600);
	CALL(unlink, "remove", SCRATCH "/link", 0, SCRATCH "/link");
	CALL(unlink, "remove", SCRATCH "/renamed", 0, SCRATCH "/renamed");
	CALL(rmdir, "remove", SCRATCH "/made", 0, SCRATCH "/made");
	CALL(mkdirat, "write", SCRATCH "/made-at", 0, AT_FDCWD, SCRATCH "/made-at", 0755);
	CALL(symlinkat, "write", SCRATCH "/link-at", 0, "created", AT_FDCWD, SCRATCH "/link-at");
	CALL(linkat, "lookup", SCRATCH "/created", 0, AT_FDCWD, SCRATCH "/created", AT_FDCWD, SCRATCH "/linked-at", 0);
	expect("linkat", "write", SCRATCH "/linked-at", 0);
	CALL(renameat2, "remove", SCRATCH "/linked-at", 0, AT_FDCWD, SCRATCH "/linked-at", AT_FDCWD, SCRATCH "/renamed-at", 0);
	expect("renameat2", "write", SCRATCH "/renamed-at", 0);
	CALL(linkat, "lookup", SCRATCH "/created", 0, AT_FDCWD, SCRATCH "/created", AT_FDCWD, SCRATCH "/linked-old", 0);
	expect("linkat", "write", SCRATCH "/linked-old", 0);
	CALL(renameat, "remove", SCRATCH "/linked-old", 0, AT_FDCWD, SCRATCH "/linked-old", AT_FDCWD, SCRATCH "/renamed-old");
	expect("renameat", "write", SCRATCH "/renamed-old", 0);
	CALL(chown, "write", SCRATCH "/renamed-old", 0, SCRATCH "/renamed-old", 0, 0);
	CALL(unlink, "remove", SCRATCH "/renamed-old", 0, SCRATCH "/renamed-old");
	CALL(symlink, "write", SCRATCH "/link-old", 0, "created", SCRATCH "/link-old");
	CALL(lchown, "write", SCRATCH "/link-old", 0, SCRATCH "/link-old", 0, 0);
	CALL(unlink, "remove", SCRATCH "/link-old", 0, SCRATCH "/link-old");
	CALL(mknod, "write", SCRATCH "/node-old", 0, SCRATCH "/node-old", S_IFIFO | 0600, 0);
	CALL(utime, "write", SCRATCH "/node-old", 0, SCRATCH "/node-old", NULL);
	CALL(futimesat, "write", SCRATCH "/node-old", 0, AT_FDCWD, SCRATCH "/node-old", NULL);
	CALL(unlink, "remove", SCRATCH "/node-old", 0, SCRATCH "/node-old");
	CALL(mknodat, "write", SCRATCH "/node", 0, AT_FDCWD, SCRATCH "/node", S_IFIFO | 0600, 0);
	CALL(fchmodat, "write", SCRATCH "/node", 0, AT_FDCWD, SCRATCH "/node", 0644);
	CALL(fchownat, "write", SCRATCH "/link-at", 0, AT_FDCWD, SCRATCH "/link-at", 0, 0, AT_SYMLINK_NOFOLLOW);
	CALL(utimensat, "write", IN("timed"), 0, AT_FDCWD, IN("timed"), NULL, 0);
	CALL(utimes, "write", SCRATCH "/created", 0, SCRATCH "/created", NULL);
	CALL(unlinkat, "remove", SCRATCH "/link-at", 0, AT_FDCWD, SCRATCH "/link-at", 0);
	CALL(unlinkat, "remove", SCRATCH "/renamed-at", 0, AT_FDCWD, SCRATCH "/renamed-at", 0);
	CALL(unlinkat, "remove", SCRATCH "/node", 0, AT_FDCWD, SCRATCH "/node", 0);
	CALL(unlinkat, "remove", SCRATCH "/made-at", 0, AT_FDCWD, SCRATCH "/made-at", AT_REMOVEDIR);
	CALL(unlink, "remove", IN("to-remove"), 0, IN("to-remove"));
	CALL(unlink, "remove", IN("absent"), ENOENT, IN("absent"));
}

static void mapping(void)
{
	int fd = CALL(open, "read", IN("mapped"), 0, IN("mapped"), O_RDONLY);

	CALL(mmap, "map", IN("mapped"), 0, 0L, 4096L, (long)PROT_READ, (long)MAP_PRIVATE, (long)fd, 0L);
	close(fd);
	fd = CALL(open, "read", IN("mapped-code"), 0, IN("mapped-code"), O_RDONLY);
	CALL(mmap, "map", IN("mapped-code"), 0, 0L, 4096L, (long)(PROT_READ | PROT_EXEC), (long)MAP_PRIVATE, (long)fd, 0L);
	close(fd);
}

/* What tells of a file without its content. */
static void questions(void)
{
	char buffer[512];
	int fd = CALL(open, "read", IN("attributed"), 0, IN("attributed"), O_RDONLY);
	int watches = inotify_init1(0);

	CALL(flistxattr, "stat", IN("attributed"), 0, fd, buffer, sizeof(buffer));
	CALL(fstatfs, "stat", IN("attributed"), 0, fd, buffer);
	close(fd);
	CALL(getxattr, "stat", IN("extended"), ENODATA, IN("extended"), "security.winnow", buffer, sizeof(buffer));
	CALL(lgetxattr, "stat", IN("absolute-link"), ENODATA, IN("absolute-link"), "security.winnow", buffer, sizeof(buffer));
	CALL(listxattr, "stat", IN("extended"), 0, IN("extended"), buffer, sizeof(buffer));
	CALL(llistxattr, "stat", IN("absolute-link"), 0, IN("absolute-link"), buffer, sizeof(buffer));
	CALL(statfs, "stat", IN("measured"), 0, IN("measured"), buffer);
	CALL(inotify_add_watch, "stat", IN("watched"), 0, watches, IN("watched"), IN_MODIFY);
	close(watches);
}

/* A call that the kernel or the engine may not know. */
static void made_if_known(long result, const char *call, const char *op, const char *path)
{
	if (result >= 0 || errno != ENOSYS)
		expect(call, op, path, result < 0 ? errno : 0);
}

/* Of the user's name space, which not every file system has. */
static void attributes(void)
{
	const char *name = "user.winnow", *set = IN("attribute-set"), *lset = IN("attribute-lset");
	const char *removed = IN("attribute-removed"), *lremoved = IN("attribute-lremoved");

	int fd;

	made_if_known(syscall(SYS_setxattr, set, name, "1", 1, 0), "setxattr", "write", set);
	fd = CALL(open, "read", set, 0, set, O_RDONLY);
	if (fgetxattr(fd, name, (char[8]){}, 8) == 1)
		expect("fgetxattr", "stat", set, 0);
	close(fd);
	made_if_known(syscall(SYS_lsetxattr, lset, name, "1", 1, 0), "lsetxattr", "write", lset);
	made_if_known(syscall(SYS_removexattr, removed, name), "removexattr", "write", removed);
	made_if_known(syscall(SYS_lremovexattr, lremoved, name), "lremovexattr", "write", lremoved);
}

/* Calls that the C library has no name for. */
static void young_calls(void)
{
	struct {
		unsigned long long value;
		unsigned size, flags;
	} attribute = {0};
	const char *path = IN("young");

	made_if_known(syscall(452, AT_FDCWD, SCRATCH "/created", 0600, 0), "fchmodat2", "write", SCRATCH "/created");
	made_if_known(syscall(464, AT_FDCWD, path, 0, "security.winnow", &attribute, sizeof(attribute)), "getxattrat", "stat", path);
	made_if_known(syscall(465, AT_FDCWD, path, 0, NULL, 0), "listxattrat", "stat", path);
}

#define LOW(pointer) ((unsigned long)(pointer))
#define CALL_32(number, name, op, path, error, a, b, c, d, e) \
	made(call_32(number, LOW(a), LOW(b), LOW(c), LOW(d), LOW(e)), error, "i386 " name, op, path)

static void descriptors_32(void)
{
	static char buffer[512];
	static unsigned int map[] = {0, 4096, PROT_READ, MAP_PRIVATE, 0, 0}; /* the older call takes its arguments in memory */
	int fd = CALL_32(I386_OPEN, "open", "read", IN("32-mmap"), 0, IN("32-mmap"), O_RDONLY, 0, 0, 0);

	map[4] = fd;
	CALL_32(I386_MMAP, "mmap", "map", IN("32-mmap"), 0, map, 0, 0, 0, 0);
	close(fd);
	fd = CALL_32(I386_OPEN, "open", "read", IN("32-mmap2"), 0, IN("32-mmap2"), O_RDONLY, 0, 0, 0);
	CALL_32(I386_MMAP2, "mmap2", "map", IN("32-mmap2"), 0, 0, 4096, PROT_READ, MAP_PRIVATE, fd);
	close(fd);
	fd = CALL_32(I386_OPENAT, "openat", "read", IN("32-fstat"), 0, AT_FDCWD, IN("32-fstat"), O_RDONLY, 0, 0);
	CALL_32(I386_FSTAT, "fstat", "stat", IN("32-fstat"), 0, fd, buffer, 0, 0, 0);
	close(fd);
	fd = CALL_32(I386_OPEN, "open", "read", IN("other"), 0, IN("other"), O_RDONLY | O_DIRECTORY, 0, 0, 0);
	CALL_32(I386_GETDENTS64, "getdents64", "list", IN("other"), 0, fd, buffer, sizeof(buffer), 0, 0);
	close(CALL_32(I386_OPENAT, "openat", "read", IN("other/inside"), 0, fd, "inside", O_RDONLY, 0, 0));
	close(fd);
}

static void socket_32(void)
{
	static struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = IN("32-absent")};
	static unsigned int words[3] = {0, 0, sizeof(address)};

	words[0] = socket(AF_UNIX, SOCK_STREAM, 0);
	words[1] = LOW(&address);
	CALL_32(I386_SOCKETCALL, "socketcall", "lookup", IN("32-absent"), ENOENT, 3, words, 0, 0, 0); /* connect */
	close(words[0]);
}

static void exec_narrow(void)
{
	char *arguments[] = {"/workloads/narrow", NULL};

	expect("execve", "exec", arguments[0], 0);
	expect("i386 open", "read", IN("by-32-bit"), 0);
	syscall(SYS_execve, arguments[0], arguments, NULL);
	die(arguments[0]);
}

/* Those of 32-bit programs, by a table of their own. */
static void calls_32(void)
{
	static char buffer[512];

	close(CALL_32(I386_OPEN, "open", "read", IN("32-open"), 0, IN("32-open"), O_RDONLY, 0, 0, 0));
	CALL_32(I386_OPEN, "open", "read", IN("32-absent"), ENOENT, IN("32-absent"), O_RDONLY, 0, 0, 0);
	close(CALL_32(I386_OPENAT, "openat", "read", IN("32-openat"), 0, AT_FDCWD, IN("32-openat"), O_RDONLY, 0, 0));
	CALL_32(I386_STAT64, "stat64", "stat", IN("32-stat64"), 0, IN("32-stat64"), buffer, 0, 0, 0);
	CALL_32(I386_LSTAT64, "lstat64", "stat", IN("dir-link"), 0, IN("dir-link"), buffer, 0, 0, 0);
	CALL_32(I386_FSTATAT64, "fstatat64", "stat", IN("32-fstatat64"), 0, AT_FDCWD, IN("32-fstatat64"), buffer, 0, 0);
	CALL_32(I386_ACCESS, "access", "stat", IN("32-access"), 0, IN("32-access"), R_OK, 0, 0, 0);
	CALL_32(I386_READLINK, "readlink", "read", IN("cwd-link"), 0, IN("cwd-link"), buffer, sizeof(buffer), 0, 0);
	CALL_32(I386_EXECVE, "execve", "exec", IN("32-absent"), ENOENT, IN("32-absent"), 0, 0, 0, 0);
	CALL_32(I386_CHOWN32, "chown32", "write", IN("32-owned"), 0, IN("32-owned"), 0, 0, 0, 0);
	CALL_32(I386_UTIMENSAT, "utimensat", "write", IN("32-timed"), 0, AT_FDCWD, IN("32-timed"), 0, 0, 0);
	close(CALL_32(I386_OPEN, "open", "write", SCRATCH "/32-made", 0, SCRATCH "/32-made", O_WRONLY | O_CREAT, 0600, 0, 0));
	CALL_32(I386_TRUNCATE64, "truncate64", "write", SCRATCH "/32-made", 0, SCRATCH "/32-made", 0, 0, 0, 0);
	CALL_32(I386_RENAME, "rename", "remove", SCRATCH "/32-made", 0, SCRATCH "/32-made", SCRATCH "/32-moved", 0, 0, 0);
	expect("i386 rename", "write", SCRATCH "/32-moved", 0);
	CALL_32(I386_UNLINK, "unlink", "remove", SCRATCH "/32-moved", 0, SCRATCH "/32-moved", 0, 0, 0, 0);
	descriptors_32();
	socket_32();
	in_child(exec_narrow);
}

/* Of programs with 64-bit registers and 32-bit pointers, by a bit in the number. */
static void calls_x32(void)
{
	long fd = syscall(0x40000000 | SYS_openat, AT_FDCWD, IN("by-x32"), O_RDONLY);

	made_if_known(fd, "x32 openat", "read", IN("by-x32"));
	close(fd);
}

/* By a handle, which not every file system gives; that of /dev does. */
static void handles(void)
{
	struct {
		struct file_handle head;
		char room[MAX_HANDLE_SZ];
	} handle = {.head.handle_bytes = MAX_HANDLE_SZ};
	const char *path = "/dev/by-handle";
	int mount_id, mount = CALL(open, "read", "/dev", 0, "/dev", O_RDONLY | O_DIRECTORY);
	int fd;

	close(CALL(creat, "write", path, 0, path, 0600));
	made_if_allowed(syscall(SYS_name_to_handle_at, AT_FDCWD, path, &handle, &mount_id, 0), "name_to_handle_at", "lookup", path);
	fd = syscall(SYS_open_by_handle_at, mount, &handle, O_RDONLY);
	if (fd >= 0)
		expect("open_by_handle_at", "read", path, 0);
	else if (errno != EPERM) /* which names nothing */
		die("open_by_handle_at");
	close(fd);
	close(mount);
	CALL(unlink, "remove", path, 0, path);
}

static void mounts(void)
{
	int tree = syscall(SYS_open_tree, AT_FDCWD, IN("tree"), 0);
	long result;

	made_if_allowed(tree, "open_tree", "lookup", IN("tree"));
	close(tree);
	result = syscall(SYS_mount, "none", IN("mountpoint"), "tmpfs", 0, NULL);
	if (made_if_allowed(result, "mount", "lookup", IN("mountpoint")) == 0)
		CALL(umount2, "lookup", IN("mountpoint"), 0, IN("mountpoint"), 0);
}

static void after_chroot(void)
{
	CALL(chroot, "lookup", IN("jail"), 0, IN("jail"));
	close(CALL(open, "read", IN("jail/inside"), 0, "/inside", O_RDONLY));
	close(CALL(open, "read", IN("jail/inside"), 0, "/../link", O_RDONLY));
	CALL(stat, "stat", IN("jail/fixture"), ENOENT, "/fixture", (char[512]){});
}

static int inherited = -1;

static void use_inherited(void)
{
	CALL(fstat, "stat", IN("inherited"), 0, inherited, (char[512]){});
}

static void *in_thread(void *unused)
{
	(void)unused;
	close(CALL(open, "read", IN("by-thread"), 0, IN("by-thread"), O_RDONLY));
	return NULL;
}

static void open_and_exit(void)
{
	CALL(open, "read", IN("last-words"), 0, IN("last-words"), O_RDONLY);
}

static pthread_barrier_t turn;

static void *go_on(void *unused)
{
	(void)unused;
	pthread_barrier_wait(&turn);
	CALL(chdir, "lookup", IN("dir"), 0, "turn-link");
	CALL(chdir, "lookup", IN("other"), 0, "../other");
	pthread_barrier_wait(&turn);
	return NULL;
}

/* Threads share the working directory: each starts from where the other one went. */
static void working_directory_in_turns(void)
{
	pthread_t thread;

	if (pthread_barrier_init(&turn, NULL, 2) || pthread_create(&thread, NULL, go_on, NULL))
		die("pthread_create");
	CALL(chdir, "lookup", FIXTURE, 0, FIXTURE);
	pthread_barrier_wait(&turn);
	pthread_barrier_wait(&turn);
	CALL(chdir, "lookup", IN("dir"), 0, "../other-turn-link");
	if (pthread_join(thread, NULL))
		die("pthread_join");
	CALL(chdir, "lookup", "/", 0, "/");
}

static void tasks(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, in_thread, NULL) || pthread_join(thread, NULL))
		die("pthread_create");
	inherited = CALL(open, "read", IN("inherited"), 0, IN("inherited"), O_RDONLY);
	in_child(use_inherited);
	close(inherited);
	in_child(open_and_exit);
	in_child(as_nobody);
	in_child(after_chroot);
	working_directory_in_turns();
}

static void submitted(struct uring *uring, bool async, const char *name)
{
	struct io_uring_sqe open = {.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (unsigned long)name};
	struct io_uring_sqe absent = {.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (unsigned long)IN("absent")};
	char buffer[512];
	struct io_uring_sqe stat = {
		.opcode = IORING_OP_STATX, .fd = AT_FDCWD, .addr = (unsigned long)name, .len = STATX_ALL,
		.off = (unsigned long)buffer,
	};
	int fd = submit(uring, open, async);

	if (fd < 0 || submit(uring, absent, async) != -ENOENT || submit(uring, stat, async))
		die(name);
	expect("openat", "read", name, 0);
	expect("openat", "read", IN("absent"), ENOENT);
	expect("statx", "stat", name, 0);
	close(fd);
}

#ifndef IORING_FEAT_CQE_SKIP
#define IORING_FEAT_CQE_SKIP (1u << 11)
#define IOSQE_CQE_SKIP_SUCCESS (1u << 6)
#endif

/* Of Linux 5.15 and 5.17: into a slot of the ring, whose number is no descriptor, and without a word of success. */
static void submitted_in_young_ways(struct uring *uring)
{
	struct io_uring_sqe slot = {.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (unsigned long)IN("into-slot"), .file_index = 1};
	struct io_uring_sqe untold = {
		.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (unsigned long)IN("untold"), .flags = IOSQE_CQE_SKIP_SUCCESS,
	};

	if (!(uring->params.features & IORING_FEAT_CQE_SKIP))
		return;
	if (syscall(SYS_io_uring_register, uring->fd, IORING_REGISTER_FILES, (int[]){-1}, 1) || submit(uring, slot, false))
		die(IN("into-slot"));
	expect("openat", "read", IN("into-slot"), 0);
	enter(uring, untold, 0);
	expect("openat", "read", IN("untold"), 0);
}

static void submissions(void)
{
	struct uring uring = {};

	if (!make_uring(&uring))
		return;
	submitted(&uring, false, IN("submitted"));
	submitted(&uring, true, IN("by-worker"));
	submitted_in_young_ways(&uring);
	close(uring.fd);
}

/* Addresses of Unix sockets that are paths. */
static void sockets(void)
{
	struct sockaddr_un absent = {.sun_family = AF_UNIX, .sun_path = IN("absent")};
	struct sockaddr_un named = {.sun_family = AF_UNIX, .sun_path = SCRATCH "/socket"};
	struct sockaddr_un unnamed = {.sun_family = AF_UNIX, .sun_path = "\0winnow"};
	int server = socket(AF_UNIX, SOCK_STREAM, 0);
	int client = socket(AF_UNIX, SOCK_STREAM, 0);

	if (server < 0 || client < 0)
		die("socket");
	CALL(connect, "lookup", IN("absent"), ENOENT, client, &absent, sizeof(absent));
	CALL(bind, "write", SCRATCH "/socket", 0, server, &named, sizeof(named));
	if (listen(server, 1))
		die("listen");
	CALL(connect, "lookup", SCRATCH "/socket", 0, client, &named, sizeof(named));
	close(client);
	close(server);
	CALL(unlink, "remove", SCRATCH "/socket", 0, SCRATCH "/socket");

	server = socket(AF_UNIX, SOCK_STREAM, 0); /* no path: nothing to see */
	if (server < 0 || bind(server, (void *)&unnamed, sizeof(sa_family_t) + 7))
		die("bind");
	close(server);
}

static void after_removal(void)
{
	int fd = CALL(open, "write", SCRATCH "/gone", 0, SCRATCH "/gone", O_RDWR | O_CREAT, 0600);

	CALL(unlink, "remove", SCRATCH "/gone", 0, SCRATCH "/gone");
	CALL(fstat, "stat", SCRATCH "/gone", 0, fd, (char[512]){});
	close(fd);
}

static void run(char **files)
{
	open_family();
	names();
	lengths_of_names();
	depths_and_lengths();
	stat_family();
	failures();
	executions();
	changes();
	mapping();
	questions();
	attributes();
	young_calls();
	if (has_calls_32())
		calls_32();
	calls_x32();
	handles();
	mounts();
	tasks();
	sockets();
	submissions();
	after_removal();
	close(CALL(open, "read", "/dev/null", 0, "/dev/null", O_RDONLY));
	for (; *files; files++)
		close(CALL(open, "read", *files, 0, *files, O_RDONLY));
}

int main(int argc, char **argv)
{
	if (argc < 1)
		usage("[FILE...]");
	name_deep(deep_path, FIXTURE);
	run(argv + 1);
	return 0;
}
