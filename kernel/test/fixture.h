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

/* The path below `top` of the deep file; its directories' names fill nearly PATH_MAX. */
static inline void name_deep(char path[PATH_MAX], const char *top)
{
	int len = snprintf(path, PATH_MAX, "%s", top);

	for (int level = 0; level < DEEP_LEVELS; level++)
		len += snprintf(path + len, PATH_MAX - len, "/%0*d", DEEP_NAME_LEN, level);
	snprintf(path + len, PATH_MAX - len, "/bottom");
}

#endif
