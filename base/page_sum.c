/*
 * A digest of a large memory, kept up page by page. Pages of zeroes add
 * nothing, so that memory which was never touched need not be.
 */
#include "base/page_sum.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/alloc.h"
#include "base/bits.h"

#define PAGE (UINT64_C(1) << PAGE_SUM_SHIFT)

static uint64_t pages_of(uint64_t size)
{
    return (size + PAGE - 1) >> PAGE_SUM_SHIFT;
}

static uint64_t words_of(uint64_t size)
{
    return (pages_of(size) + 63) / 64;
}

void page_sum_init(struct page_sum *s, const void *bytes, uint64_t size)
{
    s->bytes = bytes;
    s->size = size;
    s->written = alloc_zeroed(words_of(size) + 1, sizeof *s->written);
    s->digest = alloc_zeroed(pages_of(size) + 1, sizeof *s->digest);
    s->sum = 0;
}

void page_sum_free(struct page_sum *s)
{
    free(s->written);
    free(s->digest);
    memset(s, 0, sizeof *s);
}

void page_sum_mark(struct page_sum *s, uint64_t at, uint64_t len)
{
    uint64_t last = (at + len - 1) >> PAGE_SUM_SHIFT;

    if (!len)
        return;
    for (uint64_t page = at >> PAGE_SUM_SHIFT; page <= last; page++)
        s->written[page / 64] |= UINT64_C(1) << page % 64;
}

/* Its place is in it: two pages that change places are another memory. */
static uint64_t digest_of(const struct page_sum *s, uint64_t page)
{
    uint64_t at = page << PAGE_SUM_SHIFT, left = s->size - at;
    size_t n = (size_t)(left < PAGE ? left : PAGE);

    return is_zeroed(s->bytes + at, n)
               ? 0
               : XXH3_64bits_withSeed(s->bytes + at, n, page);
}

uint64_t page_sum(struct page_sum *s)
{
    for (uint64_t word = 0; word < words_of(s->size); word++) {
        for (uint64_t rest = s->written[word]; rest; rest &= rest - 1) {
            uint64_t page = word * 64 + (unsigned)__builtin_ctzll(rest);
            uint64_t now = digest_of(s, page);

            s->sum += now - s->digest[page];
            s->digest[page] = now;
        }
        s->written[word] = 0;
    }
    return s->sum + s->size;
}

bool page_sum_check(const struct page_sum *s)
{
    uint64_t sum = 0;

    for (uint64_t page = 0; page < pages_of(s->size); page++) {
        sum += s->digest[page];
        if (!page_sum_is_marked(s, page << PAGE_SUM_SHIFT) &&
            digest_of(s, page) != s->digest[page])
            return false;
    }
    return sum == s->sum;
}
