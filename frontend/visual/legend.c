/*
 * The legend: for each class its true look, its count and its share.
 */
#include "frontend/visual/internal.h"

#include <stdio.h>

#define ROW 24
#define SWATCH 15

static void share_bar(struct picture *p, int x, int y, int width, uint64_t part,
                      uint64_t whole)
{
    canvas_fill(&p->canvas, x, y, width, 2, colour(p, ROLE_TRACK));
    if (!part || !whole)
        return;
    width = (int)((uint64_t)width * part / whole);
    canvas_fill(&p->canvas, x, y, width ? width : 1, 2, colour(p, ROLE_DIM));
}

static void draw_row(struct picture *p, unsigned index, int y, int pitch,
                     uint64_t largest)
{
    const struct frame_class *row = &p->classes->rows[index];
    struct rect r = p->layout.legend;
    bool brushed = p->scene->brush.kind != ITEM_NONE;
    bool chosen = p->scene->brush.kind == ITEM_CLASS &&
                  p->scene->brush.mask >> row->id & 1;
    char number[32], total[32];
    int x;

    swatch(p, r.x, y, SWATCH, row->paint);
    if (brushed && row->brushed != row->count) {
        x = canvas_printf_right(&p->canvas, TYPE_MONO, r.x + r.w, y + 10,
                                colour(p, ROLE_TEXT), "%s of %s",
                                number_text(row->brushed, number),
                                number_text(row->count, total));
    } else {
        x = canvas_text_right(&p->canvas, TYPE_MONO, r.x + r.w, y + 10,
                              colour(p, row->count ? ROLE_TEXT : ROLE_FAINT),
                              number_text(row->count, number));
    }
    canvas_text_cut(&p->canvas, TYPE_LABEL, r.x + 24, y + 10, x - r.x - 24 - 4,
                    colour(p, ROLE_TEXT), row->label);
    if (pitch >= 20)
        share_bar(p, r.x + 24, y + 15, r.w - 24,
                  brushed ? row->brushed : row->count, largest);
    if (chosen)
        draw_mark(p, (struct rect){r.x, y, SWATCH, SWATCH});
    hit_add(p, (struct rect){r.x, y - 2, r.w, pitch}, ITEM_CLASS, row->id);
}

/* The classes of heat as a table: an age a row, a kind a column. */
static int draw_heat(struct picture *p, int y)
{
    static const char *const kinds[HEAT_KINDS] = {"read", "write", "exec"};
    struct rect r = p->layout.legend;
    char number[32];

    canvas_text(&p->canvas, TYPE_LABEL, r.x, y + 8, colour(p, ROLE_DIM),
                "age <");
    for (int kind = 0; kind < HEAT_KINDS; kind++)
        canvas_text(&p->canvas, TYPE_LABEL, r.x + 58 + 36 * kind, y + 8,
                    colour(p, ROLE_TEXT), kinds[kind]);
    y += 14;
    for (unsigned age = 0; age < HEAT_AGES; age++, y += 30) {
        canvas_text_right(&p->canvas, TYPE_MONO, r.x + 46, y + 11,
                          colour(p, ROLE_DIM), heat_age_names[age]);
        for (unsigned kind = 0; kind < HEAT_KINDS; kind++) {
            unsigned index = kind * HEAT_AGES + age;
            const struct frame_class *row = &p->classes->rows[index];
            int x = r.x + 58 + 36 * (int)kind;

            for (int v = 0; v < 3; v++)
                for (int u = 0; u < 6; u++)
                    draw_cell(p, x + 5 * u, y + 5 * v, 5, row->paint);
            canvas_printf_right(&p->canvas, TYPE_MONO, x + 32, y + 26,
                                colour(p, row->brushed ? ROLE_DIM : ROLE_FAINT),
                                "%llu", (unsigned long long)row->brushed);
            hit_add(p, (struct rect){x, y, 34, 28}, ITEM_CLASS, index);
        }
    }
    canvas_text_right(&p->canvas, TYPE_LABEL, r.x + 46, y + 11,
                      colour(p, ROLE_DIM), "older");
    canvas_fill(&p->canvas, r.x + 58, y, 102, 15, colour(p, ROLE_FREE));
    canvas_frame(&p->canvas, r.x + 58, y, 102, 15, 1, colour(p, ROLE_FREELINE));
    canvas_text_right(
        &p->canvas, TYPE_MONO, r.x + 156, y + 11, colour(p, ROLE_DIM),
        number_text(p->classes->rows[HEAT_OLDER].brushed, number));
    hit_add(p, (struct rect){r.x + 58, y, 102, 15}, ITEM_CLASS, HEAT_OLDER);
    y += 32;
    canvas_text(&p->canvas, TYPE_LABEL, r.x, y, colour(p, ROLE_DIM),
                "colour = latest kind of use,");
    canvas_text(&p->canvas, TYPE_LABEL, r.x, y + 15, colour(p, ROLE_DIM),
                "on a tie exec, write, read");
    return y + 31;
}

/* Rows that keep room for the swap panel below. */
static int draw_rows(struct picture *p, int y)
{
    const struct classes *c = p->classes;
    int room = p->layout.legend.y + p->layout.legend.h - y;
    int pitch = ROW;
    uint64_t largest = 0;

    if (p->view->n_swap)
        room -= 96;
    if ((int)c->n * pitch > room)
        pitch = room / (int)c->n > 17 ? room / (int)c->n : 17;
    for (unsigned i = 0; i < c->n; i++)
        largest = c->rows[i].count > largest ? c->rows[i].count : largest;
    for (unsigned i = 0; i < c->n; i++, y += pitch)
        draw_row(p, i, y, pitch, largest);
    return y;
}

void draw_legend(struct picture *p)
{
    struct rect r = p->layout.legend, before;
    char caption[48] = "frames", n[32];
    int y;

    if (p->scene->brush.kind != ITEM_NONE)
        snprintf(caption, sizeof caption, "%s chosen",
                 number_text(p->classes->n_brushed, n));
    y = draw_overview(p, r.y);
    y = panel_title(p, r, y, scene_modes[p->scene->mode].title, "", caption);
    before = canvas_clip(&p->canvas, (struct rect){r.x - 4, r.y, r.w + 8, r.h});
    y = p->scene->mode == MODE_HEAT ? draw_heat(p, y) : draw_rows(p, y);
    draw_swap(p, y + 4);
    canvas_restore(&p->canvas, before);
}
