/*
 * DMA that the caches do not follow (-dma coherent=off): which lines real
 * hardware would have had stale, and who uses them. The data itself is always
 * that of DRAM; what is found here, the host is told and the guest never
 * notices.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "mmu/models.h"

/* Of a way: DMA has written its line since the fill; and the uses that were
 * reported since then. */
#define MARK_STALE 1u
#define MARK_SAID(use) (2u << (use))

void cache_watch_dma(struct cache *c, const struct cache_watch *watch)
{
    if (!c->marks)
        c->marks = alloc_zeroed(c->n_lines, sizeof *c->marks);
    c->watch = *watch;
}

void cache_note_marked(struct cache *c, uint32_t way, enum cache_use use)
{
    if (use != CACHE_DMA_READ && !(c->marks[way] & MARK_STALE))
        return;
    if (c->marks[way] & MARK_SAID(use))
        return;
    c->marks[way] |= (uint8_t)MARK_SAID(use);
    c->watch.found(c->watch.ctx, c, use, c->line[way] << c->line_shift);
}

/* The way of c that has pa's line, marked as written by DMA. */
static uint32_t mark(struct cache *c, uint64_t pa)
{
    uint32_t way = cache_find(c, pa >> c->line_shift);

    if (way != CACHE_NO_WAY)
        c->marks[way] = MARK_STALE;
    return way;
}

static void mark_line(struct mmu *m, uint64_t pa)
{
    for (unsigned i = 0; i < m->n_harts; i++) {
        struct mmu *hart = m->harts[i];
        struct models *s = hart->models;
        uint32_t way = mark(&s->l1d, pa);

        /* The next hit must come by the model to be seen. */
        if (way != CACHE_NO_WAY)
            filter_kill_way(s->data, way);
        way = mark(&s->l1i, pa);
        if (way != CACHE_NO_WAY)
            filter_kill_way(s->fetch, way);
        hart->fetch_line = FILTER_NO_TAG;
    }
    if (m->models->l2)
        (void)mark(m->models->l2, pa);
}

static void note_dirty(struct cache *c, uint64_t pa)
{
    uint32_t way = cache_find(c, pa >> c->line_shift);

    if (way != CACHE_NO_WAY && c->is_dirty[way])
        cache_note_marked(c, way, CACHE_DMA_READ);
}

static void note_dirty_line(struct mmu *m, uint64_t pa)
{
    for (unsigned i = 0; i < m->n_harts; i++)
        note_dirty(&m->harts[i]->models->l1d, pa);
    if (m->models->l2)
        note_dirty(m->models->l2, pa);
}

void models_stale_read(struct mmu *m, uint64_t pa, uint64_t len)
{
    models_each_line(m, pa, len, note_dirty_line);
}

void models_stale_write(struct mmu *m, uint64_t pa, uint64_t len)
{
    models_each_line(m, pa, len, mark_line);
}

const char *mmu_cache_name(const struct mmu *m, const struct cache *c)
{
    const struct models *s = m->kept;

    if (!s)
        return NULL;
    return c == &s->l1i   ? "l1i"
           : c == &s->l1d ? "l1d"
           : c == s->l2   ? "l2"
                          : NULL;
}

void mmu_watch_dma(struct mmu *m, const struct cache_watch *watch)
{
    struct models *s = m->kept;

    if (!s || !s->has_caches)
        return;
    cache_watch_dma(&s->l1i, watch);
    cache_watch_dma(&s->l1d, watch);
    if (s->l2)
        cache_watch_dma(s->l2, watch);
}

bool mmu_hits_unseen(const struct mmu *m)
{
    return !m->sees_all && !(m->models && m->models->l1i.marks);
}
