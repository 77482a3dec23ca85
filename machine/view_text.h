/*
 * The text twin of the picture: the same snapshot in lines, for the monitor,
 * for scripts, and for tests that compare it with what the guest says.
 */
#ifndef QUIRE_MACHINE_VIEW_TEXT_H
#define QUIRE_MACHINE_VIEW_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/compiler.h"
#include "machine/view.h"

/* Prints one topic; false if there is none of that name. */
MUST_USE bool view_print(const struct view_snapshot *v, const char *topic,
                         FILE *out);

/* Name and meaning of topic i; NULL behind the last. */
const char *view_topic(size_t i, const char **meaning);

#endif
