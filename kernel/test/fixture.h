/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What `fixture` makes and `accesses` expects. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <limits.h>
#include <stdio.h>

#define FIXTURE "/fixture"
#define IN(name) FIXTURE "/" name
#define BAD_NAME "caf\xe9\xff" /* no UTF-8 */
#define ODD_NAME "with \"quotes\" and 100%"
#define DEEP_LEVELS 15
#define DEEP_NAME_LEN 250
#define LEVELS 20 /* of directories in each other, and names of up to NAME_LENGTHS letters: more than the probe's shorter way takes */
#define NAME_LENGTHS 42

/* The path below `top` of the deep file; its directories' names fill nearly PATH_MAX. */
static inline void name_deep(char path[PATH_MAX], const char *top)
{
	int len = snprintf(path, PATH_MAX, "%s", top);

	for (int level = 0; level < DEEP_LEVELS; level++)
		len += snprintf(path + len, PATH_MAX - len, "/%0*d", DEEP_NAME_LEN, level);
	snprintf(path + len, PATH_MAX - len, "/bottom");
}

/* A directory that stands `level` levels below `levels` in `top`. */
static inline int name_level(char path[PATH_MAX], const char *top, int level)
{
	int len = snprintf(path, PATH_MAX, "%s/levels", top);

	for (int above = 0; above < level; above++)
		len += snprintf(path + len, PATH_MAX - len, "/%d", above);
	return len;
}

/* A file in the first of them, whose name has that many letters. */
static inline void name_of_length(char path[PATH_MAX], const char *top, int letters)
{
	int len = name_level(path, top, 1);

	snprintf(path + len, PATH_MAX - len, "/%0*d", letters, 0);
}

#endif
