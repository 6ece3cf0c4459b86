// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/cgroup.h>
#include <linux/fcntl.h>
#include <linux/fs_struct.h>
#include <linux/jiffies.h>
#include <linux/mm_types.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "access.h"
#include "compat.h"

/* Loss of a first sight: it may be tried again. */
enum sent { SENT, NO_ROOM, NO_PATH };

static u64 now(void)
{
	return ktime_get_mono_fast_ns();
}

/*
 * The time as of this CPU's first look at it in the timer tick: for a fraction
 * of the clock's cost.
 */
static u64 tick_time(struct wn_scratch *scratch)
{
	const unsigned long tick = READ_ONCE(jiffies);

	if (scratch->tick != tick) {
		scratch->tick = tick;
		scratch->tick_time = now();
	}
	return scratch->tick_time;
}

static bool send(struct wn_session *session, struct wn_record *record, u16 type, u32 len)
{
	bool wake = false, sent;

	record->len = len;
	record->type = type;
	record->cpu = smp_processor_id();
	sent = wn_rings_write(&session->rings, record, &wake);
	if (wake || !sent)
		irq_work_queue(&session->wake);
	return sent;
}

static u32 parent_pid(void)
{
	return rcu_dereference_sched(current->real_parent)->tgid;
}

void wn_set_base(struct wn_scratch *scratch)
{
	scratch->has_base = true;
	scratch->key.base_inode = scratch->base.inode;
	scratch->key.base_dev = scratch->base.dev;
}

bool wn_locate_base(struct wn_scratch *scratch, int dirfd, bool rooted)
{
	struct path path;

	scratch->has_base = false;
	scratch->key.base_inode = 0;
	scratch->key.base_dev = 0;
	if (scratch->name[0] == '/' && !rooted) {
		path = wn_root_directory();
		if (wn_path_is_root(&path))
			return true;
		scratch->key.flags |= WN_CHROOT;
	} else if (dirfd == AT_FDCWD) {
		path = wn_working_directory();
	} else {
		if (!wn_place_of_fd(&scratch->base, dirfd))
			return false;
		wn_set_base(scratch);
		return true;
	}
	if (!wn_place_of_path(&scratch->base, &path))
		return false;
	wn_set_base(scratch);
	return true;
}

/* Puts the place's path into the record at `offset`. Returns its length; negative: too long. */
static int append(struct wn_scratch *scratch, const struct wn_place *place, u32 offset)
{
	const char *path;
	u32 len;

	if (place->remembered) {
		path = place->remembered->path;
		len = place->remembered->len;
	} else {
		path = wn_path_write(place->dentry, place->mount, scratch->walk);
		if (!path)
			return -ENAMETOOLONG;
		len = scratch->walk + WN_PATH_MAX - 1 - path;
	}
	memcpy(&scratch->record.bytes[offset], path, len);
	return len;
}

static enum sent send_access(struct wn_session *session, struct wn_scratch *scratch, u64 entry,
			     u64 time)
{
	const struct wn_identity *key = &scratch->key;
	u32 len = sizeof(struct wn_access);
	int path_len = 0, base_len = 0;

	if (key->flags & WN_HAS_FILE) {
		path_len = append(scratch, &scratch->file, len);
		if (path_len < 0)
			return NO_PATH;
		len += path_len;
	}
	if (scratch->has_base) {
		base_len = append(scratch, &scratch->base, len);
		if (base_len < 0)
			return NO_PATH;
		len += base_len;
	}
	memcpy(&scratch->record.bytes[len], scratch->name, scratch->name_len);
	len += scratch->name_len;
	memset(&scratch->record.bytes[len], 0, ALIGN(len, 8) - len);
	scratch->record.access = (struct wn_access){
		.entry = entry,
		.time = time,
		.inode = key->inode,
		.dev = key->dev,
		.process = key->process,
		.pid = current->tgid,
		.ppid = parent_pid(),
		.error = key->error,
		.call = scratch->call,
		.op = key->op,
		.flags = key->flags,
		.path_len = path_len,
		.base_len = base_len,
		.name_len = scratch->name_len,
	};
	return send(session, &scratch->record.head, WN_ACCESS, ALIGN(len, 8)) ? SENT : NO_ROOM;
}

static enum sent send_repeat(struct wn_session *session, u64 entry, u64 time)
{
	struct wn_repeat repeat = {.entry = entry, .time = time};

	return send(session, &repeat.head, WN_REPEAT, sizeof(repeat)) ? SENT : NO_ROOM;
}

static void count_sent(struct wn_session *session, enum sent sent, u64 __percpu *delivered)
{
	if (sent == SENT)
		this_cpu_inc(*delivered);
	else
		wn_count_lost(session, sent == NO_PATH ? WN_LOSS_PATH : WN_LOSS_RING);
}

/*
 * made = delivered + lost holds at every moment: a slot whose record found no
 * room stays unsent, is tried again at the next access, and what is unsent at
 * the end is counted lost by wn_session_stats().
 */
void wn_commit(struct wn_session *session, struct wn_scratch *scratch)
{
	struct wn_slot *slot = wn_table_slot(&session->table, &scratch->key);
	enum sent sent;
	u64 time, entry;

	this_cpu_inc(session->stats->made);
	if (!slot) {
		sent = send_access(session, scratch, 0, now());
		count_sent(session, sent, &session->stats->anonymous);
		return;
	}
	atomic64_inc(&slot->count);
	if (READ_ONCE(slot->sent) && !session->setup.all_events) {
		time = tick_time(scratch);
		if (time > READ_ONCE(slot->last)) /* another CPU's may be newer */
			WRITE_ONCE(slot->last, time);
		return;
	}
	time = now();
	entry = wn_slot_number(&session->table, slot);
	WRITE_ONCE(slot->last, time);
	if (!READ_ONCE(slot->sent)) {
		sent = send_access(session, scratch, entry, time);
		if (sent == SENT)
			smp_store_release(&slot->sent, 1); /* behind its record */
	} else {
		sent = send_repeat(session, entry, time);
	}
	if (session->setup.all_events)
		count_sent(session, sent, &session->stats->repeats);
}

void wn_send_process(struct wn_session *session, struct wn_scratch *scratch, struct wn_task *state)
{
	struct wn_process *record = &scratch->record.process;
	u32 len = sizeof(*record);
	struct wn_place program;
	struct file *file = NULL;
	int path_len = 0;

	if (state->cause != WN_FORK && current->mm)
		file = rcu_dereference_sched(current->mm->exe_file);
	if (wn_place_of_file(&program, file))
		path_len = max(append(scratch, &program, len), 0);
	memset(&scratch->record.bytes[len + path_len], 0, 8);
	*record = (struct wn_process){
		.time = now(),
		.process = state->process,
		.parent = state->parent,
		.pid = current->tgid,
		.ppid = parent_pid(),
		.cause = state->cause,
		.path_len = path_len,
	};
	state->announced = send(session, &record->head, WN_PROCESS, ALIGN(len + path_len, 8));
}

void wn_send_scope(struct wn_session *session)
{
	const struct ns_common *namespace = wn_mount_namespace(current);
	struct path root = wn_root_directory();
	struct wn_scope scope = {
		.cgroup_id = cgroup_id(task_dfl_cgroup(current)),
		.mount_namespace = namespace ? namespace->inum : 0,
		.root_dev = root.mnt->mnt_sb->s_dev,
	};

	if (!send(session, &scope.head, WN_SCOPE, sizeof(scope)))
		wn_count_lost(session, WN_LOSS_RING);
}
