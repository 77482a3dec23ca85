/*
 * A hash table of places.
 */
#include "frontend/jit_count.h"

#include <stdlib.h>

#include "base/alloc.h"

static struct jit_place **find(const struct jit_counts *c, unsigned hart,
                               enum privilege priv, uint64_t pa)
{
    uint64_t hash = (pa >> 1 ^ (uint64_t)priv << 40 ^ (uint64_t)hart << 44) *
                    UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (size_t)(hash >> 20) & (c->n_buckets - 1);

    for (;; i = (i + 1) & (c->n_buckets - 1)) {
        const struct jit_place *p = c->buckets[i];

        if (!p || (p->pa == pa && p->priv == priv && p->hart == hart))
            return &c->buckets[i];
    }
}

static void grow(struct jit_counts *c)
{
    struct jit_counts larger = {.n = c->n};

    larger.n_buckets = c->n_buckets ? 2 * c->n_buckets : 1024;
    larger.buckets = alloc_zeroed(larger.n_buckets, sizeof *larger.buckets);
    for (size_t i = 0; i < c->n_buckets; i++) {
        struct jit_place *p = c->buckets[i];

        if (p)
            *find(&larger, p->hart, p->priv, p->pa) = p;
    }
    free(c->buckets);
    *c = larger;
}

struct jit_place *jit_counts_at(struct jit_counts *c, unsigned hart,
                                enum privilege priv, uint64_t pa)
{
    struct jit_place **at;

    if (2 * (c->n + 1) > c->n_buckets)
        grow(c);
    at = find(c, hart, priv, pa);
    if (!*at) {
        *at = alloc_zeroed(1, sizeof **at);
        **at = (struct jit_place){.hart = hart, .priv = priv, .pa = pa};
        c->n++;
    }
    return *at;
}

/* Equal ones by hart and address, so that equal runs give equal lists. */
static int compare(const void *a, const void *b)
{
    const struct jit_place *p = *(struct jit_place *const *)a;
    const struct jit_place *q = *(struct jit_place *const *)b;

    if (p->entries != q->entries)
        return p->entries > q->entries ? -1 : 1;
    if (p->hart != q->hart)
        return p->hart < q->hart ? -1 : 1;
    if (p->pa != q->pa)
        return p->pa < q->pa ? -1 : 1;
    return (int)p->priv - (int)q->priv;
}

struct jit_place **jit_counts_sorted(const struct jit_counts *c)
{
    struct jit_place **list = alloc_zeroed(c->n + 1, sizeof *list);
    size_t n = 0;

    for (size_t i = 0; i < c->n_buckets; i++)
        if (c->buckets[i])
            list[n++] = c->buckets[i];
    qsort(list, n, sizeof *list, compare);
    return list;
}

void jit_counts_free(struct jit_counts *c)
{
    for (size_t i = 0; i < c->n_buckets; i++)
        free(c->buckets[i]);
    free(c->buckets);
    *c = (struct jit_counts){0};
}
