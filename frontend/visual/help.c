/*
 * What keys and mouse do, over the map.
 */
#include "frontend/visual/internal.h"

#define PITCH 20
#define PAD 20
#define KEY_WIDTH 150

static const struct {
    const char *input, *effect;
} rows[] = {
    {"1 2 3 4", "zone, owner, buddy order, slab cache"},
    {"5 6 7", "migrate type, A/D bits, heat"},
    {"Space", "pause, or go on"},
    {".", "one step"},
    {"[  ]", "half, double the speed"},
    {"wheel, drag, arrows", "zoom at the pointer; pan"},
    {"Home", "the whole map"},
    {"pointer", "facts below; the same item in all panels"},
    {"click on a frame", "selects it"},
    {"click on a row", "fades all else: legend, zone, order, process"},
    {"shift-click", "adds to what stands out"},
    {"Esc", "clears selection and fading"},
    {"t", "light or dark"},
    {"F2", "saves quire-<steps>.png"},
    {"F1", "this list"},
    {"Ctrl-Q", "ends the run"},
};

void draw_help(struct picture *p)
{
    struct rect r = p->layout.map;
    int height = (int)ARRAY_SIZE(rows) * PITCH + 2 * PAD + 20;
    int width = 500 < r.w ? 500 : r.w, x = r.x + (r.w - width) / 2;
    int y = r.y + (r.h - height) / 2;

    canvas_fill(&p->canvas, x, y, width, height, colour(p, ROLE_PANEL));
    canvas_frame(&p->canvas, x, y, width, height, 1, colour(p, ROLE_DIM));
    canvas_text(&p->canvas, TYPE_TITLE, x + PAD, y + PAD + 8,
                colour(p, ROLE_TEXT), "Keys and mouse");
    y += PAD + 36;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++, y += PITCH) {
        canvas_text(&p->canvas, TYPE_MONO, x + PAD, y, colour(p, ROLE_TEXT),
                    rows[i].input);
        canvas_text_cut(&p->canvas, TYPE_LABEL, x + PAD + KEY_WIDTH, y,
                        width - 2 * PAD - KEY_WIDTH, colour(p, ROLE_DIM),
                        rows[i].effect);
    }
}
