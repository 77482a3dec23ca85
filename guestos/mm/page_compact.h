/*
 * Compaction as the slow path of the page allocator calls it.
 */
#ifndef QUIRE_GUESTOS_MM_PAGE_COMPACT_H
#define QUIRE_GUESTOS_MM_PAGE_COMPACT_H

#include "internal.h"

/* Of one allocation. */
struct compact_state {
    enum compact_priority priority; /* of the next try */
    enum compact_result result;     /* of the last one */
    int retries;                    /* at this priority */
};

/* Compacts, and tries again; NULL: in vain, state->result says how. */
struct page *alloc_pages_direct_compact(gfp_t gfp, unsigned int order,
                                        unsigned int alloc_flags,
                                        struct compact_state *state);
/* Whether a further try may help, perhaps at another priority. */
bool should_compact_retry(gfp_t gfp, unsigned int order,
                          unsigned int alloc_flags,
                          struct compact_state *state);

#endif
