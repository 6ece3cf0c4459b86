// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe.h"

static const char usage[] =
	"usage: winnow-probe run --container ID… | --cgroup DIR… | --pid PID [--running] [--events first|all]\n"
	"                         [--rung auto|fentry|tracepoint|module] [--syscalls] [--ring-bytes N] [--entries N]\n"
	"       winnow-probe features\n"
	"\n"
	"run       writes records (winnow_abi.h) to standard output until standard input ends;\n"
	"          --running begins with the processes that are there, and what they have open and mapped;\n"
	"          --syscalls tells at the end which system calls were made\n"
	"features  says as JSON which kinds of BPF program load on this kernel\n";

static int fail(const char *message)
{
	fprintf(stderr, "winnow-probe: %s\n%s", message, usage);
	return WN_EXIT_USAGE;
}

static bool parse_count(const char *text, __u32 *count)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	*count = value;
	return *text && !*end && value > 0 && value <= 1u << 30;
}

static bool add_cgroup(struct wn_options *options, const char *directory)
{
	struct stat status;

	if (options->cgroup_count == WN_CGROUPS_MAX || stat(directory, &status))
		return false;
	options->cgroup_directories[options->cgroup_count] = directory;
	options->cgroups[options->cgroup_count++] = status.st_ino; /* cgroup2 gives its id as inode */
	return true;
}

static bool parse_rung(const char *name, enum wn_rung *rung)
{
	static const char *const names[] = {
		[WN_RUNG_AUTO] = "auto", [WN_RUNG_TRACEPOINT] = "tracepoint", [WN_RUNG_FENTRY] = "fentry",
		[WN_RUNG_MODULE] = "module",
	};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0) {
			*rung = i;
			return true;
		}
	}
	return false;
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"container", required_argument, NULL, 'c'},
		{"cgroup", required_argument, NULL, 'g'},
		{"pid", required_argument, NULL, 'p'},
		{"running", no_argument, NULL, 'a'},
		{"events", required_argument, NULL, 'e'},
		{"rung", required_argument, NULL, 'u'},
		{"syscalls", no_argument, NULL, 's'},
		{"ring-bytes", required_argument, NULL, 'r'},
		{"entries", required_argument, NULL, 'n'},
		{},
	};
	struct wn_options options = {.ring_bytes = 16 << 20};
	int letter;

	opterr = 0;
	while ((letter = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (letter) {
		case 'c':
			if (strlen(optarg) != WN_CONTAINER_ID_LEN || options.container_count == WN_TARGETS_MAX)
				return fail("--container takes the full id of 64 digits, 31 times at most");
			options.containers[options.container_count++] = optarg;
			break;
		case 'g':
			if (!add_cgroup(&options, optarg))
				return fail("--cgroup takes a directory of the unified hierarchy, 16 times at most");
			break;
		case 'p':
			if (!parse_count(optarg, &options.pid))
				return fail("--pid takes a process id");
			break;
		case 'a':
			options.running = true;
			break;
		case 'e':
			options.all_events = strcmp(optarg, "all") == 0;
			if (!options.all_events && strcmp(optarg, "first"))
				return fail("--events takes first or all");
			break;
		case 'u':
			if (!parse_rung(optarg, &options.rung))
				return fail("--rung takes auto, fentry, tracepoint or module");
			break;
		case 's':
			options.syscalls = true;
			break;
		case 'r':
			if (!parse_count(optarg, &options.ring_bytes) ||
			    options.ring_bytes & (options.ring_bytes - 1) ||
			    options.ring_bytes < (__u32)getpagesize())
				return fail("--ring-bytes takes a power of two, at least a page, at most 2^30");
			break;
		case 'n':
			if (!parse_count(optarg, &options.max_entries))
				return fail("--entries takes a number from 1 to 2^30");
			break;
		default:
			return fail("unknown option, or one without its value");
		}
	}
	if (optind < argc || (!options.container_count && !options.cgroup_count && !options.pid))
		return fail("run takes --container, --cgroup or --pid");
	if (options.container_count > 1 && (options.cgroup_count || options.pid || options.rung == WN_RUNG_MODULE))
		return fail("several containers go with the rungs fentry and tracepoint, and with nothing else to follow");
	if (!options.max_entries)
		options.max_entries = 131072 * (options.container_count ?: 1);
	if (options.syscalls && options.container_count > 1)
		return fail("--syscalls goes with one container");
	if (options.syscalls && options.rung == WN_RUNG_MODULE)
		return fail("--syscalls goes with the rungs fentry and tracepoint");
	return options.rung == WN_RUNG_MODULE ? wn_capture_by_module(&options) : wn_capture(&options);
}

int main(int argc, char **argv)
{
	if (argc >= 2 && strcmp(argv[1], "run") == 0)
		return run(argc - 1, argv + 1);
	if (argc == 2 && strcmp(argv[1], "features") == 0)
		return wn_features();
	return fail("say what to do");
}
