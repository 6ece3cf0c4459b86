// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Attaches the programs of OBJECT (lsm.bpf.c) and says "attached"; when its
 * standard input ends, prints what they saw: CONTAINER HOOK INODE, a line
 * each.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "lsm.h"
#include "workload.h"

static const char *const hooks[] = {
	[LSM_EXEC] = "exec",
	[LSM_OPEN] = "open",
	[LSM_MAP] = "map",
	[LSM_GETATTR] = "getattr",
	[LSM_PERMISSION] = "permission",
	[LSM_FOLLOW] = "follow",
	[LSM_READLINK] = "readlink",
	[LSM_XATTR] = "xattr",
	[LSM_SETATTR] = "setattr",
	[LSM_LINK] = "link",
	[LSM_REMOVE] = "remove",
};

static void attach(struct bpf_object *object)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, object) {
		if (!bpf_program__attach(program))
			die(bpf_program__name(program));
	}
}

/* An observer that has missed something proves nothing. */
static void check_complete(struct bpf_object *object)
{
	__u32 zero = 0;
	__u64 count = 1;

	bpf_map_lookup_elem(bpf_object__find_map_fd_by_name(object, "unnoted"), &zero, &count);
	if (count) {
		errno = ENOSPC;
		die("the table of what was seen");
	}
}

static void print_seen(struct bpf_object *object)
{
	int seen = bpf_object__find_map_fd_by_name(object, "seen");
	struct lsm_sight sight, *from = NULL;

	for (; bpf_map_get_next_key(seen, from, &sight) == 0; from = &sight)
		printf("%u %s %llu\n", sight.container, hooks[sight.hook], sight.inode);
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	char ignored;

	if (argc != 2)
		usage("OBJECT");
	object = bpf_object__open_file(argv[1], NULL);
	if (!object || bpf_object__load(object))
		die(argv[1]);
	attach(object);
	printf("attached\n");
	fflush(stdout);
	while (read(STDIN_FILENO, &ignored, 1) > 0)
		continue;
	check_complete(object);
	print_seen(object);
	return 0;
}
