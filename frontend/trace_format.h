/*
 * How a tracepoint's arguments become text. A format is the text itself with
 * fields in braces, each `{KIND ARGUMENT}` or `{KIND ARGUMENT TYPE.MEMBER}`:
 *
 *     page={p 0} pfn=0x{pfn 0} order={d 1} gfp_flags={gfp 2}
 *     comm={comm 0} pid={d 0 task_struct.pid}
 *
 * An argument is counted from 0; with a member it points to the structure.
 * `caller` in its place is the address to which the function returns.
 * What the guest's memory does not have is printed as `?`.
 */
#ifndef QUIRE_FRONTEND_TRACE_FORMAT_H
#define QUIRE_FRONTEND_TRACE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "machine/kernel_peek.h"
#include "machine/symbols.h"
#include "machine/tracepoints.h"

#define TRACE_PIECES 40
/* The index of a value that every event has: where its function returns. */
#define TRACE_CALLER TRACE_ARGUMENTS
#define TRACE_LINE_MAX 1024

/* An argument, or a member of what it points to. */
struct trace_value {
    uint64_t bits;   /* zero-extended */
    unsigned size;   /* in bytes */
    uint64_t second; /* the argument after it, for kinds of two */
};

/* A line under way; what does not fit is left out. */
struct trace_text {
    char text[TRACE_LINE_MAX];
    size_t length;
};

void trace_put(struct trace_text *t, const char *format, ...) PRINTF_LIKE(2, 3);

/* Whom the kinds ask. */
struct trace_guest {
    struct kernel_peek peek;
    struct symbols *symbols;
    unsigned word; /* bytes of a pointer */
};

struct trace_kind;

struct trace_piece {
    const char *literal; /* before the field */
    int literal_length;
    const struct trace_kind *kind; /* NULL: the end of the format */
    unsigned argument;
    bool has_member;
    struct symbol_member member; /* size 0: this build has none */
};

struct trace_format {
    struct trace_piece pieces[TRACE_PIECES];
    unsigned n_pieces;
    unsigned n_arguments; /* that it needs, the caller apart */
};

/* False: the text is no format. It must outlive the result; members are
 * looked up in `symbols`. */
MUST_USE bool trace_format_parse(struct trace_format *f, const char *text,
                                 struct symbols *symbols);
/* The fields of the values. */
void trace_format_put(const struct trace_format *f, const struct trace_guest *g,
                      const struct trace_value *values, struct trace_text *to);

/* The function at pc as ftrace prints it: `name+0x1c/0x80`, or `name` alone. */
void trace_put_function(struct trace_text *t, struct symbols *s, uint64_t pc,
                        bool has_offset);

#endif
