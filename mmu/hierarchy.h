/*
 * An access of data by a hart, in one line, as models_data makes it: inline
 * for the path that misses most often (mmu/line.c). The rest of the hierarchy
 * is in mmu/hierarchy.c.
 */
#ifndef QUIRE_MMU_HIERARCHY_H
#define QUIRE_MMU_HIERARCHY_H

#include "mmu/models.h"

/* Another hart is about to access the line: a load cleans it here, a store
 * takes it away. */
void hierarchy_snoop(struct mmu *m, uint64_t line, bool is_write);
/* Reads a line from the L2, or beyond. */
void hierarchy_read(struct mmu *m, const struct cache *l1, uint64_t line);
/* A dirty line of L1D that is about to go, or to be clean. */
void hierarchy_write_back(struct models *s, uint32_t way);
/* Bytes that L1D does not keep for itself. */
void hierarchy_write_through(struct models *s, uint64_t pa, unsigned len);

/* The way of an L1 that a fill takes: stamps may lack the latest uses. */
static ALWAYS_INLINE uint32_t hierarchy_l1_victim(struct filter *f,
                                                  struct cache *c,
                                                  uint64_t line)
{
    uint32_t first = cache_first_of_set(c, line), ways = c->geometry.ways;

    if (LIKELY(c->geometry.replacement == REPLACE_LRU))
        return ways == 8 ? filter_oldest_way(f, first, 8)
                         : filter_oldest_way(f, first, ways);
    if (c->geometry.replacement == REPLACE_PLRU)
        filter_settle_ways(f, first, ways);
    return replace_victim(&c->order, first);
}

static ALWAYS_INLINE uint32_t hierarchy_fill_l1d(struct mmu *m, uint64_t line)
{
    struct models *s = m->models;
    struct cache *c = &s->l1d;
    uint32_t way = hierarchy_l1_victim(s->data, c, line);

    if (c->is_dirty[way])
        hierarchy_write_back(s, way);
    filter_kill_way(s->data, way);
    hierarchy_read(m, c, line);
    cache_put(c, way, line);
    replace_fill(&c->order, way, filter_tick(s->data));
    return way;
}

/* A store of bytes in a line that L1D has. */
static ALWAYS_INLINE void hierarchy_write_way(struct models *s, uint32_t way,
                                              uint64_t pa, unsigned len)
{
    if (UNLIKELY(s->l1d.geometry.is_write_through))
        hierarchy_write_through(s, pa, len);
    else
        s->l1d.is_dirty[way] = true;
}

static ALWAYS_INLINE uint32_t hierarchy_data(struct mmu *m, uint64_t pa,
                                             unsigned len, bool is_write)
{
    struct models *s = m->models;
    struct cache *c = &s->l1d;
    uint64_t line = pa >> c->line_shift;
    uint32_t way = cache_find(c, line);
    bool is_hit = way != CACHE_NO_WAY;

    c->stats.accesses++;
    if (!is_hit)
        cache_count_miss(c, line);
    if (m->n_harts > 1 && (!is_hit || (is_write && !c->is_dirty[way])))
        hierarchy_snoop(m, line, is_write);
    if (is_hit) {
        replace_touch(&c->order, way, filter_tick(s->data));
        if (!is_write)
            cache_note(c, way, CACHE_READ);
    } else if (is_write && UNLIKELY(c->geometry.is_no_allocate)) {
        filter_tick(s->data);
        hierarchy_write_through(s, pa, len);
        return CACHE_NO_WAY;
    } else {
        way = hierarchy_fill_l1d(m, line);
    }
    if (is_write)
        hierarchy_write_way(s, way, pa, len);
    return way;
}

#endif
