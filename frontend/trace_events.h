/*
 * The events that traces know: how Linux prints each (TP_printk of v5.15).
 * An event without a row is printed with its raw arguments.
 */
#ifndef QUIRE_FRONTEND_TRACE_EVENTS_H
#define QUIRE_FRONTEND_TRACE_EVENTS_H

#include <stddef.h>

struct trace_event {
    const char *provider, *name;
    const char *format; /* see frontend/trace_format.h */
};

extern const struct trace_event trace_events[];
extern const size_t trace_events_count;

/* The row of an event, or NULL. */
const struct trace_event *trace_event_find(const char *provider,
                                           const char *name);

#endif
