/*
 * Letters as grey bitmaps, made once at start by SDL_ttf, which needs no
 * display for that. Afterwards no file and no library is touched.
 */
#ifndef QUIRE_FRONTEND_VISUAL_GLYPHS_H
#define QUIRE_FRONTEND_VISUAL_GLYPHS_H

#include <stddef.h>
#include <stdint.h>

/* Names and words in Inter, numbers, addresses and flags in JetBrains Mono. */
enum type_style {
    TYPE_PRODUCT, /* Inter SemiBold 15 */
    TYPE_TITLE,   /* Inter SemiBold 13: panel titles */
    TYPE_KEY,     /* Inter SemiBold 11: zones, tracks */
    TYPE_LABEL,   /* Inter 11 */
    TYPE_NAME,    /* Inter 12: tabs, process names */
    TYPE_MONO,    /* JetBrains Mono 11: rulers, tables, values */
    TYPE_VALUE,   /* JetBrains Mono 12: headline values */
    TYPE_TILE,    /* JetBrains Mono SemiBold 11: on frames */
    TYPE_STYLES
};

struct glyph {
    int left, top; /* of the bitmap, from the pen and up from the baseline */
    int width, height, advance;
    const uint8_t *alpha; /* width * height, or NULL where there is no ink */
};

struct glyphs;

/* Sizes are multiplied by `scale` (1..4). NULL if a font cannot be read;
 * then `error` says which. */
struct glyphs *glyphs_open(unsigned scale, char *error, size_t size);
void glyphs_close(struct glyphs *g); /* NULL is allowed */

/* Never NULL: what a font lacks is a question mark. */
const struct glyph *glyphs_get(const struct glyphs *g, enum type_style style,
                               uint32_t code_point);

#endif
