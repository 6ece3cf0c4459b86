// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* The records that the loader writes itself, whatever the probe in the kernel is. */
#include <string.h>
#include <time.h>

#include <bpf/libbpf.h>

#include "call-table.h"
#include "probe.h"

__s64 wn_clock_offset(void)
{
	struct timespec real, monotonic;

	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	clock_gettime(CLOCK_REALTIME, &real);
	return (real.tv_sec - monotonic.tv_sec) * 1000000000LL + (real.tv_nsec - monotonic.tv_nsec);
}

struct wn_record wn_head(__u16 type, __u32 len, __u16 cpu)
{
	return (struct wn_record){.len = len, .type = type, .cpu = cpu};
}

static void write_call_name(__u32 call, const char *text)
{
	struct wn_call_name name = {.head = wn_head(WN_CALL, sizeof(name), 0), .call = call};

	strncpy(name.name, text, sizeof(name.name) - 1);
	wn_write(&name, sizeof(name));
}

void wn_write_hello(const struct wn_options *options, enum wn_rung rung)
{
	struct wn_hello hello = {
		.head = wn_head(WN_HELLO, sizeof(hello), 0),
		.magic = WN_MAGIC,
		.abi_major = WN_ABI_MAJOR,
		.abi_minor = WN_ABI_MINOR,
		.clock_offset = wn_clock_offset(),
		.all_events = options->all_events,
		.cpus = libbpf_num_possible_cpus(),
		.rung = rung,
		.targets = options->container_count,
	};

	wn_write(&hello, sizeof(hello));
	for (__u32 call = 0; call < wn_call_number(NULL); call++)
		write_call_name(call, wn_call_name(call));
	write_call_name(wn_call_number(NULL), "found");
	wn_flush();
}

void wn_write_lost(__u16 cpu, __u32 reason, __u64 count)
{
	struct wn_lost lost = {.head = wn_head(WN_LOST, sizeof(lost), cpu), .reason = reason, .count = count};

	if (count)
		wn_write(&lost, sizeof(lost));
}
