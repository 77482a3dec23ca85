/*
 * The parts of the picture, each drawn by one file, and what they share.
 */
#ifndef QUIRE_FRONTEND_VISUAL_INTERNAL_H
#define QUIRE_FRONTEND_VISUAL_INTERNAL_H

#include "frontend/visual/render.h"

#define FADE_PERCENT 62 /* of bg, in what is not brushed or lies ahead */

static inline uint32_t colour(const struct picture *p, enum role role)
{
    return p->scene->palette->colour[role];
}

/* Faded to the background as what a brush leaves out. */
static inline uint32_t faded(const struct picture *p, uint32_t c)
{
    return colour_mix(c, colour(p, ROLE_BG), FADE_PERCENT);
}

/* A single item over a rectangle; a full table ignores it. */
void hit_add(struct picture *p, struct rect r, enum item_kind kind,
             uint32_t index);
void hit_add_grid(struct picture *p, const struct hit *hit);

/* A rule at y, a title under it, and what stands beside it and at the right
 * end; returns y below the title block. */
int panel_title(struct picture *p, struct rect r, int y, const char *title,
                const char *caption, const char *right);
/* Text in an inverse box whose baseline is at y; returns x after it. */
int chip(struct picture *p, int x, int y, const char *text);
int chip_width(const struct picture *p, const char *text);
/* A paint in a rectangle as if it were cells of 5 px. */
void swatch(struct picture *p, int x, int y, int size, struct paint paint);

/* One cell with its top left corner at x, y. The free runs' edges are left
 * to draw_map. */
void draw_cell(struct picture *p, int x, int y, int size, struct paint look);

void draw_top_bar(struct picture *p);
void draw_map(struct picture *p);
void draw_rulers(struct picture *p);
void draw_legend(struct picture *p);
/* Each takes the y where it starts and returns where the next panel may. */
int draw_harts(struct picture *p, int y);
int draw_zones(struct picture *p, int y);
int draw_buddy(struct picture *p, int y);
int draw_types(struct picture *p, int y);
int draw_percpu(struct picture *p, int y);
int draw_slabs(struct picture *p, int y);
int draw_processes(struct picture *p, int y);
int draw_vmas(struct picture *p, int y);
int draw_tlb(struct picture *p, int y);
int draw_l1d(struct picture *p, int y);
int draw_overview(struct picture *p, int y);
int draw_swap(struct picture *p, int y);
void draw_facts(struct picture *p);
void draw_timeline(struct picture *p);
void draw_help(struct picture *p);

/* Index of the process whose VMAs the snapshot holds, or VIEW_NONE. */
unsigned selected_process(const struct picture *p);
/* The frame that facts and marks are about: hovered, else selected. */
uint32_t current_frame(const struct picture *p);
/* Draws the 2 px mark with its halo around a rectangle. */
void draw_mark(struct picture *p, struct rect r);
/* "8040_0000" */
const char *address_text(uint64_t pa, char buffer[24]);

#endif
