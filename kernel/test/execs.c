// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Forks and executes PROGRAM a number of times, one after the other, and
 * prints the time it took, and the processor time with the children's.
 */
#include "workload.h"

int main(int argc, char **argv)
{
	long count;
	long long begin, cpu_begin;

	if (argc != 3)
		usage("COUNT PROGRAM");
	count = number(argv[1], 0);
	begin = now_ns();
	cpu_begin = cpu_ns();
	for (long index = 0; index < count; index++) {
		pid_t child = fork();

		if (child < 0)
			die("fork");
		if (child == 0) {
			execv(argv[2], argv + 2);
			die(argv[2]);
		}
		wait_for_success(child);
	}
	printf("{\"execs\": %ld, \"ns\": %lld, \"cpuNs\": %lld}\n", count, now_ns() - begin, cpu_ns() - cpu_begin);
	return 0;
}
