// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Makes exactly OPENS successful openat calls on FILES files, shared out over
 * PROCESSES processes of THREADS threads each, as fast as it can. Prints what
 * it made, for tests that hold captured + lost against it.
 */
#include <fcntl.h>
#include <pthread.h>

#include "workload.h"

struct share {
	const char *directory;
	long files;
	long first; /* of this thread's opens, numbered over all threads */
	long opens;
};

static void *open_share(void *argument)
{
	const struct share *share = argument;
	char name[NAME_LEN];

	for (long index = share->first; index < share->first + share->opens; index++) {
		int fd;

		name_file(name, share->directory, index % share->files);
		fd = openat(AT_FDCWD, name, O_RDONLY);
		if (fd < 0)
			die(name);
		close(fd);
	}
	return NULL;
}

/* The opens from first to first + opens, by `threads` threads; the last one takes the rest. */
static void run_process(const char *directory, long files, long first, long opens, long threads)
{
	struct share shares[threads];
	pthread_t others[threads];

	for (long index = 0; index < threads; index++) {
		long each = opens / threads;

		shares[index] = (struct share){
			.directory = directory,
			.files = files,
			.first = first + index * each,
			.opens = index == threads - 1 ? opens - index * each : each,
		};
	}
	for (long index = 1; index < threads; index++) {
		if (pthread_create(&others[index], NULL, open_share, &shares[index]))
			die("pthread_create");
	}
	open_share(&shares[0]);
	for (long index = 1; index < threads; index++)
		pthread_join(others[index], NULL);
}

int main(int argc, char **argv)
{
	long opens, files, processes, threads, each;

	if (argc != 6)
		usage("OPENS FILES PROCESSES THREADS DIRECTORY");
	opens = number(argv[1], 0);
	files = number(argv[2], 1);
	processes = number(argv[3], 1);
	threads = number(argv[4], 1);
	each = opens / processes;

	make_files(argv[5], files);
	pid_t children[processes];
	for (long index = 0; index < processes; index++) {
		long mine = index == processes - 1 ? opens - index * each : each;

		children[index] = fork();
		if (children[index] < 0)
			die("fork");
		if (children[index] == 0) {
			run_process(argv[5], files, index * each, mine, threads);
			_exit(0);
		}
	}
	for (long index = 0; index < processes; index++)
		wait_for_success(children[index]);
	printf("{\"opens\": %ld, \"files\": %ld, \"processes\": %ld, \"threads\": %ld}\n", opens,
	       opens < files ? opens : files, processes, threads);
	return 0;
}
