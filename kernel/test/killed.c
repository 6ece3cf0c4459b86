// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Processes that die in the middle of a call, TIMES of each kind: killed while
 * they open a file as fast as they can; killed while they wait in the open of
 * a fifo; threads that open while another one executes PROGRAM. Prints how
 * many opens returned for sure, and how many deaths may hide one more each.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

#include "workload.h"

#define THREADS 4

static long *opens; /* all that returned */
static long *recent; /* those of the process that is about to die */
static const char *file;

static void *open_on(void *unused)
{
	(void)unused;
	for (;;) {
		int fd = open(file, O_RDONLY);

		if (fd < 0)
			die(file);
		add_one(opens);
		add_one(recent);
		close(fd);
	}
}

static void wait_for_opens(long count)
{
	while (current(recent) < count)
		usleep(100);
}

static void bury(pid_t child)
{
	if (kill(child, SIGKILL) || waitpid(child, NULL, 0) != child)
		die("kill");
}

static pid_t make_child(void)
{
	pid_t child;

	*recent = 0;
	child = fork();
	if (child < 0)
		die("fork");
	return child;
}

static void die_opening(long round)
{
	pid_t child = make_child();

	if (child == 0)
		open_on(NULL);
	wait_for_opens(round % 50 + 1);
	bury(child);
}

/* The letter behind the program's name in /proc/PID/stat. */
static char state_of(pid_t process)
{
	char name[NAME_LEN], line[256] = {};
	char *end;
	int fd;

	snprintf(name, sizeof(name), "/proc/%d/stat", (int)process);
	fd = open(name, O_RDONLY);
	if (fd < 0 || read(fd, line, sizeof(line) - 1) < 0)
		die(name);
	close(fd);
	end = strrchr(line, ')');
	return end ? end[2] : '?';
}

static void die_waiting(const char *fifo)
{
	pid_t child = make_child();

	if (child == 0) {
		add_one(recent);
		open(fifo, O_RDONLY); /* nobody ever writes */
		_exit(1);
	}
	wait_for_opens(1);
	while (state_of(child) != 'S')
		usleep(100);
	bury(child);
}

static void die_by_exec(long round, char **program)
{
	pthread_t thread;
	pid_t child = make_child();

	if (child == 0) {
		for (int index = 0; index < THREADS; index++) {
			if (pthread_create(&thread, NULL, open_on, NULL))
				die("pthread_create");
		}
		wait_for_opens(round % 50 + 1);
		execv(program[0], program);
		die(program[0]);
	}
	wait_for_success(child);
}

int main(int argc, char **argv)
{
	char fifo[NAME_LEN];
	long times;

	if (argc != 4)
		usage("TIMES DIRECTORY PROGRAM");
	times = number(argv[1], 0);
	opens = share_counters(2);
	recent = opens + 1;
	make_files(argv[2], 1);
	char name[NAME_LEN];
	name_file(name, argv[2], 0);
	file = name;
	snprintf(fifo, sizeof(fifo), "%s/fifo", argv[2]);
	if (mkfifo(fifo, 0644))
		die(fifo);
	for (long round = 0; round < times; round++) {
		die_opening(round);
		die_waiting(fifo);
		die_by_exec(round, argv + 3);
	}
	printf("{\"opens\": %ld, \"hidden\": %ld}\n", *opens, times * (1 + THREADS));
	return 0;
}
