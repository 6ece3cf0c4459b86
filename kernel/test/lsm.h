/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Between the observer's programs in the kernel and its loader. */
#ifndef LSM_H
#define LSM_H

#include <linux/types.h>

enum lsm_hook {
	LSM_EXEC,
	LSM_OPEN,
	LSM_MAP,
	LSM_GETATTR,
	LSM_PERMISSION,
	LSM_FOLLOW,
	LSM_READLINK,
	LSM_XATTR,
	LSM_SETATTR,
	LSM_LINK,
	LSM_REMOVE,
};

struct lsm_sight {
	__u64 inode;
	__u32 container; /* counted from 1 */
	__u32 hook;
};

#endif
