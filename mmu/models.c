/*
 * The life of the modelled hierarchy, its counts, and its state.
 */
#include "mmu/models.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "mmu/replace.h"

#define INDEX_BITS 10 /* of Sv32, a level */

static uint32_t seed_of(const struct mmu_config *config, enum replace_kind kind)
{
    return replace_seed(config->seed, config->hart, kind);
}

static void init_tlbs(struct models *s, const struct mmu_config *config)
{
    tlb_init(&s->itlb, &config->itlb, INDEX_BITS,
             seed_of(config, REPLACE_ITLB));
    tlb_init(&s->dtlb, &config->dtlb, INDEX_BITS,
             seed_of(config, REPLACE_DTLB));
    if (config->l2tlb.entries)
        tlb_init(&s->l2tlb, &config->l2tlb, INDEX_BITS,
                 seed_of(config, REPLACE_L2TLB));
}

static void init_filter(struct models *s, struct filter *f, struct cache *c,
                        struct tlb *t)
{
    unsigned bytes = s->has_caches ? c->geometry.line_bytes : MMU_PAGE_SIZE;

    filter_init(f, bytes, s->has_caches ? c->n_lines : 0, t->geometry.entries,
                s->has_caches ? c->order.touched : &s->sink,
                s->has_tlbs ? t->order.touched : &s->sink);
}

struct models *models_new(struct mmu *m, struct cache *l2)
{
    const struct mmu_config *config = &m->config;
    bool has_tlbs = config->itlb.entries && config->dtlb.entries;
    bool has_caches = config->l1i.size_bytes && config->l1d.size_bytes;
    struct models *s;

    if (!has_tlbs && !has_caches)
        return NULL;
    s = alloc_zeroed(1, sizeof *s);
    s->has_tlbs = has_tlbs;
    s->has_caches = has_caches;
    s->l2 = has_caches ? l2 : NULL;
    s->data = &m->data_filter;
    s->fetch = &m->fetch_filter;
    if (has_tlbs)
        init_tlbs(s, config);
    if (has_caches) {
        cache_init(&s->l1i, &config->l1i, seed_of(config, REPLACE_L1I));
        cache_init(&s->l1d, &config->l1d, seed_of(config, REPLACE_L1D));
    }
    init_filter(s, s->data, &s->l1d, &s->dtlb);
    init_filter(s, s->fetch, &s->l1i, &s->itlb);
    return s;
}

void models_delete(struct models *s)
{
    if (!s)
        return;
    tlb_free(&s->itlb);
    tlb_free(&s->dtlb);
    tlb_free(&s->l2tlb);
    cache_free(&s->l1i);
    cache_free(&s->l1d);
    filter_free(s->data);
    filter_free(s->fetch);
    free(s);
}

void models_clear(struct mmu *m)
{
    struct models *s = m->models;

    filter_kill_all(s->data);
    filter_kill_all(s->fetch);
    tlb_clear(&s->itlb);
    tlb_clear(&s->dtlb);
    tlb_clear(&s->l2tlb);
    cache_clear(&s->l1i);
    cache_clear(&s->l1d);
    m->fetch_line = FILTER_NO_TAG;
}

void models_settle(struct mmu *m)
{
    struct models *s = m->models;
    uint64_t n = filter_count_hits(s->data);

    if (m->data.scheme)
        s->dtlb.stats.accesses += n;
    s->l1d.stats.accesses += n;
    n = filter_count_hits(s->fetch) + m->repeat_fetches;
    m->repeat_fetches = 0;
    if (m->fetch.scheme)
        s->itlb.stats.accesses += n;
    if (s->is_fetch_cached)
        s->l1i.stats.accesses += n;
}

static struct tlb_counts tlb_counts_of(const struct tlb *t)
{
    struct tlb_counts c = {t->stats.accesses,
                           t->stats.accesses - t->stats.misses,
                           t->stats.misses};

    return c;
}

static struct cache_counts cache_counts_of(const struct cache *c)
{
    struct cache_counts r = {
        c->stats.accesses, c->stats.accesses - c->stats.misses, c->stats.misses,
        c->stats.writebacks, c->stats.writethroughs};

    return r;
}

void models_count(struct mmu *m, struct mmu_counts *counts)
{
    const struct models *s = m->kept;

    if (m->models)
        models_settle(m);
    if (s->has_tlbs) {
        counts->itlb = tlb_counts_of(&s->itlb);
        counts->dtlb = tlb_counts_of(&s->dtlb);
        counts->l2tlb = tlb_counts_of(&s->l2tlb);
        counts->walks = s->walks;
    }
    if (s->has_caches) {
        counts->l1i = cache_counts_of(&s->l1i);
        counts->l1d = cache_counts_of(&s->l1d);
        if (s->l2)
            counts->l2 = cache_counts_of(s->l2);
    }
}

/* The order is about to be looked at. */
static void settle_uses(const struct mmu *m)
{
    filter_settle_all(m->models->data);
    filter_settle_all(m->models->fetch);
}

static const struct tlb *tlb_of(const struct mmu *m, enum mmu_tlb which)
{
    switch (which) {
    case MMU_ITLB:
        return &m->models->itlb;
    case MMU_DTLB:
        return &m->models->dtlb;
    case MMU_L2TLB:
        break;
    }
    return &m->models->l2tlb;
}

unsigned mmu_tlb_entries(const struct mmu *m, enum mmu_tlb which,
                         unsigned *ways)
{
    *ways = 0;
    if (!m->models)
        return 0;
    *ways = tlb_of(m, which)->geometry.ways;
    return tlb_of(m, which)->geometry.entries;
}

void mmu_tlb_look(const struct mmu *m, enum mmu_tlb which, unsigned slot,
                  struct tlb_view *view)
{
    settle_uses(m);
    tlb_look(tlb_of(m, which), slot, view);
}

static const struct cache *cache_of(const struct mmu *m, enum mmu_cache which)
{
    switch (which) {
    case MMU_L1I:
        return &m->models->l1i;
    case MMU_L1D:
        return &m->models->l1d;
    case MMU_L2:
        break;
    }
    return m->models->l2;
}

unsigned mmu_cache_lines(const struct mmu *m, enum mmu_cache which,
                         unsigned *ways, unsigned *line_bytes)
{
    const struct cache *c = m->models ? cache_of(m, which) : NULL;

    *ways = c ? c->geometry.ways : 0;
    *line_bytes = c ? c->geometry.line_bytes : 0;
    return c ? c->n_lines : 0;
}

void mmu_cache_look(const struct mmu *m, enum mmu_cache which, unsigned way,
                    struct cache_view *view)
{
    settle_uses(m);
    cache_look(cache_of(m, which), way, view);
}

uint64_t mmu_cache_set_misses(const struct mmu *m, enum mmu_cache which,
                              unsigned set)
{
    return cache_of(m, which)->set_misses[set];
}

static void archive_walks(struct walk_stats *w, struct archive *a)
{
    archive_u64(a, "walks", &w->walks);
    archive_u64(a, "walk_reads", &w->reads);
    archive_u64(a, "walk_updates", &w->updates);
}

void models_archive(struct mmu *m, struct archive *a)
{
    struct models *s = m->kept;

    if (m->models)
        models_settle(m);
    filter_settle_all(s->data);
    filter_settle_all(s->fetch);
    if (s->has_tlbs) {
        tlb_archive(&s->itlb, "itlb", a);
        tlb_archive(&s->dtlb, "dtlb", a);
        if (s->l2tlb.geometry.entries)
            tlb_archive(&s->l2tlb, "l2tlb", a);
    }
    if (s->has_caches) {
        cache_archive(&s->l1i, a);
        cache_archive(&s->l1d, a);
    }
    if (archive_is_stored(a))
        archive_walks(&s->walks, a);
    if (archive_is_loading(a)) {
        /* Stamps are ranks now, so the clocks can start again. */
        filter_reset(s->data);
        filter_reset(s->fetch);
        m->fetch_line = FILTER_NO_TAG;
    }
}
