// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Hangs the probe on the exit of the kernel's functions behind the captured
 * system calls: a trampoline each, and nothing on the path of other calls.
 *
 * To take one away, the kernel waits until no task can be in it, 0.1 s each.
 * Nobody is to wait for that: emptying `handlers` makes the jumps go nowhere
 * at once, and the links belong to a process of their own, the keeper, which
 * ends behind this one however this one ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <linux/bpf.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "call-exits.h"
#include "calls.h"
#include "probe.h"

/*
 * Programs on trampolines may be preempted (tracepoints' may not), and the
 * probe's scratch is one for each CPU: the kernel must not preempt itself.
 */
static bool preempts_itself(void)
{
	struct utsname kernel;
	char modes[64] = "";
	FILE *file;

	if (uname(&kernel) || !strstr(kernel.version, "PREEMPT"))
		return false;
	if (!strstr(kernel.version, "PREEMPT_DYNAMIC"))
		return true;
	file = fopen("/sys/kernel/debug/sched/preempt", "r");
	if (!file)
		return true; /* it doesn't say */
	if (!fgets(modes, sizeof(modes), file))
		modes[0] = 0;
	fclose(file);
	return !strstr(modes, "(none)") && !strstr(modes, "(voluntary)");
}

const char *wn_call_exits_refusal(void)
{
	return preempts_itself() ? "the kernel preempts itself, or /sys/kernel/debug/sched/preempt can't be read" : NULL;
}

/* Where struct task_struct has `bpf_storage`, in bytes; negative where the kernel doesn't tell. */
static int storage_offset(const struct btf *kernel)
{
	int id = btf__find_by_name_kind(kernel, "task_struct", BTF_KIND_STRUCT);
	const struct btf_type *task = id < 0 ? NULL : btf__type_by_id(kernel, id);

	for (__u32 i = 0; task && i < btf_vlen(task); i++) {
		if (strcmp(btf__name_by_offset(kernel, btf_members(task)[i].name_off), "bpf_storage") == 0)
			return btf_member_bit_offset(task, i) / 8;
	}
	return -1;
}

/*
 * A program that jumps to handler `which` in `handlers`, but not for a task
 * without storage: that is anybody else's, whose calls are to cost least.
 */
static int load_jump(int handlers, enum wn_handler which, int function, int storage)
{
	struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_6, .src_reg = BPF_REG_1},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_get_current_task_btf},
		{.code = BPF_LDX | BPF_DW | BPF_MEM, .dst_reg = BPF_REG_0, .src_reg = BPF_REG_0, .off = storage},
		{.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = BPF_REG_0, .off = 5},
		{.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_6},
		{.code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_2, .src_reg = BPF_PSEUDO_MAP_FD, .imm = handlers},
		{},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .imm = which},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_tail_call},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_FEXIT, .attach_btf_id = function);

	return bpf_prog_load(BPF_PROG_TYPE_TRACING, "call_exit", "Dual BSD/GPL", code, sizeof(code) / sizeof(code[0]),
			     &options);
}

static int find_function(const struct btf *kernel, const char *prefix, const struct wn_call_source *call)
{
	char name[64];

	snprintf(name, sizeof(name), "%s%s", prefix, call->function ? call->function : call->name);
	return btf__find_by_name_kind(kernel, name, BTF_KIND_FUNC);
}

/* Of a 32-bit program's call. */
static int find_function_32(const struct btf *kernel, const struct wn_call_source *call)
{
	int function = find_function(kernel, WN_CALL_FUNCTION_COMPAT, call);

	return function < 0 ? find_function(kernel, WN_CALL_FUNCTION_32, call) : function;
}

bool wn_call_exits_show_32(void)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	bool show = kernel && btf__find_by_name_kind(kernel, WN_CALL_FUNCTION_COMPAT "openat", BTF_KIND_FUNC) >= 0;

	btf__free(kernel);
	return show;
}

/* From now on the jumps go nowhere. */
static void remove_handlers(const int handlers[2])
{
	for (__u32 which = 0; which < WN_HANDLERS; which++) {
		bpf_map_delete_elem(handlers[0], &which);
		bpf_map_delete_elem(handlers[1], &which);
	}
}

/* The keeper: attaches, tells by a byte whether (0 or errno), and ends when `end` is closed. Never returns. */
static _Noreturn void keep_links(const struct wn_call_exits *exits, int alive, int end)
{
	unsigned char error = 0;

	signal(SIGINT, SIG_IGN); /* what is sent to the group is for the other process */
	signal(SIGTERM, SIG_IGN);
	prctl(PR_SET_NAME, "winnow-keeper");
	for (unsigned int i = 0; !error && i < exits->count; i++) {
		if (bpf_raw_tracepoint_open(NULL, exits->programs[i]) < 0)
			error = errno;
	}
	close(STDIN_FILENO);
	close(STDOUT_FILENO); /* so that its reader sees the end with the other process */
	close(STDERR_FILENO);
	if (write(alive, &error, 1) == 1 && read(end, &error, 1) < 0)
		_exit(WN_EXIT_FAILED);
	remove_handlers(exits->handlers);
	_exit(WN_EXIT_DONE);
}

static bool start_keeper(struct wn_call_exits *exits)
{
	int alive[2], end[2];
	unsigned char error = EPERM; /* where it died, and told nothing */
	pid_t keeper;

	if (pipe2(alive, O_CLOEXEC))
		return false;
	if (pipe2(end, O_CLOEXEC)) {
		close(alive[0]);
		close(alive[1]);
		return false;
	}
	keeper = fork();
	if (keeper == 0) {
		close(alive[0]);
		close(end[1]);
		keep_links(exits, alive[1], end[0]);
	}
	close(alive[1]);
	close(end[0]);
	exits->keeper = end[1];
	exits->alive = alive[0];
	if (keeper < 0)
		return false;
	errno = read(alive[0], &error, 1) < 0 ? errno : error;
	return !errno;
}

static bool set_handlers(struct wn_call_exits *exits, const int handlers[2], const int programs[WN_HANDLERS],
			 int optional)
{
	const __u32 any = WN_HANDLER_ANY;

	exits->handlers[0] = handlers[0];
	exits->handlers[1] = handlers[1];
	for (__u32 which = 0; which < WN_HANDLERS; which++) {
		if (bpf_map_update_elem(handlers[0], &which, &programs[which], BPF_ANY))
			return false;
	}
	return bpf_map_update_elem(handlers[1], &any, &optional, BPF_ANY) == 0;
}

/* Programs for what they jump to: its prototype is openat's, or the other one. */
struct jumps {
	const struct btf *kernel;
	int openat, storage;
};

/* True also where this kernel doesn't have the call. */
static bool load_jump_from(struct wn_call_exits *exits, const struct jumps *jumps, int function, enum wn_handler which)
{
	int optional, program;

	if (function < 0)
		return true;
	optional = btf__type_by_id(jumps->kernel, function)->type != btf__type_by_id(jumps->kernel, jumps->openat)->type;
	program = load_jump(exits->handlers[optional], optional ? WN_HANDLER_ANY : which, function, jumps->storage);
	if (program >= 0)
		exits->programs[exits->count++] = program;
	return program >= 0;
}

static enum wn_handler handler_of(const struct wn_call_source *call)
{
	if (strcmp(call->name, "openat") == 0)
		return WN_HANDLER_OPENAT;
	return strcmp(call->name, "newfstatat") == 0 ? WN_HANDLER_NEWFSTATAT : WN_HANDLER_ANY;
}

static bool load_jumps(struct wn_call_exits *exits)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	struct jumps jumps = {.kernel = kernel, .storage = -1};
	bool done;

	jumps.openat = kernel ? btf__find_by_name_kind(kernel, WN_CALL_FUNCTION "openat", BTF_KIND_FUNC) : -1;
	if (jumps.openat >= 0)
		jumps.storage = storage_offset(kernel);
	done = jumps.storage >= 0;
	if (kernel && !done)
		errno = ENOTSUP;
	for (unsigned int i = 0; done && i < wn_calls_count; i++)
		done = load_jump_from(exits, &jumps, find_function(kernel, WN_CALL_FUNCTION, &wn_calls[i]),
				      handler_of(&wn_calls[i]));
	for (unsigned int i = 0; done && i < wn_calls_32_count; i++)
		done = load_jump_from(exits, &jumps, find_function_32(kernel, &wn_calls_32[i]), WN_HANDLER_ANY);
	btf__free(kernel);
	return done;
}

bool wn_attach_call_exits(struct wn_call_exits *exits, const int handlers[2], const int programs[WN_HANDLERS],
			  int optional)
{
	exits->keeper = exits->alive = -1;
	return set_handlers(exits, handlers, programs, optional) && load_jumps(exits) && start_keeper(exits);
}

void wn_stop_call_exits(struct wn_call_exits *exits)
{
	if (exits->count)
		remove_handlers(exits->handlers);
}

__u64 wn_call_exits_misses(const struct wn_call_exits *exits)
{
	__u64 misses = 0;

	for (unsigned int i = 0; i < exits->count; i++)
		misses += wn_recursion_misses(exits->programs[i]);
	return misses;
}

void wn_close_call_exits(struct wn_call_exits *exits)
{
	if (!exits->count)
		return;
	for (unsigned int i = 0; i < exits->count; i++)
		close(exits->programs[i]);
	if (exits->keeper >= 0) {
		close(exits->keeper); /* so it ends */
		close(exits->alive);
	}
	exits->count = 0;
}
