/*
 * The tag model of a cache.
 */
#include "mmu/cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bits.h"
#include "mmu/recency.h"

const char *cache_geometry_check(const struct cache_geometry *g)
{
    uint64_t set_bytes = (uint64_t)g->ways * g->line_bytes;

    if (!g->size_bytes)
        return NULL;
    if (!is_power_of_two(g->line_bytes) || g->line_bytes < 8 ||
        g->line_bytes > 4096)
        return "a line of 8 to 4096 bytes, a power of two";
    if (!g->ways || g->ways > 1024)
        return "1 to 1024 ways";
    if (g->size_bytes > 1u << 30 || g->size_bytes % set_bytes ||
        !is_power_of_two(g->size_bytes / set_bytes))
        return "a power of two of sets, at most 1G in all";
    return NULL;
}

void cache_init(struct cache *c, const struct cache_geometry *g)
{
    memset(c, 0, sizeof *c);
    c->geometry = *g;
    while (1u << c->line_shift < g->line_bytes)
        c->line_shift++;
    c->n_lines = g->size_bytes / g->line_bytes;
    c->set_mask = c->n_lines / g->ways - 1;
    c->line = alloc_zeroed(c->n_lines, sizeof *c->line);
    c->stamp = alloc_zeroed(c->n_lines + 1, sizeof *c->stamp);
    c->is_dirty = alloc_zeroed(c->n_lines, sizeof *c->is_dirty);
    cache_clear(c);
}

void cache_free(struct cache *c)
{
    free(c->line);
    free(c->stamp);
    free(c->is_dirty);
    memset(c, 0, sizeof *c);
}

struct cache *cache_new(const struct cache_geometry *g)
{
    struct cache *c;

    if (!g->size_bytes)
        return NULL;
    c = alloc_zeroed(1, sizeof *c);
    cache_init(c, g);
    return c;
}

void cache_delete(struct cache *c)
{
    if (c)
        cache_free(c);
    free(c);
}

void cache_clear(struct cache *c)
{
    for (uint32_t w = 0; w < c->n_lines; w++)
        cache_invalidate(c, w);
}

uint32_t cache_victim(const struct cache *c, uint64_t line)
{
    uint32_t ways = c->geometry.ways;
    uint32_t first = (uint32_t)(line & c->set_mask) * ways;

    return first + recency_oldest(c->stamp + first, ways);
}

void cache_invalidate(struct cache *c, uint32_t way)
{
    c->line[way] = CACHE_NO_LINE;
    c->stamp[way] = 0;
    c->is_dirty[way] = false;
}

void cache_access(struct cache *c, uint64_t pa, bool is_write)
{
    uint64_t line = pa >> c->line_shift;
    uint32_t way = cache_find(c, line);

    c->stats.accesses++;
    if (way == CACHE_NO_WAY) {
        c->stats.misses++;
        way = cache_victim(c, line);
        c->stats.writebacks += c->is_dirty[way];
        c->line[way] = line;
        c->is_dirty[way] = false;
    }
    c->stamp[way] = ++c->now;
    c->is_dirty[way] |= is_write;
}

void cache_look(const struct cache *c, uint32_t way, struct cache_view *v)
{
    uint32_t ways = c->geometry.ways, first = way / ways * ways;

    v->is_valid = c->line[way] != CACHE_NO_LINE;
    v->pa = v->is_valid ? c->line[way] << c->line_shift : 0;
    v->is_dirty = c->is_dirty[way];
    v->rank = 0;
    for (uint32_t w = first; w < first + ways; w++)
        v->rank += c->stamp[w] && c->stamp[w] < c->stamp[way];
}

/* Lines are in their sets, once; recency and dirt belong to valid ways. */
static bool is_consistent(const struct cache *c)
{
    for (uint32_t w = 0; w < c->n_lines; w++) {
        uint64_t line = c->line[w];
        bool is_valid = line != CACHE_NO_LINE;
        uint8_t dirty;

        memcpy(&dirty, &c->is_dirty[w], 1);
        if (is_valid != (c->stamp[w] != 0) || dirty > is_valid)
            return false;
        if (is_valid && (cache_find(c, line) != w || line >> 56))
            return false;
    }
    return recency_is_normal(c->stamp, c->n_lines, c->geometry.ways);
}

/* A restored cache that cannot be is emptied; the archive has failed then. */
static void check_loaded(struct cache *c, struct archive *a)
{
    bool ok = !archive_error(a) && is_consistent(c);

    archive_check(a, ok, "cache: lines, sets and recency do not fit");
    if (!ok)
        cache_clear(c);
    c->now = c->geometry.ways;
}

void cache_archive(struct cache *c, struct archive *a)
{
    if (!archive_is_stored(a))
        return;
    archive_section(a, "cache");
    recency_normalize(c->stamp, c->n_lines, c->geometry.ways);
    archive_bytes(a, "line", c->line, c->n_lines * sizeof *c->line);
    archive_bytes(a, "stamp", c->stamp, c->n_lines * sizeof *c->stamp);
    archive_bytes(a, "is_dirty", c->is_dirty, c->n_lines);
    archive_u64(a, "accesses", &c->stats.accesses);
    archive_u64(a, "misses", &c->stats.misses);
    archive_u64(a, "writebacks", &c->stats.writebacks);
    if (archive_is_loading(a))
        check_loaded(c, a);
}
