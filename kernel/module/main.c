// SPDX-License-Identifier: GPL-2.0
/*
 * Captures the file accesses of containers, as the eBPF probe does, for
 * kernels where eBPF is absent or locked. Nothing hangs in the kernel while no
 * session is started.
 *
 * Follow one access: hooks.c is called when a system call returns, and looks
 * whether the task is followed; calls.c takes the descriptor or the path
 * string; access.c finds or makes its entry in table.c, counts it, and sends
 * the first sight of it to rings.c, from where device.c gives it to the reader.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/sizes.h>

#include "access.h"
#include "device.h"
#include "hooks.h"
#include "name.h"
#include "path.h"
#include "scratch.h"

#define RING_BYTES_LIMIT SZ_1G

unsigned int wn_ring_bytes_max = 64u << 20;
module_param_named(ring_bytes_max, wn_ring_bytes_max, uint, 0444);
MODULE_PARM_DESC(ring_bytes_max, "largest ring that a reader may ask for, of each CPU, in bytes: a power of two from a page to 2^30 (64 MiB)");

static int __init winnow_init(void)
{
	int error;

	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		pr_err("winnow: kernels with PREEMPT_RT are not supported\n");
		return -EOPNOTSUPP;
	}
	if (!is_power_of_2(wn_ring_bytes_max) || wn_ring_bytes_max < PAGE_SIZE ||
	    wn_ring_bytes_max > RING_BYTES_LIMIT) {
		pr_err("winnow: ring_bytes_max=%u is no power of two from %lu to %u\n",
		       wn_ring_bytes_max, PAGE_SIZE, RING_BYTES_LIMIT);
		return -EINVAL;
	}
	wn_names_init();
	error = wn_path_check();
	if (error)
		return error;
	error = wn_hooks_find();
	if (error)
		return error;
	error = wn_scratches_make();
	if (error)
		return error;
	error = wn_device_register();
	if (error)
		wn_scratches_free();
	return error;
}

/* The device's owner is held by its open files, so there are no sessions, and no hooks. */
static void __exit winnow_exit(void)
{
	wn_device_unregister();
	wn_scratches_free();
}

module_init(winnow_init);
module_exit(winnow_exit);

MODULE_DESCRIPTION("Tells which files the processes of a container access");
MODULE_AUTHOR("winnow");
MODULE_LICENSE("GPL");
MODULE_VERSION("1");
