// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Goes down LEVELS directories with names of LENGTH bytes, one below the
 * other, and opens a file in the lowest OPENS times by a relative name. Below
 * PATH_MAX bytes that file has an absolute name, beyond it has none.
 */
#include <fcntl.h>

#include "workload.h"

int main(int argc, char **argv)
{
	char name[256] = {};
	long levels, length, opens;

	if (argc != 5)
		usage("LEVELS LENGTH OPENS DIRECTORY");
	levels = number(argv[1], 0);
	length = number(argv[2], 1);
	opens = number(argv[3], 0);
	if (length > 255)
		usage("LEVELS LENGTH OPENS DIRECTORY");
	memset(name, 'd', length);
	make_directory(argv[4]);
	if (chdir(argv[4]))
		die(argv[4]);
	for (long level = 0; level < levels; level++) {
		make_directory(name);
		if (chdir(name))
			die(name);
	}
	make_file("bottom");
	for (long index = 0; index < opens; index++) {
		int fd = open("bottom", O_RDONLY);

		if (fd < 0)
			die("bottom");
		close(fd);
	}
	printf("{\"opens\": %ld}\n", opens);
	return 0;
}
