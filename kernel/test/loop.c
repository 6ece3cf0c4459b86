// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * The benchmark's file-heavy loop: open, fstat and close of each of FILES
 * files, ROUNDS times. Making the files is not part of the times it prints:
 * what all rounds took, its own processor time of them, and that of the first
 * round, in which every file is new to whoever watches.
 */
#include <fcntl.h>

#include "workload.h"

int main(int argc, char **argv)
{
	long files, rounds;
	long long begin, cpu_begin, cpu_first = 0;

	if (argc != 4)
		usage("FILES ROUNDS DIRECTORY");
	files = number(argv[1], 1);
	rounds = number(argv[2], 1);
	make_files(argv[3], files);

	begin = now_ns();
	cpu_begin = cpu_ns();
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
		if (round == 0)
			cpu_first = cpu_ns() - cpu_begin;
	}
	printf("{\"files\": %ld, \"rounds\": %ld, \"ns\": %lld, \"cpuNs\": %lld, \"cpuFirstNs\": %lld}\n", files, rounds,
	       now_ns() - begin, cpu_ns() - cpu_begin, cpu_first);
	return 0;
}
