// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What processes use that were running before the probe was: their program,
 * directories, open files and mappings, as /proc tells. The probe follows them
 * already when this is read, so nothing falls between; what is told twice
 * is told twice.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"

static __u64 monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static __u32 parent_of(__u32 pid)
{
	char path[64], line[512];
	__u32 parent = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/status", pid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "PPid: %u", &parent) == 1)
			break;
	}
	if (file)
		fclose(file);
	return parent;
}

/* Writes the record with its path behind it, padded. */
static void write_with_path(struct wn_record *record, size_t len, const char *path, size_t path_len)
{
	char buffer[sizeof(struct wn_access) + WN_PATH_MAX + 8] = {};

	record->len = (len + path_len + 7) & ~7u;
	memcpy(buffer, record, len);
	memcpy(buffer + len, path, path_len);
	wn_write(buffer, record->len);
}

struct process {
	__u32 number;
	__u32 pid;
	__u32 ppid;
	__u32 call;
	char last[WN_PATH_MAX]; /* mappings of one file follow each other */
	struct wn_running *result;
};

/* The kernel marks the path of a file that was removed while it was in use; the image may have it all the same. */
static ssize_t without_mark(const char *path, ssize_t len)
{
	static const char mark[] = " (deleted)";
	const ssize_t mark_len = sizeof(mark) - 1;

	return len > mark_len && memcmp(path + len - mark_len, mark, mark_len) == 0 ? len - mark_len : len;
}

/* Writes an access to what the link /proc/PID/NAME leads to, where that is a path. */
static void write_link(struct process *process, const char *name, __u8 op)
{
	char link[320], path[WN_PATH_MAX];
	struct wn_access access = {
		.head.type = WN_ACCESS,
		.time = monotonic_ns(),
		.process = process->number,
		.pid = process->pid,
		.ppid = process->ppid,
		.call = process->call,
		.op = op,
		.flags = WN_HAS_FILE,
	};
	struct stat status;
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/%u/%s", process->pid, name);
	len = readlink(link, path, sizeof(path) - 1);
	if (len <= 0 || path[0] != '/')
		return; /* a pipe, a socket, or gone */
	len = without_mark(path, len);
	path[len] = 0;
	if (op == WN_MAP && strcmp(path, process->last) == 0)
		return;
	memcpy(process->last, path, len + 1);
	/* A mapping of overlayfs has the layer's device. */
	if (op != WN_MAP && stat(link, &status) == 0) {
		access.dev = major(status.st_dev) << 20 | minor(status.st_dev);
		access.inode = status.st_ino;
	}
	access.path_len = len;
	write_with_path(&access.head, sizeof(access), path, len);
	process->result->accesses++;
}

static void write_links(struct process *process, const char *directory, __u8 op)
{
	char path[64], name[300];
	struct dirent *entry;
	DIR *links;

	snprintf(path, sizeof(path), "/proc/%u/%s", process->pid, directory);
	links = opendir(path);
	while (links && (entry = readdir(links))) {
		snprintf(name, sizeof(name), "%s/%s", directory, entry->d_name);
		if (entry->d_name[0] != '.')
			write_link(process, name, op);
	}
	if (links)
		closedir(links);
}

static void write_process(struct process *process)
{
	struct wn_process record = {
		.head.type = WN_PROCESS,
		.time = monotonic_ns(),
		.process = process->number,
		.pid = process->pid,
		.ppid = process->ppid,
		.cause = WN_FOUND,
	};
	char link[64], path[WN_PATH_MAX];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/%u/exe", process->pid);
	len = readlink(link, path, sizeof(path) - 1);
	record.path_len = len > 0 ? len : 0;
	write_with_path(&record.head, sizeof(record), path, record.path_len);
	write_link(process, "exe", WN_EXEC);
	write_link(process, "cwd", WN_LOOKUP);
	write_links(process, "fd", WN_READ);
	write_links(process, "map_files", WN_MAP);
}

/* Where the container's root lives, as the probe tells it of containers that it sees start. */
static void write_scope(__u32 pid, __u32 target)
{
	struct wn_scope scope = {.head = {.len = sizeof(scope), .type = WN_SCOPE}, .target = target};
	struct stat root, namespace;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/root/.", pid);
	if (stat(path, &root))
		return;
	snprintf(path, sizeof(path), "/proc/%u/ns/mnt", pid);
	if (stat(path, &namespace) == 0)
		scope.mount_namespace = namespace.st_ino;
	scope.root_dev = major(root.st_dev) << 20 | minor(root.st_dev);
	wn_write(&scope, sizeof(scope));
}

void wn_write_running(struct wn_running *running, __u32 number)
{
	__u32 pid = number & WN_PID_BITS, target = (number & WN_TARGET_BITS) >> WN_TARGET_SHIFT;
	struct process process = {
		.number = number, .pid = pid, .ppid = parent_of(pid), .call = wn_call_number(NULL), .result = running,
	};

	if (!(running->targets & 1u << target))
		write_scope(pid, target);
	running->targets |= 1u << target;
	write_process(&process);
}
