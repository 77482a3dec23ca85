/*
 * The swap map: a pixel (or more) a slot, in the hue of its owner.
 */
#include "frontend/visual/internal.h"

#include <stdio.h>

#define CAPTION 18

static uint32_t slot_colour(const struct picture *p, uint8_t slot)
{
    uint32_t fill = colour(p, ROLE_G2);

    if (slot == VIEW_SLOT_FREE)
        return colour(p, ROLE_FREE);
    if (slot == VIEW_SLOT_BAD)
        return colour(p, ROLE_FAINT);
    if (slot == VIEW_SLOT_SHARED)
        return colour(p, ROLE_G1);
    if (slot < p->view->n_processes)
        fill = paint_of_slot(p->scene->palette, p->view->processes[slot].slot)
                   .fill;
    if (p->scene->brush.kind == ITEM_PROCESS &&
        !(slot < 64 && p->scene->brush.mask >> slot & 1))
        return faded(p, fill);
    return fill;
}

/* Pixels a slot, so that the map fills the room; 0 if it does not fit. */
static int slot_size(uint32_t n, int width, int height)
{
    int size = 0;

    while (size < 4 &&
           (int)(((uint64_t)n + (uint64_t)(width / (size + 1)) - 1) /
                 (uint64_t)(width / (size + 1))) *
                   (size + 1) <=
               height)
        size++;
    return size;
}

int draw_swap(struct picture *p, int y)
{
    struct rect r = p->layout.legend;
    const struct view_snapshot *v = p->view;
    int width = r.w - 2, height, size, columns, rows;
    uint32_t step = 1;
    char used[32], all[32], text[72];

    height = r.y + r.h - y - 28 - CAPTION - 2;
    if (!v->n_swap || height < 12)
        return y;
    snprintf(text, sizeof text, "%s / %s", number_text(v->swap_used, used),
             number_text(v->n_swap, all));
    y = panel_title(p, r, y, "Swap", "", text);
    while (!(size = slot_size(v->n_swap / step, width, height)))
        step *= 2;
    columns = width / size;
    rows =
        (int)((v->n_swap / step + (uint32_t)columns - 1) / (uint32_t)columns);
    canvas_frame(&p->canvas, r.x, y, r.w, rows * size + 2, 1,
                 colour(p, ROLE_LINE));
    for (uint32_t i = 0; i < v->n_swap / step; i++)
        canvas_fill(&p->canvas, r.x + 1 + (int)(i % (uint32_t)columns) * size,
                    y + 1 + (int)(i / (uint32_t)columns) * size, size, size,
                    slot_colour(p, v->swap[i * step]));
    hit_add_grid(
        p, &(struct hit){.rect = {r.x + 1, y + 1, columns * size, rows * size},
                         .kind = ITEM_SLOT,
                         .n = v->n_swap,
                         .cell_w = size,
                         .cell_h = size,
                         .columns = (uint32_t)columns,
                         .shift = (unsigned)__builtin_ctz(step)});
    y += rows * size + 2;
    if (size > 1)
        snprintf(text, sizeof text, "%d x %d px = 1 slot of 4 KiB", size, size);
    else
        snprintf(text, sizeof text, "1 px = %u slot%s of 4 KiB", step,
                 step > 1 ? "s" : "");
    canvas_text(&p->canvas, TYPE_LABEL, r.x, y + 14, colour(p, ROLE_DIM), text);
    return y + CAPTION;
}
