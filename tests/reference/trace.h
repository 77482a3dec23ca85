/*
 * Lines of the access trace, docs/machine.md, "The trace".
 */
#ifndef QUIRE_TESTS_REFERENCE_TRACE_H
#define QUIRE_TESTS_REFERENCE_TRACE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* One line. A field that is `-`, or `*`, is not there. */
struct event {
    char kind;   /* the line's first letter */
    char access; /* i, r or w: its own kind, or what an x line looked up */
    unsigned hart;
    bool has_va, has_asid, has_level;
    uint32_t va;
    uint64_t pa; /* of s, the value; of z, the block */
    unsigned size;
    unsigned asid;
    unsigned level;
    bool is_global;
    char word[6]; /* of z, the operation; of m, on or off */
    uint64_t line;
};

/* Takes apart one line, without its newline. NULL, or what is wrong with it.
 * Sets all but `line`. */
const char *trace_parse(const char *text, struct event *e);

#endif
