/*
 * Slab caches: the largest ones with the room of their objects and what of it
 * is in use.
 */
#include "frontend/visual/internal.h"

#include <stdio.h>

#define PITCH 18
#define NAME_WIDTH 150
#define ROWS 16
#define COLOURED 16 /* caches with a colour of their own; see classes.c */

struct columns {
    int size, bar, width, objects, kib;
};

static struct columns columns_of(struct rect r)
{
    struct columns c = {.size = r.x + NAME_WIDTH + 40,
                        .bar = r.x + NAME_WIDTH + 50,
                        .objects = r.x + r.w - 64,
                        .kib = r.x + r.w};

    c.width = c.objects - 96 - c.bar;
    return c;
}

static double share(const struct view_slab *s)
{
    if (!s->objects)
        return 0;
    return s->in_use < s->objects ? (double)s->in_use / (double)s->objects : 1;
}

static void draw_row(struct picture *p, unsigned index, uint64_t most, int y)
{
    const struct view_slab *s = &p->view->slabs[index];
    struct rect r = p->layout.panels;
    struct columns c = columns_of(r);
    struct paint look = index < COLOURED
                            ? paint_of_slot(p->scene->palette, index)
                            : paint_of_owner(p->scene->palette, VIEW_SLAB);
    unsigned id = index < COLOURED ? index : COLOURED;
    bool out = p->scene->brush.kind == ITEM_CLASS &&
               p->scene->mode == MODE_SLAB &&
               !(p->scene->brush.mask >> id & 1);
    int room = most ? (int)(s->frames * (uint64_t)c.width / most) : 0;
    char n[32], m[32];

    room = room < 3 ? 3 : room > c.width ? c.width : room;
    swatch(p, r.x + 2, y + 2, 10, look);
    canvas_text_cut(&p->canvas, TYPE_NAME, r.x + 18, y + 11, NAME_WIDTH - 22,
                    colour(p, out ? ROLE_DIM : ROLE_TEXT), s->name);
    canvas_printf_right(&p->canvas, TYPE_MONO, c.size, y + 11,
                        colour(p, ROLE_DIM), "%u", s->object_bytes);
    canvas_fill(&p->canvas, c.bar, y + 1, (int)(room * share(s)), 11,
                out ? faded(p, look.fill) : look.fill);
    canvas_frame(&p->canvas, c.bar, y + 1, room, 11, 1,
                 out ? faded(p, look.fill) : look.fill);
    canvas_printf_right(&p->canvas, TYPE_MONO, c.objects, y + 11,
                        colour(p, ROLE_TEXT), "%s/%s",
                        number_text(s->in_use, n), number_text(s->objects, m));
    canvas_text_right(&p->canvas, TYPE_VALUE, c.kib, y + 11,
                      colour(p, ROLE_TEXT), number_text(s->frames * 4, n));
    hit_add(p, (struct rect){r.x, y, r.w, PITCH}, ITEM_CLASS, id);
}

int draw_slabs(struct picture *p, int y)
{
    struct rect r = p->layout.panels;
    struct columns c = columns_of(r);
    uint8_t order[VIEW_SLABS];
    unsigned n = view_slabs_by_size(p->view, order);
    uint64_t most = n ? p->view->slabs[order[0]].frames : 0;

    if (!n)
        return y;
    y = panel_title(p, r, y, "Slab caches",
                    "bar = pages, filled = objects in use", "KiB");
    canvas_text_right(&p->canvas, TYPE_LABEL, c.size, y + 4,
                      colour(p, ROLE_FAINT), "bytes");
    canvas_text_right(&p->canvas, TYPE_LABEL, c.objects, y + 4,
                      colour(p, ROLE_FAINT), "in use/objects");
    y += 12;
    for (unsigned i = 0; i < n && i < ROWS; i++, y += PITCH)
        draw_row(p, order[i], most, y);
    if (n > ROWS) {
        canvas_printf(&p->canvas, TYPE_LABEL, r.x + 18, y + 11,
                      colour(p, ROLE_DIM), "and %u more", n - ROWS);
        y += PITCH;
    }
    return y + 6;
}
