// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"

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
