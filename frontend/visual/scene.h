/*
 * What the user sees and has chosen: the colour mode, zoom, hover, selection
 * and brush. With a snapshot it determines the picture, pixel for pixel.
 */
#ifndef QUIRE_FRONTEND_VISUAL_SCENE_H
#define QUIRE_FRONTEND_VISUAL_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "frontend/visual/palette.h"
#include "machine/view.h"

/* Colour modes of the frame map; the key is the one that selects it. */
enum scene_mode {
    MODE_ZONE,
    MODE_OWNER,
    MODE_ORDER,
    MODE_SLAB,
    MODE_TYPE,
    MODE_DIRTY,
    MODE_HEAT,
    MODES
};

struct scene_mode_info {
    char key;          /* '1' .. */
    const char *tab;   /* in the top bar */
    const char *title; /* above the legend */
};

extern const struct scene_mode_info scene_modes[MODES];

#define NO_FRAME UINT32_MAX

/* What a place in the picture stands for. */
enum item_kind {
    ITEM_NONE,
    ITEM_FRAME, /* index: frame from the base of DRAM */
    ITEM_CLASS, /* row of the legend */
    ITEM_ZONE,
    ITEM_ORDER,   /* of the buddy panel */
    ITEM_PROCESS, /* index in the snapshot */
    ITEM_VMA,
    ITEM_VMA_PAGE, /* index into vma_pages */
    ITEM_SLOT,     /* of swap */
    ITEM_MODE,     /* a tab */
};

struct item {
    enum item_kind kind;
    uint32_t index;
};

/* Frames that stand out, the others fade. Masks have a bit an index. */
struct brush {
    enum item_kind kind; /* ITEM_NONE: no brush */
    uint64_t mask;
};

struct scene {
    int width, height; /* px */
    const struct palette *palette;
    enum scene_mode mode;
    int cell;                    /* px a frame, 0: the whole map fits */
    int first_column, first_row; /* of the map, when zoomed */
    struct item hover;
    uint32_t selected;    /* a frame, or NO_FRAME */
    int32_t selected_pid; /* whose VMAs are shown; 0: the largest process */
    struct brush brush;
    unsigned order; /* of the unusable free index */
    bool is_paused;
    bool shows_help;
    const char *speed; /* "max", "1/4", ... */
};

/* A dark scene of the given size that shows owners. */
void scene_init(struct scene *s, int width, int height);

#endif
