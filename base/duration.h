/*
 * Durations as text: a number with ns, us, ms or s.
 */
#ifndef QUIRE_BASE_DURATION_H
#define QUIRE_BASE_DURATION_H

#include <stdint.h>

#include "base/compiler.h"

/* Reads one at the start of `text`, as nanoseconds. Returns what comes behind
 * it, or NULL if there is none or it does not fit. */
MUST_USE const char *duration_parse(const char *text, uint64_t *ns);

#endif
