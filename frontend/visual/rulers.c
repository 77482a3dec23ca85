/*
 * The rulers of the frame map: frame offsets above, zones and physical
 * addresses at the left; chips where the current frame is.
 */
#include "frontend/visual/internal.h"

#include <stdio.h>

#define LABEL_RIGHT 104
#define COLUMN_LABEL_PX 80
#define ROW_LABEL_PX 40

/* The smallest power of two whose cells take at least `px`. */
static unsigned step_for(int px, int cell)
{
    unsigned step = 1;

    while ((int)step * cell < px)
        step *= 2;
    return step;
}

static void draw_columns(struct picture *p)
{
    const struct layout *l = &p->layout;
    unsigned step = step_for(COLUMN_LABEL_PX, l->cell);
    int y = MAP_Y;

    canvas_text_right(&p->canvas, TYPE_LABEL, LABEL_RIGHT, y - 6,
                      colour(p, ROLE_FAINT),
                      l->is_zoomed ? "PA" : "physical address");
    for (unsigned i = 0; i < l->seen_columns; i++) {
        unsigned column = l->first_column + i;
        int x = l->map.x + (int)i * l->cell;

        if (column % step == 0) {
            canvas_fill(&p->canvas, x, y - 8, 1, 8, colour(p, ROLE_FAINT));
            canvas_printf(&p->canvas, TYPE_MONO, x + 3, y - 6,
                          colour(p, ROLE_DIM), "+%02x", column << l->shift);
        } else if (step > 1 && column % (step / 2) == 0) {
            canvas_fill(&p->canvas, x, y - 4, 1, 4, colour(p, ROLE_FAINT));
        }
    }
}

static uint64_t row_pa(const struct picture *p, unsigned row)
{
    const struct layout *l = &p->layout;

    return p->view->ram_base_pa +
           (((uint64_t)row * l->columns) << (l->shift + VIEW_PAGE_SHIFT));
}

static bool has_label(const struct layout *l, unsigned row, unsigned step)
{
    return row % step == 0 && row >= l->first_row &&
           row < l->first_row + l->seen_rows;
}

/* Where a zone's name goes: under the first row's address, beside it if both
 * fit, or alone. */
static int name_baseline(const struct picture *p, const struct view_zone *zone,
                         int top, int bottom, bool labelled)
{
    int width = canvas_text_width(&p->canvas, TYPE_KEY, zone->name);

    if (!labelled)
        return top + 14;
    if (10 + width + 4 <= LABEL_RIGHT - 9 * 7)
        return top + 11;
    return top + 26 <= bottom ? top + 26 : -1;
}

static void draw_zone_name(struct picture *p, const struct view_zone *zone,
                           int y, bool has_size)
{
    int x = canvas_text(&p->canvas, TYPE_KEY, 10, y, colour(p, ROLE_TEXT),
                        zone->name);
    unsigned long long mib = zone->spanned >> (20 - VIEW_PAGE_SHIFT);

    if (has_size)
        canvas_printf(&p->canvas, TYPE_MONO, x + 6, y, colour(p, ROLE_DIM),
                      "%lluM", mib);
}

/* A zone's bracket, and its name: zoomed, only the topmost, in the corner. */
static void draw_zone(struct picture *p, const struct view_zone *zone,
                      unsigned step)
{
    const struct layout *l = &p->layout;
    uint64_t per_row = (uint64_t)l->columns << l->shift;
    uint64_t first = zone->start_frame / per_row;
    uint64_t last = (zone->start_frame + zone->spanned + per_row - 1) / per_row;
    int top, bottom, y;
    bool labelled;

    if (!zone->spanned || last <= l->first_row ||
        first >= l->first_row + l->seen_rows)
        return;
    labelled = has_label(l, (unsigned)first, step);
    if (l->is_zoomed && first <= l->first_row)
        draw_zone_name(p, zone, MAP_Y - 6, false);
    if (first < l->first_row)
        first = l->first_row;
    if (last > l->first_row + l->seen_rows)
        last = l->first_row + l->seen_rows;
    top = l->map.y + (int)(first - l->first_row) * l->cell;
    bottom = l->map.y + (int)(last - l->first_row) * l->cell;
    if (bottom > l->map.y + l->map.h)
        bottom = l->map.y + l->map.h;
    canvas_fill(&p->canvas, 4, top, MAP_X - 5, 1, colour(p, ROLE_DIM));
    canvas_fill(&p->canvas, 4, top, 2, bottom - top - 3, colour(p, ROLE_DIM));
    y = name_baseline(p, zone, top, bottom, labelled);
    if (!l->is_zoomed && y > 0 && y <= bottom + 2)
        draw_zone_name(p, zone, y, y != top + 11);
}

static void draw_rows(struct picture *p, unsigned step)
{
    const struct layout *l = &p->layout;
    char text[24];

    for (unsigned i = 0; i < l->seen_rows; i++) {
        unsigned row = l->first_row + i;
        int y = l->map.y + (int)i * l->cell;

        if (row % step || y + 10 > l->map.y + l->map.h)
            continue;
        canvas_fill(&p->canvas, MAP_X - 5, y, 4, 1, colour(p, ROLE_FAINT));
        canvas_text_right(&p->canvas, TYPE_MONO, LABEL_RIGHT, y + 11,
                          colour(p, ROLE_DIM),
                          address_text(row_pa(p, row), text));
    }
}

/* Inverse chips at the current frame's column and row. */
static void draw_chips(struct picture *p)
{
    const struct layout *l = &p->layout;
    uint32_t frame = current_frame(p);
    unsigned column, row;
    struct rect r;
    char text[24];
    int width;

    if (frame == NO_FRAME || !layout_rect_of(l, frame, &r))
        return;
    layout_cell_of(l, frame, &column, &row);
    snprintf(text, sizeof text, "+%02x", column << l->shift);
    width = chip_width(p, text);
    chip(p, r.x + r.w / 2 - width / 2, MAP_Y - 5, text);
    canvas_fill(&p->canvas, r.x + r.w / 2 - 1, MAP_Y - 2, 3, 2,
                colour(p, ROLE_INV));
    address_text(row_pa(p, row), text);
    width = chip_width(p, text);
    canvas_fill(&p->canvas, MAP_X - 4 - width, r.y + r.h / 2 - 18, width - 2,
                34, colour(p, ROLE_BG));
    chip(p, MAP_X - 4 - width, r.y + r.h / 2 + 4, text);
}

void draw_rulers(struct picture *p)
{
    unsigned step = step_for(ROW_LABEL_PX, p->layout.cell);
    struct view_zone all = {.name = "RAM", .spanned = p->view->n_frames};

    draw_columns(p);
    draw_rows(p, step);
    for (unsigned i = 0; i < p->view->n_zones; i++)
        draw_zone(p, &p->view->zones[i], step);
    if (!p->view->n_zones)
        draw_zone(p, &all, step);
    draw_chips(p);
}
