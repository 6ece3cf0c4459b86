/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef WINNOW_CALL_TABLE_H
#define WINNOW_CALL_TABLE_H

#include <linux/types.h>

#include "winnow.h"

/* By system call number. The table is zero before. */
void wn_describe_calls(struct wn_call_desc table[WN_CALL_TABLE]);

/* Of a call's number in the stream, below wn_call_number(NULL); those of 64-bit programs come first. */
const char *wn_call_name(__u32 call);

#endif
