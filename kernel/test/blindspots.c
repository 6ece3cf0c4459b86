// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Makes accesses that some probe can't see, and prints for each, as a line of
 * JSON, which blind spot it is of (src/capture/blind-spots.ts) and what a
 * probe without that would show. Needs /fixture, and as much room as root has
 * without a seccomp filter.
 */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/fanotify.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/un.h>

#include "fixture.h"
#include "gate.h"
#include "uring.h"

#define SCRATCH IN("scratch")

static void show(const char *spot, const char *op, int error, const char *path)
{
	static char line[2 * PATH_MAX + 256];
	int len = snprintf(line, sizeof(line), "{\"spot\": \"%s\", \"op\": \"%s\", \"errno\": %d, \"path\": \"%s\"}\n", spot, op,
			   error, path);

	if (write(STDOUT_FILENO, line, len) != len)
		die("write");
}

static void check(long result, const char *what)
{
	if (result < 0)
		die(what);
}

static void exec(const char *program)
{
	execv(program, (char *[]){(char *)program, NULL});
	die(program);
}

static void loader(void)
{
	show("loader", "exec", 0, IN("loader"));
	exec(IN("dynamic"));
}

static void interpreter(void)
{
	show("interpreter", "exec", 0, IN("nothing"));
	exec(IN("script"));
}

static void program_of_32_bits(void)
{
	show("32-bit", "read", 0, IN("by-32-bit"));
	exec("/workloads/narrow");
}

static void other_tables(void)
{
	check(call_32(I386_OPEN, (unsigned long)IN("32-open"), O_RDONLY, 0, 0, 0), IN("32-open"));
	show("other-tables", "read", 0, IN("32-open"));
}

static void link_of_the_run(void)
{
	check(symlink(IN("third"), SCRATCH "/led"), "symlink");
	check(open(SCRATCH "/led", O_RDONLY), SCRATCH "/led");
	show("opened-link", "read", 0, IN("third"));
	check(symlink(IN("second"), SCRATCH "/named"), "symlink");
	check(access(SCRATCH "/named", F_OK), SCRATCH "/named");
	show("named-link", "stat", 0, IN("second"));
}

static void send_descriptor(int socket, int fd)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {};
	struct iovec data = {.iov_base = "", .iov_len = 1};
	struct msghdr message = {
		.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control),
	};

	control.head = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	check(sendmsg(socket, &message, 0), "sendmsg");
}

static int receive_descriptor(int socket)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {};
	char byte;
	struct iovec data = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {
		.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control),
	};
	int fd;

	check(recvmsg(socket, &message, 0), "recvmsg");
	memcpy(&fd, CMSG_DATA(&control.head), sizeof(fd));
	return fd;
}

static void descriptor_by_socket(void)
{
	int sockets[2];
	pid_t child;

	check(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), "socketpair");
	child = fork();
	check(child, "fork");
	if (child == 0) {
		send_descriptor(sockets[1], open(IN("other"), O_RDONLY | O_DIRECTORY));
		_exit(0);
	}
	check(openat(receive_descriptor(sockets[0]), "inside", O_RDONLY), IN("other/inside"));
	show("foreign-descriptor", "read", 0, IN("other/inside"));
	wait_for_success(child);
}

static void long_name(void)
{
	static char deep[PATH_MAX];

	name_deep(deep, FIXTURE);
	check(open(deep, O_RDONLY), deep);
	show("long-path", "read", 0, deep);
}

static void longer_than_names_can_be(void)
{
	static char endless[PATH_MAX + 100] = IN("");

	memset(endless + strlen(IN("")), 'x', sizeof(endless) - sizeof(IN("")));
	if (access(endless, F_OK) == 0 || errno != ENAMETOOLONG)
		die("access");
	show("endless-name", "stat", ENAMETOOLONG, endless);
}

/* Down to where no path leads that a call takes; whoever clears up behind this could not. */
static void below_all_paths(void)
{
	static char path[2 * PATH_MAX] = SCRATCH;
	char name[DEEP_NAME_LEN + 1] = {};
	int levels = 0;

	memset(name, 'd', DEEP_NAME_LEN);
	check(chdir(path), path);
	for (; strlen(path) < PATH_MAX; levels++) {
		make_directory(name);
		check(chdir(name), name);
		strcat(strcat(path, "/"), name);
	}
	make_file("bottom");
	check(open("bottom", O_RDONLY), "bottom");
	show("deep-directory", "read", 0, strcat(path, "/bottom"));
	check(unlink("bottom"), "bottom");
	while (levels--) {
		check(chdir(".."), "..");
		check(rmdir(name), name);
	}
}

static void by_uring(void)
{
	struct io_uring_sqe open = {.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (unsigned long)IN("submitted")};
	struct io_uring_sqe make = {.opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD, .addr = (unsigned long)SCRATCH "/by-ring", .len = 0755};
	struct uring uring = {};

	if (!make_uring(&uring))
		die("io_uring_setup");
	check(submit(&uring, open, false), IN("submitted"));
	show("io-uring", "read", 0, IN("submitted"));
	check(submit(&uring, make, false), SCRATCH "/by-ring");
	show("io-uring-changes", "write", 0, SCRATCH "/by-ring");
}

static void on_descriptors(void)
{
	char buffer[4096];
	int directory = open(IN("dir"), O_RDONLY | O_DIRECTORY), file = open(IN("mapped"), O_RDONLY);
	int young = open(IN("young"), O_RDONLY);

	check(syscall(SYS_getdents64, directory, buffer, sizeof(buffer)), "getdents64");
	show("as-such", "list", 0, IN("dir"));
	if (mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, file, 0) == MAP_FAILED)
		die("mmap");
	show("as-such", "map", 0, IN("mapped"));
	check(fchmod(young, 0600), "fchmod");
	show("open-changed", "write", 0, IN("young"));
}

static void changes(void)
{
	check(chmod(IN("written"), 0600), "chmod");
	show("changes", "write", 0, IN("written"));
	check(statfs(IN("measured"), &(struct statfs){}), "statfs");
	show("changes", "stat", 0, IN("measured"));
	check(unlink(IN("to-remove")), "unlink");
	show("changes", "remove", 0, IN("to-remove"));
}

static void root_for_one_call(void)
{
	struct open_how how = {.flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT};

	check(syscall(SYS_openat2, open(IN("dir"), O_PATH), "/second", &how, sizeof(how)), "openat2");
	show("root-for-one-call", "read", 0, IN("dir/second"));
}

static void by_socket_address(void)
{
	struct sockaddr_un absent = {.sun_family = AF_UNIX, .sun_path = IN("absent")};

	if (connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&absent, sizeof(absent)) == 0 || errno != ENOENT)
		die("connect");
	show("socket", "lookup", ENOENT, IN("absent"));
}

static void named_to_other_calls(void)
{
	struct sockaddr_un absent = {.sun_family = AF_UNIX, .sun_path = IN("no-mailbox")};
	int group = fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_FID, 0);

	if (sendto(socket(AF_UNIX, SOCK_DGRAM, 0), "", 1, 0, (void *)&absent, sizeof(absent)) == 1 || errno != ENOENT)
		die("sendto");
	show("other-calls", "lookup", ENOENT, IN("no-mailbox"));
	check(group, "fanotify_init");
	if (fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, IN("unwatched")) == 0 || errno != ENOENT)
		die("fanotify_mark");
	show("other-calls", "lookup", ENOENT, IN("unwatched"));
}

static void below_a_changed_root(void)
{
	if (chroot(IN("jail")) || chdir("/"))
		die("chroot");
	check(access("link", F_OK), "link");
	show("chroot-link", "stat", 0, IN("jail/inside"));
}

static void refused(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_faccessat, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {.len = sizeof(code) / sizeof(*code), .filter = code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		die("seccomp");
	if (syscall(SYS_faccessat, AT_FDCWD, IN("accessed"), F_OK) == 0 || errno != EPERM)
		die("faccessat");
	show("refused", "stat", EPERM, IN("accessed"));
}

int main(void)
{
	static void (*const bodies[])(void) = {
		loader, interpreter, program_of_32_bits, other_tables, link_of_the_run, descriptor_by_socket, long_name,
		longer_than_names_can_be, below_all_paths, by_uring,
		on_descriptors, changes, root_for_one_call, by_socket_address, named_to_other_calls, below_a_changed_root, refused,
	};

	for (size_t index = 0; index < sizeof(bodies) / sizeof(*bodies); index++) {
		pid_t child = fork();

		check(child, "fork");
		if (child == 0) {
			bodies[index]();
			_exit(0);
		}
		wait_for_success(child);
	}
	return 0;
}
