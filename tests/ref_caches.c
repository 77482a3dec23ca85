/*
 * The caches of the reference: what goes through two levels, and DMA beside
 * them.
 */
#include "tests/ref_hierarchy.h"

#include <string.h>

static void l2_one(struct ref *r, uint64_t pa, bool is_write)
{
    struct ref_line *l = ref_cache_lookup(&r->l2, pa);

    r->l2.accesses++;
    r->l2.misses += !l;
    if (!l && is_write && r->l2.is_no_allocate) {
        r->l2.writethroughs++;
        return;
    }
    if (!l) {
        l = ref_cache_victim(&r->l2, pa);
        if (l->is_valid) {
            r->l2.writebacks += l->is_dirty;
            ref_cache_remove(&r->l2, l);
        }
        ref_cache_put(&r->l2, l, pa);
    }
    ref_cache_hit(&r->l2, l);
    if (is_write && r->l2.is_through)
        r->l2.writethroughs++;
    else if (is_write)
        l->is_dirty = true;
}

static void l2(struct ref *r, uint64_t pa, unsigned len, bool is_write)
{
    if (!r->l2.sets)
        return;
    for (uint64_t at = pa / r->l2.line_bytes * r->l2.line_bytes; at < pa + len;
         at += r->l2.line_bytes)
        l2_one(r, at, is_write);
}

static void clean(struct ref *r, struct ref_cache *c, struct ref_line *l)
{
    if (!l->is_dirty)
        return;
    c->writebacks++;
    l->is_dirty = false;
    l2(r, l->number * c->line_bytes, c->line_bytes, true);
}

/* One access of one line by one hart: `len` bytes of it. */
static void l1(struct ref *r, unsigned hart, struct ref_cache *c, uint64_t pa,
               unsigned len, bool is_write)
{
    bool is_data = c == &r->hart[hart].l1d;
    struct ref_line *l = ref_cache_lookup(c, pa);
    uint64_t missed;

    c->accesses++;
    c->misses += !l;
    for (unsigned i = 0; i < r->n_harts && is_data; i++) {
        struct ref_cache *other = &r->hart[i].l1d;
        struct ref_line *theirs =
            i == hart ? NULL : ref_cache_lookup(other, pa);

        if (theirs)
            clean(r, other, theirs);
        if (theirs && is_write)
            ref_cache_remove(other, theirs);
    }
    if (is_write && !l && c->is_no_allocate) {
        c->writethroughs++;
        l2(r, pa, len, true);
        return;
    }
    if (!l) {
        l = ref_cache_victim(c, pa);
        if (l->is_valid) {
            clean(r, c, l);
            ref_cache_remove(c, l);
        }
        missed = r->l2.misses;
        l2(r, pa / c->line_bytes * c->line_bytes, c->line_bytes, false);
        r->hart[hart].stalls += !r->l2.sets || r->l2.misses > missed ? 110 : 10;
        ref_cache_put(c, l, pa);
    }
    ref_cache_hit(c, l);
    if (is_write && c->is_through) {
        c->writethroughs++;
        l2(r, pa, len, true);
    } else if (is_write) {
        l->is_dirty = true;
    }
}

bool ref_in_ram(const struct ref *r, uint64_t pa)
{
    return pa >= r->base_pa && pa < r->base_pa + r->size;
}

void ref_cached(struct ref *r, unsigned hart, struct ref_cache *c, uint64_t pa,
                unsigned len, bool is_write)
{
    if (!r->has_caches || !ref_in_ram(r, pa))
        return;
    for (uint64_t end = pa + len, next; pa < end; pa = next) {
        next = (pa / c->line_bytes + 1) * c->line_bytes;
        if (next > end)
            next = end;
        l1(r, hart, c, pa, (unsigned)(next - pa), is_write);
    }
}

void ref_fence_i(struct ref *r, unsigned hart)
{
    struct ref_cache *c = &r->hart[hart].l1i;

    if (c->sets)
        memset(c->lines, 0, (size_t)c->sets * c->ways * sizeof *c->lines);
}

static void drop(struct ref_cache *c, uint64_t pa)
{
    struct ref_line *l = c->sets ? ref_cache_lookup(c, pa) : NULL;

    if (l)
        ref_cache_remove(c, l);
}

static void dma_byte(struct ref *r, bool is_write, uint64_t pa)
{
    struct ref_line *l;

    for (unsigned i = 0; i < r->n_harts; i++) {
        struct ref_hart *h = &r->hart[i];

        if (is_write) {
            drop(&h->l1d, pa);
            drop(&h->l1i, pa);
        } else if ((l = ref_cache_lookup(&h->l1d, pa))) {
            clean(r, &h->l1d, l);
        }
    }
    if (is_write) {
        drop(&r->l2, pa);
    } else if (r->l2.sets && (l = ref_cache_lookup(&r->l2, pa)) &&
               l->is_dirty) {
        l->is_dirty = false;
        r->l2.writebacks++;
    }
}

void ref_dma(struct ref *r, bool is_write, uint64_t pa, uint64_t len)
{
    for (unsigned i = 0; i < r->n_harts; i++) {
        struct ref_hart *h = &r->hart[i];

        if (is_write && h->is_reserved && h->reserved_pa < pa + len &&
            pa < h->reserved_pa + h->reserved_size)
            h->is_reserved = false;
    }
    for (uint64_t i = 0; i < len && r->has_caches; i++)
        dma_byte(r, is_write, pa + i);
}
