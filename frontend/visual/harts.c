/*
 * The harts, shown where no kernel's structures are known: all that the
 * hardware tells about who runs.
 */
#include "frontend/visual/internal.h"

#include <stdio.h>

#define PITCH 16

/* Column heads and their places from the left. */
static const struct {
    const char *name;
    int x;
} columns[] = {
    {"#", 0}, {"pc", 24}, {"mode", 104}, {"satp", 152}, {"function", 232}};

int draw_harts(struct picture *p, int y)
{
    struct rect r = p->layout.panels;
    const struct view_snapshot *v = p->view;

    y = panel_title(p, r, y, "Harts",
                    "the hardware's view: this guest has no symbols of a "
                    "kernel that Quire knows",
                    "");
    for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
        canvas_text(&p->canvas, TYPE_LABEL, r.x + columns[i].x, y + 8,
                    colour(p, ROLE_FAINT), columns[i].name);
    y += PITCH;
    for (unsigned i = 0; i < v->n_harts; i++, y += PITCH) {
        const struct view_hart *h = &v->harts[i];
        uint32_t ink = colour(p, ROLE_TEXT);

        canvas_printf(&p->canvas, TYPE_MONO, r.x, y + 9, colour(p, ROLE_DIM),
                      "%u", i);
        canvas_printf(&p->canvas, TYPE_MONO, r.x + columns[1].x, y + 9, ink,
                      "%08llx", (unsigned long long)h->pc);
        canvas_printf(&p->canvas, TYPE_MONO, r.x + columns[2].x, y + 9, ink,
                      "%c%s", h->mode, h->is_waiting ? " wfi" : "");
        canvas_printf(&p->canvas, TYPE_MONO, r.x + columns[3].x, y + 9,
                      colour(p, h->satp ? ROLE_TEXT : ROLE_FAINT), "%08llx",
                      (unsigned long long)h->satp);
        canvas_text_cut(&p->canvas, TYPE_MONO, r.x + columns[4].x, y + 9,
                        r.w - columns[4].x, ink, h->where);
    }
    return y + 8;
}
