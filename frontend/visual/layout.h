/*
 * Where everything stands: the grid of the picture, from its size and the
 * number of frames. All values in pixels.
 */
#ifndef QUIRE_FRONTEND_VISUAL_LAYOUT_H
#define QUIRE_FRONTEND_VISUAL_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "frontend/visual/canvas.h"
#include "frontend/visual/scene.h"

#define TOP_BAR 32
#define RULER 16
#define MAP_X 112
#define MAP_Y (TOP_BAR + RULER)
#define LEGEND_WIDTH 160
#define GUTTER 16
#define MARGIN 8
#define FACT_BAR 24
#define TIMELINE_MIN 176

struct layout {
    struct rect map, legend, panels, facts, timeline;
    int cell;         /* px */
    unsigned shift;   /* a cell is 2^shift frames */
    unsigned columns; /* cells in a row of the whole map */
    unsigned rows;
    unsigned first_column, first_row; /* of what the map shows */
    unsigned seen_columns, seen_rows;
    bool is_zoomed;
};

void layout_make(struct layout *l, const struct scene *s, uint32_t n_frames);

/* The cell of a frame, in cells of the whole map. */
static inline void layout_cell_of(const struct layout *l, uint32_t frame,
                                  unsigned *column, unsigned *row)
{
    *column = (frame >> l->shift) % l->columns;
    *row = (frame >> l->shift) / l->columns;
}

/* Its rectangle in the picture; false if it is not in view. */
bool layout_rect_of(const struct layout *l, uint32_t frame, struct rect *r);

/* Cell sizes that the wheel steps through. */
#define ZOOM_LEVELS 6
extern const int layout_zoom[ZOOM_LEVELS];

#endif
