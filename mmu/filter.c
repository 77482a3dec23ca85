/*
 * What enters the filter and what kills entries.
 */
#include "mmu/filter.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void filter_init(struct filter *f, unsigned line_bytes, uint32_t n_ways,
                 uint32_t n_slots, uint64_t *way_stamp, uint64_t *slot_stamp)
{
    memset(f, 0, sizeof *f);
    while (1u << f->line_shift < line_bytes)
        f->line_shift++;
    f->line_mask = line_bytes - 1;
    f->n_slots = n_slots;
    f->way_stamp = way_stamp;
    f->slot_stamp = slot_stamp;
    f->slot_map =
        alloc_zeroed((size_t)n_slots + 1, FILTER_WORDS * sizeof *f->slot_map);
    f->slot_words = alloc_zeroed((size_t)n_slots + 1, sizeof *f->slot_words);
    f->n_ways = n_ways;
    if (n_ways)
        f->way_entry = alloc_zeroed(n_ways, sizeof *f->way_entry);
    filter_reset(f);
}

void filter_free(struct filter *f)
{
    free(f->slot_map);
    free(f->slot_words);
    free(f->way_entry);
    memset(f, 0, sizeof *f);
}

void filter_reset(struct filter *f)
{
    memset(f->entry, 0, sizeof f->entry);
    for (uint32_t way = 0; way < f->n_ways; way++)
        f->way_entry[way] = FILTER_NO_ENTRY;
    f->now = f->settled = f->asked = REPLACE_MAX_WAYS;
}

void filter_settle_all(struct filter *f)
{
    if (f->asked == f->now)
        return;
    for (unsigned i = 0; i < FILTER_ENTRIES; i++)
        filter_settle_entry(f, &f->entry[i]);
    f->asked = f->now;
}

void filter_kill_all(struct filter *f)
{
    for (unsigned i = 0; i < FILTER_ENTRIES; i++)
        filter_kill_entry(f, &f->entry[i]);
}

void filter_settle_ways(struct filter *f, uint32_t first, uint32_t n)
{
    for (uint32_t way = first; way < first + n; way++)
        filter_settle_entry(f, filter_entry_of(f, way));
}

/* The entries of a slot. */
static ALWAYS_INLINE void each_of_slot(struct filter *f, uint32_t slot,
                                       void (*act)(struct filter *f,
                                                   struct filter_entry *e))
{
    const uint64_t *map = &f->slot_map[(size_t)slot * FILTER_WORDS];

    for (unsigned words = f->slot_words[slot]; words; words &= words - 1) {
        unsigned word = (unsigned)__builtin_ctz(words);

        for (uint64_t rest = map[word]; rest; rest &= rest - 1) {
            unsigned i = word * 64 + (unsigned)__builtin_ctzll(rest);

            if (f->entry[i].slot == slot)
                act(f, &f->entry[i]);
        }
    }
}

bool filter_settle_slot(struct filter *f, uint32_t slot)
{
    uint64_t before = f->slot_stamp[slot];

    each_of_slot(f, slot, filter_settle_entry);
    return f->slot_stamp[slot] != before;
}

void filter_kill_slot(struct filter *f, uint32_t slot)
{
    each_of_slot(f, slot, filter_kill_entry);
    for (unsigned words = f->slot_words[slot]; words; words &= words - 1)
        f->slot_map[(size_t)slot * FILTER_WORDS +
                    (unsigned)__builtin_ctz(words)] = 0;
    f->slot_words[slot] = 0;
}

void filter_forget_stores(struct filter *f)
{
    for (unsigned i = 0; i < FILTER_ENTRIES; i++)
        f->entry[i].store_tag = FILTER_NO_TAG;
}

void filter_kill_stores(struct filter *f, uintptr_t page_host)
{
    for (unsigned i = 0; i < FILTER_ENTRIES; i++) {
        struct filter_entry *e = &f->entry[i];
        uint64_t va = e->store_tag & UINT64_C(0xffffffff);

        if (((e->addend + va) & ~UINT64_C(0xfff)) == page_host)
            e->store_tag = FILTER_NO_TAG;
    }
}
