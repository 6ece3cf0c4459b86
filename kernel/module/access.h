/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a hook tells of an access: begin, say what to (file, base, name),
 * commit. Semantics are those of the eBPF probe (bpf/count.bpf.h).
 */
#ifndef WINNOW_ACCESS_H
#define WINNOW_ACCESS_H

#include "scratch.h"
#include "session.h"

static inline void wn_begin(struct wn_scratch *scratch, const struct wn_task *state, u8 op,
			    u16 call, u16 error)
{
	scratch->key = (struct wn_identity){.process = state->process, .op = op, .error = error};
	scratch->call = call;
	scratch->name_len = 0;
	scratch->has_base = false;
}

/* Take over what stands in scratch->file and scratch->base. */
static inline void wn_set_file(struct wn_scratch *scratch)
{
	scratch->key.inode = scratch->file.inode;
	scratch->key.dev = scratch->file.dev;
	scratch->key.flags |= WN_HAS_FILE;
}

void wn_set_base(struct wn_scratch *scratch);
/* The same of the name that was read: `size` bytes with the NUL. */
static inline void wn_set_name(struct wn_scratch *scratch, u32 size)
{
	scratch->name_len = size - 1;
	scratch->key.name_hash = scratch->name_hash;
	scratch->key.flags |= WN_HAS_NAME;
}

/*
 * Says what the name in the scratch starts from. `rooted`: absolute names
 * start from dirfd too. False where that is nothing that has a path.
 */
bool wn_locate_base(struct wn_scratch *scratch, int dirfd, bool rooted);

/* Counts the access, and sends its first sight. */
void wn_commit(struct wn_session *session, struct wn_scratch *scratch);

void wn_send_process(struct wn_session *session, struct wn_scratch *scratch, struct wn_task *state);

/*
 * Tells the reader of the current task's process, with the program it runs
 * after an exec, unless that was told.
 */
static inline void wn_announce(struct wn_session *session, struct wn_scratch *scratch,
			       struct wn_task *state)
{
	if (unlikely(!state->announced))
		wn_send_process(session, scratch, state);
}

void wn_send_scope(struct wn_session *session);

#endif
