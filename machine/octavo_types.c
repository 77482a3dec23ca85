/*
 * Octavo's pageblocks with their migrate types, and its per-CPU page lists.
 */
#include <stdio.h>

#include "machine/octavo_internal.h"

#define TYPE_MASK 7 /* of a pageblock's byte; above it are other marks */

/* By migratetype_names. */
static void name_types(struct octavo_view *o)
{
    struct view_snapshot *v = o->v;
    uint64_t names = o->fields.variables[VAR_TYPE_NAMES].va, text;

    for (unsigned i = 0; i < v->n_types; i++)
        if (!octavo_read_word(o, names + i * o->word, &text) ||
            !octavo_read_string(o, text, v->types[i], sizeof v->types[i]))
            snprintf(v->types[i], sizeof v->types[i], "type %u", i);
}

/* A byte each pageblock that the zone has a part of. */
static void fill_zone_types(struct octavo_view *o, unsigned zone)
{
    struct view_snapshot *v = o->v;
    const struct view_zone *z = &v->zones[zone];
    uint64_t first = z->start_frame >> v->pageblock_order, flags;
    uint8_t byte = 0;

    if (!octavo_read_word(
            o, o->zone_va[zone] + o->fields.members[ZONE_PAGEBLOCKS].offset,
            &flags))
        return;
    for (uint64_t k = 0; k < z->spanned; k++) {
        uint64_t at = z->start_frame + k;
        uint64_t block = at >> v->pageblock_order;

        if ((!k || at >> v->pageblock_order << v->pageblock_order == at) &&
            !octavo_read(o, flags + block - first, &byte, 1)) {
            view_badge(v, "zone %u has no types of its pageblocks", zone);
            return;
        }
        if ((byte & TYPE_MASK) < v->n_types)
            v->frames[at].type = byte & TYPE_MASK;
    }
}

void octavo_fill_types(struct octavo_view *o)
{
    const struct octavo_fields *f = &o->fields;
    uint32_t orders = f->members[ZONE_FREE_AREA].count;

    if (!f->members[ZONE_PAGEBLOCKS].size || f->numbers[NUMBER_TYPES] <= 0 ||
        f->numbers[NUMBER_TYPES] > VIEW_TYPES || !orders ||
        orders > VIEW_ORDERS)
        return;
    o->v->n_types = (unsigned)f->numbers[NUMBER_TYPES];
    o->v->pageblock_order = orders - 1; /* the largest block */
    name_types(o);
    for (unsigned i = 0; i < o->v->n_zones; i++)
        fill_zone_types(o, i);
}

static bool read_number(const struct octavo_view *o, uint64_t va,
                        enum octavo_member member, int32_t *value)
{
    const struct symbol_member *m = &o->fields.members[member];
    uint8_t bytes[4] = {0};

    if (!m->size || m->size > sizeof bytes ||
        !octavo_read(o, va + m->offset, bytes, m->size))
        return false;
    *value = (int32_t)load_le(bytes, 4);
    return true;
}

static void fill_pageset(const struct octavo_view *o, uint64_t va,
                         struct view_pageset *set)
{
    int32_t room, high, batch;

    *set = (struct view_pageset){0};
    if (!read_number(o, va, PCP_ROOM, &room) ||
        !read_number(o, va, PCP_HIGH, &high) ||
        !read_number(o, va, PCP_BATCH, &batch) || high < room)
        return;
    set->count = (uint32_t)high - (uint32_t)room;
    set->high = high < 0 ? 0 : (uint32_t)high;
    set->batch = (uint32_t)batch;
}

void octavo_fill_pagesets(struct octavo_view *o)
{
    const struct octavo_fields *f = &o->fields;
    uint64_t va = f->variables[VAR_PAGESETS].va, cpus;
    uint32_t size = f->types[TYPE_PAGESET];

    if (!va || !size || !f->members[PAGESET_ZONE].count)
        return;
    cpus = f->variables[VAR_PAGESETS].size / size;
    o->v->n_cpus = cpus < VIEW_HARTS ? (unsigned)cpus : VIEW_HARTS;
    for (unsigned zone = 0; zone < o->v->n_zones; zone++)
        for (unsigned cpu = 0; cpu < o->v->n_cpus; cpu++)
            fill_pageset(o,
                         va + cpu * size + f->members[PAGESET_ZONE].offset +
                             o->zone_of[zone] * f->types[TYPE_PCP],
                         &o->v->zones[zone].pagesets[cpu]);
}
