/*
 * Pageblocks: free blocks by migrate type and order, and how many pageblocks
 * each type has. Per-CPU pages: what each CPU has at hand of each zone.
 */
#include "frontend/visual/internal.h"

#include <stdio.h>

#define NAME_WIDTH 96
#define TYPE_PITCH 33
#define TYPE_BAR 12
#define LIST_PITCH 18

static bool is_faded(const struct picture *p, unsigned zone)
{
    return p->scene->brush.kind == ITEM_ZONE &&
           !(p->scene->brush.mask >> zone & 1);
}

static int order_pitch(const struct picture *p)
{
    return (p->layout.panels.w - NAME_WIDTH - 64) / VIEW_ORDERS;
}

/* Text in the middle of a column. */
static void centred(struct picture *p, int x, int y, uint32_t ink,
                    const char *text)
{
    int width = canvas_text_width(&p->canvas, TYPE_MONO, text);

    canvas_text(&p->canvas, TYPE_MONO, x + (order_pitch(p) - 6 - width) / 2, y,
                ink, text);
}

/* Free pages of a type by order, on the scale of `most`. */
static void draw_orders(struct picture *p, const uint64_t *blocks,
                        uint64_t most, int y, uint32_t hue)
{
    int x = p->layout.panels.x + NAME_WIDTH, pitch = order_pitch(p);

    for (unsigned i = 0; i < VIEW_ORDERS; i++, x += pitch) {
        uint64_t pages = blocks[i] << i;
        int height = most ? (int)(pages * TYPE_BAR / most) : 0;
        char n[32];

        if (pages && !height)
            height = 1;
        canvas_fill(&p->canvas, x, y + TYPE_BAR - height, pitch - 6, height + 1,
                    pages ? hue : colour(p, ROLE_FAINT));
        centred(p, x, y + TYPE_BAR + 13,
                colour(p, pages ? ROLE_TEXT : ROLE_FAINT),
                pages ? number_text(blocks[i], n) : "\xc2\xb7");
    }
}

static uint64_t largest(uint64_t blocks[VIEW_TYPES][VIEW_ORDERS])
{
    uint64_t most = 0;

    for (unsigned type = 0; type < VIEW_TYPES; type++)
        for (unsigned i = 0; i < VIEW_ORDERS; i++)
            if (blocks[type][i] << i > most)
                most = blocks[type][i] << i;
    return most;
}

/* The types that the zone has, or has free blocks of. */
static int draw_zone_types(struct picture *p, struct view_type_counts *c,
                           unsigned zone, int y)
{
    struct rect r = p->layout.panels;
    uint64_t most = largest(c->blocks[zone]);
    int top = y;
    char n[32];

    canvas_text(&p->canvas, TYPE_KEY, r.x, y + 11, colour(p, ROLE_TEXT),
                p->view->zones[zone].name);
    y += 18;
    for (unsigned type = 0; type < p->view->n_types; type++) {
        struct paint look = paint_of_type(p->scene->palette, type);
        uint64_t pageblocks = c->pageblocks[zone][type];
        uint64_t free = 0;

        for (unsigned i = 0; i < VIEW_ORDERS; i++)
            free += c->blocks[zone][type][i];
        if (!pageblocks && !free)
            continue;
        if (is_faded(p, zone))
            look.fill = faded(p, look.fill);
        swatch(p, r.x + 2, y + 2, 10, look);
        canvas_text_cut(&p->canvas, TYPE_LABEL, r.x + 18, y + 11,
                        NAME_WIDTH - 22, colour(p, ROLE_TEXT),
                        p->view->types[type]);
        draw_orders(p, c->blocks[zone][type], most, y, look.fill);
        canvas_text_right(&p->canvas, TYPE_VALUE, r.x + r.w, y + 11,
                          colour(p, pageblocks ? ROLE_TEXT : ROLE_FAINT),
                          number_text(pageblocks, n));
        y += TYPE_PITCH;
    }
    hit_add(p, (struct rect){r.x, top, r.w, y - top}, ITEM_ZONE, zone);
    return y + 2;
}

int draw_types(struct picture *p, int y)
{
    struct rect r = p->layout.panels;
    struct view_type_counts c;
    char text[16];

    if (!p->view->n_types || !p->view->n_zones)
        return y;
    view_count_types(p->view, &c);
    y = panel_title(p, r, y, "Pageblocks",
                    "free pages by type and order; number = blocks",
                    "pageblocks");
    for (unsigned i = 0; i < VIEW_ORDERS; i++) {
        snprintf(text, sizeof text, "%u", i);
        centred(p, r.x + NAME_WIDTH + (int)i * order_pitch(p), y + 8,
                colour(p, ROLE_DIM), text);
    }
    y += 8;
    for (unsigned i = 0; i < p->view->n_zones; i++)
        y = draw_zone_types(p, &c, i, y);
    return y + 4;
}

/* Pages at hand in a box of as many as there may be; a tick each batch. */
static void draw_list(struct picture *p, const struct view_pageset *s,
                      uint32_t most, int x, int y, int width, bool out)
{
    uint32_t ink = colour(p, ROLE_GREEN), line = colour(p, ROLE_DIM);
    int high = most ? (int)((uint64_t)s->high * (uint64_t)width / most) : 0;
    int count = most ? (int)((uint64_t)s->count * (uint64_t)width / most) : 0;

    canvas_fill(&p->canvas, x, y, width, 11, colour(p, ROLE_TRACK));
    canvas_fill(&p->canvas, x, y, count > width ? width : count, 11,
                out ? faded(p, ink) : ink);
    for (uint32_t at = s->batch; s->batch && at < s->high && most <= 256;
         at += s->batch)
        canvas_fill(&p->canvas,
                    x + (int)((uint64_t)at * (uint64_t)width / most), y + 8, 1,
                    3, line);
    if (high > 1)
        canvas_frame(&p->canvas, x, y, high, 11, 1, line);
}

int draw_percpu(struct picture *p, int y)
{
    const struct view_snapshot *v = p->view;
    unsigned cpus = v->n_cpus < v->n_harts ? v->n_cpus : v->n_harts;
    struct rect r = p->layout.panels;
    int x = r.x + NAME_WIDTH, width = r.w - NAME_WIDTH - 150;
    uint32_t most = 0;

    if (!cpus || !v->n_zones)
        return y;
    for (unsigned i = 0; i < v->n_zones; i++)
        for (unsigned cpu = 0; cpu < cpus; cpu++) {
            const struct view_pageset *s = &v->zones[i].pagesets[cpu];
            uint32_t n = s->high > s->count ? s->high : s->count;

            most = n > most ? n : most;
        }
    y = panel_title(p, r, y, "Per-CPU pages",
                    "at hand; box = high, tick = batch",
                    "count   high  batch");
    for (unsigned i = 0; i < v->n_zones; i++)
        for (unsigned cpu = 0; cpu < cpus; cpu++, y += LIST_PITCH) {
            const struct view_pageset *s = &v->zones[i].pagesets[cpu];

            if (!cpu)
                canvas_text(&p->canvas, TYPE_KEY, r.x, y + 10,
                            colour(p, ROLE_TEXT), v->zones[i].name);
            canvas_printf_right(&p->canvas, TYPE_MONO, x - 8, y + 10,
                                colour(p, ROLE_DIM), "cpu%u", cpu);
            draw_list(p, s, most, x, y, width, is_faded(p, i));
            canvas_printf_right(&p->canvas, TYPE_MONO, r.x + r.w, y + 10,
                                colour(p, ROLE_TEXT), "%5u  %5u  %5u", s->count,
                                s->high, s->batch);
        }
    return y + 6;
}
