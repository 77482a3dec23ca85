/*
 * The caches of the modelled hierarchy: a hart's accesses go to its L1, on a
 * miss to the shared L2. Data in the L1Ds of several harts is kept coherent:
 * a dirty line is in one L1D only. Each line that leaves or is cleaned takes
 * its entries in the filter along. Nothing that is written through, and no
 * store that fills nothing, enters the filter, so all of these come here.
 */
#include "mmu/hierarchy.h"

/* Bytes of an L1 that are read from or written to the L2: one access a line
 * of it. Returns whether all of them hit. */
static ALWAYS_INLINE bool l2_access(const struct models *s, uint64_t pa,
                                    uint64_t len, bool is_write)
{
    uint64_t end = pa + len;
    bool is_hit = true;

    if (!s->l2)
        return false;
    pa &= ~(uint64_t)(s->l2->geometry.line_bytes - 1);
    do {
        is_hit &= cache_access(s->l2, pa, is_write);
        pa += s->l2->geometry.line_bytes;
    } while (UNLIKELY(pa < end));
    return is_hit;
}

void hierarchy_read(struct mmu *m, const struct cache *l1, uint64_t line)
{
    bool is_hit = l2_access(m->models, line << l1->line_shift,
                            l1->geometry.line_bytes, false);

    mmu_stall(m, STALL_L1_MISS + (is_hit ? 0 : STALL_L2_MISS));
}

static uint64_t line_pa(const struct cache *c, uint32_t way)
{
    return c->line[way] << c->line_shift;
}

void hierarchy_write_back(struct models *s, uint32_t way)
{
    s->l1d.stats.writebacks++;
    cache_note(&s->l1d, way, CACHE_WRITE_BACK);
    l2_access(s, line_pa(&s->l1d, way), s->l1d.geometry.line_bytes, true);
    s->l1d.is_dirty[way] = false;
}

static void clean_l1d(struct models *s, uint32_t way)
{
    if (!s->l1d.is_dirty[way])
        return;
    filter_clean_way(s->data, way);
    hierarchy_write_back(s, way);
}

static void drop_l1d(struct models *s, uint32_t way)
{
    filter_kill_way(s->data, way);
    cache_invalidate(&s->l1d, way);
}

void hierarchy_snoop(struct mmu *m, uint64_t line, bool is_write)
{
    for (unsigned i = 0; i < m->n_harts; i++) {
        struct models *s = m->harts[i]->models;
        uint32_t way;

        if (m->harts[i] == m)
            continue;
        way = cache_find(&s->l1d, line);
        if (way == CACHE_NO_WAY)
            continue;
        clean_l1d(s, way);
        if (is_write)
            drop_l1d(s, way);
    }
}

void hierarchy_write_through(struct models *s, uint64_t pa, unsigned len)
{
    s->l1d.stats.writethroughs++;
    l2_access(s, pa, len, true);
}

uint32_t models_data(struct mmu *m, uint64_t pa, unsigned len, bool is_write)
{
    return hierarchy_data(m, pa, len, is_write);
}

uint32_t models_data_span(struct mmu *m, uint64_t pa, unsigned len,
                          bool is_write)
{
    unsigned bytes = m->models->l1d.geometry.line_bytes;
    unsigned room = bytes - (unsigned)(pa & (bytes - 1));

    if (len <= room)
        return models_data(m, pa, len, is_write);
    for (; len; room = bytes) {
        unsigned part = len < room ? len : room;

        models_data(m, pa, part, is_write);
        pa += part;
        len -= part;
    }
    return CACHE_NO_WAY;
}

static void drop_l1i(struct mmu *m, uint32_t way)
{
    struct models *s = m->models;

    filter_kill_way(s->fetch, way);
    cache_invalidate(&s->l1i, way);
    m->fetch_line = FILTER_NO_TAG;
}

uint32_t models_insn(struct mmu *m, uint64_t pa)
{
    struct models *s = m->models;
    struct cache *c = &s->l1i;
    uint64_t line = pa >> c->line_shift;
    uint32_t way = cache_find(c, line);

    c->stats.accesses++;
    if (way != CACHE_NO_WAY) {
        replace_touch(&c->order, way, filter_tick(s->fetch));
        cache_note(c, way, CACHE_FETCH);
        return way;
    }
    cache_count_miss(c, line);
    way = hierarchy_l1_victim(s->fetch, c, line);
    if (c->line[way] != CACHE_NO_LINE)
        drop_l1i(m, way);
    hierarchy_read(m, c, line);
    cache_put(c, way, line);
    replace_fill(&c->order, way, filter_tick(s->fetch));
    return way;
}

void models_drop_l1i(struct mmu *m)
{
    struct models *s = m->models;

    filter_kill_all(s->fetch);
    cache_empty(&s->l1i);
    m->fetch_line = FILTER_NO_TAG;
}

void models_each_line(struct mmu *m, uint64_t pa, uint64_t len,
                      void (*act)(struct mmu *m, uint64_t pa))
{
    const struct models *s = m->models;
    unsigned shift = s->l1d.line_shift;

    if (s->l1i.line_shift < shift)
        shift = s->l1i.line_shift;
    if (s->l2 && s->l2->line_shift < shift)
        shift = s->l2->line_shift;
    for (uint64_t line = pa >> shift; line <= (pa + len - 1) >> shift; line++)
        act(m, line << shift);
}

static void read_line(struct mmu *m, uint64_t pa)
{
    struct cache *l2 = m->models->l2;
    uint32_t way;

    for (unsigned i = 0; i < m->n_harts; i++) {
        struct models *s = m->harts[i]->models;

        way = cache_find(&s->l1d, pa >> s->l1d.line_shift);
        if (way != CACHE_NO_WAY)
            clean_l1d(s, way);
    }
    if (!l2)
        return;
    way = cache_find(l2, pa >> l2->line_shift);
    if (way == CACHE_NO_WAY || !l2->is_dirty[way])
        return;
    cache_note(l2, way, CACHE_WRITE_BACK);
    l2->is_dirty[way] = false;
    l2->stats.writebacks++;
}

static void drop_data_line(struct mmu *m, uint64_t pa)
{
    struct cache *l2 = m->models->l2;
    uint32_t way;

    for (unsigned i = 0; i < m->n_harts; i++) {
        struct models *s = m->harts[i]->models;

        way = cache_find(&s->l1d, pa >> s->l1d.line_shift);
        if (way != CACHE_NO_WAY)
            drop_l1d(s, way);
    }
    if (!l2)
        return;
    way = cache_find(l2, pa >> l2->line_shift);
    if (way != CACHE_NO_WAY)
        cache_invalidate(l2, way);
}

static void write_line(struct mmu *m, uint64_t pa)
{
    drop_data_line(m, pa);
    for (unsigned i = 0; i < m->n_harts; i++) {
        struct models *s = m->harts[i]->models;
        uint32_t way = cache_find(&s->l1i, pa >> s->l1i.line_shift);

        if (way != CACHE_NO_WAY)
            drop_l1i(m->harts[i], way);
    }
}

static void flush_line(struct mmu *m, uint64_t pa)
{
    read_line(m, pa);
    drop_data_line(m, pa);
}

void models_dma_read(struct mmu *m, uint64_t pa, uint64_t len)
{
    if (UNLIKELY(m->models->l1d.marks != NULL))
        models_stale_read(m, pa, len);
    else
        models_each_line(m, pa, len, read_line);
}

void models_dma_write(struct mmu *m, uint64_t pa, uint64_t len)
{
    if (UNLIKELY(m->models->l1d.marks != NULL))
        models_stale_write(m, pa, len);
    else
        models_each_line(m, pa, len, write_line);
}

void models_cbo(struct mmu *m, uint64_t pa, enum mmu_cbo op)
{
    static void (*const act[])(struct mmu * m, uint64_t pa) = {
        [MMU_CBO_CLEAN] = read_line,
        [MMU_CBO_FLUSH] = flush_line,
        [MMU_CBO_INVAL] = drop_data_line,
    };

    models_each_line(m, pa, MMU_BLOCK_BYTES, act[op]);
}
