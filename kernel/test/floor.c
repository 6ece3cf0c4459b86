// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Attaches those programs of OBJECT (floor.bpf.c) whose names begin with
 * PROGRAM, says "attached", and holds them until its standard input ends.
 */
#include <stdbool.h>

#include <bpf/libbpf.h>

#include "workload.h"

static bool begins_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	struct bpf_program *program;
	char ignored;

	if (argc != 3)
		usage("OBJECT PROGRAM");
	object = bpf_object__open_file(argv[1], NULL);
	if (!object)
		die(argv[1]);
	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, begins_with(bpf_program__name(program), argv[2]));
	if (bpf_object__load(object))
		die(argv[1]);
	bpf_object__for_each_program(program, object) {
		if (bpf_program__autoload(program) && !bpf_program__attach(program))
			die(bpf_program__name(program));
	}
	printf("attached\n");
	fflush(stdout);
	while (read(STDIN_FILENO, &ignored, 1) > 0)
		continue;
	return 0;
}
