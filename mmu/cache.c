/*
 * The tag model of a cache.
 */
#include "mmu/cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bits.h"

const char *cache_geometry_check(const struct cache_geometry *g)
{
    uint64_t set_bytes = (uint64_t)g->ways * g->line_bytes;

    if (!g->size_bytes)
        return NULL;
    if (!is_power_of_two(g->line_bytes) || g->line_bytes < 8 ||
        g->line_bytes > 4096)
        return "a line of 8 to 4096 bytes, a power of two";
    if (!g->ways || g->ways > REPLACE_MAX_WAYS)
        return "1 to 1024 ways";
    if (g->replacement == REPLACE_PLRU && !is_power_of_two(g->ways))
        return "a power of two of ways for plru";
    if (g->size_bytes > 1u << 30 || g->size_bytes % set_bytes ||
        !is_power_of_two(g->size_bytes / set_bytes))
        return "a power of two of sets, at most 1G in all";
    return NULL;
}

void cache_init(struct cache *c, const struct cache_geometry *g,
                uint32_t first_random)
{
    memset(c, 0, sizeof *c);
    c->geometry = *g;
    while (1u << c->line_shift < g->line_bytes)
        c->line_shift++;
    c->n_lines = g->size_bytes / g->line_bytes;
    c->set_mask = c->n_lines / g->ways - 1;
    c->set_misses = alloc_zeroed(c->set_mask + 1, sizeof *c->set_misses);
    c->line = alloc_zeroed(c->n_lines, sizeof *c->line);
    c->is_dirty = alloc_zeroed(c->n_lines, sizeof *c->is_dirty);
    replace_init(&c->order, g->replacement, c->n_lines, g->ways, first_random);
    c->now = REPLACE_MAX_WAYS;
    cache_clear(c);
}

void cache_free(struct cache *c)
{
    free(c->set_misses);
    free(c->line);
    free(c->is_dirty);
    free(c->marks);
    replace_free(&c->order);
    memset(c, 0, sizeof *c);
}

struct cache *cache_new(const struct cache_geometry *g, uint32_t first_random)
{
    struct cache *c;

    if (!g->size_bytes)
        return NULL;
    c = alloc_zeroed(1, sizeof *c);
    cache_init(c, g, first_random);
    return c;
}

void cache_delete(struct cache *c)
{
    if (c)
        cache_free(c);
    free(c);
}

void cache_empty(struct cache *c)
{
    for (uint32_t w = 0; w < c->n_lines; w++)
        cache_invalidate(c, w);
}

void cache_clear(struct cache *c)
{
    cache_empty(c);
    replace_clear(&c->order);
}

void cache_invalidate(struct cache *c, uint32_t way)
{
    cache_put(c, way, CACHE_NO_LINE);
    replace_invalidate(&c->order, way);
    c->is_dirty[way] = false;
}

/* A write-back or a store's bytes, written to a line that it has. */
static void write_line(struct cache *c, uint32_t way)
{
    if (c->geometry.is_write_through)
        c->stats.writethroughs++;
    else
        c->is_dirty[way] = true;
}

static ALWAYS_INLINE uint32_t fill(struct cache *c, uint64_t line)
{
    uint32_t way = replace_victim(&c->order, cache_first_of_set(c, line));

    if (c->is_dirty[way]) {
        c->stats.writebacks++;
        cache_note(c, way, CACHE_WRITE_BACK);
    }
    cache_put(c, way, line);
    c->is_dirty[way] = false;
    replace_fill(&c->order, way, ++c->now);
    return way;
}

bool cache_access(struct cache *c, uint64_t pa, bool is_write)
{
    uint64_t line = pa >> c->line_shift;
    uint32_t way = cache_find(c, line);
    bool is_hit = way != CACHE_NO_WAY;

    c->stats.accesses++;
    if (!is_hit)
        cache_count_miss(c, line);
    if (is_hit) {
        replace_touch(&c->order, way, ++c->now);
        if (!is_write)
            cache_note(c, way, CACHE_FILL);
    } else if (is_write && c->geometry.is_no_allocate) {
        c->stats.writethroughs++;
        return false;
    } else {
        way = fill(c, line);
    }
    if (is_write)
        write_line(c, way);
    return is_hit;
}

void cache_look(const struct cache *c, uint32_t way, struct cache_view *v)
{
    v->is_valid = c->line[way] != CACHE_NO_LINE;
    v->pa = v->is_valid ? c->line[way] << c->line_shift : 0;
    v->is_dirty = c->is_dirty[way];
    v->rank = replace_rank(&c->order, way);
}

/* Lines are in their sets, once; order and dirt belong to valid ways. */
static bool is_consistent(const struct cache *c)
{
    for (uint32_t w = 0; w < c->n_lines; w++) {
        uint64_t line = c->line[w];
        bool is_valid = line != CACHE_NO_LINE;
        bool may_be_dirty = is_valid && !c->geometry.is_write_through;
        uint8_t dirty;

        memcpy(&dirty, &c->is_dirty[w], 1);
        if (is_valid != (c->order.stamp[w] != 0) || dirty > may_be_dirty)
            return false;
        if (is_valid && (cache_find(c, line) != w || line >> 56))
            return false;
    }
    return replace_is_consistent(&c->order);
}

/* A restored cache that cannot be is emptied; the archive has failed then. */
static void check_loaded(struct cache *c, struct archive *a)
{
    bool ok = !archive_error(a) && is_consistent(c);

    archive_check(a, ok, "cache: lines, sets and replacement do not fit");
    if (!ok)
        cache_clear(c);
    c->now = REPLACE_MAX_WAYS;
}

static void archive_stats(struct cache_stats *s, struct archive *a)
{
    archive_u64(a, "accesses", &s->accesses);
    archive_u64(a, "misses", &s->misses);
    archive_u64(a, "writebacks", &s->writebacks);
    archive_u64(a, "writethroughs", &s->writethroughs);
}

static void archive_set_misses(struct cache *c, struct archive *a)
{
    for (uint64_t set = 0; set <= c->set_mask; set++)
        archive_u64(a, "set_misses", &c->set_misses[set]);
}

void cache_archive(struct cache *c, struct archive *a)
{
    archive_section(a, "cache");
    archive_bytes(a, "line", c->line, c->n_lines * sizeof *c->line);
    replace_archive(&c->order, a);
    archive_bytes(a, "is_dirty", c->is_dirty, c->n_lines);
    if (archive_is_stored(a)) {
        archive_stats(&c->stats, a);
        archive_set_misses(c, a);
    }
    if (archive_is_loading(a))
        check_loaded(c, a);
}
