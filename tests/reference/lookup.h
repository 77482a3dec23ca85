/*
 * One lookup of the reference's TLBs, and whether the trace agrees: p lines
 * where there must be a walk and nowhere else, and what an entry gives.
 */
#ifndef QUIRE_TESTS_REFERENCE_LOOKUP_H
#define QUIRE_TESTS_REFERENCE_LOOKUP_H

#include <stdbool.h>

#include "tests/reference/replay.h"

/* Each returns NULL, or what is wrong with the line. */

/* A p or P line: it waits for the line of its access. */
const char *lookup_walk_line(struct replay_hart *h, const struct event *e);

/* An i, r, w or x line; `is_store`: looked up as a store. */
const char *lookup_access(struct replay_hart *h, const struct event *e,
                          bool is_store);

/* The w line of an AMO, which looks nothing up. */
const char *lookup_amo_write(const struct event *r, const struct event *w);

#endif
