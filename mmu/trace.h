/*
 * The access trace: what the harts and DMA do to memory, in order, one line
 * each. docs/machine.md, "The trace", defines the lines; here they are only
 * written, through a buffer, as fast as a reader can want them.
 */
#ifndef QUIRE_MMU_TRACE_H
#define QUIRE_MMU_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct trace;

/* What stands in a line of kind i, r, w or x: one page of an access. */
struct trace_access {
    unsigned hart;
    bool is_translated; /* va, asid, level and is_global mean something */
    bool has_leaf;      /* level and is_global do; of an x line */
    bool is_global;
    unsigned level;
    unsigned size;
    uint64_t va, pa, asid;
};

/* Lines go to `fd`, which becomes the trace's own. */
struct trace *trace_new(int fd);
/* Writes what is left and closes the file; 0, or the errno of the first
 * write that failed. Accepts NULL. */
MUST_USE int trace_close(struct trace *t);
/* The errno of a write that has failed so far, or 0. What follows is lost. */
int trace_error(const struct trace *t);

/* kind: 'i', 'r' or 'w'. */
void trace_access(struct trace *t, char kind, const struct trace_access *a);
/* The lookup of an access of that kind which did not happen. */
void trace_refused(struct trace *t, char kind, const struct trace_access *a);
/* kind: 'p' or 'P'; the entry at a->pa, of a->level and a->size. */
void trace_walk(struct trace *t, char kind, const struct trace_access *a);
void trace_dma(struct trace *t, bool is_write, uint64_t pa, uint64_t size);
void trace_sfence(struct trace *t, unsigned hart, bool has_va, uint64_t va,
                  bool has_asid, uint64_t asid);
void trace_fence_i(struct trace *t, unsigned hart);
void trace_satp(struct trace *t, unsigned hart, uint64_t satp);
/* op: "clean", "flush" or "inval". */
void trace_cbo(struct trace *t, unsigned hart, const char *op, uint64_t pa);
/* The models were switched, or start anew. */
void trace_models(struct trace *t, bool are_on);

#endif
