// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/topology.h>

#include "scratch.h"
#include "session.h"

static DEFINE_PER_CPU(struct wn_scratch *, scratches);

int wn_scratches_make(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct wn_scratch *scratch;

		scratch = kvzalloc_node(sizeof(*scratch), GFP_KERNEL, cpu_to_node(cpu));
		if (!scratch) {
			wn_scratches_free();
			return -ENOMEM;
		}
		per_cpu(scratches, cpu) = scratch;
	}
	return 0;
}

void wn_scratches_free(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		kvfree(per_cpu(scratches, cpu));
		per_cpu(scratches, cpu) = NULL;
	}
}

struct wn_scratch *wn_scratch_take(void)
{
	struct wn_scratch *scratch;
	struct wn_session *session;

	preempt_disable_notrace();
	scratch = __this_cpu_read(scratches);
	if (in_task() && !scratch->busy) {
		scratch->busy = true;
		barrier(); /* against interrupts of this CPU */
		return scratch;
	}
	wn_for_each_session(session)
		wn_count_lost(session, WN_LOSS_RECURSION);
	preempt_enable_notrace();
	return NULL;
}

void wn_scratch_give_back(struct wn_scratch *scratch)
{
	if (!scratch)
		return;
	barrier();
	scratch->busy = false;
	preempt_enable_notrace();
}
