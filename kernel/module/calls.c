// SPDX-License-Identifier: GPL-2.0
/*
 * A system call returns: what it did to which path, by the session's table of
 * calls. Everything is read at the exit: then the path string is resident, the
 * result is known, and a descriptor tells identity.
 */
#include <linux/compat.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/openat2.h>
#include <linux/socket.h>

#include <asm/syscall.h>

#include "compat.h"
#include "hooks.h"
#include "name.h"
#include "user.h"

/* One call of the current task. */
struct call {
	struct wn_session *session;
	struct wn_scratch *scratch;
	struct wn_task *state;
	const struct wn_call_desc *desc;
	long result;
	u16 error;
	u8 op;
};

/* Arguments count from 1; 0 = none. */
static unsigned long argument(const struct call *call, u8 number)
{
	return number ? call->scratch->arguments[number - 1] : 0;
}

static const void __user *pointer(const struct call *call, u8 number)
{
	return (const void __user *)argument(call, number);
}

static void commit(const struct call *call)
{
	wn_commit(call->session, call->scratch);
}

static void begin(const struct call *call, u8 op)
{
	wn_begin(call->scratch, call->state, op, call->desc->call, call->error);
}

static void on_descriptor(const struct call *call, int fd)
{
	struct wn_scratch *scratch = call->scratch;
	struct path path;
	bool located;

	if (fd == AT_FDCWD) {
		path = wn_working_directory();
		located = wn_place_of_path(&scratch->file, &path);
	} else {
		located = wn_place_of_fd(&scratch->file, fd);
	}
	if (!located)
		return;
	wn_set_file(scratch);
	commit(call);
}

/* How a path is to be taken. */
struct manner {
	int dirfd;
	int opened; /* descriptor that the call gave; negative where none */
	bool empty_is_fd;
	bool rooted;
};

/* A call with a path: reads the string where the call has just used it. */
static void on_path(const struct call *call, const void __user *path, const struct manner *how)
{
	struct wn_scratch *scratch = call->scratch;
	long size;

	if (!path) {
		if (how->opened >= 0) /* by a handle */
			on_descriptor(call, how->opened);
		else if (how->dirfd != AT_FDCWD && !call->error)
			on_descriptor(call, how->dirfd);
		return;
	}
	size = wn_read_name(scratch, path);
	if (how->opened >= 0 && wn_place_of_fd(&scratch->file, how->opened))
		wn_set_file(scratch);
	if (size <= 1) {
		if (size == 1 && how->empty_is_fd && !call->error) {
			on_descriptor(call, how->dirfd);
			return;
		}
		/*
		 * Also where the file is known, since symlinks on the way are
		 * not; but not where a filter refused it: it was not read then.
		 */
		if (size < 0 && call->error != EPERM)
			wn_count_made_and_lost(call->session, WN_LOSS_FAULT);
		if (scratch->key.flags & WN_HAS_FILE)
			commit(call);
		return;
	}
	if (wn_locate_base(scratch, how->dirfd, how->rooted))
		wn_set_name(scratch, size);
	if (scratch->key.flags & (WN_HAS_FILE | WN_HAS_NAME))
		commit(call);
}

/*
 * A directory that the process has just made its own. A relative name started
 * from the working directory before, which was remembered.
 */
static void on_own_directory(const struct call *call)
{
	bool root = call->desc->kind == WN_KIND_CHROOT;
	const struct wn_directory *before = wn_task_cwd(call->state);
	const void __user *name = pointer(call, call->desc->path);
	struct path path = root ? wn_root_directory() : wn_working_directory();
	struct wn_scratch *scratch = call->scratch;
	long size = 0;

	if (wn_place_of_path(&scratch->file, &path))
		wn_set_file(scratch);
	if (name)
		size = wn_read_name(scratch, name);
	if (size > 1 && scratch->name[0] == '/') {
		if (root || wn_locate_base(scratch, AT_FDCWD, false))
			wn_set_name(scratch, size);
	} else if (size > 1 && before) {
		scratch->base = (struct wn_place){
			.remembered = before, .inode = before->inode, .dev = before->dev,
		};
		wn_set_base(scratch);
		wn_set_name(scratch, size);
	}
	if (scratch->key.flags & (WN_HAS_FILE | WN_HAS_NAME))
		commit(call);
	wn_task_remember_cwd(call->state, scratch);
}

/* connect and bind: a path only where the address is of a named Unix socket. */
static void on_socket(const struct call *call)
{
	const struct manner here = {.dirfd = AT_FDCWD, .opened = -1};
	const void __user *address = pointer(call, call->desc->path);
	struct {
		sa_family_t family;
		char first;
	} __packed head;

	if (wn_read_user(&head, address, sizeof(head)) && head.family == AF_UNIX && head.first)
		on_path(call, address + sizeof(head.family), &here);
}

u8 wn_op_of_open(u64 flags)
{
	if (flags & O_PATH)
		return WN_LOOKUP;
	return flags & (O_ACCMODE | O_CREAT | O_TRUNC) ? WN_WRITE : WN_READ;
}

static void on_path_call(const struct call *call)
{
	const struct wn_call_desc *desc = call->desc;
	u8 follow = desc->bits & WN_CALL_NOFOLLOW ? 0 : WN_FOLLOW;
	struct manner how = {.opened = -1};
	u64 flags = argument(call, desc->flags);
	u8 op = call->op;

	if (desc->bits & WN_CALL_OPEN_HOW) {
		struct open_how open = {};

		if (!wn_read_user(&open, pointer(call, desc->flags), sizeof(open)))
			open = (struct open_how){};
		flags = open.flags;
		how.rooted = open.resolve & RESOLVE_IN_ROOT;
	}
	if (desc->kind == WN_KIND_OPEN) {
		op = desc->bits & WN_CALL_CREAT ? WN_WRITE : wn_op_of_open(flags);
		if (flags & O_NOFOLLOW)
			follow = 0;
		if (!call->error)
			how.opened = call->result;
	} else if (desc->bits & WN_CALL_AT_FLAGS) {
		if (flags & AT_SYMLINK_NOFOLLOW)
			follow = 0;
		else if (flags & AT_SYMLINK_FOLLOW)
			follow = WN_FOLLOW;
		how.empty_is_fd = flags & AT_EMPTY_PATH;
	}
	how.dirfd = desc->dirfd ? argument(call, desc->dirfd) : AT_FDCWD;
	begin(call, op);
	call->scratch->key.flags = follow;
	if (!call->error && (desc->kind == WN_KIND_CHDIR || desc->kind == WN_KIND_CHROOT))
		on_own_directory(call);
	else if (desc->kind == WN_KIND_SOCKET)
		on_socket(call);
	else
		on_path(call, pointer(call, desc->path), &how);
	if (desc->path2) {
		const struct manner second = {
			.dirfd = desc->dirfd2 ? argument(call, desc->dirfd2) : AT_FDCWD,
			.opened = -1,
		};

		begin(call, desc->op2);
		on_path(call, pointer(call, desc->path2), &second);
	}
}

static void on_fd_call(const struct call *call)
{
	const struct wn_call_desc *desc = call->desc;

	if (call->error)
		return;
	if (desc->kind == WN_KIND_MMAP && argument(call, desc->flags) & MAP_ANONYMOUS)
		return;
	begin(call, call->op);
	on_descriptor(call, argument(call, desc->fd));
}

/* The call's place in the table, negative where there is none. */
static int place_of_call(struct pt_regs *regs)
{
	int number = syscall_get_nr(current, regs);

#ifdef CONFIG_X86_X32_ABI
	number &= ~__X32_SYSCALL_BIT; /* the same calls */
#endif
	if (number < 0 || number >= WN_CALLS_MAX)
		return -1;
	return wn_call_is_32() ? WN_CALLS_MAX + number : number;
}

/* Two of them make sockets' names known: of <linux/net.h>, which programs see. */
#define SOCKETCALL_BIND 2
#define SOCKETCALL_CONNECT 3

static bool get_arguments_in_memory(const struct call *call, const void __user *address,
				    unsigned int count)
{
	u32 words[5] = {};
	int i;

	if (!wn_read_user(words, address, count * sizeof(*words))) {
		wn_count_made_and_lost(call->session, WN_LOSS_FAULT);
		return false;
	}
	for (i = 0; i < 5; i++)
		call->scratch->arguments[i] = words[i];
	return true;
}

/* False where there is nothing to look at. */
static bool get_arguments(struct call *call, struct pt_regs *regs)
{
	unsigned long *arguments = call->scratch->arguments;
	int i;

	syscall_get_arguments(current, regs, arguments);
	for (i = 0; wn_call_is_32() && i < 6; i++)
		arguments[i] = (u32)arguments[i]; /* above, a 64-bit program may leave anything */
	if (call->desc->bits & WN_CALL_SOCKETCALL) {
		unsigned long which = arguments[0];

		if (which != SOCKETCALL_BIND && which != SOCKETCALL_CONNECT)
			return false;
		call->op = which == SOCKETCALL_BIND ? WN_WRITE : WN_LOOKUP;
		return get_arguments_in_memory(call, pointer(call, 2), 2);
	}
	return !(call->desc->bits & WN_CALL_IN_MEMORY) ||
	       get_arguments_in_memory(call, pointer(call, 1), 5);
}

static void on_call(struct call *call, struct pt_regs *regs)
{
	wn_announce(call->session, call->scratch, call->state);
	if (!get_arguments(call, regs))
		return;
	if (call->desc->kind == WN_KIND_FD || call->desc->kind == WN_KIND_MMAP)
		on_fd_call(call);
	else
		on_path_call(call);
}

/* Of a result; negative where the call has not looked at any file. */
static int error_of(long result)
{
	if (result >= 0 || result <= -4096)
		return 0;
	if (result == -EFAULT || result == -ENOSYS || result == -EBADF || result <= -ERESTARTSYS)
		return -1;
	return -result;
}

void wn_on_call(struct pt_regs *regs, long result)
{
	const int place = place_of_call(regs), error = error_of(result);
	struct wn_scratch *scratch = NULL;
	struct wn_session *session;

	if (place < 0 || error < 0)
		return;
	rcu_read_lock_sched_notrace();
	wn_for_each_session(session) {
		struct call call = {
			.session = session,
			.desc = &session->calls[place],
			.result = result,
			.error = error,
		};

		if (call.desc->kind == WN_KIND_NONE)
			continue;
		call.state = wn_task_find(&session->tasks, current);
		if (!call.state)
			continue;
		if (!scratch)
			scratch = wn_scratch_take();
		if (!scratch)
			break;
		call.scratch = scratch;
		call.op = call.desc->op;
		on_call(&call, regs);
	}
	wn_scratch_give_back(scratch);
	rcu_read_unlock_sched_notrace();
}
