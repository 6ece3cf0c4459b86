// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Touches as many distinct paths as it is told: looks for ABSENT names that
 * are not there, and makes, opens and removes PRESENT files, one after the
 * other, so that they need no room.
 */
#include <fcntl.h>

#include "workload.h"

int main(int argc, char **argv)
{
	char name[NAME_LEN];
	long absent, present;

	if (argc != 4)
		usage("ABSENT PRESENT DIRECTORY");
	absent = number(argv[1], 0);
	present = number(argv[2], 0);
	make_directory(argv[3]);
	for (long index = 0; index < absent; index++) {
		name_file(name, argv[3], index);
		if (open(name, O_RDONLY) >= 0 || errno != ENOENT)
			die(name);
	}
	for (long index = 0; index < present; index++) {
		int fd;

		name_file(name, argv[3], absent + index);
		make_file(name);
		fd = open(name, O_RDONLY);
		if (fd < 0 || unlink(name))
			die(name);
		close(fd);
	}
	printf("{\"absent\": %ld, \"present\": %ld}\n", absent, present);
	return 0;
}
