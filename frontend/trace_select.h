/*
 * Which events and functions of a kernel a list of patterns means, and where
 * they stand in memory.
 */
#ifndef QUIRE_FRONTEND_TRACE_SELECT_H
#define QUIRE_FRONTEND_TRACE_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "machine/symbols.h"
#include "machine/tracepoints.h"

/* A place that is traced. */
struct trace_probe {
    uint64_t pa;
    const struct tracepoint *event; /* or NULL: the function */
    const char *function;
};

struct trace_selection {
    struct trace_probe *probes; /* by address; free() them */
    size_t n;
    bool has_events;
};

/*
 * Patterns are separated by commas; `*`, `?` and `[..]` are the shell's. One
 * that matches the name PROVIDER:EVENT of any event means these; else, without
 * a colon, it means functions. False: a pattern means nothing, or the notes
 * are wrong; `error` says which, and the nearest name.
 */
MUST_USE bool trace_select(struct symbols *s, const char *patterns,
                           struct trace_selection *selection, char *error,
                           size_t size);

/* The names of all events, sorted, each once; free() the array and its
 * strings. */
MUST_USE bool trace_event_names(struct symbols *s, char ***names, size_t *n,
                                char *error, size_t size);

#endif
