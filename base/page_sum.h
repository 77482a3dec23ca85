/*
 * A digest of a large memory that is kept up page by page: who writes marks
 * the pages, and only those are read again when the digest is asked for. It
 * depends on what stands where alone, never on when it was asked for before.
 *
 * A page that is not marked is as it was at the last page_sum: who has been
 * given leave to write a page without marking it must be stopped first.
 */
#ifndef QUIRE_BASE_PAGE_SUM_H
#define QUIRE_BASE_PAGE_SUM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

#define PAGE_SUM_SHIFT 12

struct page_sum {
    const uint8_t *bytes; /* the owner's */
    uint64_t size;        /* in bytes */
    uint64_t *written;    /* a bit a page: marked */
    uint64_t *digest;     /* of each page at the last page_sum; 0 of zeroes */
    uint64_t sum;         /* of the digests */
};

/* `bytes` are zero now. */
void page_sum_init(struct page_sum *s, const void *bytes, uint64_t size);
void page_sum_free(struct page_sum *s);

/* [at, at + len), within the memory, was or is about to be written. */
void page_sum_mark(struct page_sum *s, uint64_t at, uint64_t len);

static inline bool page_sum_is_marked(const struct page_sum *s, uint64_t at)
{
    uint64_t page = at >> PAGE_SUM_SHIFT;

    return s->written[page / 64] >> page % 64 & 1;
}

/* The digest of all of it; no page is marked afterwards. */
uint64_t page_sum(struct page_sum *s);

/* Reads everything and changes nothing: false if a page that is not marked was
 * written, or the sum is not that of the digests. For tests. */
MUST_USE bool page_sum_check(const struct page_sum *s);

#endif
