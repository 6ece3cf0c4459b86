// SPDX-License-Identifier: GPL-2.0
/* System calls on /dev/winnow; include/winnow_device.h tells what they do. */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/uaccess.h>

#include "device.h"
#include "running.h"
#include "session.h"

/* A reader sleeps until a good part of a ring is full, and looks by itself this often. */
#define LOOK_INTERVAL (HZ / 50)

static int device_open(struct inode *inode, struct file *file)
{
	struct wn_session *session;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	session = wn_session_new();
	if (!session)
		return -ENOMEM;
	file->private_data = session;
	return stream_open(inode, file);
}

static int device_release(struct inode *inode, struct file *file)
{
	wn_session_free(file->private_data);
	return 0;
}

/* Takes a structure that begins with its size. */
static int take_structure(void *to, size_t size, const void __user *from)
{
	u32 given;

	if (get_user(given, (const u32 __user *)from))
		return -EFAULT;
	if (given < sizeof(given))
		return -EINVAL;
	if (given > PAGE_SIZE)
		return -E2BIG;
	return copy_struct_from_user(to, size, from, given);
}

/* Gives as much of it as the caller's has room for; its size stays what the caller said. */
static int give_structure(void __user *to, const void *from, size_t size)
{
	u32 room;

	if (get_user(room, (u32 __user *)to))
		return -EFAULT;
	if (room <= sizeof(u32))
		return 0;
	return copy_to_user(to + sizeof(u32), from + sizeof(u32),
			    min_t(size_t, room, size) - sizeof(u32)) ? -EFAULT : 0;
}

static int set_up(struct wn_session *session, void __user *from)
{
	struct wn_setup setup;

	return take_structure(&setup, sizeof(setup), from) ?: wn_session_set_up(session, &setup);
}

static int add_filter(struct wn_session *session, void __user *from)
{
	struct wn_filter filter;
	int error = take_structure(&filter, sizeof(filter), from);

	if (error)
		return error;
	if (session->state == WN_STARTED || session->state == WN_STOPPED)
		return -EBUSY; /* hooks read the filters */
	return wn_filters_add(&session->filters, &filter);
}

static int stop(struct wn_session *session)
{
	if (session->state != WN_STARTED)
		return -EINVAL;
	wn_session_stop(session);
	return 0;
}

static int tell_stats(struct wn_session *session, void __user *to)
{
	struct wn_session_stats stats = {};

	wn_session_stats(session, &stats);
	return give_structure(to, &stats, sizeof(stats));
}

static int follow_running(struct wn_session *session, void __user *to)
{
	struct wn_running_tasks running;
	int error = take_structure(&running, sizeof(running), to);

	if (!error && session->state != WN_STARTED)
		error = -EINVAL;
	if (!error)
		error = wn_follow_running(session, &running);
	return error ?: give_structure(to, &running, sizeof(running));
}

static long command(struct wn_session *session, unsigned int number, void __user *argument)
{
	switch (number) {
	case WN_IOCTL_VERSION:
		return put_user(WN_DEVICE_VERSION, (u32 __user *)argument);
	case WN_IOCTL_SETUP:
		return set_up(session, argument);
	case WN_IOCTL_FILTER:
		return add_filter(session, argument);
	case WN_IOCTL_START:
		return wn_session_start(session);
	case WN_IOCTL_STOP:
		return stop(session);
	case WN_IOCTL_STATS:
		return tell_stats(session, argument);
	case WN_IOCTL_RUNNING:
		return follow_running(session, argument);
	}
	return -ENOTTY;
}

static long device_ioctl(struct file *file, unsigned int number, unsigned long argument)
{
	struct wn_session *session = file->private_data;
	long result;

	if (mutex_lock_interruptible(&session->lock))
		return -ERESTARTSYS;
	result = command(session, number, (void __user *)argument);
	mutex_unlock(&session->lock);
	return result;
}

/* The counts of entries whose access record was sent, behind everything else. */
static ssize_t read_counts(struct wn_session *session, char __user *to, size_t room)
{
	const u32 used = wn_table_used(&session->table);
	size_t done = 0;

	for (; session->counted < used; session->counted++) {
		const struct wn_slot *slot = &session->table.slots[session->counted];
		struct wn_count count = {
			.head = {.len = sizeof(count), .type = WN_COUNT},
			.entry = session->counted + 1,
			.count = atomic64_read(&slot->count),
			.last = slot->last,
		};

		if (!slot->sent)
			continue;
		if (sizeof(count) > room - done)
			return done ?: -EMSGSIZE;
		if (copy_to_user(to + done, &count, sizeof(count)))
			return done ?: -EFAULT;
		done += sizeof(count);
	}
	return done;
}

static bool readable(struct wn_session *session)
{
	return session->state == WN_STOPPED || wn_rings_readable(&session->rings);
}

/* 0 at the end, -EAGAIN where there is nothing yet. */
static ssize_t read_some(struct wn_session *session, char __user *to, size_t room)
{
	bool stopped = session->state == WN_STOPPED;
	ssize_t done;

	if (session->state < WN_STARTED)
		return -EINVAL;
	done = wn_rings_read(&session->rings, to, room);
	if (done)
		return done;
	return stopped ? read_counts(session, to, room) : -EAGAIN;
}

static ssize_t device_read(struct file *file, char __user *to, size_t room, loff_t *unused)
{
	struct wn_session *session = file->private_data;
	ssize_t done;

	for (;;) {
		if (mutex_lock_interruptible(&session->lock))
			return -ERESTARTSYS;
		done = read_some(session, to, room);
		mutex_unlock(&session->lock);
		if (done != -EAGAIN || file->f_flags & O_NONBLOCK)
			return done;
		if (wait_event_interruptible_timeout(session->readers, readable(session),
						     LOOK_INTERVAL) < 0)
			return -ERESTARTSYS;
	}
}

static __poll_t device_poll(struct file *file, poll_table *table)
{
	struct wn_session *session = file->private_data;
	__poll_t ready = 0;

	poll_wait(file, &session->readers, table);
	mutex_lock(&session->lock);
	if (session->state < WN_STARTED)
		ready = EPOLLERR;
	else if (readable(session))
		ready = EPOLLIN | EPOLLRDNORM;
	if (session->state == WN_STOPPED)
		ready |= EPOLLHUP;
	mutex_unlock(&session->lock);
	return ready;
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.open = device_open,
	.release = device_release,
	.read = device_read,
	.poll = device_poll,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "winnow",
	.mode = 0600,
	.fops = &operations,
};

int wn_device_register(void)
{
	return misc_register(&device);
}

void wn_device_unregister(void)
{
	misc_deregister(&device);
}
