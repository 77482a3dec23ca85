/*
 * Octavo's swap maps.
 */
#include <string.h>

#include "machine/octavo_internal.h"

/* Swap entries (asm/pgtable.h): type in bits 11..7, offset from bit 12, V and
 * bit 5 clear. A count of SWAP_MAP_BAD marks a slot that cannot be used. */
#define SWAP_NOT_MASK 0x3f
#define SWAP_TYPE(pte) ((pte) >> 7 & 31)
#define SWAP_OFFSET(pte) ((pte) >> 12)
#define SWAP_MAP_BAD 0x3f

/* The address of area i: swap_info is an array of structures, or of pointers
 * to them. 0 if there is none. */
static uint64_t area_va(const struct octavo_view *o, unsigned i)
{
    const struct octavo_fields *f = &o->fields;
    uint64_t va = f->variables[VAR_SWAP_INFO].va, area;
    uint64_t room = f->variables[VAR_SWAP_INFO].size;
    uint32_t size = f->types[TYPE_SWAP];

    if (!va || !size || !f->members[SWAP_MAP].size ||
        !f->members[SWAP_MAX].size)
        return 0;
    if (room >= size)
        return i < room / size ? va + (uint64_t)i * size : 0;
    if (i >= room / o->word || !octavo_read_word(o, va + i * o->word, &area))
        return 0;
    return area;
}

static bool swap_area(const struct octavo_view *o, unsigned i, uint64_t *map,
                      uint64_t *slots)
{
    const struct octavo_fields *f = &o->fields;
    uint64_t area = area_va(o, i);

    return area &&
           octavo_read_word(o, area + f->members[SWAP_MAP].offset, map) &&
           octavo_read_word(o, area + f->members[SWAP_MAX].offset, slots) &&
           *map;
}

static void read_swap_map(struct octavo_view *o, uint64_t map, uint32_t base,
                          uint32_t slots)
{
    struct view_snapshot *v = o->v;

    for (uint32_t at = 0; at < slots; at += sizeof o->slots_map) {
        uint32_t n = slots - at < sizeof o->slots_map
                         ? slots - at
                         : (uint32_t)sizeof o->slots_map;

        memset(o->slots_map, 0, sizeof o->slots_map);
        if (!octavo_read(o, map + at, o->slots_map, n))
            view_badge(v, "a swap map lies outside of the direct map");
        for (uint32_t i = 0; i < n; i++) {
            uint8_t count = o->slots_map[i];
            uint8_t *slot = &v->swap[base + at + i];

            *slot = VIEW_SLOT_FREE;
            if ((count & SWAP_MAP_BAD) == SWAP_MAP_BAD)
                *slot = VIEW_SLOT_BAD;
            else if (count)
                *slot = VIEW_SLOT_CACHED; /* until a PTE is found */
            v->swap_used += *slot == VIEW_SLOT_CACHED;
        }
    }
}

void octavo_fill_swap(struct octavo_view *o)
{
    struct view_snapshot *v = o->v;

    for (unsigned i = 0; i < SWAP_AREAS; i++) {
        uint64_t map, slots;

        o->swap_base[i] = v->n_swap;
        o->swap_size[i] = 0;
        if (!swap_area(o, i, &map, &slots))
            continue;
        if (slots > VIEW_SWAP_SLOTS - v->n_swap)
            slots = VIEW_SWAP_SLOTS - v->n_swap;
        o->swap_size[i] = (uint32_t)slots;
        v->n_swap += (uint32_t)slots;
        read_swap_map(o, map, o->swap_base[i], o->swap_size[i]);
    }
}

bool octavo_swap_slot(const struct octavo_view *o, uint64_t pte, uint32_t *slot)
{
    unsigned type = SWAP_TYPE(pte);
    uint64_t offset = SWAP_OFFSET(pte);

    if (pte & SWAP_NOT_MASK || type >= SWAP_AREAS ||
        offset >= o->swap_size[type])
        return false;
    *slot = o->swap_base[type] + (uint32_t)offset;
    return true;
}
