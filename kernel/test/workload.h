/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What the workload programs share. */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NAME_LEN 64

static inline _Noreturn void die(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
	_exit(1);
}

static inline _Noreturn void usage(const char *arguments)
{
	fprintf(stderr, "usage: %s %s\n", program_invocation_short_name, arguments);
	_exit(2);
}

/* A whole number from `low` up; anything else ends the program. */
static inline long number(const char *text, long low)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || *end || end == text || value < low) {
		fprintf(stderr, "%s: not a number from %ld: %s\n", program_invocation_short_name, low, text);
		_exit(2);
	}
	return value;
}

static inline void name_file(char name[NAME_LEN], const char *directory, long index)
{
	if (snprintf(name, NAME_LEN, "%s/%06ld", directory, index) >= NAME_LEN) {
		errno = ENAMETOOLONG;
		die(directory);
	}
}

/* Counters that all processes made from now on share; zero at first. */
static inline long *share_counters(size_t count)
{
	long *counters = mmap(NULL, count * sizeof(*counters), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (counters == MAP_FAILED)
		die("mmap");
	return counters;
}

static inline long add_one(long *counter)
{
	return __atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
}

static inline long current(const long *counter)
{
	return __atomic_load_n(counter, __ATOMIC_SEQ_CST);
}

/* Makes an empty file without opening it, so that only what is counted opens. */
static inline void make_file(const char *name)
{
	if (mknod(name, S_IFREG | 0644, 0) && errno != EEXIST)
		die(name);
}

static inline void make_directory(const char *name)
{
	if (mkdir(name, 0755) && errno != EEXIST)
		die(name);
}

/* Makes `count` empty files without opening one, so that only what is measured opens. */
static inline void make_files(const char *directory, long count)
{
	char name[NAME_LEN];

	make_directory(directory);
	for (long index = 0; index < count; index++) {
		name_file(name, directory, index);
		make_file(name);
	}
}

static inline void wait_for_success(pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) != child)
		die("waitpid");
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "%s: a child failed\n", program_invocation_short_name);
		_exit(1);
	}
}

static inline long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

/* Processor time of this process and of the children that it has waited for, to the microsecond. */
static inline long long cpu_ns(void)
{
	long long sum = 0;

	for (int who = RUSAGE_CHILDREN; who <= RUSAGE_SELF; who++) {
		struct rusage usage;

		getrusage(who, &usage);
		sum += (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000ll +
		       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000ll;
	}
	return sum;
}

#endif
