// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * The benchmark's file-heavy loop: open, fstat and close of each of FILES
 * files, ROUNDS times. Making the files is not part of the time it prints.
 */
#include <fcntl.h>

#include "workload.h"

int main(int argc, char **argv)
{
	long files, rounds;
	long long begin;

	if (argc != 4)
		usage("FILES ROUNDS DIRECTORY");
	files = number(argv[1], 1);
	rounds = number(argv[2], 1);
	make_files(argv[3], files);

	begin = now_ns();
	for (long round = 0; round < rounds; round++) {
		for (long index = 0; index < files; index++) {
			char name[NAME_LEN];
			struct stat status;
			int fd;

			name_file(name, argv[3], index);
			fd = open(name, O_RDONLY);
			if (fd < 0 || fstat(fd, &status))
				die(name);
			close(fd);
		}
	}
	printf("{\"files\": %ld, \"rounds\": %ld, \"ns\": %lld}\n", files, rounds, now_ns() - begin);
	return 0;
}
