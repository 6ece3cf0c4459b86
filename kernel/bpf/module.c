// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Captures by the kernel module instead of eBPF: the stream's middle comes
 * from /dev/winnow as it is; what stands around it is the same for both.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "call-table.h"
#include "probe.h"
#include "winnow_device.h"

#define RING_BYTES_MIN (256u << 10) /* of a CPU, where the size of all rings is not less */
#define READS_IN_A_ROW 16 /* before somebody looks whether to stop */

/* Copies what there is. Returns a positive number where there may be more, 0 at the end, negative where the module fails. */
static int copy_some(int device)
{
	static char records[1 << 17]; /* the output's buffer has room for twice as much */
	ssize_t len;

	for (int i = 0; i < READS_IN_A_ROW; i++) {
		len = read(device, records, sizeof(records));
		if (len <= 0)
			return len == 0 ? 0 : errno == EAGAIN || errno == EINTR ? 1 : -1;
		wn_write(records, len);
	}
	return 1;
}

static bool copy_available(void *device)
{
	return copy_some(*(int *)device) >= 0;
}

/* --ring-bytes is for all CPUs together. */
static __u32 ring_bytes_of_cpu(__u32 total)
{
	const __u32 least = total < RING_BYTES_MIN ? total : RING_BYTES_MIN;
	__u32 bytes = total;

	for (int cpus = libbpf_num_possible_cpus(); cpus > 1; cpus = (cpus + 1) / 2)
		bytes /= 2;
	return bytes < least ? least : bytes;
}

static bool set_up(int device, const struct wn_options *options)
{
	static struct wn_call_desc calls[WN_CALL_TABLE];
	struct wn_setup setup = {
		.size = sizeof(setup),
		.all_events = options->all_events,
		.ring_bytes = ring_bytes_of_cpu(options->ring_bytes),
		.max_entries = options->max_entries,
		.calls = (__u64)(uintptr_t)calls,
		.execve_call = wn_call_number("execve"),
		.openat_call = wn_call_number("openat"),
		.statx_call = wn_call_number("statx"),
	};

	wn_describe_calls(calls);
	return !ioctl(device, WN_IOCTL_SETUP, &setup);
}

static bool add_cgroup(int device, const char *directory)
{
	struct wn_filter filter = {.size = sizeof(filter), .kind = WN_FILTER_CGROUP};
	bool added;

	filter.fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	added = filter.fd >= 0 && !ioctl(device, WN_IOCTL_FILTER, &filter);
	if (filter.fd >= 0)
		close(filter.fd);
	return added;
}

static bool add_filters(int device, const struct wn_options *options)
{
	struct wn_filter container = {.size = sizeof(container), .kind = WN_FILTER_CONTAINER};
	struct wn_filter process = {.size = sizeof(process), .kind = WN_FILTER_PID, .pid = options->pid};

	for (unsigned int i = 0; i < options->cgroup_count; i++) {
		if (!add_cgroup(device, options->cgroup_directories[i]))
			return false;
	}
	if (options->container_count) {
		memcpy(container.container, options->containers[0], WN_CONTAINER_ID_LEN);
		if (ioctl(device, WN_IOCTL_FILTER, &container))
			return false;
	}
	return !options->pid || !ioctl(device, WN_IOCTL_FILTER, &process);
}

/* Follows the processes that are there, and writes what they already use. */
static bool write_running(int device, struct wn_running *result)
{
	static __u32 pids[1 << 16];
	struct wn_running_tasks running = {
		.size = sizeof(running),
		.count = sizeof(pids) / sizeof(pids[0]),
		.pids = (__u64)(uintptr_t)pids,
	};

	if (ioctl(device, WN_IOCTL_RUNNING, &running))
		return false;
	for (__u32 i = 0; i < running.count && i < sizeof(pids) / sizeof(pids[0]); i++)
		wn_write_running(result, WN_PROCESS_FOUND | pids[i]);
	return true;
}

static void write_end(const struct wn_session_stats *stats, const struct wn_running *running)
{
	struct wn_end end = {
		.head = wn_head(WN_END, sizeof(end), 0),
		.made = stats->made + running->accesses,
		.delivered = stats->delivered + running->accesses,
	};

	for (__u32 reason = 0; reason < WN_LOSS_COUNT; reason++)
		wn_write_lost(0, reason, stats->lost[reason]);
	wn_write(&end, sizeof(end));
}

static bool finish(int device, const struct wn_running *running)
{
	struct wn_session_stats stats = {.size = sizeof(stats)};

	int more = 1;

	if (ioctl(device, WN_IOCTL_STOP))
		return false;
	while (more > 0)
		more = copy_some(device);
	if (more < 0 || ioctl(device, WN_IOCTL_STATS, &stats))
		return false;
	write_end(&stats, running);
	return wn_flush();
}

static int refuse(const char *what)
{
	if (errno == ENOENT)
		fprintf(stderr, "winnow-probe: the kernel module is not loaded; run scripts/module load\n");
	else
		fprintf(stderr, "winnow-probe: %s: %s\n", what, strerror(errno));
	return WN_EXIT_HOST;
}

int wn_capture_by_module(const struct wn_options *options)
{
	struct wn_running running = {};
	__u32 version;
	int device;

	wn_stop_on_signals();
	device = open(WN_DEVICE_PATH, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (device < 0)
		return refuse("/dev/winnow can't be opened");
	if (ioctl(device, WN_IOCTL_VERSION, &version) || version != WN_DEVICE_VERSION) {
		fprintf(stderr, "winnow-probe: the loaded kernel module is of another version; run scripts/module load\n");
		return WN_EXIT_HOST;
	}
	if (!set_up(device, options))
		return refuse("the kernel module can't be set up");
	if (!add_filters(device, options))
		return refuse("the kernel module does not take this container, cgroup or process");
	if (ioctl(device, WN_IOCTL_START))
		return refuse("the kernel module can't start");
	wn_write_hello(options, WN_RUNG_MODULE);
	if (options->running && !write_running(device, &running))
		fprintf(stderr, "winnow-probe: running processes can't be listed: %s\n", strerror(errno)); /* new ones are seen */
	if (wn_copy_records(device, -1, copy_available, &device) != WN_COPY_STOPPED || !finish(device, &running))
		return WN_EXIT_FAILED;
	return WN_EXIT_DONE;
}
