// SPDX-License-Identifier: GPL-2.0
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/openat2.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat.h"
#include "hooks.h"
#include "name.h"

#ifdef WN_IO_URING
#include <linux/io_uring_types.h>
#include <uapi/linux/io_uring.h>
#endif

/* Requests that never complete must not fill the memory. */
#define SUBMISSIONS_MAX 4096

/* A request that has not completed. */
struct submission {
	struct hlist_node node;
	const void *request; /* only compared */
	struct wn_identity key;
	struct wn_directory *base; /* or NULL */
	u16 call;
	bool opens;
	u32 name_len;
	char name[]; /* with NUL */
};

static atomic_t pending;

bool wn_submissions_pending(void)
{
	return atomic_read(&pending) > 0;
}

void wn_submissions_init(struct wn_submissions *submissions)
{
	int i;

	raw_spin_lock_init(&submissions->lock);
	for (i = 0; i < WN_SUBMISSION_BUCKETS; i++)
		INIT_HLIST_HEAD(&submissions->of_request[i]);
}

static struct hlist_head *bucket_of(struct wn_submissions *submissions, const void *request)
{
	return &submissions->of_request[hash_ptr(request, ilog2(WN_SUBMISSION_BUCKETS))];
}

static void free_submission(struct submission *submission)
{
	if (!submission)
		return;
	wn_directory_put(submission->base);
	kfree(submission);
}

static struct submission *take(struct wn_submissions *submissions, const void *request)
{
	struct hlist_head *bucket = bucket_of(submissions, request);
	struct submission *submission, *found = NULL;

	raw_spin_lock(&submissions->lock);
	hlist_for_each_entry(submission, bucket, node) {
		if (submission->request == request) {
			hlist_del(&submission->node);
			submissions->count--;
			atomic_dec(&pending);
			found = submission;
			break;
		}
	}
	raw_spin_unlock(&submissions->lock);
	return found;
}

void wn_submissions_clear(struct wn_submissions *submissions)
{
	struct submission *submission;
	struct hlist_node *next;
	int i;

	for (i = 0; i < WN_SUBMISSION_BUCKETS; i++) {
		hlist_for_each_entry_safe(submission, next, &submissions->of_request[i], node) {
			hlist_del(&submission->node);
			atomic_dec(&pending);
			free_submission(submission);
		}
	}
}

#ifdef WN_IO_URING
static bool put(struct wn_submissions *submissions, struct submission *submission)
{
	bool room;

	raw_spin_lock(&submissions->lock);
	room = submissions->count < SUBMISSIONS_MAX;
	if (room) {
		hlist_add_head(&submission->node, bucket_of(submissions, submission->request));
		submissions->count++;
		atomic_inc(&pending);
	}
	raw_spin_unlock(&submissions->lock);
	return room;
}

/* Remembers what the scratch describes. */
static bool remember(struct wn_session *session, struct wn_scratch *scratch,
		     struct io_kiocb *request, bool opens)
{
	struct submission *submission;

	submission = kzalloc(struct_size(submission, name, scratch->name_len + 1),
			     GFP_NOWAIT | __GFP_NOWARN);
	if (!submission)
		return false;
	if (scratch->has_base)
		submission->base = wn_directory_of(&scratch->base, scratch);
	submission->request = request;
	submission->key = scratch->key;
	submission->call = scratch->call;
	submission->opens = opens;
	submission->name_len = scratch->name_len;
	memcpy(submission->name, scratch->name, scratch->name_len + 1);
	if ((!scratch->has_base || submission->base) && put(&session->submissions, submission))
		return true;
	free_submission(submission);
	return false;
}

/* What struct io_open and struct io_statx of io_uring/ begin with: since Linux 6.0. */
struct open_command {
	struct file *file;
	int dirfd;
	u32 file_slot;
	struct filename *filename;
	struct open_how how;
};

struct statx_command {
	struct file *file;
	int dirfd;
	unsigned int mask;
	unsigned int flags;
	struct filename *filename;
};

void wn_on_submitted(struct wn_session *session, struct wn_scratch *scratch, struct wn_task *state,
		     struct io_kiocb *request)
{
	const struct open_command *open = io_kiocb_to_cmd(request, struct open_command);
	const struct statx_command *stat = io_kiocb_to_cmd(request, struct statx_command);
	struct filename *filename;
	bool opens = false;
	ssize_t len;
	int dirfd;

	switch (request->opcode) {
	case IORING_OP_OPENAT:
	case IORING_OP_OPENAT2:
		filename = open->filename;
		dirfd = open->dirfd;
		wn_begin(scratch, state, wn_op_of_open(open->how.flags),
			 session->setup.openat_call, 0);
		scratch->key.flags = open->how.flags & O_NOFOLLOW ? 0 : WN_FOLLOW;
		opens = !open->file_slot; /* else no descriptor comes of it */
		break;
	case IORING_OP_STATX:
		filename = stat->filename;
		dirfd = stat->dirfd;
		wn_begin(scratch, state, WN_STAT, session->setup.statx_call, 0);
		scratch->key.flags = stat->flags & AT_SYMLINK_NOFOLLOW ? 0 : WN_FOLLOW;
		break;
	default:
		return;
	}
	free_submission(take(&session->submissions, request)); /* one that never completed */
	wn_announce(session, scratch, state);
	if (IS_ERR_OR_NULL(filename))
		return;
	len = strscpy(scratch->name, filename->name, WN_PATH_MAX);
	if (len <= 0 || !wn_locate_base(scratch, dirfd, false))
		return;
	wn_take_name(scratch, len + 1);
	wn_set_name(scratch, len + 1);
	if (request->flags & REQ_F_CQE_SKIP)
		wn_commit(session, scratch); /* nobody is told when it completes, unless it fails */
	else if (!remember(session, scratch, request, opens))
		wn_count_made_and_lost(session, WN_LOSS_RING);
}
#endif

void wn_on_completed(struct wn_session *session, struct wn_scratch *scratch, const void *request,
		     int result)
{
	struct submission *submission = take(&session->submissions, request);

	if (!submission)
		return;
	scratch->key = submission->key;
	scratch->call = submission->call;
	scratch->has_base = submission->base;
	if (submission->base)
		scratch->base = (struct wn_place){
			.remembered = submission->base,
			.inode = submission->base->inode,
			.dev = submission->base->dev,
		};
	scratch->name_len = submission->name_len;
	memcpy(scratch->name, submission->name, submission->name_len + 1);
	if (result < 0)
		scratch->key.error = -result;
	else if (submission->opens && wn_place_of_fd(&scratch->file, result))
		wn_set_file(scratch);
	wn_commit(session, scratch);
	free_submission(submission);
}
