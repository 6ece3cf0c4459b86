/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WINNOW_RUNNING_H
#define WINNOW_RUNNING_H

struct wn_running_tasks;
struct wn_session;

/* Follows the tasks that are there already, and tells their processes. 0, -ENOMEM or -EFAULT. */
int wn_follow_running(struct wn_session *session, struct wn_running_tasks *running);

#endif
