/*
 * Caches without data: which line is where, which is dirty, and what moves
 * between the levels because of an access.
 */
#include "tests/reference/cache.h"

#include <string.h>

#include "tests/reference/memory.h"

#define NOWHERE (-1)

static void cache_make(struct cache *c, const struct cache_shape *shape,
                       uint32_t random)
{
    if (!shape->size_bytes)
        return;
    c->line_bytes = shape->line_bytes;
    c->is_write_through = shape->is_write_through;
    c->has_no_allocate = shape->has_no_allocate;
    c->line =
        memory_zeroed(shape->size_bytes / shape->line_bytes, sizeof(*c->line));
    sets_make(&c->sets,
              (unsigned)(shape->size_bytes / shape->ways / shape->line_bytes),
              shape->ways, shape->policy, random);
}

void caches_make(struct caches *c, const struct geometry *g)
{
    memset(c, 0, sizeof(*c));
    c->harts = g->harts;
    c->dram_end = DRAM_BASE + g->ram_bytes;
    c->is_dma_coherent = g->is_dma_coherent;
    for (unsigned i = 0; i < c->harts; i++) {
        cache_make(&c->l1i[i], &g->cache[L1I], sets_seed(g->seed, 8 * i));
        cache_make(&c->l1d[i], &g->cache[L1D], sets_seed(g->seed, 8 * i + 1));
    }
    cache_make(&c->l2, &g->cache[L2], sets_seed(g->seed, 2));
}

static void cache_free(struct cache *c)
{
    memory_free(c->line);
    sets_free(&c->sets);
}

void caches_free(struct caches *c)
{
    for (unsigned i = 0; i < c->harts; i++) {
        cache_free(&c->l1i[i]);
        cache_free(&c->l1d[i]);
    }
    cache_free(&c->l2);
}

void caches_reset_hart(struct caches *c, unsigned hart)
{
    sets_reset(&c->l1i[hart].sets);
    sets_reset(&c->l1d[hart].sets);
}

void caches_reset_shared(struct caches *c)
{
    sets_reset(&c->l2.sets);
}

static bool is_modelled(const struct cache *c)
{
    return c->sets.count;
}

static uint64_t line_of(const struct cache *c, uint64_t pa)
{
    return pa - pa % c->line_bytes;
}

static unsigned set_of(const struct cache *c, uint64_t pa)
{
    return (unsigned)(pa / c->line_bytes % c->sets.count);
}

static struct line *line_at(struct cache *c, unsigned set, unsigned way)
{
    return &c->line[set * c->sets.ways + way];
}

/* The way that holds the line of pa, or NOWHERE. */
static int find(struct cache *c, uint64_t pa)
{
    unsigned set = set_of(c, pa);

    for (unsigned way = 0; way < c->sets.ways; way++) {
        if (sets_valid(&c->sets, set, way) &&
            line_at(c, set, way)->pa == line_of(c, pa))
            return (int)way;
    }
    return NOWHERE;
}

/* Counts a lookup of pa's line; a hit is a touch. */
static int look_up(struct cache *c, uint64_t pa)
{
    int way = find(c, pa);

    c->accesses++;
    if (way == NOWHERE) {
        c->misses++;
        return way;
    }
    c->hits++;
    sets_touch(&c->sets, set_of(c, pa), (unsigned)way);
    return way;
}

static struct line *place(struct cache *c, uint64_t pa, unsigned way)
{
    struct line *line = line_at(c, set_of(c, pa), way);

    sets_fill(&c->sets, set_of(c, pa), way);
    *line = (struct line){.pa = line_of(c, pa)};
    return line;
}

/* One access to one line of the L2. */
static void l2_access(struct cache *l2, uint64_t pa, bool is_write)
{
    int way = look_up(l2, pa);
    unsigned set = set_of(l2, pa);

    if (way == NOWHERE) {
        if (is_write && l2->has_no_allocate) {
            l2->writethroughs++;
            return;
        }
        way = (int)sets_choose(&l2->sets, set);
        if (sets_valid(&l2->sets, set, (unsigned)way) &&
            line_at(l2, set, (unsigned)way)->is_dirty)
            l2->writebacks++;
        place(l2, pa, (unsigned)way);
    }
    if (!is_write)
        return;
    if (l2->is_write_through)
        l2->writethroughs++;
    else
        line_at(l2, set, (unsigned)way)->is_dirty = true;
}

/* What an L1 asks the L2: each of the L2's lines, in the order of addresses. */
static void below(struct caches *c, uint64_t pa, uint64_t size, bool is_write)
{
    if (!is_modelled(&c->l2))
        return;
    for (uint64_t at = line_of(&c->l2, pa); at < pa + size;
         at += c->l2.line_bytes)
        l2_access(&c->l2, at, is_write);
}

static void write_back(struct caches *c, struct cache *from, struct line *line)
{
    from->writebacks++;
    line->is_dirty = false;
    if (from != &c->l2)
        below(c, line->pa, from->line_bytes, true);
}

static struct line *fill(struct caches *c, struct cache *l1, uint64_t pa)
{
    unsigned set = set_of(l1, pa);
    unsigned way = sets_choose(&l1->sets, set);
    struct line *victim = line_at(l1, set, way);

    if (sets_valid(&l1->sets, set, way) && victim->is_dirty)
        write_back(c, l1, victim);
    below(c, line_of(l1, pa), l1->line_bytes, false);
    return place(l1, pa, way);
}

/* The other harts' L1Ds give up the line of pa, or clean it for a load. */
static void snoop(struct caches *c, unsigned hart, uint64_t pa, bool is_store)
{
    for (unsigned i = 0; i < c->harts; i++) {
        struct cache *other = &c->l1d[i];
        int way = i == hart ? NOWHERE : find(other, pa);
        struct line *line;

        if (way == NOWHERE)
            continue;
        line = line_at(other, set_of(other, pa), (unsigned)way);
        if (line->is_dirty)
            write_back(c, other, line);
        if (is_store)
            sets_drop(&other->sets, set_of(other, pa), (unsigned)way);
    }
}

static void load_line(struct caches *c, unsigned hart, uint64_t pa)
{
    struct cache *l1d = &c->l1d[hart];

    if (look_up(l1d, pa) != NOWHERE)
        return;
    snoop(c, hart, pa, false);
    fill(c, l1d, pa);
}

static void store_line(struct caches *c, unsigned hart, uint64_t pa,
                       uint64_t size)
{
    struct cache *l1d = &c->l1d[hart];
    int way = look_up(l1d, pa);
    struct line *line = NULL;

    if (way != NOWHERE)
        line = line_at(l1d, set_of(l1d, pa), (unsigned)way);
    if (!line || !line->is_dirty)
        snoop(c, hart, pa, true);
    if (!line && !l1d->has_no_allocate)
        line = fill(c, l1d, pa);
    if (line && !l1d->is_write_through) {
        line->is_dirty = true;
        return;
    }
    l1d->writethroughs++;
    below(c, pa, size, true);
}

static bool is_cached(const struct caches *c, const struct cache *l1,
                      uint64_t pa)
{
    return is_modelled(l1) && pa >= DRAM_BASE && pa < c->dram_end;
}

void caches_fetch(struct caches *c, unsigned hart, uint64_t pa, unsigned size)
{
    struct cache *l1i = &c->l1i[hart];

    if (!is_cached(c, l1i, pa))
        return;
    for (uint64_t at = line_of(l1i, pa); at < pa + size; at += l1i->line_bytes)
        if (look_up(l1i, at) == NOWHERE)
            fill(c, l1i, at);
}

void caches_load(struct caches *c, unsigned hart, uint64_t pa, unsigned size)
{
    struct cache *l1d = &c->l1d[hart];

    if (!is_cached(c, l1d, pa))
        return;
    for (uint64_t at = line_of(l1d, pa); at < pa + size; at += l1d->line_bytes)
        load_line(c, hart, at);
}

void caches_store(struct caches *c, unsigned hart, uint64_t pa, unsigned size)
{
    struct cache *l1d = &c->l1d[hart];
    uint64_t end = pa + size;

    if (!is_cached(c, l1d, pa))
        return;
    while (pa < end) {
        uint64_t next = line_of(l1d, pa) + l1d->line_bytes;

        next = next < end ? next : end;
        store_line(c, hart, pa, next - pa);
        pa = next;
    }
}

/* One cache does its part for the line of pa. */
static void upkeep_line(struct caches *c, struct cache *cache, uint64_t pa,
                        enum upkeep what)
{
    int way = is_modelled(cache) ? find(cache, pa) : NOWHERE;
    struct line *line;

    if (way == NOWHERE)
        return;
    line = line_at(cache, set_of(cache, pa), (unsigned)way);
    if (line->is_dirty && what != UPKEEP_INVAL && what != UPKEEP_DMA_WRITE)
        write_back(c, cache, line);
    if (what != UPKEEP_CLEAN && what != UPKEEP_DMA_READ)
        sets_drop(&cache->sets, set_of(cache, pa), (unsigned)way);
}

static unsigned smallest_line(const struct caches *c)
{
    unsigned least = 0;
    const struct cache *all[CACHES] = {&c->l1i[0], &c->l1d[0], &c->l2};

    for (unsigned i = 0; i < CACHES; i++) {
        if (is_modelled(all[i]) && (!least || all[i]->line_bytes < least))
            least = all[i]->line_bytes;
    }
    return least;
}

void caches_upkeep(struct caches *c, enum upkeep what, uint64_t pa,
                   uint64_t size)
{
    unsigned step = smallest_line(c);
    bool is_dma = what == UPKEEP_DMA_READ || what == UPKEEP_DMA_WRITE;

    if (!step || (is_dma && !c->is_dma_coherent))
        return;
    for (uint64_t at = pa - pa % step; at < pa + size; at += step) {
        for (unsigned i = 0; i < c->harts; i++) {
            upkeep_line(c, &c->l1d[i], at, what);
            if (what == UPKEEP_DMA_WRITE)
                upkeep_line(c, &c->l1i[i], at, what);
        }
        upkeep_line(c, &c->l2, at, what);
    }
}

void caches_empty_l1i(struct caches *c, unsigned hart)
{
    struct sets *sets = &c->l1i[hart].sets;

    for (unsigned set = 0; set < sets->count; set++) {
        for (unsigned way = 0; way < sets->ways; way++) {
            if (sets_valid(sets, set, way))
                sets_drop(sets, set, way);
        }
    }
}
