// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Opens files whose names are made to break whoever reads them: each byte that
 * a name can hold, bytes that are no text, what terminals, shells, databases
 * and browsers take for commands, and paths up to and over the longest that
 * the kernel takes. Prints for each, as a line of JSON, the path's bytes in
 * hexadecimal and the errno.
 */
#include <fcntl.h>
#include <limits.h>

#include "workload.h"

static const char *const names[] = {
	"\x1b[2J\x1b]0;owned\x07", "line\nwinnow: done", "back\r[====] run 1", "tab\tbell\a", "\xc2\x9b" "31mC1 control",
	"'; DROP TABLE run; --", "a\"b\\c", "$(reboot)`id`", "%s%n%p", "%", "%2F", "%00", "<img src=x onerror=alert(1)>", "--help", "-",
	"*", "?[a]{b,c}", " ", " leading and trailing ", "~", "#", "a,b", "\xef\xbb\xbf" "byte order mark",
	"caf\xc3\xa9", "caf\xe9", "\xe2\x80\xae" "txt.exe", "\xf0\x9f\x93\xa6", "\xed\xa0\x80", "\xed\xb3\xbf", "\xf4\x90\x80\x80",
	"\xc0\xaf", "\xe2\x82", "\xef\xbf\xbd", "\xff\xfe", "...", "(deleted)", "nul\\0", "\\x1b", "\xe2\x80\xa8",
};

static void print(const char *path, size_t length, int error)
{
	static char line[2 * PATH_MAX + 64];
	int used = sprintf(line, "{\"path\": \"");

	for (size_t index = 0; index < length; index++)
		used += sprintf(line + used, "%02x", (unsigned char)path[index]);
	used += sprintf(line + used, "\", \"errno\": %d}\n", error);
	if (write(STDOUT_FILENO, line, used) != used)
		die("write");
}

static void look_for(const char *path, int error)
{
	size_t length = strlen(path);

	if (open(path, O_RDONLY) >= 0 || errno != error)
		die(path);
	print(path, length < PATH_MAX ? length : PATH_MAX - 1, error); /* what a probe can keep of it */
}

static void open_made(const char *path)
{
	int fd;

	make_file(path);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		die(path);
	close(fd);
	print(path, strlen(path), 0);
}

static void open_name(const char *directory, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	open_made(path);
}

/* Directories with names of 250 bytes that are no text, down to a file whose path has PATH_MAX - 1 bytes. */
static void open_longest(const char *directory)
{
	static char path[2 * PATH_MAX];
	size_t length = sprintf(path, "%s", directory);

	while (length + 252 < PATH_MAX - 2) {
		path[length] = '/';
		memset(path + length + 1, 0xfe, 250);
		length += 251;
		path[length] = 0;
		make_directory(path);
	}
	path[length] = '/';
	memset(path + length + 1, 0xfd, PATH_MAX - 2 - length);
	path[PATH_MAX - 1] = 0;
	open_made(path);
	path[PATH_MAX - 2] = 'x';
	look_for(path, ENOENT);
	path[PATH_MAX - 1] = 'y';
	look_for(path, ENAMETOOLONG);
	memset(path + PATH_MAX - 2, 'z', PATH_MAX);
	look_for(path, ENAMETOOLONG);
}

int main(int argc, char **argv)
{
	char name[257] = {};
	char path[PATH_MAX];

	if (argc != 2)
		usage("DIRECTORY");
	make_directory(argv[1]);
	for (int byte = 1; byte < 256; byte++) {
		if (byte != '/') {
			snprintf(name, sizeof(name), "byte-%c.", byte);
			open_name(argv[1], name);
		}
	}
	for (size_t index = 0; index < sizeof(names) / sizeof(names[0]); index++)
		open_name(argv[1], names[index]);
	memset(name, 0xff, 255);
	open_name(argv[1], name);
	memset(name, 'w', 256);
	snprintf(path, sizeof(path), "%s/%s", argv[1], name);
	look_for(path, ENAMETOOLONG);
	open_longest(argv[1]);
	return 0;
}
