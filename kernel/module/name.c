// SPDX-License-Identifier: GPL-2.0
/*
 * The hash is two of 32 bits, each strongly universal: names differ in both
 * but by a chance of 2^-64, whoever chose them, as long as the keys are
 * secret. Multilinear-HM of Lemire and Kaser, "Strongly universal string
 * hashing is fast", The Computer Journal 57 (2014).
 */
#include <linux/cache.h>
#include <linux/random.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <asm/word-at-a-time.h>

#include "name.h"
#include "user.h"

#define SHORT_WORDS 32 /* longer names take the slower way */

/* The first ones begin the sums. */
static u64 keys[WN_PATH_MAX / 8 + 1][4] __ro_after_init;

void wn_names_init(void)
{
	get_random_bytes(keys, sizeof(keys));
}

struct sums {
	u64 high;
	u64 low;
};

static __always_inline struct sums begin_sums(void)
{
	return (struct sums){.high = keys[0][0], .low = keys[0][1]};
}

static __always_inline void add_word(struct sums *sums, u32 index, u64 word)
{
	const u64 *key = keys[index + 1];
	u64 left = word >> 32, right = (u32)word;

	sums->high += (key[0] + left) * (key[1] + right);
	sums->low += (key[2] + left) * (key[3] + right);
}

static __always_inline u64 end_sums(const struct sums *sums)
{
	return (sums->high & ~0xffffffffull) | sums->low >> 32;
}

void wn_take_name(struct wn_scratch *scratch, u32 size)
{
	const u64 *words = (const u64 *)scratch->name;
	struct sums sums = begin_sums();
	u32 index;

	memset(&scratch->name[size - 1], 0, 8);
	for (index = 0; 8 * index < size - 1; index++)
		add_word(&sums, index, words[index]);
	scratch->name_hash = end_sums(&sums);
}

/*
 * A short name, as a rule: by plain loads, and hashed on the way. The kernel's
 * own copying asks each time whether what it writes to may be written. Returns
 * 0 where it takes that to read the name: it is long, or a word that it ends
 * in reaches over the end of what is mapped.
 */
static long read_short(struct wn_scratch *scratch, const void __user *from)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	const u64 __user *words = from;
	u64 *to = (u64 *)scratch->name;
	struct sums sums = begin_sums();
	unsigned long word, zeros;
	u32 index, rest;

	if (!user_read_access_begin(words, 8 * SHORT_WORDS))
		return 0;
	for (index = 0; index < SHORT_WORDS; index++) {
		unsafe_get_user(word, &words[index], done);
		if (has_zero(word, &zeros, &constants))
			goto found;
		to[index] = word;
		add_word(&sums, index, word);
	}
done:
	user_read_access_end();
	return 0;
found:
	user_read_access_end();
	zeros = create_zero_mask(prep_zero_mask(word, zeros, &constants));
	rest = find_zero(zeros);
	word &= zero_bytemask(zeros);
	to[index] = word;
	if (rest)
		add_word(&sums, index, word);
	scratch->name_hash = end_sums(&sums);
	return 8 * index + rest + 1;
}

long wn_read_name(struct wn_scratch *scratch, const void __user *from)
{
	long size;

	pagefault_disable();
	size = read_short(scratch, from);
	pagefault_enable();
	if (size)
		return size;
	size = wn_read_user_string(scratch->name, from, WN_PATH_MAX);
	if (size > 0)
		wn_take_name(scratch, size);
	return size;
}
