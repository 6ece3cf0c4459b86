// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * `winnow-probe features`: loads and attaches one program of each kind, and
 * the probe itself on each rung, and says what the kernel answered.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "features.skel.h"
#include "probe.h"

static int try_program(const char *name)
{
	struct features_bpf *features = features_bpf__open();
	struct bpf_program *program;
	struct bpf_link *link = NULL;
	int error;

	if (!features)
		return errno;
	bpf_object__for_each_program(program, features->obj)
		bpf_program__set_autoload(program, strcmp(bpf_program__name(program), name) == 0);
	error = -features_bpf__load(features);
	program = bpf_object__find_program_by_name(features->obj, name);
	if (!error) {
		link = bpf_program__attach(program);
		error = link ? 0 : errno;
	}
	bpf_link__destroy(link);
	features_bpf__destroy(features);
	return error;
}

/* In the order in which `--rung auto` tries them. */
static void print_rungs(void)
{
	static const struct {
		enum wn_rung rung;
		const char *name;
	} rungs[] = {{WN_RUNG_FENTRY, "fentry"}, {WN_RUNG_TRACEPOINT, "tracepoint"}};
	char reason[WN_REASON_LEN];

	printf("],\"rungs\":[");
	for (unsigned int i = 0; i < sizeof(rungs) / sizeof(rungs[0]); i++) {
		bool attaches = wn_try_rung(rungs[i].rung, reason);

		printf("%s{\"name\":\"%s\",\"attaches\":%s", i ? "," : "", rungs[i].name, attaches ? "true" : "false");
		if (!attaches)
			printf(",\"reason\":\"%s\"", reason);
		printf("}");
	}
}

int wn_features(void)
{
	struct features_bpf *all = features_bpf__open();
	struct bpf_program *program;
	const char *separator = "";

	libbpf_set_print(NULL); /* what fails is the answer, not an error */
	if (!all) {
		fprintf(stderr, "winnow-probe: the kernel's type information can't be read: %s\n", strerror(errno));
		return WN_EXIT_HOST;
	}
	printf("{\"abi\":\"%d.%d\",\"features\":[", WN_ABI_MAJOR, WN_ABI_MINOR);
	bpf_object__for_each_program(program, all->obj) {
		int error = try_program(bpf_program__name(program));

		printf("%s{\"name\":\"%s\",\"loads\":%s", separator, bpf_program__section_name(program),
		       error ? "false" : "true");
		if (error)
			printf(",\"error\":\"%s\",\"message\":\"%s\"", strerrorname_np(error), strerror(error));
		printf("}");
		separator = ",";
	}
	print_rungs();
	printf("]}\n");
	features_bpf__destroy(all);
	return WN_EXIT_DONE;
}
