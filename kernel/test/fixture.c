// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Makes what `accesses` accesses in DIRECTORY, for an image that has it at
 * /fixture. Programs are copied there: NOTHING, which scripts run with, and
 * DYNAMIC with its LOADER.
 */
#include <fcntl.h>

#include "fixture.h"
#include "workload.h"

static const char *const directories[] = {"dir", "other", "jail", "scratch", "mountpoint"};

static const char *const programs[] = {"nothing", "dynamic", "loader"};

static const char *const files[] = {
	"file", "second", "third", "path-only", "written", "accessed", "by-descriptor", "by-empty-name", "by-statx", "by-thread", "mapped", "mapped-code",
	"inherited", "attributed", "extended", "measured", "watched", "timed", "young", "attribute-set", "attribute-lset", "attribute-removed", "attribute-lremoved", "tree", "by-32-bit", "by-x32",
	"32-open", "32-openat", "32-stat64", "32-fstatat64", "32-fstat", "32-access", "32-mmap", "32-mmap2", "32-owned", "32-timed",
	"last-words", "submitted", "by-worker", "into-slot", "untold", "to-remove", "hard-a", BAD_NAME, ODD_NAME, "dir/inside", "dir/second", "other/inside", "jail/inside",
};

static const char *const links[][2] = {
	{"file", "relative-link"}, {IN("file"), "absolute-link"}, {"dir", "dir-link"}, {"dir", "cwd-link"}, {"dir", "turn-link"}, {"dir", "other-turn-link"},
	{"nowhere", "dangling-link"}, {"circle", "circle"}, {"/inside", "jail/link"},
};

static void write_file(const char *name, const char *content, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, mode);

	if (fd < 0 || write(fd, content, strlen(content)) < 0 || close(fd))
		die(name);
}

static void copy_program(int from, const char *to)
{
	char buffer[65536];
	ssize_t len;
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	if (out < 0)
		die(to);
	while ((len = read(from, buffer, sizeof(buffer))) > 0) {
		if (write(out, buffer, len) != len)
			die(to);
	}
	if (len < 0 || close(out))
		die(to);
}

/* Enters each directory, since the whole path below another top may be longer than a call takes. */
static void make_deep(void)
{
	char path[PATH_MAX];
	char *name;
	int top = open(".", O_RDONLY | O_DIRECTORY);

	name_deep(path, "");
	name = strtok(path, "/");
	for (int level = 0; level < DEEP_LEVELS; level++, name = strtok(NULL, "/")) {
		if (mkdir(name, 0755) || chdir(name))
			die("a deep directory");
	}
	write_file(name, "content\n", 0644);
	if (top < 0 || fchdir(top) || close(top))
		die("fchdir");
}

static void make_levels(void)
{
	char path[PATH_MAX];

	for (int level = 0; level <= LEVELS; level++) {
		name_level(path, ".", level);
		if (mkdir(path, 0755))
			die(path);
	}
	for (int letters = 1; letters <= NAME_LENGTHS; letters++) {
		name_of_length(path, ".", letters);
		write_file(path, "content\n", 0644);
	}
}

#define EACH(index, array) (size_t index = 0; index < sizeof(array) / sizeof(*(array)); index++)

int main(int argc, char **argv)
{
	int from[3];

	if (argc != 5)
		usage("DIRECTORY NOTHING DYNAMIC LOADER");
	for EACH (index, programs) {
		from[index] = open(argv[2 + index], O_RDONLY);
		if (from[index] < 0)
			die(argv[2 + index]);
	}
	umask(022);
	if (mkdir(argv[1], 0755) || chdir(argv[1]))
		die(argv[1]);

	for EACH (index, programs)
		copy_program(from[index], programs[index]);
	for EACH (index, directories) {
		if (mkdir(directories[index], 0755))
			die(directories[index]);
	}
	for EACH (index, files)
		write_file(files[index], "content\n", 0644);
	for EACH (index, links) {
		if (symlink(links[index][0], links[index][1]))
			die(links[index][1]);
	}
	if (link("hard-a", "hard-b"))
		die("hard-b");
	write_file("secret", "content\n", 0600);
	write_file("script", "#!" IN("nothing") "\n", 0755);
	write_file("orphan-script", "#!" IN("absent") "\n", 0755);
	make_deep();
	make_levels();
	return 0;
}
