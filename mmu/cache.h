/*
 * A cache as a tag model: which lines it holds, which of them are dirty, and
 * what its replacement needs; no data. Physically indexed and tagged.
 */
#ifndef QUIRE_MMU_CACHE_H
#define QUIRE_MMU_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/compiler.h"
#include "mmu/geometry.h"
#include "mmu/replace.h"

#define CACHE_NO_LINE UINT64_MAX
#define CACHE_NO_WAY UINT32_MAX

struct cache_stats {
    uint64_t accesses, misses; /* hits are the difference */
    uint64_t writebacks;       /* dirty lines written to the next level */
    uint64_t writethroughs;    /* other writes passed on to it */
};

/* How a line was used that DMA has changed behind the caches' back; or, the
 * last, how DMA used one that is dirty here. See mmu/coherence.c. */
enum cache_use {
    CACHE_READ,
    CACHE_FETCH,
    CACHE_FILL, /* of the level above */
    CACHE_WRITE_BACK,
    CACHE_DMA_READ,
};

/* Told once a line, use and DMA write; pa is the line's. */
struct cache;
struct cache_watch {
    void (*found)(void *ctx, const struct cache *c, enum cache_use use,
                  uint64_t pa);
    void *ctx;
};

struct cache {
    struct cache_geometry geometry;
    unsigned line_shift;
    unsigned n_lines;
    uint64_t set_mask;
    /* By way: set number times ways, plus the way in the set. */
    uint64_t *line; /* physical address >> line_shift, or CACHE_NO_LINE */
    bool *is_dirty;
    struct replace order;
    uint64_t now; /* of a shared cache; private ones use their hart's clock */
    struct cache_stats stats;
    uint64_t *set_misses; /* of stats.misses, by set */
    uint8_t *marks;       /* by way, of the watch; NULL: DMA is coherent */
    struct cache_watch watch;
};

/* The geometry must have been checked, and not be "none"; first_random as
 * replace_seed gives it. */
void cache_init(struct cache *c, const struct cache_geometry *g,
                uint32_t first_random);
void cache_free(struct cache *c);
/* The same on the heap; NULL for "none", which cache_delete accepts. */
struct cache *cache_new(const struct cache_geometry *g, uint32_t first_random);
void cache_delete(struct cache *c);
/* Empties it, and sets the policy as at first; counts stay. */
void cache_clear(struct cache *c);
/* Invalidates every line. */
void cache_empty(struct cache *c);

/* An access that found the line not here. */
static inline void cache_count_miss(struct cache *c, uint64_t line)
{
    c->stats.misses++;
    c->set_misses[line & c->set_mask]++;
}

/* The first way of the line's set. */
static inline uint32_t cache_first_of_set(const struct cache *c, uint64_t line)
{
    return (uint32_t)(line & c->set_mask) * c->geometry.ways;
}

/* The way that holds this line, or CACHE_NO_WAY. */
static ALWAYS_INLINE uint32_t cache_find(const struct cache *c, uint64_t line)
{
    uint32_t ways = c->geometry.ways, first = cache_first_of_set(c, line);
    uint32_t way = CACHE_NO_WAY;

    if (LIKELY(ways == 8)) { /* without a jump that would be foretold wrongly */
        UNROLL(8)
        for (uint32_t w = 0; w < 8; w++)
            way = c->line[first + w] == line ? first + w : way;
        return way;
    }
    for (uint32_t w = first; w < first + ways; w++) {
        if (c->line[w] == line)
            return w;
    }
    return way;
}

/* DMA leaves this cache alone from now on, and the watch is told. */
void cache_watch_dma(struct cache *c, const struct cache_watch *watch);
void cache_note_marked(struct cache *c, uint32_t way, enum cache_use use);

/* Such a use of a way, which may be stale. */
static inline void cache_note(struct cache *c, uint32_t way, enum cache_use use)
{
    if (UNLIKELY(c->marks != NULL))
        cache_note_marked(c, way, use);
}

/* Puts a line into a way. */
static inline void cache_put(struct cache *c, uint32_t way, uint64_t line)
{
    c->line[way] = line;
    if (UNLIKELY(c->marks != NULL))
        c->marks[way] = 0;
}

void cache_invalidate(struct cache *c, uint32_t way);

/* One access of a shared cache (c->now is its clock) to the line of pa:
 * counts, fills, passes on to memory. Returns whether it hit. */
bool cache_access(struct cache *c, uint64_t pa, bool is_write);

/* A way as the visualiser shows it. */
struct cache_view {
    uint64_t pa;
    bool is_valid, is_dirty;
    unsigned rank; /* replace_rank; plru: of an invalid way too */
};
void cache_look(const struct cache *c, uint32_t way, struct cache_view *v);

/* Contents and replacement, which mhpmcounters show to the guest; the counts
 * themselves in snapshots only. */
void cache_archive(struct cache *c, struct archive *a);

#endif
