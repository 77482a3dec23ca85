/*
 * Drawing on a buffer of pixels: filled rectangles, lines made of them, and
 * letters. No blur, gradient, rounding or alpha. Everything is clipped.
 */
#ifndef QUIRE_FRONTEND_VISUAL_CANVAS_H
#define QUIRE_FRONTEND_VISUAL_CANVAS_H

#include <stdint.h>

#include "base/compiler.h"
#include "frontend/visual/glyphs.h"

struct rect {
    int x, y, w, h;
};

struct canvas {
    uint32_t *pixels; /* 0xffRRGGBB, width * height, row by row */
    int width, height;
    struct rect clip; /* inside the canvas */
    const struct glyphs *glyphs;
};

void canvas_init(struct canvas *c, uint32_t *pixels, int width, int height,
                 const struct glyphs *glyphs);
/* Later drawing is cut to r too; canvas_restore(what this returned) ends it.
 */
struct rect canvas_clip(struct canvas *c, struct rect r);
void canvas_restore(struct canvas *c, struct rect clip);

void canvas_fill(struct canvas *c, int x, int y, int w, int h, uint32_t colour);
/* The border, `t` px thick, inside the rectangle. */
void canvas_frame(struct canvas *c, int x, int y, int w, int h, int t,
                  uint32_t colour);
/* One pixel, `colour`. */
void canvas_dot(struct canvas *c, int x, int y, uint32_t colour);

/* UTF-8 text from x, its baseline at y; returns x after it. */
int canvas_text(struct canvas *c, enum type_style style, int x, int y,
                uint32_t colour, const char *text);
/* The same, ending at x; returns where it starts. */
int canvas_text_right(struct canvas *c, enum type_style style, int x, int y,
                      uint32_t colour, const char *text);
/* Left-aligned, cut with dots where it would pass x + w. */
int canvas_text_cut(struct canvas *c, enum type_style style, int x, int y,
                    int w, uint32_t colour, const char *text);
int canvas_text_width(const struct canvas *c, enum type_style style,
                      const char *text);
int canvas_printf(struct canvas *c, enum type_style style, int x, int y,
                  uint32_t colour, const char *format, ...) PRINTF_LIKE(6, 7);
int canvas_printf_right(struct canvas *c, enum type_style style, int x, int y,
                        uint32_t colour, const char *format, ...)
    PRINTF_LIKE(6, 7);

/* n with a space each three digits, in a buffer of 32 bytes. */
const char *number_text(uint64_t n, char buffer[32]);

#endif
