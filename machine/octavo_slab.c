/*
 * Which slab cache a frame serves. A cache keeps its number, and so its
 * colour, for as long as the view is open.
 */
#include <stdio.h>
#include <stdlib.h>

#include "machine/octavo_internal.h"

/* Caches of one filling, before they have numbers. */
struct found {
    uint64_t va;
    uint64_t frames;
};

static uint64_t cache_of(const struct octavo_view *o, uint32_t frame)
{
    return octavo_get(o, o->pages + (size_t)frame * o->fields.types[TYPE_PAGE],
                      PAGE_SLAB_CACHE);
}

static unsigned number_of(const struct octavo_view *o, uint64_t va)
{
    unsigned i = 0;

    while (i < o->n_slabs && o->slab_va[i] != va)
        i++;
    return i < o->n_slabs ? i : VIEW_NONE;
}

static void count_one(struct found *found, unsigned *n, uint64_t va)
{
    unsigned i = 0;

    while (i < *n && found[i].va != va)
        i++;
    if (i == VIEW_SLABS)
        return;
    if (i == *n)
        found[(*n)++] = (struct found){va, 0};
    found[i].frames++;
}

static int compare_found(const void *a, const void *b)
{
    const struct found *x = a, *y = b;

    if (x->frames != y->frames)
        return x->frames > y->frames ? -1 : 1;
    return (x->va > y->va) - (x->va < y->va);
}

/* Numbers for those that are new, the largest first. */
static void number_new(struct octavo_view *o, uint32_t n_frames)
{
    struct found found[VIEW_SLABS];
    unsigned n = 0;

    for (uint32_t i = 0; i < n_frames; i++) {
        const struct view_frame *f = &o->v->frames[i];
        uint64_t va = cache_of(o, i);

        if (f->owner == VIEW_SLAB && !f->in_block && va &&
            number_of(o, va) == VIEW_NONE)
            count_one(found, &n, va);
    }
    if (n)
        qsort(found, n, sizeof *found, compare_found);
    for (unsigned i = 0; i < n && o->n_slabs < VIEW_SLABS; i++)
        o->slab_va[o->n_slabs++] = found[i].va;
}

/* A member of a cache, an unsigned int; 0 where there is none. */
static uint32_t cache_word(const struct octavo_view *o, uint64_t va,
                           enum octavo_member member)
{
    const struct symbol_member *m = &o->fields.members[member];
    uint8_t bytes[4];

    if (m->size != sizeof bytes || !octavo_read(o, va + m->offset, bytes, 4))
        return 0;
    return (uint32_t)load_le(bytes, 4);
}

/* Whether free objects are linked, which SLUB does. */
static bool is_slub(const struct octavo_view *o)
{
    uint8_t links = 0;

    return octavo_read(o,
                       o->fields.variables[VAR_SLAB_OPS].va +
                           o->fields.members[OPS_LINKS_OBJECTS].offset,
                       &links, 1) &&
           links;
}

static void name_slabs(struct octavo_view *o)
{
    const struct symbol_member *name = &o->fields.members[CACHE_NAME];

    o->v->n_slabs = o->n_slabs;
    for (unsigned i = 0; i < o->n_slabs; i++) {
        struct view_slab *slab = &o->v->slabs[i];
        uint64_t text;

        *slab = (struct view_slab){0};
        slab->object_bytes = cache_word(o, o->slab_va[i], CACHE_SIZE);
        if (!octavo_read_word(o, o->slab_va[i] + name->offset, &text) ||
            !octavo_read_string(o, text, slab->name, sizeof slab->name))
            snprintf(slab->name, sizeof slab->name, "?");
    }
}

/* Adds a slab, whose first frame it is, to its cache. */
static void count_slab(const struct octavo_view *o, struct view_frame *f,
                       const uint8_t *page, bool with_links)
{
    struct view_slab *slab = &o->v->slabs[f->slab];
    uint64_t cache = o->slab_va[f->slab];
    uint64_t word = octavo_get(o, page, PAGE_S_MEM);

    if (!o->fields.members[PAGE_S_MEM].size ||
        !o->fields.members[OPS_LINKS_OBJECTS].size)
        return;
    slab->slabs++;
    slab->in_use += octavo_get(o, page, PAGE_INUSE);
    /* SLUB: 15 bits of objects; SLAB: where the first one is. */
    slab->objects +=
        with_links ? word & 0x7fff : cache_word(o, cache, CACHE_NUM);
    f->first_object =
        (uint16_t)(with_links ? cache_word(o, cache, CACHE_RED_LEFT) : word);
}

void octavo_fill_slabs(struct octavo_view *o, uint32_t n_frames)
{
    struct view_frame *frames = o->v->frames;
    bool with_links = is_slub(o);

    if (!o->fields.members[PAGE_SLAB_CACHE].size ||
        !o->fields.members[CACHE_NAME].size)
        return;
    number_new(o, n_frames);
    name_slabs(o);
    for (uint32_t i = 0; i < n_frames; i++) {
        struct view_frame *f = &frames[i];

        if (f->owner != VIEW_SLAB)
            continue;
        if (f->in_block && i) /* tails follow their head */
            f->slab = frames[i - 1].slab;
        else
            f->slab = (uint8_t)number_of(o, cache_of(o, i));
        if (f->slab == VIEW_NONE)
            continue;
        o->v->slabs[f->slab].frames++;
        if (!f->in_block)
            count_slab(o, f,
                       o->pages + (size_t)i * o->fields.types[TYPE_PAGE],
                       with_links);
    }
}
