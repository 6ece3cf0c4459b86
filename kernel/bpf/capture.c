// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Loads and attaches the probe, then copies the ring to standard output until
 * standard input ends: whoever started us is done, or dead, and both mean stop.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/membarrier.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "call-exits.h"
#include "call-table.h"
#include "probe.h"
#include "syscalls.h"
#include "winnow.skel.h"

/* The probe in the kernel. */
struct attached {
	enum wn_rung rung;
	struct winnow_bpf *probe;
	struct ring_buffer *ring;
	struct wn_call_exits exits;
};

static __u32 own_mount_namespace(void)
{
	struct stat status;

	return stat("/proc/self/ns/mnt", &status) ? 0 : status.st_ino;
}

/* How many arguments the kernel gives a raw tracepoint's programs; 0 where it has no such tracepoint. */
static int tracepoint_arguments(const struct btf *kernel, const char *name)
{
	char type_name[64];
	const struct btf_type *type;
	int id;

	if (!kernel)
		return 0; /* loading is going to say so */
	snprintf(type_name, sizeof(type_name), "btf_trace_%s", name);
	id = btf__find_by_name_kind(kernel, type_name, BTF_KIND_TYPEDEF);
	if (id < 0)
		return 0;
	type = btf__type_by_id(kernel, btf__type_by_id(kernel, id)->type); /* pointer to function */
	return btf_vlen(btf__type_by_id(kernel, type->type)) - 1; /* the first is the program's own */
}

/* Programs that not every kernel has the hooks for, and how they read. */
static void choose_programs(struct winnow_bpf *probe, const struct wn_options *options, enum wn_rung rung)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	int submitted = tracepoint_arguments(kernel, "io_uring_submit_req");
	int submitted_old = tracepoint_arguments(kernel, "io_uring_submit_sqe");
	int completed = tracepoint_arguments(kernel, "io_uring_complete");

	probe->rodata->plain_loads = kernel && btf__find_by_name_kind(kernel, "bpf_rdonly_cast", BTF_KIND_FUNC) > 0;
	btf__free(kernel);
	bpf_program__set_autoload(probe->progs.sys_exit, rung == WN_RUNG_TRACEPOINT);
	bpf_program__set_autoload(probe->progs.call_exit, rung == WN_RUNG_FENTRY);
	bpf_program__set_autoattach(probe->progs.call_exit, false);
	bpf_program__set_autoload(probe->progs.openat_exit, rung == WN_RUNG_FENTRY);
	bpf_program__set_autoattach(probe->progs.openat_exit, false);
	bpf_program__set_autoload(probe->progs.newfstatat_exit, rung == WN_RUNG_FENTRY);
	bpf_program__set_autoattach(probe->progs.newfstatat_exit, false);
	bpf_program__set_autoload(probe->progs.optional_call_exit, rung == WN_RUNG_FENTRY);
	bpf_program__set_autoattach(probe->progs.optional_call_exit, false);
	bpf_program__set_autoload(probe->progs.io_submit, submitted);
	/* Linux 5.19 and older give more arguments, and another first one. */
	bpf_program__set_autoload(probe->progs.io_submit_old, submitted_old == 2);
	bpf_program__set_autoload(probe->progs.io_complete, completed == 3);
	bpf_program__set_autoload(probe->progs.io_complete_old, completed > 4);
	bpf_program__set_autoload(probe->progs.found, options->running);
}

/* Always succeeds once the kernel has started, but may be interrupted (getrandom(2)). */
static void fill_random(void *bytes, size_t len)
{
	size_t filled = 0;

	while (filled < len) {
		ssize_t more = getrandom((char *)bytes + filled, len - filled, 0);

		if (more > 0)
			filled += more;
	}
}

/* A power of two, so that no more than half of the table gets used. */
static __u32 slots_for(__u32 entries)
{
	__u32 slots = 64;

	while (slots / 2 < entries)
		slots *= 2;
	return slots;
}

static void configure(struct winnow_bpf *probe, const struct wn_options *options, enum wn_rung rung)
{
	struct winnow_bpf__rodata *constants = probe->rodata;

	wn_describe_calls((struct wn_call_desc *)constants->calls);
	constants->execve_call = wn_call_number("execve");
	constants->openat_call = wn_call_number("openat");
	constants->newfstatat_call = wn_call_number("newfstatat");
	constants->statx_call = wn_call_number("statx");
	if (options->container_count)
		constants->host_mount_namespace = own_mount_namespace();
	constants->container_count = options->container_count;
	constants->target_bits = options->container_count > 1 ? WN_TARGET_BITS : 0;
	memcpy((void *)constants->cgroup_ids, options->cgroups, sizeof(options->cgroups));
	constants->cgroup_count = options->cgroup_count;
	constants->root_pid = options->pid;
	constants->all_events = options->all_events;
	constants->compat_unseen = rung == WN_RUNG_FENTRY && !wn_call_exits_show_32();
	constants->wakeup_bytes = options->ring_bytes / 8;
	fill_random((void *)constants->name_keys, sizeof(constants->name_keys));
	fill_random((void *)constants->place_keys, sizeof(constants->place_keys));
	constants->entries_limit = options->max_entries;
	constants->entry_slots = slots_for(options->max_entries);
	bpf_map__set_max_entries(probe->maps.ring, options->ring_bytes);
	bpf_map__set_max_entries(probe->maps.entries, constants->entry_slots);
}

static bool name_containers(struct winnow_bpf *probe, const struct wn_options *options)
{
	for (__u32 target = 0; target < options->container_count; target++) {
		if (bpf_map_update_elem(bpf_map__fd(probe->maps.containers), options->containers[target], &target, BPF_ANY))
			return false;
	}
	return true;
}

static int on_record(void *context, void *record, size_t len)
{
	(void)context;
	wn_write(record, len);
	return 0;
}

static bool consume(void *context)
{
	return ring_buffer__consume(((struct attached *)context)->ring) >= 0;
}

static bool copy_records(struct attached *attached)
{
	enum wn_copied copied = wn_copy_records(ring_buffer__epoll_fd(attached->ring), attached->exits.alive, consume, attached);

	if (copied == WN_COPY_ORPHANED)
		fprintf(stderr, "winnow-probe: the process that keeps the probe attached has died\n");
	return copied == WN_COPY_STOPPED;
}

/* Follows the processes that are there, and writes what they already use. False where the kernel refuses. */
static bool write_running(struct winnow_bpf *probe, struct wn_running *running)
{
	struct bpf_link *link = bpf_program__attach_iter(probe->progs.found, NULL);
	int fd = link ? bpf_iter_create(bpf_link__fd(link)) : -1;
	__u32 number;

	while (fd >= 0 && read(fd, &number, sizeof(number)) == sizeof(number))
		wn_write_running(running, number);
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	return fd >= 0;
}

/* Writes the exact count of every entry that was sent, and adds up what was not. */
static bool write_counts(struct winnow_bpf *probe, __u64 *sent, __u64 *unsent, __u64 *nameless)
{
	__u32 slots = bpf_map__max_entries(probe->maps.entries);
	size_t size = slots * sizeof(struct wn_entry);
	const struct wn_entry *entries =
		mmap(NULL, size, PROT_READ, MAP_SHARED, bpf_map__fd(probe->maps.entries), 0);

	if (entries == MAP_FAILED)
		return false;
	for (const struct wn_entry *entry = entries; entry < entries + slots; entry++) {
		struct wn_count record = {
			.head = wn_head(WN_COUNT, sizeof(record), 0),
			.entry = entry->id,
			.count = entry->count,
			.last = entry->last,
		};

		if (entry->state == WN_ENTRY_SENT) {
			*sent += entry->count;
			wn_write(&record, sizeof(record));
		} else {
			*(entry->state == WN_ENTRY_NAMELESS ? nameless : unsent) += entry->count;
		}
	}
	munmap((void *)entries, size);
	return true;
}

__u64 wn_recursion_misses(int program)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(program, &info, &len) ? 0 : info.recursion_misses;
}

static void write_end(struct attached *attached, const struct wn_options *options, const struct wn_running *running)
{
	struct winnow_bpf *probe = attached->probe;
	int cpus = libbpf_num_possible_cpus();
	struct wn_stats *counts = calloc(cpus, sizeof(*counts));
	struct wn_end end = {.head = wn_head(WN_END, sizeof(end), 0)};
	__u64 sent = 0, unsent = 0, nameless = 0;
	struct bpf_program *program;
	__u32 zero = 0;

	if (!counts || bpf_map_lookup_elem(bpf_map__fd(probe->maps.stats), &zero, counts) ||
	    !write_counts(probe, &sent, &unsent, &nameless)) {
		fprintf(stderr, "winnow-probe: the probe's counters can't be read\n");
		free(counts);
		return; /* no end record: the stream counts as cut */
	}
	end.made = end.delivered = running->accesses;
	if (!options->all_events) {
		end.delivered += sent;
		wn_write_lost(0, WN_LOSS_RING, unsent);
		wn_write_lost(0, WN_LOSS_PATH, nameless);
	}
	for (int cpu = 0; cpu < cpus; cpu++) {
		for (int reason = 0; reason < WN_LOSS_COUNT; reason++)
			wn_write_lost(cpu, reason, counts[cpu].lost[reason]);
		end.made += counts[cpu].made;
		end.delivered += counts[cpu].anonymous + counts[cpu].repeats;
	}
	bpf_object__for_each_program(program, probe->obj)
		wn_write_lost(0, WN_LOSS_RECURSION, wn_recursion_misses(bpf_program__fd(program)));
	wn_write_lost(0, WN_LOSS_RECURSION, wn_call_exits_misses(&attached->exits));
	wn_write(&end, sizeof(end));
	free(counts);
}

static int silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	if (level != LIBBPF_WARN || !getenv("WINNOW_PROBE_DEBUG"))
		return 0;
	return vfprintf(stderr, format, arguments);
}

static void close_probe(struct attached *attached)
{
	wn_close_call_exits(&attached->exits);
	ring_buffer__free(attached->ring);
	winnow_bpf__destroy(attached->probe);
}

static bool attach_call_exits(struct attached *attached)
{
	struct winnow_bpf *probe = attached->probe;
	const int handlers[] = {bpf_map__fd(probe->maps.handlers), bpf_map__fd(probe->maps.optional_handlers)};
	const int programs[WN_HANDLERS] = {
		[WN_HANDLER_ANY] = bpf_program__fd(probe->progs.call_exit),
		[WN_HANDLER_OPENAT] = bpf_program__fd(probe->progs.openat_exit),
		[WN_HANDLER_NEWFSTATAT] = bpf_program__fd(probe->progs.newfstatat_exit),
	};

	return wn_attach_call_exits(&attached->exits, handlers, programs, bpf_program__fd(probe->progs.optional_call_exit));
}

static void tell_reason(char reason[WN_REASON_LEN], const char *what, int error)
{
	if (error == ESRCH) /* which is libbpf's word for a kernel without BTF */
		snprintf(reason, WN_REASON_LEN,
			 "the kernel does not describe its types: it has no BTF in /sys/kernel/btf/vmlinux");
	else
		snprintf(reason, WN_REASON_LEN, "%s: %s", what, strerror(error));
}

/* False with the reason told, where the kernel refuses. */
static bool attach(struct attached *attached, const struct wn_options *options, enum wn_rung rung,
		   char reason[WN_REASON_LEN])
{
	const char *refusal = rung == WN_RUNG_FENTRY ? wn_call_exits_refusal() : NULL;
	struct winnow_bpf *probe = refusal ? NULL : winnow_bpf__open();
	const char *what = NULL;

	*attached = (struct attached){.rung = rung, .probe = probe, .exits = {.keeper = -1, .alive = -1}};
	if (refusal) {
		snprintf(reason, WN_REASON_LEN, "%s", refusal);
		return false;
	}
	if (!probe) {
		tell_reason(reason, "the probe can't be opened", errno);
		return false;
	}
	configure(probe, options, rung);
	choose_programs(probe, options, rung);
	if (winnow_bpf__load(probe))
		what = "the kernel refuses the probe";
	else if (!name_containers(probe, options))
		what = "the containers can't be named to the probe";
	else if (!(attached->ring = ring_buffer__new(bpf_map__fd(probe->maps.ring), on_record, NULL, NULL)))
		what = "the ring buffer can't be mapped";
	else if (winnow_bpf__attach(probe))
		what = "the probe can't be attached";
	else if (rung == WN_RUNG_FENTRY && !attach_call_exits(attached))
		what = "the probe can't be attached to the kernel's functions";
	if (what) {
		tell_reason(reason, what, errno);
		close_probe(attached);
	}
	return !what;
}

/* On the rung that was asked for, or the first that this kernel takes. */
static bool attach_best(struct attached *attached, const struct wn_options *options, char reason[WN_REASON_LEN])
{
	if (options->rung != WN_RUNG_AUTO)
		return attach(attached, options, options->rung, reason);
	return attach(attached, options, WN_RUNG_FENTRY, reason) ||
	       attach(attached, options, WN_RUNG_TRACEPOINT, reason);
}

bool wn_try_rung(enum wn_rung rung, char reason[WN_REASON_LEN])
{
	const struct wn_options nobody = {.pid = getpid(), .ring_bytes = getpagesize(), .max_entries = 1};
	struct attached attached;
	bool attaches;

	libbpf_set_print(silent);
	attaches = attach(&attached, &nobody, rung, reason);
	if (attaches)
		close_probe(&attached);
	return attaches;
}

int wn_capture(const struct wn_options *options)
{
	struct wn_running running = {};
	char reason[WN_REASON_LEN];
	struct attached attached;
	int result;

	libbpf_set_print(silent);
	wn_stop_on_signals();

	if (!attach_best(&attached, options, reason)) {
		fprintf(stderr, "winnow-probe: %s\n", reason);
		return WN_EXIT_HOST;
	}
	if (options->syscalls && !wn_attach_syscalls(bpf_map__fd(attached.probe->maps.tasks))) {
		fprintf(stderr, "winnow-probe: system calls can't be told: %s\n", strerror(errno));
		close_probe(&attached);
		return WN_EXIT_HOST;
	}
	wn_write_hello(options, attached.rung);
	if (options->running && !write_running(attached.probe, &running))
		fprintf(stderr, "winnow-probe: running processes can't be listed: %s\n", strerror(errno)); /* new ones are seen */
	result = copy_records(&attached) ? WN_EXIT_DONE : WN_EXIT_FAILED;
	winnow_bpf__detach(attached.probe);
	wn_stop_call_exits(&attached.exits);
	wn_stop_syscalls();
	/* A grace period: what was in flight on another CPU is in the ring when it ends. */
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	ring_buffer__consume(attached.ring);
	if (result == WN_EXIT_DONE) { /* else the stream counts as cut */
		wn_write_syscalls();
		write_end(&attached, options, &running);
	}
	if (!wn_flush())
		result = WN_EXIT_FAILED;
	close_probe(&attached);
	return result;
}
