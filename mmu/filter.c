/*
 * What enters the filter and what kills entries.
 */
#include "mmu/filter.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define INDEX_BITS 9
#define PAGE_SHIFT 12

void filter_init(struct filter *f, unsigned line_bytes, uint32_t n_slots,
                 uint64_t *way_stamp, uint64_t *slot_stamp)
{
    memset(f, 0, sizeof *f);
    while (1u << f->line_shift < line_bytes)
        f->line_shift++;
    f->line_mask = line_bytes - 1;
    f->colour_bits = INDEX_BITS - (PAGE_SHIFT - f->line_shift);
    f->n_slots = n_slots;
    f->way_stamp = way_stamp;
    f->slot_stamp = slot_stamp;
    f->slot_map =
        alloc_zeroed((size_t)n_slots + 1, FILTER_WORDS * sizeof *f->slot_map);
    filter_kill_all(f);
}

void filter_free(struct filter *f)
{
    free(f->slot_map);
    memset(f, 0, sizeof *f);
}

static void kill_entry(struct filter_entry *e)
{
    e->load_tag = e->store_tag = FILTER_NO_TAG;
}

void filter_kill_all(struct filter *f)
{
    for (unsigned i = 0; i < FILTER_ENTRIES; i++)
        kill_entry(&f->entry[i]);
}

void filter_set(struct filter *f, uint64_t va, uint64_t load_tag,
                uint64_t store_tag, uintptr_t addend, uint32_t way,
                uint32_t slot)
{
    struct filter_entry *e = filter_at(f, va);
    size_t i = (size_t)(e - f->entry);

    e->load_tag = load_tag;
    e->store_tag = store_tag;
    e->addend = addend;
    e->way = way;
    e->slot = slot;
    if (slot < f->n_slots)
        f->slot_map[slot * FILTER_WORDS + i / 64] |= UINT64_C(1) << i % 64;
}

void filter_kill_slot(struct filter *f, uint32_t slot)
{
    uint64_t *map = &f->slot_map[(size_t)slot * FILTER_WORDS];

    for (unsigned word = 0; word < FILTER_WORDS; word++) {
        for (uint64_t rest = map[word]; rest; rest &= rest - 1) {
            unsigned i = word * 64 + (unsigned)__builtin_ctzll(rest);

            if (f->entry[i].slot == slot)
                kill_entry(&f->entry[i]);
        }
        map[word] = 0;
    }
}

/* The entries that can stand for the line of pa: any colour. */
static struct filter_entry *candidate(struct filter *f, uint64_t pa,
                                      unsigned colour)
{
    unsigned offset_bits = PAGE_SHIFT - f->line_shift;
    uint64_t in_page = pa >> f->line_shift & ((1u << offset_bits) - 1);

    return &f->entry[in_page | (uint64_t)colour << offset_bits];
}

void filter_kill_way(struct filter *f, uint32_t way, uint64_t pa)
{
    for (unsigned colour = 0; colour < 1u << f->colour_bits; colour++) {
        struct filter_entry *e = candidate(f, pa, colour);

        if (e->way == way)
            kill_entry(e);
    }
}

void filter_clean_way(struct filter *f, uint32_t way, uint64_t pa)
{
    for (unsigned colour = 0; colour < 1u << f->colour_bits; colour++) {
        struct filter_entry *e = candidate(f, pa, colour);

        if (e->way == way)
            e->store_tag = FILTER_NO_TAG;
    }
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
