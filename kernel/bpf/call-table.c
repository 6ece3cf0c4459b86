// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* The lists of system calls as a probe looks them up, and the numbers that calls have in the stream. */
#include <string.h>

#include "call-table.h"
#include "calls.h"
#include "probe.h"

static void describe(struct wn_call_desc *table, const struct wn_call_source *calls, unsigned int count, __u32 first)
{
	for (unsigned int i = 0; i < count; i++) {
		table[calls[i].number] = calls[i].desc;
		table[calls[i].number].call = first + i;
	}
}

void wn_describe_calls(struct wn_call_desc table[WN_CALL_TABLE])
{
	describe(table, wn_calls, wn_calls_count, 0);
	describe(table + WN_CALLS_MAX, wn_calls_32, wn_calls_32_count, wn_calls_count);
}

const char *wn_call_name(__u32 call)
{
	return call < wn_calls_count ? wn_calls[call].name : wn_calls_32[call - wn_calls_count].name;
}

__u32 wn_call_number(const char *name)
{
	const __u32 end = wn_calls_count + wn_calls_32_count;
	__u32 call = 0;

	while (call < end && (!name || strcmp(wn_call_name(call), name)))
		call++;
	return call;
}
