// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Opens a fifo in DIRECTORY through a symlink, whose name has left the memory
 * by the time the open returns: the writer that it waits for takes it away.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/syscall.h>

#include "workload.h"

static char *link_name; /* in a page of its own */
static pid_t reader;

static void *read_on(void *unused)
{
	int fd;

	(void)unused;
	__atomic_store_n(&reader, syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	fd = open(link_name, O_RDONLY);
	if (fd < 0)
		die("open");
	close(fd);
	return NULL;
}

/* Asleep, as it is only in its open, where the kernel has taken the name. */
static bool sleeps(pid_t thread)
{
	char name[NAME_LEN], status[256] = "";
	const char *behind;
	int fd;

	snprintf(name, sizeof(name), "/proc/self/task/%d/stat", thread);
	fd = open(name, O_RDONLY);
	if (fd < 0 || read(fd, status, sizeof(status) - 1) < 0)
		die(name);
	close(fd);
	behind = strrchr(status, ')');
	return behind && behind[2] == 'S';
}

int main(int argc, char **argv)
{
	char fifo[NAME_LEN];
	pthread_t thread;
	int fd;

	if (argc != 2)
		usage("DIRECTORY");
	make_directory(argv[1]);
	snprintf(fifo, sizeof(fifo), "%s/fifo", argv[1]);
	link_name = mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (link_name == MAP_FAILED)
		die("mmap");
	snprintf(link_name, NAME_LEN, "%s/link", argv[1]);
	if (mkfifo(fifo, 0600) || symlink("fifo", link_name) || pthread_create(&thread, NULL, read_on, NULL))
		die(fifo);
	while (!__atomic_load_n(&reader, __ATOMIC_SEQ_CST) || !sleeps(reader))
		usleep(1000);
	if (madvise(link_name, sysconf(_SC_PAGESIZE), MADV_DONTNEED))
		die("madvise");
	fd = open(fifo, O_WRONLY);
	if (fd < 0 || pthread_join(thread, NULL))
		die(fifo);
	close(fd);
	return 0;
}
