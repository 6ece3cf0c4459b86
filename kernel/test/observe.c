// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Runs PROGRAM under a fanotify mark on the mount of the root directory, set
 * before the program begins, and writes to LOG what was opened, executed and
 * read there: for each event its names and the path, which ends with a NUL.
 * The kernel tells an observer of its own, whatever a probe sees or misses.
 */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/fanotify.h>
#include <sys/syscall.h>

#include "workload.h"

static const struct {
	unsigned long long mask;
	const char *name;
} kinds[] = {{FAN_OPEN, "open"}, {FAN_OPEN_EXEC, "exec"}, {FAN_ACCESS, "read"}};

static void write_event(FILE *log, const struct fanotify_event_metadata *event)
{
	char link[NAME_LEN], path[PATH_MAX];
	ssize_t length;

	if (event->vers != FANOTIFY_METADATA_VERSION || event->mask & FAN_Q_OVERFLOW || event->fd < 0) {
		errno = EOVERFLOW; /* an event without its file */
		die("fanotify");
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", event->fd);
	length = readlink(link, path, sizeof(path));
	if (length < 0)
		die(link);
	for (size_t index = 0; index < sizeof(kinds) / sizeof(kinds[0]); index++) {
		if (event->mask & kinds[index].mask)
			fprintf(log, "%s ", kinds[index].name);
	}
	fwrite(path, length, 1, log);
	fputc(0, log);
	close(event->fd);
}

/* Everything that is in the queue. */
static void write_events(FILE *log, int group)
{
	static _Alignas(struct fanotify_event_metadata) char buffer[1 << 16];
	ssize_t length;

	while ((length = read(group, buffer, sizeof(buffer))) > 0) {
		struct fanotify_event_metadata *event = (void *)buffer;

		for (; FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length))
			write_event(log, event);
	}
	if (length < 0 && errno != EAGAIN)
		die("fanotify");
}

int main(int argc, char **argv)
{
	int group, child_end, status;
	struct pollfd waits[2];
	FILE *log;
	pid_t child;

	if (argc < 3)
		usage("LOG PROGRAM [ARG...]");
	log = fopen(argv[1], "we");
	if (!log)
		die(argv[1]);
	group = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_UNLIMITED_QUEUE, O_RDONLY | O_LARGEFILE | O_CLOEXEC);
	if (group < 0 || fanotify_mark(group, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_OPEN | FAN_OPEN_EXEC | FAN_ACCESS | FAN_ONDIR, AT_FDCWD, "/"))
		die("fanotify");
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		execv(argv[2], argv + 2);
		die(argv[2]);
	}
	child_end = syscall(SYS_pidfd_open, child, 0);
	if (child_end < 0)
		die("pidfd_open");
	waits[0] = (struct pollfd){.fd = group, .events = POLLIN};
	waits[1] = (struct pollfd){.fd = child_end, .events = POLLIN};
	do {
		if (poll(waits, 2, -1) < 0)
			die("poll");
		write_events(log, group); /* events are queued by the call that makes them: at the end all are there */
	} while (!waits[1].revents);
	if (fclose(log) || waitpid(child, &status, 0) != child)
		die(argv[1]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
