/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Opens and stats through io_uring: a request is named when it is submitted,
 * in the owner's context and from kernel memory, and its result comes when it
 * completes, maybe in a worker that shares the owner's descriptors.
 */
#ifndef WINNOW_SUBMISSIONS_H
#define WINNOW_SUBMISSIONS_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/spinlock.h>

struct io_kiocb;
struct wn_scratch;
struct wn_session;
struct wn_task;

#define WN_SUBMISSION_BUCKETS 64

struct wn_submissions {
	raw_spinlock_t lock;
	unsigned int count;
	struct hlist_head of_request[WN_SUBMISSION_BUCKETS];
};

void wn_submissions_init(struct wn_submissions *submissions);
/* No hook may be running any more. */
void wn_submissions_clear(struct wn_submissions *submissions);

/* Whether any session waits for a request. */
bool wn_submissions_pending(void);

void wn_on_submitted(struct wn_session *session, struct wn_scratch *scratch, struct wn_task *state,
		     struct io_kiocb *request);
void wn_on_completed(struct wn_session *session, struct wn_scratch *scratch, const void *request,
		     int result);

#endif
