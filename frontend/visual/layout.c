/*
 * The grid. One number decides all: the cell, the largest integer that leaves
 * the timeline its height and the panels their width.
 */
#include "frontend/visual/layout.h"

#define CELLS_MAX 65536   /* beyond it a cell is more than one frame */
#define PANELS_BESIDE 800 /* width that the map must leave */
#define HEIGHT_BESIDE 260 /* height that the map must leave */

const int layout_zoom[ZOOM_LEVELS] = {1, 2, 5, 10, 16, 32};

static unsigned columns_for(uint32_t cells)
{
    unsigned columns = 1;

    while ((uint64_t)columns * columns < cells)
        columns *= 2;
    return columns;
}

static void set_grid(struct layout *l, uint32_t n_frames, unsigned shift)
{
    uint32_t cells =
        (uint32_t)(((uint64_t)n_frames + (1u << shift) - 1) >> shift);

    l->shift = shift;
    l->columns = columns_for(cells);
    l->rows = (cells + l->columns - 1) / l->columns;
}

static unsigned clamp(int first, unsigned seen, unsigned all)
{
    if (first < 0 || seen >= all)
        return 0;
    return (unsigned)first > all - seen ? all - seen : (unsigned)first;
}

void layout_make(struct layout *l, const struct scene *s, uint32_t n_frames)
{
    unsigned shift = 0, side;
    int room = s->height - HEIGHT_BESIDE, size, below;

    if (room > s->width - PANELS_BESIDE)
        room = s->width - PANELS_BESIDE;
    while (n_frames >> shift > CELLS_MAX)
        shift++;
    set_grid(l, n_frames, shift);
    side = l->columns > l->rows ? l->columns : l->rows;
    l->cell = room / (int)side > 0 ? room / (int)side : 1;
    size = l->cell * (int)side;
    l->is_zoomed = s->cell > 0 && (s->cell > l->cell || shift);
    if (l->is_zoomed) {
        set_grid(l, n_frames, 0);
        l->cell = s->cell;
    }
    l->seen_columns = (unsigned)((size + l->cell - 1) / l->cell);
    l->seen_rows = l->seen_columns;
    if (l->seen_columns > l->columns)
        l->seen_columns = l->columns;
    if (l->seen_rows > l->rows)
        l->seen_rows = l->rows;
    l->first_column = clamp(s->first_column, l->seen_columns, l->columns);
    l->first_row = clamp(s->first_row, l->seen_rows, l->rows);

    below = MAP_Y + size + MARGIN;
    l->map = (struct rect){MAP_X, MAP_Y, size, size};
    l->legend = (struct rect){MAP_X + size + GUTTER, TOP_BAR, LEGEND_WIDTH,
                              size + RULER};
    l->panels = (struct rect){l->legend.x + LEGEND_WIDTH + GUTTER, TOP_BAR, 0,
                              size + RULER};
    l->panels.w = s->width - MARGIN - l->panels.x;
    l->facts = (struct rect){0, below, s->width, FACT_BAR};
    l->timeline = (struct rect){0, below + FACT_BAR + 4, s->width,
                                s->height - below - FACT_BAR - 4};
}

bool layout_rect_of(const struct layout *l, uint32_t frame, struct rect *r)
{
    unsigned column, row;

    layout_cell_of(l, frame, &column, &row);
    if (column < l->first_column || row < l->first_row ||
        column - l->first_column >= l->seen_columns ||
        row - l->first_row >= l->seen_rows)
        return false;
    *r = (struct rect){l->map.x + (int)(column - l->first_column) * l->cell,
                       l->map.y + (int)(row - l->first_row) * l->cell, l->cell,
                       l->cell};
    return true;
}
