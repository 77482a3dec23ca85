/*
 * The whole map in small, with a box around what the zoomed map shows.
 */
#include "frontend/visual/internal.h"

#include <stdio.h>

#define SIDE 128 /* px at most */

/* Frames a pixel in each direction, so that the whole fits. */
static unsigned frames_a_pixel(const struct layout *l)
{
    unsigned step = 1;

    while (l->columns / step > SIDE || l->rows / step > SIDE)
        step *= 2;
    return step;
}

int draw_overview(struct picture *p, int y)
{
    const struct layout *l = &p->layout;
    struct rect r = l->legend;
    unsigned step = frames_a_pixel(l);
    int size = SIDE * (int)step / (int)l->columns, x, width, height;
    char text[32];

    if (!l->is_zoomed)
        return y;
    size = size > 1 && step == 1 ? size : 1;
    snprintf(text, sizeof text, "%u x %u", l->seen_columns, l->seen_rows);
    y = panel_title(p, r, y, "Overview", "", text);
    width = (int)(l->columns / step) * size;
    height = (int)((l->rows + step - 1) / step) * size;
    x = r.x + (r.w - width) / 2;
    for (unsigned row = 0; row < l->rows; row += step)
        for (unsigned column = 0; column < l->columns; column += step) {
            uint64_t frame = (uint64_t)row * l->columns + column;
            struct paint look;

            if (frame >= p->view->n_frames)
                break;
            look =
                classes_paint(p->classes, p->scene, p->view, (uint32_t)frame);
            canvas_fill(&p->canvas, x + (int)(column / step) * size,
                        y + (int)(row / step) * size, size, size, look.fill);
        }
    canvas_frame(&p->canvas, x - 1, y - 1, width + 2, height + 2, 1,
                 colour(p, ROLE_LINE));
    draw_mark(p, (struct rect){x + (int)(l->first_column / step) * size,
                               y + (int)(l->first_row / step) * size,
                               (int)(l->seen_columns / step) * size,
                               (int)(l->seen_rows / step) * size});
    return y + height + 12;
}
