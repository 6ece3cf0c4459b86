// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Opens a file OPENS times by each of two names of its directory, which
 * another process renames from one to the other all the while.
 */
#include <fcntl.h>

#include "workload.h"

enum { RENAMES, DONE, COUNTERS };

static void rename_on(long *counters)
{
	while (!current(&counters[DONE])) {
		if (rename("a", "b") || rename("b", "a"))
			die("rename");
		add_one(&counters[RENAMES]);
		add_one(&counters[RENAMES]);
	}
}

static void count_open(const char *name, long *opened, long *failed)
{
	int fd = open(name, O_RDONLY);

	if (fd < 0 && errno != ENOENT)
		die(name);
	if (fd < 0) {
		++*failed;
	} else {
		++*opened;
		close(fd);
	}
}

int main(int argc, char **argv)
{
	long *counters = share_counters(COUNTERS);
	long opens, opened = 0, failed = 0;
	pid_t child;

	if (argc != 3)
		usage("OPENS DIRECTORY");
	opens = number(argv[1], 0);
	make_directory(argv[2]);
	if (chdir(argv[2]))
		die(argv[2]);
	make_directory("a");
	make_file("a/inside");
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		rename_on(counters);
		_exit(0);
	}
	for (long index = 0; index < opens; index++) {
		count_open("a/inside", &opened, &failed);
		count_open("b/inside", &opened, &failed);
	}
	add_one(&counters[DONE]);
	wait_for_success(child);
	printf("{\"opened\": %ld, \"failed\": %ld, \"renames\": %ld}\n", opened, failed, counters[RENAMES]);
	return 0;
}
