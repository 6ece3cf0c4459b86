// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Captures the file accesses of containers: BTF tracepoints only, so that
 * it loads where fentry, kprobes and LSM programs are refused.
 *
 * Follow one access: sys_exit() looks the number up in `calls`, takes the
 * descriptor or the path string, and describes the access in the per-CPU
 * scratch; count() counts a repeat in its entry, and leaves to commit() to make
 * the entry and to send the first sight. Which tasks belong to the container
 * stands in task storage, set at exec and inherited at fork, so a process of
 * anybody else costs one failed lookup.
 *
 * Tracepoint handlers run with preemption off, so the per-CPU scratch is ours
 * until return; a skipped re-entry shows in the program's recursion misses.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "read.bpf.h"
#include "winnow.h"
#include "table.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define AT_FDCWD -100
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_SYMLINK_FOLLOW 0x400
#define AT_EMPTY_PATH 0x1000
#define MAP_ANONYMOUS 0x20
#define O_ACCMODE 3
#define O_CREAT 0100
#define O_TRUNC 01000
#define O_NOFOLLOW 0400000
#define O_PATH 010000000
#define RESOLVE_IN_ROOT 0x10
#define AF_UNIX 1
#define SB_INTERNAL (1UL << 31 | 1UL << 22) /* SB_NOUSER | SB_KERNMOUNT: pipes, sockets, memfds */
#define EPERM 1
#define EBADF 9
#define EFAULT 14
#define ENOSYS 38
#define ERESTARTSYS 512
#define ERROR 0xffff0000ull /* of a key's `what` */
#define TS_COMPAT 2
#define X32_BIT 0x40000000
#define SOCKETCALL_BIND 2
#define SOCKETCALL_CONNECT 3
#define NAME_MAX 255
#define IOSQE_CQE_SKIP_SUCCESS (1 << 6)
#define WALK_DEPTH 2048 /* components and mounts: PATH_MAX of one-letter names */

/* Set by the loader before load. */
const volatile struct wn_call_desc calls[WN_CALL_TABLE];
const volatile __u32 container_count;
const volatile __u32 target_bits; /* WN_TARGET_BITS where there are several targets, else 0 */
const volatile __u64 cgroup_ids[WN_CGROUPS_MAX];
const volatile __u32 cgroup_count;
const volatile __u32 root_pid; /* or 0: follow this process and what comes of it */
const volatile __u32 host_mount_namespace; /* 0: any namespace will do */
const volatile __u32 all_events;
const volatile __u64 wakeup_bytes;
const volatile __u32 compat_unseen; /* 32-bit programs' calls don't come here: count the programs */

const volatile __u32 execve_call, openat_call, statx_call; /* numbers of these names */

__u32 last_process; /* processes are numbered from 1, and say which target they are of */

struct place {
	__u64 file; /* where dentry is 0: has the dentry and mount, read only to tell the path */
	__u64 dentry;
	__u64 mount;
	__u64 inode;
	__u64 dev;
};

struct task_state {
	__u32 process;
	__u32 parent;
	__u32 cause;
	__u32 announced;
	/*
	 * Of a process's first thread, for all its threads: the working directory
	 * as of the last exec or chdir, where the next relative chdir starts; and
	 * the struct fs_struct that it stands in, with its count of changes.
	 */
	struct place cwd;
	__u64 cwd_of;
	__u32 cwd_changes;
};

struct scratch {
	__u64 tick; /* jiffies when tick_time was taken */
	__u64 tick_time;
	/* The task that was asked about last and its process, of which all is told. A struct task_struct may have been another's. */
	struct {
		__u64 task;
		__u64 started;
		__u64 execs;
		__u32 process;
		__u32 reserved;
	} last;
	struct wn_key key;
	struct place file;
	struct place base;
	struct {
		__u64 dentry;
		__u64 mount;
	} walk_from;
	__u32 call;
	__u32 has_base;
	__u32 name_len; /* without NUL */
	__u32 reserved;
	__u64 name_hash;
	__u64 name[WN_PATH_MAX / 8];
	char walk[2 * WN_PATH_MAX];
	union {
		struct wn_record head;
		struct wn_access access;
		struct wn_process process;
		char bytes[sizeof(struct wn_access) + 3 * WN_PATH_MAX];
	} record;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_state);
} tasks SEC(".maps");

/* Which target a container is, by its full id. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, WN_TARGETS_MAX);
	__type(key, char[WN_CONTAINER_ID_LEN]);
	__type(value, __u32);
} containers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20); /* the loader may change it */
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wn_stats);
} stats SEC(".maps");

/* The program that the loader's jump to, for functions of either prototype. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} handlers SEC(".maps"), optional_handlers SEC(".maps");

/* An open or stat that was submitted to io_uring and has not completed. */
struct submission {
	struct wn_key key;
	struct place base;
	__u32 call;
	__u32 has_base;
	__u32 name_len;
	__u32 opens;
	char name[WN_PATH_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64); /* the request */
	__type(value, struct submission);
} submissions SEC(".maps");

static struct submission no_submission;

static __always_inline struct scratch *scratch_of_cpu(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratches, &zero);
}

#include "name.bpf.h"

static __always_inline struct wn_stats *stats_of_cpu(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&stats, &zero);
}

/* An access that was seen, but of which nothing can be told. */
static __always_inline void count_made_and_lost(enum wn_loss reason)
{
	struct wn_stats *counts = stats_of_cpu();

	if (counts) {
		counts->made++;
		counts->lost[reason]++;
	}
}

static __always_inline void count_lost(enum wn_loss reason)
{
	struct wn_stats *counts = stats_of_cpu();

	if (counts)
		counts->lost[reason]++;
}

/* The reader sleeps until a good part of the ring is full or its poll ends. */
static __always_inline long send(void *record, __u64 len)
{
	__u64 waiting = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
	__u64 flags = waiting >= wakeup_bytes ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;

	return bpf_ringbuf_output(&ring, record, len, flags);
}

static __always_inline void set_head(struct wn_record *head, __u16 type, __u32 len)
{
	head->len = len;
	head->type = type;
	head->cpu = bpf_get_smp_processor_id();
}

struct walk_state {
	struct dentry *dentry;
	struct vfsmount *mount;
	__u32 start; /* first byte of the path so far, in scratch.walk */
	__u32 failed;
};

/* One step towards the root: a component, or the mount point a mount hangs on. */
static long walk_step(__u32 index, void *context)
{
	struct walk_state *state = context;
	struct scratch *scratch = scratch_of_cpu();
	struct vfsmount *vfsmount = state->mount;
	struct dentry *dentry = state->dentry;
	struct dentry *parent;
	__u32 len, start;

	if (!scratch)
		return 1;
	if (dentry == READ(vfsmount, mnt_root)) {
		struct mount *mount = container_of(vfsmount, struct mount, mnt);
		struct mount *above = READ(mount, mnt_parent);

		if (above == mount)
			return 1;
		state->dentry = READ(mount, mnt_mountpoint);
		state->mount = (void *)above + bpf_core_field_offset(struct mount, mnt);
		return 0;
	}
	parent = READ(dentry, d_parent);
	if (parent == dentry)
		return 1;
	len = READ(dentry, d_name.len);
	start = state->start;
	if (len > NAME_MAX || start < len + 1 || start > WN_PATH_MAX) {
		state->failed = 1;
		return 1;
	}
	start -= len + 1;
	scratch->walk[start & (WN_PATH_MAX - 1)] = '/';
	bpf_probe_read_kernel(&scratch->walk[(start + 1) & (WN_PATH_MAX - 1)], len & NAME_MAX,
			      READ(dentry, d_name.name));
	state->start = start;
	state->dentry = parent;
	return 0;
}

/*
 * Copies the absolute path of what `walk_from` says, without NUL, to the
 * record's bytes at `offset`. Returns its length, or -1 where it doesn't fit
 * PATH_MAX.
 */
__noinline int append_path(__u32 offset)
{
	struct scratch *scratch = scratch_of_cpu();
	struct walk_state state = {.start = WN_PATH_MAX - 1};
	__u32 len;

	if (!scratch || offset > sizeof(struct wn_access) + WN_PATH_MAX)
		return -1;
	state.dentry = (struct dentry *)scratch->walk_from.dentry;
	state.mount = (struct vfsmount *)scratch->walk_from.mount;
	if (bpf_loop(WALK_DEPTH, walk_step, &state, 0) == WALK_DEPTH || state.failed)
		return -1;
	if (state.start == WN_PATH_MAX - 1) {
		state.start--;
		scratch->walk[WN_PATH_MAX - 2] = '/';
	}
	len = WN_PATH_MAX - 1 - state.start;
	bpf_probe_read_kernel(&scratch->record.bytes[offset], len & (WN_PATH_MAX - 1),
			      &scratch->walk[state.start & (WN_PATH_MAX - 1)]);
	return len & (WN_PATH_MAX - 1);
}

static __always_inline int append_file(struct scratch *scratch, struct file *file, __u32 offset)
{
	scratch->walk_from.dentry = (__u64)READ(file, f_path.dentry);
	scratch->walk_from.mount = (__u64)READ(file, f_path.mnt);
	return append_path(offset);
}

static __always_inline int append_place(struct scratch *scratch, const struct place *place, __u32 offset)
{
	if (!place->dentry)
		return append_file(scratch, (struct file *)place->file, offset);
	scratch->walk_from.dentry = place->dentry;
	scratch->walk_from.mount = place->mount;
	return append_path(offset);
}

static __always_inline __u32 align8(__u32 len)
{
	return (len + 7) & ~7u;
}

/* Tells the reader of the task's process, with the program it runs after an exec. */
__noinline int announce(__u32 process, __u32 parent, __u32 cause)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct scratch *scratch = scratch_of_cpu();
	__u32 len = sizeof(struct wn_process);
	int path_len = 0;

	if (!scratch)
		return -1;
	if (cause != WN_FORK) {
		path_len = append_file(scratch, BPF_CORE_READ(task, mm, exe_file), len);
		if (path_len < 0)
			path_len = 0;
	}
	scratch->record.process.time = bpf_ktime_get_ns();
	scratch->record.process.process = process;
	scratch->record.process.parent = parent;
	scratch->record.process.pid = task->tgid;
	scratch->record.process.ppid = task->real_parent->tgid;
	scratch->record.process.cause = cause;
	scratch->record.process.path_len = path_len;
	scratch->record.process.reserved = 0;
	len = align8(len + path_len);
	if (len > sizeof(struct wn_process) + WN_PATH_MAX)
		return -1;
	set_head(&scratch->record.head, WN_PROCESS, len);
	return send(&scratch->record, len);
}

static __always_inline void announce_once(struct task_state *state)
{
	if (!state->announced && announce(state->process, state->parent, state->cause) == 0)
		state->announced = 1;
}

/* Sends what the scratch describes. Returns 0, -1 (no room), -2 (no path). */
static __always_inline int send_access(struct scratch *scratch, __u64 entry, __u64 now)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 what = scratch->key.what;
	__u32 len = sizeof(struct wn_access);
	__u32 name_len = scratch->name_len & (WN_PATH_MAX - 1);
	int path_len = 0, base_len = 0;

	if (what & WN_HAS_FILE) {
		path_len = append_place(scratch, &scratch->file, len);
		if (path_len < 0)
			return -2;
		len += path_len & (WN_PATH_MAX - 1);
	}
	if (scratch->has_base) {
		base_len = append_place(scratch, &scratch->base, len);
		if (base_len < 0)
			return -2;
		len += base_len & (WN_PATH_MAX - 1);
	}
	if (len > sizeof(struct wn_access) + 2 * WN_PATH_MAX)
		return -2;
	bpf_probe_read_kernel(&scratch->record.bytes[len], name_len, scratch->name);
	len = align8(len + name_len);
	scratch->record.access = (struct wn_access){
		.entry = entry,
		.time = now,
		.inode = scratch->key.inode,
		.dev = scratch->key.devices,
		.process = what >> 32,
		.pid = task->tgid,
		.ppid = task->real_parent->tgid,
		.error = what >> 16,
		.call = scratch->call,
		.op = what >> 8,
		.flags = what,
		.path_len = path_len,
		.base_len = base_len,
		.name_len = name_len,
	};
	if (len > sizeof(scratch->record))
		return -2;
	set_head(&scratch->record.head, WN_ACCESS, len);
	return send(&scratch->record, len) ? -1 : 0;
}

static __always_inline long send_repeat(__u64 entry, __u64 now)
{
	struct wn_repeat repeat = {.entry = entry, .time = now};

	set_head(&repeat.head, WN_REPEAT, sizeof(repeat));
	return send(&repeat, sizeof(repeat));
}

/* The time as of this CPU's first look at it in the timer tick: for a fraction of the clock's cost. */
static __always_inline __u64 tick_time(struct scratch *scratch)
{
	__u64 tick = bpf_jiffies64();

	if (scratch->tick != tick) {
		scratch->tick = tick;
		scratch->tick_time = bpf_ktime_get_ns();
	}
	return scratch->tick_time;
}

/*
 * Counts the access that the scratch describes, and sends its first sight.
 * made = delivered + lost holds at every moment: an entry whose record found
 * no room stays unsent, is tried again at the next access, and what is unsent
 * at the end is counted lost by the loader.
 */
__noinline int commit(void)
{
	struct scratch *scratch = scratch_of_cpu();
	struct wn_stats *counts = stats_of_cpu();
	struct wn_entry *entry;
	__u64 now;
	int error;

	if (!scratch || !counts)
		return 0;
	counts->made++;
	entry = find_entry(&scratch->key);
	if (!entry) {
		error = send_access(scratch, 0, bpf_ktime_get_ns());
		if (error)
			counts->lost[error == -1 ? WN_LOSS_RING : WN_LOSS_PATH]++;
		else
			counts->anonymous++;
		return 0;
	}
	__sync_fetch_and_add(&entry->count, 1);
	if (entry->state == WN_ENTRY_SENT && !all_events) {
		now = tick_time(scratch);
		if (now > entry->last)
			entry->last = now;
		return 0;
	}
	now = bpf_ktime_get_ns();
	entry->last = now;
	if (entry->state != WN_ENTRY_SENT) {
		error = send_access(scratch, entry->id, now);
		if (!error)
			entry->state = WN_ENTRY_SENT;
		else if (error == -2)
			entry->state = WN_ENTRY_NAMELESS;
	} else {
		error = send_repeat(entry->id, now);
	}
	if (all_events) {
		if (error)
			counts->lost[error == -2 ? WN_LOSS_PATH : WN_LOSS_RING]++;
		else
			counts->repeats++;
	}
	return 0;
}

/* Counts what was counted before at once, and by way of commit() the rest. */
static __always_inline void count(struct scratch *scratch)
{
	struct wn_stats *counts = stats_of_cpu();

	if (!all_events && counts && count_repeat(&scratch->key, tick_time(scratch)))
		counts->made++;
	else
		commit();
}

/* False for what has no path: pipes, sockets, memfds, a descriptor closed meanwhile. */
static __always_inline bool locate_file(struct place *place, struct file *file)
{
	struct inode *inode = file ? READ(file, f_inode) : NULL;
	struct super_block *super = inode ? READ(inode, i_sb) : NULL;

	if (!super || READ(super, s_flags) & SB_INTERNAL)
		return false;
	place->file = (__u64)file;
	place->dentry = 0;
	place->inode = READ(inode, i_ino);
	place->dev = READ(super, s_dev);
	return true;
}

/* The same of open file number `fd`. */
static __always_inline bool locate_fd(struct place *place, struct task_struct *task, int fd)
{
	struct file *file = plain_loads ? NULL : small_file_of(task, fd);
	struct super_block *super;

	if (!file)
		return locate_file(place, file_of(task, fd));
	super = file->f_inode->i_sb;
	if (!super || super->s_flags & SB_INTERNAL)
		return false;
	place->file = (__u64)file;
	place->dentry = 0;
	place->inode = file->f_inode->i_ino;
	place->dev = super->s_dev;
	return true;
}

static __always_inline void locate_path(struct place *place, struct dentry *dentry, struct vfsmount *mount)
{
	place->file = 0;
	place->dentry = (__u64)dentry;
	place->mount = (__u64)mount;
	place->inode = dentry->d_inode->i_ino;
	place->dev = dentry->d_sb->s_dev;
}

static __always_inline bool changed_root(struct task_struct *task)
{
	struct dentry *root = task->fs->root.dentry;

	if (root != task->fs->root.mnt->mnt_root)
		return true;
	/* On the mount that the namespace's root mount carries, or that itself. */
	struct mount *mount = container_of(task->fs->root.mnt, struct mount, mnt);
	struct mount *above = READ(mount, mnt_parent);
	struct mount *top = task->nsproxy->mnt_ns->root;

	return mount != top && above != top;
}

static __always_inline void set_base(struct scratch *scratch)
{
	scratch->has_base = 1;
	scratch->key.base_inode = scratch->base.inode;
	scratch->key.devices |= scratch->base.dev << 32;
}

/*
 * What the name in the scratch starts from; the key says which directory that
 * was. `rooted`: absolute names start from dirfd too.
 */
static __always_inline bool locate_base(struct scratch *scratch, struct task_struct *task, int dirfd, bool rooted)
{
	if (is_absolute(scratch) && !rooted) {
		if (!changed_root(task))
			return true;
		locate_path(&scratch->base, task->fs->root.dentry, task->fs->root.mnt);
		scratch->key.what |= WN_CHROOT;
	} else if (dirfd == AT_FDCWD) {
		locate_path(&scratch->base, task->fs->pwd.dentry, task->fs->pwd.mnt);
	} else if (!locate_file(&scratch->base, file_of(task, dirfd))) {
		return false;
	}
	set_base(scratch);
	return true;
}

static __always_inline void set_name(struct scratch *scratch)
{
	scratch->key.name_hash = scratch->name_hash;
	scratch->key.what |= WN_HAS_NAME;
}

static __always_inline void set_file(struct scratch *scratch)
{
	scratch->key.inode = scratch->file.inode;
	scratch->key.devices |= scratch->file.dev;
	scratch->key.what |= WN_HAS_FILE;
}

/* False for a task that is not followed. Most calls are of the task that made the last one, which takes no look-up. */
static __always_inline bool find_process(struct scratch *scratch, struct task_struct *task, __u32 *process)
{
	struct task_state *state;

	if (scratch->last.task == (__u64)task && scratch->last.started == task->start_time &&
	    scratch->last.execs == task->self_exec_id) {
		*process = scratch->last.process;
		return true;
	}
	state = bpf_task_storage_get(&tasks, task, NULL, 0);
	if (!state)
		return false;
	announce_once(state);
	*process = state->process;
	if (state->announced && state->process) {
		scratch->last.task = (__u64)task;
		scratch->last.started = task->start_time;
		scratch->last.execs = task->self_exec_id;
		scratch->last.process = state->process;
	}
	return true;
}

static __always_inline void begin(struct scratch *scratch, __u32 process, __u8 op, __u32 call, __u16 error)
{
	scratch->key = (struct wn_key){.what = (__u64)process << 32 | (__u32)error << 16 | op << 8};
	scratch->call = call;
	scratch->name_len = 0;
	scratch->has_base = 0;
}

#define ARGUMENTS 8 /* numbered from 1; 0 is none */

/* All of them, since to choose one of five registers costs more branches than to copy them. */
static __always_inline void get_arguments(__u64 arguments[ARGUMENTS], struct pt_regs *regs)
{
	arguments[0] = arguments[6] = arguments[7] = 0;
	arguments[1] = PT_REGS_PARM1_SYSCALL(regs);
	arguments[2] = PT_REGS_PARM2_SYSCALL(regs);
	arguments[3] = PT_REGS_PARM3_SYSCALL(regs);
	arguments[4] = PT_REGS_PARM4_SYSCALL(regs);
	arguments[5] = PT_REGS_PARM5_SYSCALL(regs);
}

/* Of a 32-bit call: registers of their own, which may have anything in their upper halves. */
static __always_inline void get_arguments_32(__u64 arguments[ARGUMENTS], struct pt_regs *regs)
{
	arguments[0] = arguments[6] = arguments[7] = 0;
	arguments[1] = (__u32)regs->bx;
	arguments[2] = (__u32)regs->cx;
	arguments[3] = (__u32)regs->dx;
	arguments[4] = (__u32)regs->si;
	arguments[5] = (__u32)regs->di;
}

/* Of one that has them in memory; false where that can't be read. */
static __always_inline bool get_arguments_in_memory(__u64 arguments[ARGUMENTS], __u64 address, __u32 count)
{
	__u32 words[5] = {};

	if (bpf_probe_read_user(words, count > 2 ? sizeof(words) : 2 * sizeof(*words), (void *)address))
		return false;
	for (int i = 0; i < 5; i++)
		arguments[i + 1] = words[i];
	return true;
}

/* These describe an access in the scratch; false where there is nothing to count. */
static __always_inline bool describe_descriptor(struct scratch *scratch, struct task_struct *task, int fd)
{
	if (fd == AT_FDCWD)
		locate_path(&scratch->file, task->fs->pwd.dentry, task->fs->pwd.mnt);
	else if (!locate_fd(&scratch->file, task, fd))
		return false;
	set_file(scratch);
	return true;
}

/* By a seccomp filter: nobody has read the name, else it would be resident, and looked at a file. */
static __always_inline bool is_refused(const struct scratch *scratch)
{
	return (scratch->key.what & ERROR) == EPERM << 16;
}

/* A call with a path: reads the string where the call has just used it. */
static __always_inline bool describe_path(struct scratch *scratch, struct task_struct *task, int dirfd, __u64 path,
					  bool empty_is_fd, bool rooted, int opened_fd)
{
	bool failed = scratch->key.what & ERROR;
	int only_fd = -1; /* that tells all there is to tell */
	long size;

	if (!path) {
		if (opened_fd >= 0) /* by a handle */
			only_fd = opened_fd;
		else if (dirfd != AT_FDCWD && !failed)
			only_fd = dirfd;
		return only_fd >= 0 && describe_descriptor(scratch, task, only_fd);
	}
	size = read_name(scratch, path);
	if (size >= 0 && size <= 1 && empty_is_fd) /* 0: kernels that forget the NUL of an empty string */
		return !failed && describe_descriptor(scratch, task, dirfd);
	if (opened_fd >= 0 && locate_fd(&scratch->file, task, opened_fd))
		set_file(scratch);
	if (size < 0 && !(scratch->key.what & WN_HAS_FILE) && !is_refused(scratch))
		count_made_and_lost(WN_LOSS_FAULT);
	if (size > 1 && locate_base(scratch, task, dirfd, rooted))
		set_name(scratch);
	return scratch->key.what & (WN_HAS_FILE | WN_HAS_NAME);
}

/* Its sequence count, which `seq` begins with, whatever lock stands behind it. */
static __always_inline __u32 changes_of(struct fs_struct *fs)
{
	__u32 sequence = 0;

	bpf_probe_read_kernel(&sequence, sizeof(sequence), (void *)fs + bpf_core_field_offset(struct fs_struct, seq));
	return sequence;
}

static __always_inline void remember_cwd(struct task_state *leader, struct task_struct *task)
{
	struct fs_struct *fs = task->fs;

	locate_path(&leader->cwd, fs->pwd.dentry, fs->pwd.mnt);
	leader->cwd_of = (__u64)fs;
	leader->cwd_changes = changes_of(fs);
}

#define CHANGE 2 /* a sequence count's steps while something is written */

/*
 * A directory that the process has just made its own. A relative name started
 * from the working directory before, which its first thread's state remembers;
 * where somebody else has changed it since, the memory is of no use.
 */
static __always_inline void on_own_directory(struct scratch *scratch, struct task_struct *task, __u64 name, bool root)
{
	struct task_state *leader = bpf_task_storage_get(&tasks, task->group_leader, NULL, 0);
	struct place before = {};
	long size = 0;

	if (leader && leader->cwd_of == (__u64)task->fs && leader->cwd_changes + CHANGE == changes_of(task->fs))
		before = leader->cwd;
	if (leader)
		remember_cwd(leader, task);
	if (root)
		locate_path(&scratch->file, task->fs->root.dentry, task->fs->root.mnt);
	else
		locate_path(&scratch->file, task->fs->pwd.dentry, task->fs->pwd.mnt);
	set_file(scratch);
	if (name)
		size = read_name(scratch, name);
	if (size > 1 && is_absolute(scratch)) {
		if (root || locate_base(scratch, task, AT_FDCWD, false))
			set_name(scratch);
	} else if (size > 1 && before.dentry) {
		struct dentry *dentry = (struct dentry *)before.dentry;

		if (BPF_CORE_READ(dentry, d_inode, i_ino) == before.inode) {
			scratch->base = before;
			set_base(scratch);
			set_name(scratch);
		}
	}
	commit();
}

/* connect and bind: a path only where the address is of a named Unix socket. */
static __always_inline __u64 path_of_socket(__u64 address)
{
	__u16 family = 0;
	char first = 0;

	bpf_probe_read_user(&family, sizeof(family), (void *)address);
	bpf_probe_read_user(&first, sizeof(first), (void *)address + sizeof(family));
	return family == AF_UNIX && first ? address + sizeof(family) : 0;
}

static __always_inline __u8 op_of_open(__u64 flags)
{
	if (flags & O_PATH)
		return WN_LOOKUP;
	return flags & (O_ACCMODE | O_CREAT | O_TRUNC) ? WN_WRITE : WN_READ;
}

/* A system call returns `result`; what both rungs do about it. */
static __always_inline int on_call(struct pt_regs *regs, long result)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const volatile struct wn_call_desc *desc;
	struct scratch *scratch;
	__u64 number = regs->orig_ax & ~X32_BIT; /* the same calls, but for pointers in what they point to */
	bool is_32 = task->thread_info.status & TS_COMPAT;
	struct open_how how = {};
	__u64 arguments[ARGUMENTS];
	__u64 flags = 0, path;
	__u16 error = 0;
	__u8 kind, bits, op, follow;
	__u32 process;
	int dirfd;

	if (!task->bpf_storage)
		return 0; /* anybody else's, as a rule: cheaper than to look */
	if (number >= WN_CALLS_MAX)
		return 0;
	desc = &calls[is_32 ? WN_CALLS_MAX + number : number];
	kind = desc->kind;
	if (kind == WN_KIND_NONE)
		return 0;
	scratch = scratch_of_cpu();
	if (!scratch || !find_process(scratch, task, &process))
		return 0;
	if (result < 0 && result > -4096) {
		error = -result;
		if (error == EFAULT || error == ENOSYS || error == EBADF || error >= ERESTARTSYS)
			return 0;
	}
	bits = desc->bits;
	op = desc->op;
	if (is_32)
		get_arguments_32(arguments, regs);
	else
		get_arguments(arguments, regs);
	if (bits & WN_CALL_SOCKETCALL) {
		if (arguments[1] != SOCKETCALL_BIND && arguments[1] != SOCKETCALL_CONNECT)
			return 0;
		op = arguments[1] == SOCKETCALL_BIND ? WN_WRITE : WN_LOOKUP;
	}
	if (bits & (WN_CALL_IN_MEMORY | WN_CALL_SOCKETCALL) &&
	    !get_arguments_in_memory(arguments, arguments[bits & WN_CALL_SOCKETCALL ? 2 : 1],
				     bits & WN_CALL_SOCKETCALL ? 2 : 5)) {
		count_made_and_lost(WN_LOSS_FAULT);
		return 0;
	}

	if (kind == WN_KIND_FD || kind == WN_KIND_MMAP) {
		if (error || (kind == WN_KIND_MMAP && arguments[desc->flags % ARGUMENTS] & MAP_ANONYMOUS))
			return 0;
		begin(scratch, process, op, desc->call, 0);
		if (describe_descriptor(scratch, task, arguments[desc->fd % ARGUMENTS]))
			count(scratch);
		return 0;
	}

	flags = arguments[desc->flags % ARGUMENTS];
	if (bits & WN_CALL_OPEN_HOW) {
		if (bpf_probe_read_user(&how, sizeof(how), (void *)flags))
			how.flags = 0;
		flags = how.flags;
	}
	follow = bits & WN_CALL_NOFOLLOW ? 0 : WN_FOLLOW;
	if (kind == WN_KIND_OPEN) {
		op = bits & WN_CALL_CREAT ? WN_WRITE : op_of_open(flags);
		if (flags & O_NOFOLLOW)
			follow = 0;
	} else if (bits & WN_CALL_AT_FLAGS) {
		if (flags & AT_SYMLINK_NOFOLLOW)
			follow = 0;
		else if (flags & AT_SYMLINK_FOLLOW)
			follow = WN_FOLLOW;
	}
	dirfd = desc->dirfd ? arguments[desc->dirfd % ARGUMENTS] : AT_FDCWD;
	begin(scratch, process, op, desc->call, error);
	scratch->key.what |= follow;
	path = arguments[desc->path % ARGUMENTS];
	if (!error && (kind == WN_KIND_CHDIR || kind == WN_KIND_CHROOT)) {
		on_own_directory(scratch, task, path, kind == WN_KIND_CHROOT);
		return 0;
	}
	if (kind == WN_KIND_SOCKET)
		path = path_of_socket(path);
	if (describe_path(scratch, task, dirfd, path, flags & AT_EMPTY_PATH && bits & WN_CALL_AT_FLAGS,
			  how.resolve & RESOLVE_IN_ROOT, kind == WN_KIND_OPEN && !error ? result : -1))
		count(scratch);
	if (desc->path2) {
		dirfd = desc->dirfd2 ? arguments[desc->dirfd2 % ARGUMENTS] : AT_FDCWD;
		begin(scratch, process, desc->op2, desc->call, error);
		if (describe_path(scratch, task, dirfd, arguments[desc->path2 % ARGUMENTS], false, false, -1))
			commit();
	}
	return 0;
}

/* The tracepoint rung: at the exit of every system call of every process. */
SEC("?tp_btf/sys_exit")
int BPF_PROG(sys_exit, struct pt_regs *regs, long result)
{
	return on_call(regs, result);
}

/*
 * The fentry rung: at the exit of the functions behind the calls that count,
 * and of no other. The loader hangs a small program on each that jumps here
 * through `handlers`, so that this is verified once.
 */
SEC("?fexit/" WN_CALL_FUNCTION "openat")
int BPF_PROG(call_exit, struct pt_regs *regs, long result)
{
	return on_call(regs, result);
}

/* BTF has another prototype for calls that a kernel may be built without, and jumps stay within one. */
SEC("?fexit/" WN_CALL_FUNCTION "execveat")
int BPF_PROG(optional_call_exit, struct pt_regs *regs, long result)
{
	return on_call(regs, result);
}

#define NO_TARGET -1

/* Engines name the cgroup ID, docker-ID.scope, libpod-ID.scope or crio-ID.scope. */
static __always_inline int container_named(const char *name)
{
	char buffer[8 + WN_CONTAINER_ID_LEN] = {};
	__u32 *target;

	if (!container_count || bpf_probe_read_kernel_str(buffer, sizeof(buffer), name) < WN_CONTAINER_ID_LEN)
		return NO_TARGET;
	target = bpf_map_lookup_elem(&containers, buffer)
		?: bpf_map_lookup_elem(&containers, buffer + 5)
		?: bpf_map_lookup_elem(&containers, buffer + 7);
	return target ? (int)*target : NO_TARGET;
}

static __always_inline int target_of_cgroup(struct cgroup *cgroup)
{
	__u64 id = BPF_CORE_READ(cgroup, kn, id);

	for (__u32 i = 0; i < WN_CGROUPS_MAX; i++) {
		if (i < cgroup_count && cgroup_ids[i] == id)
			return 0;
	}
	return container_named(BPF_CORE_READ(cgroup, kn, name));
}

static __always_inline bool descends_from_root_pid(struct task_struct *task)
{
	for (int depth = 0; root_pid && depth < 32 && task; depth++) {
		if (READ(task, tgid) == root_pid)
			return true;
		task = READ(task, real_parent);
	}
	return false;
}

/* In a container's cgroup or one below it, in the unified hierarchy or, on v1 hosts, that of the first controller. */
static __noinline int target_of(struct task_struct *task)
{
	struct cgroup *unified = BPF_CORE_READ(task, cgroups, dfl_cgrp);
	struct cgroup *legacy = BPF_CORE_READ(task, cgroups, subsys[0], cgroup);

	if (descends_from_root_pid(task))
		return 0;
	for (int depth = 0; depth < 8 && unified; depth++) {
		struct cgroup_subsys_state *above = READ(unified, self.parent);
		int target = target_of_cgroup(unified);

		if (target != NO_TARGET)
			return target;
		unified = above ? container_of(above, struct cgroup, self) : NULL;
	}
	return legacy ? container_named(BPF_CORE_READ(legacy, kn, name)) : NO_TARGET;
}

/* A number that no process had before, of the same target as that of process `like`. */
static __always_inline __u32 next_process(__u32 like)
{
	__u32 number = __sync_fetch_and_add(&last_process, 1) + 1;

	return (number & ~target_bits) | (like & target_bits);
}

static __always_inline void send_scope(struct task_struct *task, __u32 target)
{
	struct wn_scope scope = {
		.cgroup_id = bpf_get_current_cgroup_id(),
		.mount_namespace = task->nsproxy->mnt_ns->ns.inum,
		.root_dev = task->fs->root.mnt->mnt_sb->s_dev,
		.target = target,
	};

	set_head(&scope.head, WN_SCOPE, sizeof(scope));
	if (send(&scope, sizeof(scope)))
		count_lost(WN_LOSS_RING);
}

/* The file mapped where the program starts: the dynamic loader, which no system call names. */
static long on_entry_mapping(struct task_struct *task, struct vm_area_struct *area, void *context)
{
	struct scratch *scratch = scratch_of_cpu();

	if (scratch && area->vm_file && locate_file(&scratch->file, area->vm_file))
		set_file(scratch);
	return 0;
}

static __always_inline void on_exec_name(struct scratch *scratch, struct task_struct *task, const char *name)
{
	long size = read_kernel_name(scratch, name);

	if (size > 1 && locate_base(scratch, task, AT_FDCWD, false)) {
		scratch->key.what |= WN_FOLLOW;
		set_name(scratch);
	}
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(exec, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	struct task_state *state = bpf_task_storage_get(&tasks, task, NULL, 0);
	struct scratch *scratch = scratch_of_cpu();
	struct pt_regs *regs;
	struct place program = {};
	__u32 like;
	int target;

	if (!scratch)
		return 0;
	if (state) {
		like = state->process;
	} else {
		target = target_of(task);
		if (target == NO_TARGET)
			return 0;
		/* The runtime's own set-up runs in the cgroup too, but from the host's files. */
		if (host_mount_namespace == task->nsproxy->mnt_ns->ns.inum)
			return 0;
		state = bpf_task_storage_get(&tasks, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
		if (!state) {
			count_lost(WN_LOSS_PROCESS);
			return 0;
		}
		send_scope(task, target);
		like = (__u32)target << WN_TARGET_SHIFT;
	}
	state->parent = state->process;
	state->process = next_process(like);
	state->cause = WN_EXECVE;
	state->announced = 0;
	if (compat_unseen && !(BPF_CORE_READ(task, mm, task_size) >> 32))
		count_lost(WN_LOSS_COMPAT);
	remember_cwd(state, task);
	announce_once(state);

	/* A script: first its own name; then its interpreter's, with the file that runs. */
	if (bprm->interp != bprm->filename && !bprm->fdpath) {
		begin(scratch, state->process, WN_EXEC, execve_call, 0);
		on_exec_name(scratch, task, bprm->filename);
		commit();
	}
	begin(scratch, state->process, WN_EXEC, execve_call, 0);
	if (!bprm->fdpath || bprm->interp != bprm->filename)
		on_exec_name(scratch, task, bprm->interp);
	if (locate_file(&scratch->file, bprm->file))
		set_file(scratch);
	commit();
	program = scratch->file;

	begin(scratch, state->process, WN_EXEC, execve_call, 0);
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	bpf_find_vma(task, PT_REGS_IP_CORE(regs), on_entry_mapping, NULL, 0);
	if (!(scratch->key.what & WN_HAS_FILE) || scratch->file.inode == program.inode)
		return 0; /* static, or no mapping could be looked at: the image's ELF headers tell */
	if (scratch->file.dev != program.dev)
		scratch->key.devices = scratch->key.inode = 0; /* overlayfs maps the layer's file */
	commit();
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(fork, struct task_struct *parent, struct task_struct *child)
{
	struct task_state *from = bpf_task_storage_get(&tasks, parent, NULL, 0);
	struct task_state *leader, *to;

	if (!from)
		return 0;
	to = bpf_task_storage_get(&tasks, child, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!to) {
		count_lost(WN_LOSS_PROCESS);
		return 0;
	}
	announce_once(from);
	if (child->tgid == parent->tgid) {
		*to = *from;
		return 0;
	}
	leader = bpf_task_storage_get(&tasks, parent->group_leader, NULL, 0);
	if (leader && leader->cwd_of == (__u64)parent->fs && leader->cwd_changes == changes_of(parent->fs)) {
		to->cwd = leader->cwd;
		to->cwd_of = (__u64)child->fs;
		to->cwd_changes = changes_of(child->fs);
	}
	to->process = next_process(from->process);
	to->parent = from->process;
	to->cause = WN_FORK;
	to->announced = 0; /* at its first access */
	return 0;
}

/* An open that gives no descriptor, but one of the ring's own numbers: since Linux 5.15. */
static __always_inline bool into_slot(struct io_open *open)
{
	return bpf_core_field_exists(open->file_slot) && READ(open, file_slot);
}

/*
 * io_uring: a request is named when it is submitted, in the owner's context
 * and from kernel memory, and its result comes when it completes, maybe in a
 * worker that shares the owner's descriptors.
 */
static __always_inline int on_submitted(struct io_kiocb *request)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_state *state = bpf_task_storage_get(&tasks, task, NULL, 0);
	struct scratch *scratch = scratch_of_cpu();
	struct io_statx *stat = (struct io_statx *)request;
	struct io_open *open = (struct io_open *)request;
	__u64 id = (__u64)request;
	struct filename *filename;
	struct submission *pending;
	__u64 flags;
	long size;
	int dirfd;

	if (!state || !scratch)
		return 0;
	switch (request->opcode) {
	case IORING_OP_OPENAT:
	case IORING_OP_OPENAT2:
		filename = READ(open, filename);
		flags = READ(open, how.flags);
		dirfd = READ(open, dfd);
		begin(scratch, state->process, op_of_open(flags), openat_call, 0);
		scratch->key.what |= flags & O_NOFOLLOW ? 0 : WN_FOLLOW;
		break;
	case IORING_OP_STATX:
		filename = READ(stat, filename);
		flags = READ(stat, flags);
		dirfd = READ(stat, dfd);
		begin(scratch, state->process, WN_STAT, statx_call, 0);
		scratch->key.what |= flags & AT_SYMLINK_NOFOLLOW ? 0 : WN_FOLLOW;
		break;
	default:
		return 0;
	}
	announce_once(state);
	size = read_kernel_name(scratch, READ(filename, name));
	if (size <= 1 || !locate_base(scratch, task, dirfd, false))
		return 0;
	set_name(scratch);
	if (READ(request, flags) & IOSQE_CQE_SKIP_SUCCESS) {
		commit(); /* nobody is told when it completes, unless it fails */
		return 0;
	}
	bpf_map_update_elem(&submissions, &id, &no_submission, BPF_ANY);
	pending = bpf_map_lookup_elem(&submissions, &id);
	if (!pending) {
		count_made_and_lost(WN_LOSS_RING);
		return 0;
	}
	pending->key = scratch->key;
	pending->base = scratch->base;
	pending->call = scratch->call;
	pending->has_base = scratch->has_base;
	pending->name_len = scratch->name_len;
	pending->opens = scratch->call == openat_call && !into_slot(open);
	bpf_probe_read_kernel(pending->name, (scratch->name_len + 1) & (WN_PATH_MAX - 1), scratch->name);
	return 0;
}

SEC("?tp_btf/io_uring_submit_req")
int BPF_PROG(io_submit, struct io_kiocb *request)
{
	return on_submitted(request);
}

/* Its name before commit 2ad57931db64 (Linux 6.4). */
SEC("?tp_btf/io_uring_submit_sqe")
int BPF_PROG(io_submit_old, struct io_kiocb *request)
{
	return on_submitted(request);
}

static __always_inline int on_completed(__u64 id, int result)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct scratch *scratch = scratch_of_cpu();
	struct submission *pending = bpf_map_lookup_elem(&submissions, &id);

	if (!pending || !scratch)
		return 0;
	scratch->key = pending->key;
	scratch->base = pending->base;
	scratch->call = pending->call;
	scratch->has_base = pending->has_base;
	scratch->name_len = pending->name_len;
	bpf_probe_read_kernel(scratch->name, (pending->name_len + 1) & (WN_PATH_MAX - 1), pending->name);
	if (result < 0)
		scratch->key.what |= (__u32)-result << 16 & ERROR;
	else if (pending->opens && locate_file(&scratch->file, file_of(task, result)))
		set_file(scratch);
	bpf_map_delete_elem(&submissions, &id);
	commit();
	return 0;
}

SEC("?tp_btf/io_uring_complete")
int BPF_PROG(io_complete, struct io_ring_ctx *ring_context, void *request, struct io_uring_cqe *completion)
{
	return on_completed((__u64)request, READ(completion, res));
}

/* Before commit 7cf3e8ca1e82 (Linux 6.11) it gave the completion's fields. */
SEC("?tp_btf/io_uring_complete")
int BPF_PROG(io_complete_old, void *ring_context, void *request, __u64 user_data, int result)
{
	return on_completed((__u64)request, result);
}

/* Follows the tasks that are there already, and tells the loader their processes. */
SEC("?iter/task")
int found(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct task_state *state;
	int target;

	if (!task)
		return 0;
	target = target_of(task);
	if (target == NO_TARGET)
		return 0;
	state = bpf_task_storage_get(&tasks, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!state) {
		count_lost(WN_LOSS_PROCESS);
		return 0;
	}
	if (state->process)
		return 0; /* its fork or exec came first */
	state->cause = WN_FOUND;
	state->process = WN_PROCESS_FOUND | (__u32)target << WN_TARGET_SHIFT | task->tgid;
	if (task->pid == task->tgid)
		bpf_seq_write(context->meta->seq, &state->process, sizeof(state->process));
	return 0;
}
