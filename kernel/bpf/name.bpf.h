/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * Names that programs pass: read, and hashed to tell them apart.
 *
 * The hash is two of 32 bits, each strongly universal: names differ in both
 * but by a chance of 2^-64, whoever chose them, as long as the keys are
 * secret. Multilinear-HM of Lemire and Kaser, "Strongly universal string
 * hashing is fast", The Computer Journal 57 (2014).
 */
#ifndef WINNOW_NAME_BPF_H
#define WINNOW_NAME_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "scratch.bpf.h"

#define SHORT_WORDS 8 /* of eight bytes: longer names take the slower way */
#define WORDS_INLINE 16
#define KEY_WORDS (sizeof(struct wn_key) / sizeof(__u64))

const volatile __u64 name_keys[WN_PATH_MAX / 8 + 1 + KEY_WORDS][4]; /* random numbers, set by the loader */

struct name_sums {
	__u64 high;
	__u64 low;
	__u32 len;
};

static __always_inline struct name_sums begin_sums(__u32 len)
{
	return (struct name_sums){.high = name_keys[0][0], .low = name_keys[0][1], .len = len};
}

static __always_inline __u64 end_sums(const struct name_sums *sums)
{
	return (sums->high & ~0xffffffffull) | sums->low >> 32;
}

/* What stands behind the name's end does not count. */
static __always_inline __u64 cut_word(__u64 word, __u32 index, __u32 len)
{
	return len < 8 * (index + 1) ? word & ~(~0ull << 8 * (len % 8)) : word;
}

static __always_inline void add_word(struct name_sums *sums, __u32 index, __u64 word)
{
	const volatile __u64 *keys = name_keys[index + 1];
	__u64 left = word >> 32, right = (__u32)word;

	sums->high += (keys[0] + left) * (keys[1] + right);
	sums->low += (keys[2] + left) * (keys[3] + right);
	/* Now, and not when all keys have been read to the stack. */
	barrier_var(sums->high);
	barrier_var(sums->low);
}

/* Of an access, as of a name whose words its key has: behind the longest name, so with numbers of their own. */
static __always_inline __u64 identity_of(const struct wn_key *key)
{
	struct name_sums sums = begin_sums(0);

	add_word(&sums, WN_PATH_MAX / 8, key->name_hash);
	add_word(&sums, WN_PATH_MAX / 8 + 1, key->base_inode);
	add_word(&sums, WN_PATH_MAX / 8 + 2, key->inode);
	add_word(&sums, WN_PATH_MAX / 8 + 3, key->devices);
	add_word(&sums, WN_PATH_MAX / 8 + 4, key->what);
	return end_sums(&sums);
}

static long add_later_word(__u32 index, void *context)
{
	struct name_sums *sums = context;
	struct scratch *scratch = scratch_of_cpu();

	index = (index + WORDS_INLINE) & (WN_PATH_MAX / 8 - 1);
	if (!scratch || 8 * index >= sums->len)
		return 1;
	add_word(sums, index, cut_word(scratch->name[index], index, sums->len));
	return 0;
}

/* Takes over what was read to the scratch: `size` bytes with the NUL. */
__noinline int take_name(__u32 size)
{
	struct scratch *scratch = scratch_of_cpu();
	struct name_sums sums = begin_sums((size - 1) & (WN_PATH_MAX - 1));

	if (!scratch)
		return 0;
	for (__u32 index = 0; index < WORDS_INLINE && 8 * index < sums.len; index++)
		add_word(&sums, index, cut_word(scratch->name[index], index, sums.len));
	if (sums.len > 8 * WORDS_INLINE)
		bpf_loop(WN_PATH_MAX / 8 - WORDS_INLINE, add_later_word, &sums, 0);
	scratch->name_len = sums.len;
	scratch->name_hash = end_sums(&sums);
	return 0;
}

__noinline int read_long_name(__u64 path)
{
	struct scratch *scratch = scratch_of_cpu();
	long size;

	if (!scratch)
		return -1;
	size = bpf_probe_read_user_str(scratch->name, WN_PATH_MAX, (void *)path);
	if (size > 0)
		take_name(size);
	return size;
}

/*
 * Reads a name from the program's memory; returns its size with the NUL, or
 * an error. By way of the stack, which the kernel's check of what it copies
 * to knows at once, and in registers from there.
 */
static __always_inline long read_name(struct scratch *scratch, __u64 path)
{
	__u64 words[SHORT_WORDS];
	long size = bpf_probe_read_user_str(words, sizeof(words), (void *)path);
	struct name_sums sums = begin_sums(size - 1);

	if (size == sizeof(words)) /* maybe cut */
		return read_long_name(path);
	if (size < 1)
		return size;
	for (__u32 index = 0; index < SHORT_WORDS && 8 * index < sums.len; index++) {
		scratch->name[index] = cut_word(words[index], index, sums.len);
		add_word(&sums, index, scratch->name[index]);
	}
	scratch->name_len = sums.len;
	scratch->name_hash = end_sums(&sums);
	return size;
}

/* The same of a name in the kernel's memory. */
static __always_inline long read_kernel_name(struct scratch *scratch, const char *name)
{
	long size = bpf_probe_read_kernel_str(scratch->name, WN_PATH_MAX, name);

	if (size > 0)
		take_name(size);
	return size;
}

static __always_inline bool is_absolute(const struct scratch *scratch)
{
	return (scratch->name[0] & 0xff) == '/';
}

#endif
