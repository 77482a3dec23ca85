/*
 * Colours by role. Hue is data, never chrome: bars, frames and rulers are
 * neutral. Two palettes, both checked for colour-blind eyes by
 * tests/test_palette.c.
 */
#ifndef QUIRE_FRONTEND_VISUAL_PALETTE_H
#define QUIRE_FRONTEND_VISUAL_PALETTE_H

#include <stdbool.h>
#include <stdint.h>

enum role {
    ROLE_BG,    /* canvas */
    ROLE_TRACK, /* bed of a bar */
    ROLE_GRID,  /* time grid */
    ROLE_LINE,  /* rules */
    ROLE_PANEL, /* raised surface */
    ROLE_TEXT,
    ROLE_DIM,   /* labels */
    ROLE_FAINT, /* ticks, zeros, column heads */
    ROLE_MARK,  /* hover, selection */
    ROLE_HALO,  /* around a mark */
    ROLE_INV,   /* chips, active tab, alerts */
    ROLE_INVTEXT,
    ROLE_FREE,     /* free frame */
    ROLE_FREELINE, /* edge of a free block */
    ROLE_BLUE,
    ROLE_ORANGE,
    ROLE_SKY,
    ROLE_VERM,
    ROLE_GREEN,
    ROLE_PURPLE,
    ROLE_YELLOW,
    ROLE_G1,    /* kernel text */
    ROLE_G2,    /* kernel data, mem_map */
    ROLE_G3,    /* reserved */
    ROLE_WHITE, /* DMA buffers, dirty dots */
    ROLES
};

struct palette {
    uint32_t colour[ROLES]; /* 0xffRRGGBB */
    unsigned edge_percent;  /* of bg in the last column and row of a cell */
    bool is_light;
};

extern const struct palette palette_dark, palette_light;

/* a with `percent` of b in it. */
uint32_t colour_mix(uint32_t a, uint32_t b, unsigned percent);

/* A ramp from dark to light that colour-blind eyes read the same (cividis),
 * for i of 0 .. n - 1, n > 1. */
uint32_t colour_ramp(unsigned i, unsigned n);

#endif
