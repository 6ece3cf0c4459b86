// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Attaches the programs of OBJECT (floor.bpf.c), says "attached", and holds them until its standard input ends. */
#include <bpf/libbpf.h>

#include "workload.h"

int main(int argc, char **argv)
{
	struct bpf_object *object;
	struct bpf_program *program;
	char ignored;

	if (argc != 2)
		usage("OBJECT");
	object = bpf_object__open_file(argv[1], NULL);
	if (!object || bpf_object__load(object))
		die(argv[1]);
	bpf_object__for_each_program(program, object) {
		if (!bpf_program__attach(program))
			die(bpf_program__name(program));
	}
	printf("attached\n");
	fflush(stdout);
	while (read(STDIN_FILENO, &ignored, 1) > 0)
		continue;
	return 0;
}
