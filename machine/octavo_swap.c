/*
 * Octavo's swap maps.
 */
#include <string.h>

#include "machine/octavo_internal.h"

/* Swap entries (asm/pgtable.h): type in bits 11..7, offset from bit 12, V and
 * bit 5 clear. Such a count, in one byte or two, marks a slot that cannot be
 * used; above it stands whether the swap cache has the slot. */
#define SWAP_NOT_MASK 0x3f
#define SWAP_TYPE(pte) ((pte) >> 7 & 31)
#define SWAP_OFFSET(pte) ((pte) >> 12)
#define SWAP_MAP_BAD_8 0x3f
#define SWAP_MAP_BAD_16 0x3fff

/* The address of area i: swap_info is an array of structures, or of pointers
 * to them. 0 if there is none. */
static uint64_t area_va(const struct octavo_view *o, unsigned i)
{
    const struct octavo_fields *f = &o->fields;
    const struct symbol_member *info = &f->swap_info;
    uint64_t va = f->variables[VAR_SWAP_INFO].va, area;

    if (!va || i >= info->count || !f->members[SWAP_MAP].size ||
        !f->members[SWAP_MAX].size)
        return 0;
    va += (uint64_t)i * info->stride;
    if (info->stride != o->word || !info->target)
        return va;
    return octavo_read_word(o, va, &area) ? area : 0;
}

static bool swap_area(const struct octavo_view *o, unsigned i, uint64_t *map,
                      uint64_t *slots)
{
    const struct octavo_fields *f = &o->fields;
    uint64_t area = area_va(o, i);

    uint32_t bytes = f->members[SWAP_MAP].target;

    return area && (bytes == 1 || bytes == 2) &&
           octavo_read_word(o, area + f->members[SWAP_MAP].offset, map) &&
           octavo_read_word(o, area + f->members[SWAP_MAX].offset, slots) &&
           *map;
}

/* What a slot's count says before any page table is looked at. */
static enum view_slot slot_of_count(uint64_t count, unsigned bytes)
{
    uint64_t bad = bytes == 1 ? SWAP_MAP_BAD_8 : SWAP_MAP_BAD_16;

    if ((count & bad) == bad)
        return VIEW_SLOT_BAD;
    return count ? VIEW_SLOT_CACHED : VIEW_SLOT_FREE;
}

static void read_swap_map(struct octavo_view *o, uint64_t map, uint32_t base,
                          uint32_t slots)
{
    struct view_snapshot *v = o->v;
    uint32_t bytes = o->fields.members[SWAP_MAP].target;
    uint32_t most = (uint32_t)sizeof o->slots_map / bytes;

    for (uint32_t at = 0; at < slots; at += most) {
        uint32_t n = slots - at < most ? slots - at : most;

        memset(o->slots_map, 0, sizeof o->slots_map);
        if (!octavo_read(o, map + (uint64_t)at * bytes, o->slots_map,
                         (size_t)n * bytes))
            view_badge(v, "a swap map lies outside of the direct map");
        for (uint32_t i = 0; i < n; i++) {
            uint64_t count = load_le(o->slots_map + i * bytes, bytes);
            uint8_t *slot = &v->swap[base + at + i];

            *slot = (uint8_t)slot_of_count(count, bytes);
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

void octavo_own_swap_cache(struct octavo_view *o)
{
    struct view_snapshot *v = o->v;
    uint32_t size = o->fields.types[TYPE_PAGE], slot;

    for (uint32_t i = 0; i < v->n_frames; i++) {
        struct view_frame *f = &v->frames[i];

        if (f->owner != VIEW_SWAP_CACHE || f->process != VIEW_NONE ||
            !octavo_swap_slot(
                o, octavo_get(o, o->pages + (size_t)i * size, PAGE_PRIVATE),
                &slot))
            continue;
        if (v->swap[slot] < v->n_processes)
            f->process = v->swap[slot];
    }
}
