/*
 * The filter in front of a first-level TLB and cache: it knows which lines
 * would hit in both, so that a hit costs one store instead of two lookups.
 * Exact: an entry proves presence only, and whatever takes a line, a right or a
 * translation away kills the entry. When it was used last is the latest touch
 * of its way and of its slot; it is brought to their stamps when somebody asks
 * for an order (filter_settle_ways and its kin), or when the entry dies;
 * filter_oldest_way takes it into account where it is.
 *
 *  - load_tag valid: the line is in the cache, the slot is what a lookup of
 *    the page would find, and it permits a load (or a fetch);
 *  - store_tag valid: besides, the line is dirty, and a store is permitted
 *    without anybody having to hear of it.
 *
 * Without a cache an entry stands for a page; without a TLB, or in a context
 * without translation, its slot is a sink that nobody reads.
 */
#ifndef QUIRE_MMU_FILTER_H
#define QUIRE_MMU_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "mmu/replace.h"

#define FILTER_INDEX_BITS 9
#define FILTER_ENTRIES (1 << FILTER_INDEX_BITS)
#define FILTER_WORDS (FILTER_ENTRIES / 64)
#define FILTER_NO_ENTRY FILTER_ENTRIES /* it stands for nothing, ever */
#define FILTER_NO_TAG UINT64_C(0) /* epochs, in every tag, start at 1 */

struct filter_entry {
    uint64_t load_tag, store_tag; /* as in a host_page, by line */
    uintptr_t addend;             /* host address - virtual address */
    uint64_t last;                /* use that the stamps lack, or 0 */
    uint32_t way, slot;
    uint64_t unused[3]; /* generated code finds entries by a shift */
};

struct filter {
    struct filter_entry entry[FILTER_ENTRIES + 1]; /* FILTER_NO_ENTRY too */
    unsigned line_shift; /* 3 .. 12 */
    uint64_t line_mask;  /* the offset in a line */
    /* The clock of the stamps: ++ at each access. `settled` follows it at
     * each that was counted otherwise, so the difference is what hit here. */
    uint64_t now, settled;
    uint64_t asked; /* `now` when all uses were brought to the stamps */
    uint64_t *way_stamp, *slot_stamp;
    /* Entries that may refer to a slot: FILTER_WORDS each, and a bit for each
     * of these that is not 0. */
    uint64_t *slot_map;
    uint8_t *slot_words;
    uint32_t n_slots, n_ways;
    /* By way: the one entry whose way it is, or FILTER_NO_ENTRY. NULL without
     * a cache. */
    uint16_t *way_entry;
};

/* line_bytes: 8 to 4096. Slot n_slots and above are the sink. n_ways: of the
 * cache, 0 if there is none. */
void filter_init(struct filter *f, unsigned line_bytes, uint32_t n_ways,
                 uint32_t n_slots, uint64_t *way_stamp, uint64_t *slot_stamp);
void filter_free(struct filter *f);
/* Forgets all, uses too, and starts the clock again. */
void filter_reset(struct filter *f);

/* Higher bits are folded in, so that buffers a power of two apart do not meet.
 * The index of a page's line is that of the page xor that of the offset. */
#define FILTER_FOLD 7

static ALWAYS_INLINE unsigned filter_index(const struct filter *f, uint64_t va)
{
    return (unsigned)((va ^ va >> FILTER_FOLD) >> f->line_shift) &
           (FILTER_ENTRIES - 1);
}

static ALWAYS_INLINE struct filter_entry *filter_at(struct filter *f,
                                                    uint64_t va)
{
    return &f->entry[filter_index(f, va)];
}

static ALWAYS_INLINE uint64_t filter_tag(const struct filter *f, uint64_t va,
                                         unsigned size, uint64_t key)
{
    return (va & (~f->line_mask | (size - 1))) | key;
}

static ALWAYS_INLINE void filter_touch(struct filter *f, struct filter_entry *e)
{
    e->last = ++f->now;
}

/* One access counted elsewhere: its stamp. */
static inline uint64_t filter_tick(struct filter *f)
{
    f->settled++;
    return ++f->now;
}

/* Hits since the last call. */
static inline uint64_t filter_count_hits(struct filter *f)
{
    uint64_t n = f->now - f->settled;

    f->settled = f->now;
    return n;
}

static inline uint64_t filter_later(uint64_t a, uint64_t b)
{
    return a < b ? b : a;
}

static ALWAYS_INLINE void filter_settle_entry(struct filter *f,
                                              struct filter_entry *e)
{
    uint64_t *way = &f->way_stamp[e->way], *slot = &f->slot_stamp[e->slot];

    *way = filter_later(*way, e->last);
    *slot = filter_later(*slot, e->last);
    e->last = 0;
}

static ALWAYS_INLINE void filter_kill_entry(struct filter *f,
                                            struct filter_entry *e)
{
    if (e->last)
        filter_settle_entry(f, e);
    e->load_tag = e->store_tag = FILTER_NO_TAG;
}

/* The entry for a way; what is done to FILTER_NO_ENTRY has no effect. */
static ALWAYS_INLINE struct filter_entry *filter_entry_of(struct filter *f,
                                                          uint32_t way)
{
    return &f->entry[f->way_entry[way]];
}

/* Brings uses to the stamps: of all entries; of those for the ways from `first`
 * on; of those for a slot (true: its stamp changed). */
void filter_settle_all(struct filter *f);
void filter_settle_ways(struct filter *f, uint32_t first, uint32_t n);
bool filter_settle_slot(struct filter *f, uint32_t slot);

/* The first of n ways with the earliest use, by its stamp or by its entry. */
static ALWAYS_INLINE uint32_t filter_oldest_way(struct filter *f,
                                                uint32_t first, uint32_t n)
{
    uint64_t least = UINT64_MAX;

    UNROLL(8)
    for (uint32_t i = 0; i < n; i++) {
        uint64_t last = filter_entry_of(f, first + i)->last;
        uint64_t use = filter_later(f->way_stamp[first + i], last);
        uint64_t key = use * replace_unit(n) + i;

        least = key < least ? key : least;
    }
    return first + (uint32_t)(least % replace_unit(n));
}

/* While ways and slots are still what they were. */
void filter_kill_all(struct filter *f);
void filter_kill_slot(struct filter *f, uint32_t slot);
/* The line that the way held was lost, or only cleaned. */
static inline void filter_kill_way(struct filter *f, uint32_t way)
{
    filter_kill_entry(f, filter_entry_of(f, way));
}

static inline void filter_clean_way(struct filter *f, uint32_t way)
{
    filter_entry_of(f, way)->store_tag = FILTER_NO_TAG;
}

/* Kills the store tags of the 4 KiB page at this host address. */
void filter_kill_stores(struct filter *f, uintptr_t page_host);
/* All store tags. */
void filter_forget_stores(struct filter *f);

static ALWAYS_INLINE void filter_note_slot(struct filter *f, uint32_t slot,
                                           unsigned i)
{
    f->slot_map[slot * FILTER_WORDS + i / 64] |= UINT64_C(1) << i % 64;
    f->slot_words[slot] |= (uint8_t)(1u << i / 64);
}

/* Enters the line of va; what stood in its place, or for its way at another
 * address, is gone. */
static ALWAYS_INLINE void filter_set(struct filter *f, uint64_t va,
                                     uint64_t load_tag, uint64_t store_tag,
                                     uintptr_t addend, uint32_t way,
                                     uint32_t slot)
{
    unsigned i = filter_index(f, va);
    struct filter_entry *e = &f->entry[i];

    if (e->last)
        filter_settle_entry(f, e);
    if (f->way_entry) {
        filter_kill_way(f, way);
        if (f->way_entry[e->way] == i)
            f->way_entry[e->way] = FILTER_NO_ENTRY;
        f->way_entry[way] = (uint16_t)i;
    }
    e->load_tag = load_tag;
    e->store_tag = store_tag;
    e->addend = addend;
    e->way = way;
    e->slot = slot;
    if (slot < f->n_slots)
        filter_note_slot(f, slot, i);
}

#endif
