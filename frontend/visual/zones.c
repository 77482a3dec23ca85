/*
 * Zones: what they are used for and how free memory stands against the
 * watermarks. Buddy: free pages by order, and how much of it a request of
 * the chosen order could not use.
 */
#include "frontend/visual/internal.h"

#include <stdio.h>

#define NAME_WIDTH 72
#define ZONE_PITCH 36
#define BUDDY_PITCH 52
#define BUDDY_BAR 30
#define GAUGE 128

static bool zone_is_faded(const struct picture *p, unsigned index)
{
    return p->scene->brush.kind == ITEM_ZONE &&
           !(p->scene->brush.mask >> index & 1);
}

/* The order of a zone's composition; the processes follow by slot. */
static const uint8_t composition[] = {
    VIEW_RESERVED,     VIEW_KERNEL_TEXT,  VIEW_KERNEL_DATA, VIEW_MEM_MAP,
    VIEW_KERNEL_PAGES, VIEW_KERNEL_STACK, VIEW_DMA_BOUNCE,  VIEW_SLAB,
    VIEW_PAGE_TABLE,   VIEW_FILE_CLEAN,   VIEW_FILE_DIRTY,  VIEW_SWAP_CACHE,
    VIEW_ANON_SHARED,
};
#define PARTS (ARRAY_SIZE(composition) + 17) /* 16 slots and the others */

/* Frames of a zone by part; returns how many are in use. */
static uint64_t count_parts(const struct view_snapshot *v, unsigned zone,
                            uint64_t counts[PARTS])
{
    uint8_t part_of[VIEW_OWNERS] = {0};
    uint64_t used = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(composition); i++)
        part_of[composition[i]] = (uint8_t)i;
    for (uint32_t i = 0; i < v->n_frames; i++) {
        const struct view_frame *f = &v->frames[i];
        unsigned slot = 16;

        if (f->zone != zone || f->owner == VIEW_FREE ||
            f->owner == VIEW_FREE_PERCPU)
            continue;
        used++;
        if (f->process < v->n_processes && v->processes[f->process].slot < 16)
            slot = v->processes[f->process].slot;
        counts[f->owner == VIEW_ANON ? ARRAY_SIZE(composition) + slot
                                     : part_of[f->owner]]++;
    }
    return used;
}

static uint32_t part_fill(const struct picture *p, unsigned part)
{
    const struct palette *palette = p->scene->palette;

    if (part < ARRAY_SIZE(composition))
        return paint_of_owner(palette, composition[part]).fill;
    part -= (unsigned)ARRAY_SIZE(composition);
    return paint_of_slot(palette, part).fill;
}

/* Shared memory has two hues. */
static void stripe(struct picture *p, int from, int to, int y, bool out)
{
    uint32_t second =
        paint_of_owner(p->scene->palette, VIEW_ANON_SHARED).second;

    for (int x = from + 2; x < to; x += 4)
        canvas_fill(&p->canvas, x, y + 1, x + 2 < to ? 2 : to - x, 10,
                    out ? faded(p, second) : second);
}

/* What a zone is used for: solid fills side by side on its own scale. */
static void draw_composition(struct picture *p, unsigned zone, int x, int y,
                             int width)
{
    uint64_t counts[PARTS] = {0}, at = 0;
    uint64_t used = count_parts(p->view, zone, counts);
    uint64_t total = p->view->zones[zone].present;
    bool out = zone_is_faded(p, zone);

    total = total < used ? used : total;
    canvas_fill(&p->canvas, x, y, width, 12, colour(p, ROLE_FREE));
    for (unsigned i = 0; i < PARTS && total; i++) {
        int from = x + 1 + (int)(at * (uint64_t)(width - 2) / total), to;
        uint32_t fill = part_fill(p, i);

        at += counts[i];
        to = x + 1 + (int)(at * (uint64_t)(width - 2) / total);
        canvas_fill(&p->canvas, from, y + 1, to - from, 10,
                    out ? faded(p, fill) : fill);
        if (i < ARRAY_SIZE(composition) && composition[i] == VIEW_ANON_SHARED)
            stripe(p, from, to, y, out);
    }
    canvas_frame(&p->canvas, x, y, width, 12, 1, colour(p, ROLE_LINE));
    canvas_printf(&p->canvas, TYPE_LABEL, x, y + 25, colour(p, ROLE_DIM),
                  "%.1f %% used",
                  total ? 100.0 * (double)used / (double)total : 0.0);
}

static int gauge_at(uint64_t pages, uint64_t high)
{
    uint64_t scale = high + high / 2;

    if (!scale || pages >= scale)
        return GAUGE;
    return (int)(pages * GAUGE / scale);
}

/* Free pages on a scale of 1.5 x high, with the three watermarks. */
static void draw_gauge(struct picture *p, const struct view_zone *z, int x,
                       int y)
{
    const uint64_t marks[3] = {z->min, z->low, z->high};
    char text[64];

    canvas_fill(&p->canvas, x, y, GAUGE, 12, colour(p, ROLE_TRACK));
    canvas_fill(&p->canvas, x, y + 3, gauge_at(z->free, z->high), 6,
                colour(p, ROLE_TEXT));
    if (gauge_at(z->free, z->high) == GAUGE)
        canvas_text(&p->canvas, TYPE_MONO, x + GAUGE - 9, y + 9,
                    colour(p, ROLE_BG), "\xc2\xbb");
    for (int i = 0; i < 3; i++) {
        int at = x + gauge_at(marks[i], z->high);

        canvas_fill(&p->canvas, at - 1, y - 2, 3, 16, colour(p, ROLE_BG));
        canvas_fill(&p->canvas, at, y - 2, 1, 16, colour(p, ROLE_MARK));
    }
    snprintf(text, sizeof text, "min %llu  low %llu  high %llu",
             (unsigned long long)z->min, (unsigned long long)z->low,
             (unsigned long long)z->high);
    canvas_text(&p->canvas, TYPE_MONO, x, y + 25, colour(p, ROLE_DIM), text);
}

int draw_zones(struct picture *p, int y)
{
    struct rect r = p->layout.panels;
    int bar = r.w - NAME_WIDTH - GAUGE - 88, gauge = r.x + r.w - GAUGE - 72;
    char n[32];

    if (!p->view->n_zones)
        return y;
    y = panel_title(p, r, y, "Zones",
                    "use by type, and free pages against watermarks", "pages");
    for (unsigned i = 0; i < p->view->n_zones; i++, y += ZONE_PITCH) {
        const struct view_zone *z = &p->view->zones[i];

        canvas_text(&p->canvas, TYPE_KEY, r.x, y + 11, colour(p, ROLE_TEXT),
                    z->name);
        canvas_text(&p->canvas, TYPE_MONO, r.x, y + 26, colour(p, ROLE_DIM),
                    number_text(z->present, n));
        draw_composition(p, i, r.x + NAME_WIDTH, y + 1, bar);
        if (z->kswapd_runs)
            chip(p, r.x + NAME_WIDTH + bar - chip_width(p, "kswapd on"), y + 27,
                 "kswapd on");
        draw_gauge(p, z, gauge, y + 1);
        canvas_text_right(&p->canvas, TYPE_VALUE, r.x + r.w, y + 11,
                          colour(p, ROLE_TEXT), number_text(z->free, n));
        hit_add(p, (struct rect){r.x, y - 2, r.w, ZONE_PITCH - 2}, ITEM_ZONE,
                i);
    }
    return y + 5;
}

/* The share of free pages in blocks too small for a request of `order`. */
static double unusable_index(const struct view_zone *z, unsigned order)
{
    uint64_t all = 0, usable = 0;

    for (unsigned i = 0; i < VIEW_ORDERS; i++) {
        all += z->blocks[i] << i;
        if (i >= order)
            usable += z->blocks[i] << i;
    }
    return all ? (double)(all - usable) / (double)all : 0;
}

static void draw_buddy_row(struct picture *p, unsigned index, int x, int y,
                           int pitch)
{
    const struct view_zone *z = &p->view->zones[index];
    uint64_t most = 1;

    for (unsigned i = 0; i < VIEW_ORDERS; i++)
        most = z->blocks[i] << i > most ? z->blocks[i] << i : most;
    for (unsigned i = 0; i < VIEW_ORDERS; i++) {
        uint64_t pages = z->blocks[i] << i;
        int height = (int)(pages * BUDDY_BAR / most), at = x + (int)i * pitch;
        bool out =
            zone_is_faded(p, index) || (p->scene->brush.kind == ITEM_ORDER &&
                                        !(p->scene->brush.mask >> i & 1));
        uint32_t ink = colour(p, pages ? ROLE_DIM : ROLE_FAINT);
        char n[32];

        if (pages && !height)
            height = 1;
        canvas_fill(&p->canvas, at, y - height, pitch - 6, height + 1,
                    out ? faded(p, ink) : ink);
        number_text(z->blocks[i], n);
        canvas_text(&p->canvas, TYPE_MONO,
                    at + (pitch - 6 -
                          canvas_text_width(&p->canvas, TYPE_MONO,
                                            pages ? n : "\xc2\xb7")) /
                             2,
                    y + 13, colour(p, pages ? ROLE_TEXT : ROLE_FAINT),
                    pages ? n : "\xc2\xb7");
    }
}

int draw_buddy(struct picture *p, int y)
{
    struct rect r = p->layout.panels;
    int x = r.x + NAME_WIDTH, pitch = (r.w - NAME_WIDTH - 64) / VIEW_ORDERS;
    char text[40];

    if (!p->view->n_zones)
        return y;
    snprintf(text, sizeof text, "unusable for order %u", p->scene->order);
    y = panel_title(p, r, y, "Buddy",
                    "free pages by block order; number = "
                    "blocks",
                    text);
    for (unsigned i = 0; i < VIEW_ORDERS; i++) {
        snprintf(text, sizeof text, "%u", i);
        canvas_text(
            &p->canvas, TYPE_MONO,
            x + (int)i * pitch +
                (pitch - 6 - canvas_text_width(&p->canvas, TYPE_MONO, text)) /
                    2,
            y + 8, colour(p, ROLE_DIM), text);
        hit_add(p,
                (struct rect){x + (int)i * pitch, y, pitch - 2,
                              14 + (int)p->view->n_zones * BUDDY_PITCH},
                ITEM_ORDER, i);
    }
    y += 42;
    for (unsigned i = 0; i < p->view->n_zones; i++, y += BUDDY_PITCH) {
        double index = unusable_index(&p->view->zones[i], p->scene->order);

        canvas_text(&p->canvas, TYPE_KEY, r.x, y - 3, colour(p, ROLE_TEXT),
                    p->view->zones[i].name);
        draw_buddy_row(p, i, x, y, pitch);
        canvas_printf_right(&p->canvas, TYPE_MONO, r.x + r.w, y - 1,
                            colour(p, ROLE_TEXT), "%.2f", index);
        canvas_fill(&p->canvas, r.x + r.w - 48, y + 5, 48, 3,
                    colour(p, ROLE_TRACK));
        canvas_fill(&p->canvas, r.x + r.w - 48, y + 5, (int)(48 * index), 3,
                    colour(p, ROLE_DIM));
    }
    return y - 26;
}
