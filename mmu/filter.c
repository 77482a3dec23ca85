/*
 * What enters the filter and what kills entries.
 */
#include "mmu/filter.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "mmu/replace.h"

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
    if (n_ways) {
        f->way_entry = alloc_zeroed(n_ways, sizeof *f->way_entry);
        memset(f->way_entry, 0xff, n_ways * sizeof *f->way_entry);
    }
    filter_reset(f);
}

void filter_free(struct filter *f)
{
    free(f->slot_map);
    free(f->way_entry);
    memset(f, 0, sizeof *f);
}

static void settle_entry(struct filter_entry *e)
{
    if (!e->last)
        return;
    if (*e->way_stamp < e->last)
        *e->way_stamp = e->last;
    if (*e->slot_stamp < e->last)
        *e->slot_stamp = e->last;
    e->last = 0;
}

static void kill_entry(struct filter_entry *e)
{
    settle_entry(e);
    e->load_tag = e->store_tag = FILTER_NO_TAG;
}

void filter_reset(struct filter *f)
{
    memset(f->entry, 0, sizeof f->entry);
    f->now = f->settled = f->asked = REPLACE_MAX_WAYS;
}

void filter_settle_all(struct filter *f)
{
    if (f->asked == f->now)
        return;
    for (unsigned i = 0; i < FILTER_ENTRIES; i++)
        settle_entry(&f->entry[i]);
    f->asked = f->now;
}

void filter_kill_all(struct filter *f)
{
    for (unsigned i = 0; i < FILTER_ENTRIES; i++)
        kill_entry(&f->entry[i]);
}

/* The entry that may stand for a way, or NULL. */
static struct filter_entry *entry_of(struct filter *f, uint32_t way)
{
    unsigned i = f->way_entry ? f->way_entry[way] : FILTER_NO_ENTRY;

    if (i == FILTER_NO_ENTRY || f->entry[i].way_stamp != &f->way_stamp[way])
        return NULL;
    return &f->entry[i];
}

void filter_kill_way(struct filter *f, uint32_t way)
{
    struct filter_entry *e = entry_of(f, way);

    if (e)
        kill_entry(e);
}

void filter_clean_way(struct filter *f, uint32_t way)
{
    struct filter_entry *e = entry_of(f, way);

    if (e)
        e->store_tag = FILTER_NO_TAG;
}

void filter_settle_ways(struct filter *f, uint32_t first, uint32_t n)
{
    for (uint32_t way = first; way < first + n; way++) {
        struct filter_entry *e = entry_of(f, way);

        if (e)
            settle_entry(e);
    }
}

bool filter_settle_slot(struct filter *f, uint32_t slot)
{
    const uint64_t *map = &f->slot_map[(size_t)slot * FILTER_WORDS];
    uint64_t before = f->slot_stamp[slot];

    for (unsigned word = 0; word < FILTER_WORDS; word++) {
        for (uint64_t rest = map[word]; rest; rest &= rest - 1) {
            unsigned i = word * 64 + (unsigned)__builtin_ctzll(rest);

            if (f->entry[i].slot_stamp == &f->slot_stamp[slot])
                settle_entry(&f->entry[i]);
        }
    }
    return f->slot_stamp[slot] != before;
}

void filter_set(struct filter *f, uint64_t va, uint64_t load_tag,
                uint64_t store_tag, uintptr_t addend, uint32_t way,
                uint32_t slot)
{
    struct filter_entry *e = filter_at(f, va);
    size_t i = (size_t)(e - f->entry);

    if (f->way_entry) {
        filter_kill_way(f, way);
        f->way_entry[way] = (uint16_t)i;
    }
    settle_entry(e);
    e->load_tag = load_tag;
    e->store_tag = store_tag;
    e->addend = addend;
    e->way_stamp = &f->way_stamp[way];
    e->slot_stamp = &f->slot_stamp[slot];
    if (slot < f->n_slots)
        f->slot_map[slot * FILTER_WORDS + i / 64] |= UINT64_C(1) << i % 64;
}

void filter_kill_slot(struct filter *f, uint32_t slot)
{
    uint64_t *map = &f->slot_map[(size_t)slot * FILTER_WORDS];

    for (unsigned word = 0; word < FILTER_WORDS; word++) {
        for (uint64_t rest = map[word]; rest; rest &= rest - 1) {
            unsigned i = word * 64 + (unsigned)__builtin_ctzll(rest);

            if (f->entry[i].slot_stamp == &f->slot_stamp[slot])
                kill_entry(&f->entry[i]);
        }
        map[word] = 0;
    }
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
