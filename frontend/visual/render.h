/*
 * The renderer: a scene and a snapshot in, pixels out, and where in them each
 * thing is. Pure: the same input gives the same pixels; it needs no display
 * and allocates nothing.
 */
#ifndef QUIRE_FRONTEND_VISUAL_RENDER_H
#define QUIRE_FRONTEND_VISUAL_RENDER_H

#include <stdint.h>

#include "frontend/visual/canvas.h"
#include "frontend/visual/classes.h"
#include "frontend/visual/history.h"
#include "frontend/visual/layout.h"
#include "frontend/visual/scene.h"
#include "machine/view.h"

/* A part of the picture: a grid of cells of cell_w x cell_h that stand for
 * items from `first`, `columns` in a row (or in a column, if they run down),
 * 2^shift indexes a cell, n indexes in all. */
struct hit {
    struct rect rect;
    enum item_kind kind;
    uint32_t first, n;
    int cell_w, cell_h;
    uint32_t columns;
    unsigned shift;
    bool runs_down;
};

#define HITS_MAX 2048

struct picture {
    struct canvas canvas;
    const struct scene *scene;
    const struct view_snapshot *view;
    const struct history *history;
    struct classes *classes;
    struct layout layout;
    struct hit hits[HITS_MAX];
    unsigned n_hits;
};

/* Draws everything into `pixels` (scene's width * height). `classes` has room
 * for the snapshot's frames; history may be NULL. */
void render(struct picture *p, uint32_t *pixels, const struct glyphs *glyphs,
            const struct scene *scene, const struct view_snapshot *view,
            const struct history *history, struct classes *classes);

/* What is at x, y of the picture drawn last. */
struct item render_item_at(const struct picture *p, int x, int y);

/* The frame that a page of a VMA lies in, NO_FRAME if it is not present. */
uint32_t render_frame_of_page(const struct picture *p, uint32_t index);

#endif
