/*
 * From frames to classes, one function a mode.
 */
#include "frontend/visual/classes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/compiler.h"

#define SLOTS 16
#define FREE_PERCENT 72   /* of bg in what is free of a type */
#define SECOND_PERCENT 60 /* of bg in a texture's second colour */
#define NO_CLASS 0xff
#define ID_SMALL SLOTS /* slots come before, owners behind */
#define FREE_LABEL "free (box = block)"

/* The look of an owner that is no process; `second` ROLE_BG is the fill mixed
 * to bg, any other role itself. */
struct owner_style {
    enum role fill;
    enum texture texture;
    enum role second;
};

static const struct owner_style owner_styles[VIEW_OWNERS] = {
    [VIEW_FREE] = {ROLE_FREE, TEXTURE_FREE, ROLE_BG},
    [VIEW_FREE_PERCPU] = {ROLE_FREELINE, TEXTURE_SOLID, ROLE_BG},
    [VIEW_RESERVED] = {ROLE_G3, TEXTURE_DIAG, ROLE_BG},
    [VIEW_KERNEL_TEXT] = {ROLE_G1, TEXTURE_SOLID, ROLE_BG},
    [VIEW_KERNEL_DATA] = {ROLE_G2, TEXTURE_DOT, ROLE_BG},
    [VIEW_MEM_MAP] = {ROLE_G2, TEXTURE_BARS, ROLE_BG},
    [VIEW_KERNEL_PAGES] = {ROLE_G2, TEXTURE_SOLID, ROLE_BG},
    [VIEW_SLAB] = {ROLE_PURPLE, TEXTURE_LINE, ROLE_BG},
    [VIEW_PAGE_TABLE] = {ROLE_YELLOW, TEXTURE_SOLID, ROLE_BG},
    [VIEW_KERNEL_STACK] = {ROLE_G1, TEXTURE_CHECK, ROLE_BG},
    [VIEW_DMA_BOUNCE] = {ROLE_WHITE, TEXTURE_CHECK, ROLE_BG},
    [VIEW_ANON] = {ROLE_BLUE, TEXTURE_SOLID, ROLE_BG},
    [VIEW_ANON_SHARED] = {ROLE_SKY, TEXTURE_SPLIT, ROLE_VERM},
    [VIEW_SWAP_CACHE] = {ROLE_BLUE, TEXTURE_RING, ROLE_BG},
    [VIEW_FILE_CLEAN] = {ROLE_GREEN, TEXTURE_SOLID, ROLE_BG},
    [VIEW_FILE_DIRTY] = {ROLE_GREEN, TEXTURE_DOT, ROLE_WHITE},
    [VIEW_MAPPED_CODE] = {ROLE_GREEN, TEXTURE_SOLID, ROLE_BG},
    [VIEW_MAPPED_USER] = {ROLE_BLUE, TEXTURE_SOLID, ROLE_BG},
    [VIEW_MAPPED] = {ROLE_G1, TEXTURE_SOLID, ROLE_BG},
    [VIEW_TOUCHED] = {ROLE_G2, TEXTURE_DOT, ROLE_BG},
    [VIEW_ZERO] = {ROLE_FREE, TEXTURE_FREE, ROLE_BG},
};

/* The order of the legend, after the processes. */
static const uint8_t owner_order[] = {
    VIEW_ANON_SHARED, VIEW_SWAP_CACHE,  VIEW_FILE_CLEAN,   VIEW_FILE_DIRTY,
    VIEW_SLAB,        VIEW_PAGE_TABLE,  VIEW_KERNEL_STACK, VIEW_KERNEL_TEXT,
    VIEW_KERNEL_DATA, VIEW_MEM_MAP,     VIEW_KERNEL_PAGES, VIEW_DMA_BOUNCE,
    VIEW_RESERVED,    VIEW_MAPPED_CODE, VIEW_MAPPED_USER,  VIEW_MAPPED,
    VIEW_TOUCHED,     VIEW_ZERO,        VIEW_FREE_PERCPU,  VIEW_FREE,
};

/* Upper limits of the ages of heat, in units of 1/256 s (4 ms, 16 ms, ...).*/
static const uint16_t heat_limits[HEAT_AGES] = {1, 4, 16, 64, 256, 1024, 4096};
const char *const heat_age_names[HEAT_AGES] = {
    "4 ms", "16 ms", "62 ms", "250 ms", "1 s", "4 s", "16 s"};

static uint32_t to_bg(const struct palette *p, uint32_t colour,
                      unsigned percent)
{
    return colour_mix(colour, p->colour[ROLE_BG], percent);
}

static struct paint paint(const struct palette *p, enum role fill,
                          enum texture texture, enum role second)
{
    uint32_t colour = p->colour[fill];
    uint32_t other = p->colour[second];

    if (second == ROLE_BG && texture != TEXTURE_RING)
        other = to_bg(p, colour, SECOND_PERCENT);
    if (texture == TEXTURE_FREE)
        other = p->colour[ROLE_FREELINE];
    return (struct paint){colour, other, texture};
}

struct paint paint_of_slot(const struct palette *p, unsigned slot)
{
    static const enum role hues[4] = {ROLE_BLUE, ROLE_ORANGE, ROLE_SKY,
                                      ROLE_VERM};
    static const enum texture textures[4] = {TEXTURE_SOLID, TEXTURE_DIAG,
                                             TEXTURE_BARS, TEXTURE_DOT};

    if (slot >= SLOTS)
        return paint(p, ROLE_BLUE, TEXTURE_CHECK, ROLE_BG);
    return paint(p, hues[slot % 4], textures[slot / 4 % 4], ROLE_BG);
}

struct paint paint_of_owner(const struct palette *p, enum view_owner owner)
{
    const struct owner_style *s = &owner_styles[owner];

    return paint(p, s->fill, s->texture, s->second);
}

static unsigned add_class(struct classes *c, struct paint look,
                          const char *label)
{
    struct frame_class *row = &c->rows[c->n];

    snprintf(row->label, sizeof row->label, "%s", label);
    row->paint = look;
    row->id = (uint8_t)c->n;
    row->count = row->brushed = 0;
    return c->n++;
}

void classes_init(struct classes *c, uint32_t n_frames)
{
    memset(c, 0, sizeof *c);
    c->n_frames = n_frames;
    c->of_frame = alloc_zeroed(n_frames, 1);
}

void classes_free(struct classes *c)
{
    free(c->of_frame);
    memset(c, 0, sizeof *c);
}

/* Whether another process with a colour has the name of process i. */
static bool is_namesake(const struct view_snapshot *v, unsigned i)
{
    for (unsigned k = 0; k < v->n_processes; k++)
        if (k != i && v->processes[k].slot < SLOTS &&
            strcmp(v->processes[k].comm, v->processes[i].comm) == 0)
            return true;
    return false;
}

/* A row a process with a colour, one for the small ones, then the rest. */
static void sort_owners(struct classes *c, const struct scene *s,
                        const struct view_snapshot *v)
{
    uint8_t of_process[VIEW_PROCESSES], of_owner[VIEW_OWNERS];
    uint8_t small = NO_CLASS;
    struct view_counts counts;

    view_count(v, &counts);
    for (unsigned i = 0; i < v->n_processes; i++) {
        const struct view_process *p = &v->processes[i];
        char label[32];

        of_process[i] = NO_CLASS;
        if (p->slot >= SLOTS || c->n >= 2 * SLOTS)
            continue;
        if (is_namesake(v, i))
            snprintf(label, sizeof label, "anon %.12s [%d]", p->comm, p->pid);
        else
            snprintf(label, sizeof label, "anon %.16s", p->comm);
        of_process[i] =
            (uint8_t)add_class(c, paint_of_slot(s->palette, p->slot), label);
        c->rows[of_process[i]].id = p->slot;
    }
    if (!v->is_hardware || counts.owner[VIEW_ANON]) {
        small = (uint8_t)add_class(c, paint_of_slot(s->palette, VIEW_NONE),
                                   "anon, others");
        c->rows[small].id = ID_SMALL;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(owner_order); i++) {
        enum view_owner owner = owner_order[i];

        of_owner[owner] = NO_CLASS;
        if (!counts.owner[owner] &&
            (v->is_hardware || owner >= VIEW_MAPPED_CODE ||
             owner == VIEW_FREE_PERCPU || owner == VIEW_KERNEL_PAGES))
            continue;
        of_owner[owner] = (uint8_t)add_class(
            c, paint_of_owner(s->palette, owner),
            owner == VIEW_FREE ? FREE_LABEL : view_owner_name(owner));
        c->rows[of_owner[owner]].id = (uint8_t)(ID_SMALL + 1 + owner);
    }
    for (uint32_t i = 0; i < c->n_frames; i++) {
        const struct view_frame *f = &v->frames[i];
        uint8_t row = small;

        if (f->owner != VIEW_ANON)
            row = of_owner[f->owner];
        else if (f->process < v->n_processes &&
                 of_process[f->process] != NO_CLASS)
            row = of_process[f->process];
        c->of_frame[i] = row;
    }
}

static void sort_zones(struct classes *c, const struct scene *s,
                       const struct view_snapshot *v)
{
    static const enum role hues[VIEW_ZONES] = {ROLE_ORANGE, ROLE_BLUE,
                                               ROLE_GREEN, ROLE_SKY};
    const struct palette *p = s->palette;
    unsigned outside, free;

    for (unsigned i = 0; i < v->n_zones; i++) {
        char label[32];

        snprintf(label, sizeof label, "%.15s in use", v->zones[i].name);
        add_class(c, paint(p, hues[i], TEXTURE_SOLID, ROLE_BG), label);
    }
    outside = add_class(c, paint(p, ROLE_G3, TEXTURE_DIAG, ROLE_BG),
                        v->n_zones ? "reserved" : "no zones");
    free = add_class(c, paint_of_owner(p, VIEW_FREE), FREE_LABEL);
    for (uint32_t i = 0; i < c->n_frames; i++) {
        const struct view_frame *f = &v->frames[i];

        c->of_frame[i] = (uint8_t)outside;
        if (f->owner == VIEW_FREE || f->owner == VIEW_ZERO)
            c->of_frame[i] = (uint8_t)free;
        else if (f->owner != VIEW_RESERVED && f->zone < v->n_zones)
            c->of_frame[i] = f->zone;
    }
}

static void sort_orders(struct classes *c, const struct scene *s,
                        const struct view_snapshot *v)
{
    const struct palette *p = s->palette;
    unsigned used;

    for (unsigned i = 0; i < VIEW_ORDERS; i++) {
        char label[32];
        uint32_t fill = colour_ramp(i + 2, VIEW_ORDERS + 2);

        snprintf(label, sizeof label, "order %u", i);
        add_class(c,
                  (struct paint){fill, p->colour[ROLE_FREELINE], TEXTURE_FREE},
                  label);
    }
    used = add_class(c, paint(p, ROLE_TRACK, TEXTURE_SOLID, ROLE_BG), "in use");
    for (uint32_t i = 0; i < c->n_frames; i++) {
        const struct view_frame *f = &v->frames[i];

        c->of_frame[i] = f->owner == VIEW_FREE && f->order < VIEW_ORDERS
                             ? f->order
                             : (uint8_t)used;
    }
}

/* From boot on, never given to the buddy allocator. */
static bool is_kernels(uint8_t owner)
{
    return owner == VIEW_RESERVED || owner == VIEW_KERNEL_TEXT ||
           owner == VIEW_KERNEL_DATA || owner == VIEW_MEM_MAP;
}

/* A row each of the first caches that have slabs: the largest ones when the
 * view first saw any. */
static void sort_slabs(struct classes *c, const struct scene *s,
                       const struct view_snapshot *v)
{
    const struct palette *p = s->palette;
    uint8_t of_slab[VIEW_SLABS];
    unsigned others, used, free;

    memset(of_slab, NO_CLASS, sizeof of_slab);
    for (unsigned i = 0; i < v->n_slabs && i < SLOTS; i++)
        if (v->slabs[i].frames) {
            of_slab[i] = (uint8_t)add_class(c, paint_of_slot(p, i),
                                            v->slabs[i].name);
            c->rows[of_slab[i]].id = (uint8_t)i;
        }
    others = add_class(c, paint_of_owner(p, VIEW_SLAB), "other caches");
    used = add_class(c, paint(p, ROLE_G3, TEXTURE_SOLID, ROLE_BG), "no slab");
    free = add_class(c, paint_of_owner(p, VIEW_FREE), FREE_LABEL);
    for (unsigned i = others; i <= free; i++)
        c->rows[i].id = (uint8_t)(SLOTS + i - others);
    for (uint32_t i = 0; i < c->n_frames; i++) {
        const struct view_frame *f = &v->frames[i];
        unsigned row = used;

        if (f->owner == VIEW_FREE || f->owner == VIEW_ZERO)
            row = free;
        else if (f->owner == VIEW_SLAB)
            row = f->slab < v->n_slabs && of_slab[f->slab] != NO_CLASS
                      ? of_slab[f->slab]
                      : others;
        c->of_frame[i] = (uint8_t)row;
    }
}

struct paint paint_of_type(const struct palette *p, unsigned type)
{
    static const enum role hues[VIEW_TYPES] = {
        ROLE_VERM,  ROLE_BLUE,   ROLE_GREEN, ROLE_YELLOW,
        ROLE_WHITE, ROLE_PURPLE, ROLE_SKY,   ROLE_ORANGE};

    return paint(p, hues[type % VIEW_TYPES], TEXTURE_SOLID, ROLE_BG);
}

/* Two rows a type: what is in use in its pageblocks, and what is free. */
static void sort_types(struct classes *c, const struct scene *s,
                       const struct view_snapshot *v)
{
    const struct palette *p = s->palette;
    unsigned outside;

    for (unsigned i = 0; i < v->n_types; i++) {
        struct paint look = paint_of_type(p, i);
        char label[32];

        snprintf(label, sizeof label, "%.15s, used", v->types[i]);
        add_class(c, look, label);
        look.fill = to_bg(p, look.fill, FREE_PERCENT);
        look.second = p->colour[ROLE_FREELINE];
        look.texture = TEXTURE_FREE;
        snprintf(label, sizeof label, "%.15s, free", v->types[i]);
        add_class(c, look, label);
    }
    outside = add_class(c, paint(p, ROLE_G3, TEXTURE_DIAG, ROLE_BG),
                        v->n_types ? "reserved" : "no pageblocks");
    for (uint32_t i = 0; i < c->n_frames; i++) {
        const struct view_frame *f = &v->frames[i];
        bool is_free = f->owner == VIEW_FREE || f->owner == VIEW_FREE_PERCPU;

        c->of_frame[i] = (uint8_t)outside;
        if (f->type < v->n_types && !is_kernels(f->owner))
            c->of_frame[i] = (uint8_t)(2 * f->type + is_free);
    }
}

enum {
    DA_BOTH,
    DA_DIRTY,
    DA_ACCESSED,
    DA_NEITHER,
    DA_PAGE_DIRTY,
    DA_UNMAPPED,
    DA_FREE
};

static uint8_t dirty_class(const struct view_frame *f)
{
    if (f->owner == VIEW_FREE || f->owner == VIEW_ZERO)
        return DA_FREE;
    if (!(f->flags & VIEW_MAPPED_NOW))
        return f->flags & VIEW_DIRTY ? DA_PAGE_DIRTY : DA_UNMAPPED;
    if (f->flags & VIEW_PTE_DIRTY)
        return f->flags & VIEW_PTE_ACCESSED ? DA_BOTH : DA_DIRTY;
    return f->flags & VIEW_PTE_ACCESSED ? DA_ACCESSED : DA_NEITHER;
}

static void sort_dirty(struct classes *c, const struct scene *s,
                       const struct view_snapshot *v)
{
    const struct palette *p = s->palette;

    add_class(c, paint(p, ROLE_ORANGE, TEXTURE_SOLID, ROLE_BG), "A and D set");
    add_class(c, paint(p, ROLE_VERM, TEXTURE_DOT, ROLE_WHITE), "D only");
    add_class(c, paint(p, ROLE_SKY, TEXTURE_SOLID, ROLE_BG), "A only");
    add_class(c, paint(p, ROLE_BLUE, TEXTURE_SOLID, ROLE_BG),
              "neither A nor D");
    add_class(c, paint(p, ROLE_PURPLE, TEXTURE_LINE, ROLE_BG),
              "page dirty, no PTE");
    add_class(c, paint(p, ROLE_G3, TEXTURE_SOLID, ROLE_BG), "no user PTE");
    add_class(c, paint_of_owner(p, VIEW_FREE), FREE_LABEL);
    for (uint32_t i = 0; i < c->n_frames; i++)
        c->of_frame[i] = dirty_class(&v->frames[i]);
}

static struct paint heat_paint(const struct palette *p, unsigned kind,
                               unsigned age)
{
    static const uint8_t fade[HEAT_AGES] = {0, 0, 20, 38, 54, 68, 80};
    static const enum role hues[HEAT_KINDS] = {ROLE_SKY, ROLE_ORANGE,
                                               ROLE_GREEN};
    uint32_t fill = p->colour[hues[kind]];
    uint32_t strong = p->colour[p->is_light ? ROLE_TEXT : ROLE_MARK];

    fill = age ? to_bg(p, fill, fade[age]) : colour_mix(fill, strong, 35);
    return (struct paint){fill, to_bg(p, fill, SECOND_PERCENT),
                          kind == HEAT_EXECUTE ? TEXTURE_DOT : TEXTURE_SOLID};
}

static uint8_t heat_class(const struct view_heat *h, uint64_t now, uint64_t hz)
{
    uint64_t latest = h->read > h->write ? h->read : h->write, age;
    unsigned kind = HEAT_READ;

    latest = h->exec > latest ? h->exec : latest;
    if (!latest)
        return HEAT_OLDER;
    if (h->exec == latest)
        kind = HEAT_EXECUTE;
    else if (h->write == latest)
        kind = HEAT_WRITE;
    age = now > latest ? now - latest : 0;
    for (unsigned i = 0; i < HEAT_AGES; i++)
        if (age < hz / 256 * heat_limits[i])
            return (uint8_t)(kind * HEAT_AGES + i);
    return HEAT_OLDER;
}

static void sort_heat(struct classes *c, const struct scene *s,
                      const struct view_snapshot *v)
{
    static const char *const kinds[HEAT_KINDS] = {"read", "write", "exec"};

    for (unsigned kind = 0; kind < HEAT_KINDS; kind++)
        for (unsigned age = 0; age < HEAT_AGES; age++) {
            char label[32];

            snprintf(label, sizeof label, "%s < %s", kinds[kind],
                     heat_age_names[age]);
            add_class(c, heat_paint(s->palette, kind, age), label);
        }
    add_class(c, paint_of_owner(s->palette, VIEW_FREE), "older");
    for (uint32_t i = 0; i < c->n_frames; i++)
        c->of_frame[i] =
            v->heat ? heat_class(&v->heat[i], v->time, v->hz) : HEAT_OLDER;
}

bool classes_brushed(const struct classes *c, const struct scene *s,
                     const struct view_snapshot *v, uint32_t frame)
{
    const struct view_frame *f = &v->frames[frame];
    uint8_t index = VIEW_NONE, other = VIEW_NONE;

    switch (s->brush.kind) {
    case ITEM_CLASS:
        index = c->rows[c->of_frame[frame]].id;
        break;
    case ITEM_ZONE:
        index = f->zone;
        break;
    case ITEM_ORDER:
        index = f->owner == VIEW_FREE ? f->order : VIEW_NONE;
        break;
    case ITEM_PROCESS:
        index = f->process;
        other = f->sharer;
        break;
    default:
        return true;
    }
    return (index < 64 && s->brush.mask >> index & 1) ||
           (other < 64 && s->brush.mask >> other & 1);
}

void classes_sort(struct classes *c, const struct scene *s,
                  const struct view_snapshot *v)
{
    static void (*const sorters[MODES])(struct classes *, const struct scene *,
                                        const struct view_snapshot *) = {
        [MODE_ZONE] = sort_zones,   [MODE_OWNER] = sort_owners,
        [MODE_ORDER] = sort_orders, [MODE_SLAB] = sort_slabs,
        [MODE_TYPE] = sort_types,   [MODE_DIRTY] = sort_dirty,
        [MODE_HEAT] = sort_heat,
    };

    c->n = 0;
    c->mode = s->mode;
    c->n_brushed = 0;
    sorters[s->mode](c, s, v);
    for (uint32_t i = 0; i < c->n_frames; i++) {
        struct frame_class *row = &c->rows[c->of_frame[i]];

        row->count++;
        if (classes_brushed(c, s, v, i)) {
            row->brushed++;
            c->n_brushed++;
        }
    }
}

static uint32_t hue_of(const struct scene *s, const struct view_snapshot *v,
                       uint8_t process, uint32_t otherwise)
{
    if (process >= v->n_processes || v->processes[process].slot >= SLOTS)
        return otherwise;
    return paint_of_slot(s->palette, v->processes[process].slot).fill;
}

struct paint classes_paint(const struct classes *c, const struct scene *s,
                           const struct view_snapshot *v, uint32_t frame)
{
    struct paint look = c->rows[c->of_frame[frame]].paint;
    const struct view_frame *f = &v->frames[frame];

    if (c->mode != MODE_OWNER)
        return look;
    if (look.texture == TEXTURE_SPLIT) {
        look.fill = hue_of(s, v, f->process, look.fill);
        look.second = hue_of(s, v, f->sharer, look.second);
        if (look.fill == look.second)
            look.second = to_bg(s->palette, look.fill, SECOND_PERCENT);
    } else if (look.texture == TEXTURE_RING) {
        look.fill = hue_of(s, v, f->process, look.fill);
    }
    return look;
}

struct paint owner_paint(const struct scene *s, const struct view_snapshot *v,
                         uint32_t frame)
{
    const struct view_frame *f = &v->frames[frame];

    if (f->owner == VIEW_ANON && f->process < v->n_processes)
        return paint_of_slot(s->palette, v->processes[f->process].slot);
    return paint_of_owner(s->palette, f->owner);
}
