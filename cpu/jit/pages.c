/*
 * Which frames have translated code, and where it begins: a table of entry
 * points by halfword for each frame and privilege. What has none leads to the
 * stub that asks for a translation, so generated code jumps without a test.
 */
#include "cpu/jit/internal.h"

static unsigned bucket_of(uint64_t pa)
{
    return (unsigned)(pa >> MMU_PAGE_SHIFT) & (JIT_BUCKETS - 1);
}

struct jit_page *jit_find_page(const struct jit *j, uint64_t pa,
                               enum privilege priv)
{
    struct jit_page *page = j->buckets[bucket_of(pa)];

    while (page && (page->pa != pa || page->priv != priv))
        page = page->next_in_bucket;
    return page;
}

void jit_empty_page(struct jit *j, struct jit_page *page)
{
    uint32_t none = (uint32_t)(j->exit_pc - j->rw);

    for (unsigned i = 0; i < JIT_PAGE_ENTRIES; i++)
        page->entries[i] = none;
}

struct jit_page *jit_add_page(struct jit *j, uint64_t pa, enum privilege priv)
{
    struct jit_page *page;

    if (j->n_pages == j->max_pages)
        return NULL;
    page = &j->pool[j->n_pages++];
    page->pa = pa;
    page->priv = priv;
    page->next_in_bucket = j->buckets[bucket_of(pa)];
    j->buckets[bucket_of(pa)] = page;
    jit_empty_page(j, page);
    return page;
}
