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

    page->parts = 0;
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

void jit_start_part(struct jit *j, unsigned part)
{
    size_t stubs = (size_t)(j->stubs_end - j->rw);
    size_t bytes = ((j->bytes - stubs) / j->n_parts) & ~(size_t)63;
    size_t insns = j->max_insns / j->n_parts;

    j->part = part;
    j->code.at = j->stubs_end + part * bytes;
    j->cells = (uint8_t *)((uintptr_t)(j->code.at + bytes) & ~(uintptr_t)7);
    j->n_insns = part * insns;
    j->end_insns = j->n_insns + insns;
}

/* All code of a page goes at once, as it is linked. */
void jit_evict(struct jit *j)
{
    unsigned part = (j->part + 1) % j->n_parts;

    for (size_t i = 0; i < j->n_pages; i++) {
        if (j->pool[i].parts >> part & 1)
            jit_empty_page(j, &j->pool[i]);
    }
    j->drops++;
    jit_start_part(j, part);
}
