// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * A fork bomb: every process opens FILE and forks without end, until FORKS
 * succeeded in all. One that is refused a fork ends, which makes room for
 * another. It takes a limit on processes to be survived.
 */
#include <fcntl.h>

#include "workload.h"

enum { FORKS_MADE, REFUSED, OPENS, COUNTERS };

static void fork_on(long *counters, long forks, const char *file)
{
	while (current(&counters[FORKS_MADE]) < forks) {
		pid_t child = fork();

		if (child < 0) {
			if (errno != EAGAIN)
				die("fork");
			add_one(&counters[REFUSED]);
			return;
		}
		if (child == 0) {
			int fd = open(file, O_RDONLY);

			add_one(&counters[FORKS_MADE]);
			if (fd < 0)
				die(file);
			add_one(&counters[OPENS]);
			close(fd);
			fork_on(counters, forks, file);
			_exit(0);
		}
	}
}

int main(int argc, char **argv)
{
	long *counters = share_counters(COUNTERS);
	long forks;

	if (argc != 3)
		usage("FORKS FILE");
	forks = number(argv[1], 1);
	make_file(argv[2]);
	while (current(&counters[FORKS_MADE]) < forks) {
		fork_on(counters, forks, argv[2]);
		waitpid(-1, NULL, 0); /* makes room where all the others were refused */
	}
	/* As the container's first process it is everybody's parent in the end. */
	while (waitpid(-1, NULL, 0) > 0)
		;
	printf("{\"forks\": %ld, \"refused\": %ld, \"opens\": %ld}\n", counters[FORKS_MADE], counters[REFUSED],
	       counters[OPENS]);
	return 0;
}
