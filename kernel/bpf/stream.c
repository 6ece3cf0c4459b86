// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"

#define POLL_MS 20

static char buffer[1 << 18];
static size_t used;
static bool broken;

bool wn_flush(void)
{
	size_t done = 0;

	while (done < used && !broken) {
		ssize_t written = write(STDOUT_FILENO, buffer + done, used - done);

		if (written > 0)
			done += written;
		else if (errno != EINTR)
			broken = true;
	}
	used = 0;
	return !broken;
}

void wn_write(const void *record, size_t len)
{
	if (used + len > sizeof(buffer))
		wn_flush();
	memcpy(buffer + used, record, len); /* WN_RECORD_MAX is far below the buffer's size */
	used += len;
}

static volatile sig_atomic_t stopping;

static void on_signal(int number)
{
	(void)number;
	stopping = 1;
}

void wn_stop_on_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

enum wn_copied wn_copy_records(int records, int alive, bool (*copy)(void *), void *context)
{
	struct pollfd waits[3] = {
		{.fd = STDIN_FILENO, .events = POLLIN},
		{.fd = records, .events = POLLIN},
		{.fd = alive},
	};
	char ignored[256];

	while (!stopping) {
		if (poll(waits, 3, POLL_MS) < 0 && errno != EINTR)
			return WN_COPY_BROKEN;
		if (!copy(context) || !wn_flush())
			return WN_COPY_BROKEN;
		if (waits[2].revents)
			return WN_COPY_ORPHANED;
		if (waits[0].revents && read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0)
			break;
	}
	return WN_COPY_STOPPED;
}
