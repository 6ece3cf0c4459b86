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
#include <linux/io_uring.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "fixture.h"
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
	CALL(newfstatat, "stat", IN("by-descriptor"), 0, fd, "", buffer, AT_EMPTY_PATH);
	CALL(statx, "stat", IN("by-descriptor"), 0, fd, "", AT_EMPTY_PATH, STATX_ALL, buffer);
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

static void executions(void)
{
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
	CALL(unlink, "remove", IN("to-remove"), 0, IN("to-remove"));
	CALL(unlink, "remove", IN("absent"), ENOENT, IN("absent"));
}

static void mapping(void)
{
	int fd = CALL(open, "read", IN("mapped"), 0, IN("mapped"), O_RDONLY);

	CALL(mmap, "map", IN("mapped"), 0, 0L, 4096L, (long)PROT_READ, (long)MAP_PRIVATE, (long)fd, 0L);
	close(fd);
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
}

/* One ring of one entry; the kernel's layout is io_uring(7)'s. */
struct uring {
	int fd;
	char *rings;
	struct io_uring_params params;
	struct io_uring_sqe *entries;
};

static bool make_uring(struct uring *uring)
{
	size_t size;

	uring->fd = syscall(SYS_io_uring_setup, 1, &uring->params);
	if (uring->fd < 0)
		return false; /* the kernel or the engine forbids it, so nobody opens anything with it */
	size = uring->params.cq_off.cqes + uring->params.cq_entries * sizeof(struct io_uring_cqe);
	uring->rings = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, uring->fd, IORING_OFF_SQ_RING);
	uring->entries = mmap(NULL, sizeof(*uring->entries), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, uring->fd,
			      IORING_OFF_SQES);
	if (uring->rings == MAP_FAILED || uring->entries == MAP_FAILED)
		die("mmap of io_uring");
	return true;
}

static unsigned *ring_field(struct uring *uring, unsigned offset)
{
	return (unsigned *)(uring->rings + offset);
}

/* Submits one request, by a worker where `async`, and waits; returns its result. */
static int submit(struct uring *uring, struct io_uring_sqe entry, bool async)
{
	unsigned *tail = ring_field(uring, uring->params.sq_off.tail);
	unsigned *head = ring_field(uring, uring->params.cq_off.head);
	unsigned mask = *ring_field(uring, uring->params.cq_off.ring_mask);
	struct io_uring_cqe *done = (void *)(uring->rings + uring->params.cq_off.cqes);
	int result;

	entry.flags = async ? IOSQE_ASYNC : 0;
	uring->entries[0] = entry;
	ring_field(uring, uring->params.sq_off.array)[0] = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, uring->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		die("io_uring_enter");
	result = done[*head & mask].res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return result;
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

static void submissions(void)
{
	struct uring uring = {};

	if (!make_uring(&uring))
		return;
	submitted(&uring, false, IN("submitted"));
	submitted(&uring, true, IN("by-worker"));
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
	stat_family();
	failures();
	executions();
	changes();
	mapping();
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
