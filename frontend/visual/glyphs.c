/*
 * Glyph bitmaps through SDL_ttf: light hinting, grey antialiasing,
 * whole-pixel advances.
 */
#include "frontend/visual/glyphs.h"

#include "config.h"

#include <SDL2/SDL_ttf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/compiler.h"

#define FIRST 0x20
#define LAST 0x7e

/* Beyond ASCII: what the pictures use. */
static const uint16_t extras[] = {0xb7 /* middle dot */, 0xbb /* >> */,
                                  0xd7 /* times */, 0x2013 /* en dash */,
                                  0x2260 /* not equal */};

#define GLYPHS (LAST - FIRST + 1 + ARRAY_SIZE(extras))

struct glyphs {
    struct glyph table[TYPE_STYLES][GLYPHS];
};

struct face {
    const char *file;
    int size;
};

#define INTER(weight) INTER_DIR "/Inter-" weight ".otf"
#define MONO(weight) MONO_DIR "/JetBrainsMono-" weight ".ttf"

static const struct face faces[TYPE_STYLES] = {
    [TYPE_PRODUCT] = {INTER("SemiBold"), 15},
    [TYPE_TITLE] = {INTER("SemiBold"), 13},
    [TYPE_KEY] = {INTER("SemiBold"), 11},
    [TYPE_LABEL] = {INTER("Regular"), 11},
    [TYPE_NAME] = {INTER("Regular"), 12},
    [TYPE_MONO] = {MONO("Regular"), 11},
    [TYPE_VALUE] = {MONO("Regular"), 12},
    [TYPE_TILE] = {MONO("SemiBold"), 11},
};

static uint16_t code_of(unsigned index)
{
    if (index <= LAST - FIRST)
        return (uint16_t)(FIRST + index);
    return extras[index - (LAST - FIRST + 1)];
}

/* The alpha channel of a rendered glyph, cut down to its ink. */
static void take_bitmap(struct glyph *glyph, SDL_Surface *surface, int ascent,
                        int min_x)
{
    int x0 = surface->w, y0 = surface->h, x1 = -1, y1 = -1;
    const uint8_t *pixels = surface->pixels;
    uint8_t *alpha;

    for (int y = 0; y < surface->h; y++)
        for (int x = 0; x < surface->w; x++)
            if (pixels[y * surface->pitch + 4 * x + 3]) {
                x0 = x < x0 ? x : x0;
                y0 = y < y0 ? y : y0;
                x1 = x > x1 ? x : x1;
                y1 = y;
            }
    if (x1 < 0)
        return;
    glyph->width = x1 - x0 + 1;
    glyph->height = y1 - y0 + 1;
    glyph->left = x0 + (min_x < 0 ? min_x : 0);
    glyph->top = ascent - y0;
    alpha = alloc_zeroed((size_t)(glyph->width * glyph->height), 1);
    for (int y = 0; y < glyph->height; y++)
        for (int x = 0; x < glyph->width; x++)
            alpha[y * glyph->width + x] =
                pixels[(y0 + y) * surface->pitch + 4 * (x0 + x) + 3];
    glyph->alpha = alpha;
}

static void take_glyph(struct glyph *glyph, TTF_Font *font, uint16_t code)
{
    const SDL_Color white = {255, 255, 255, 255};
    int min_x = 0, max_x, min_y, max_y, advance;
    SDL_Surface *surface;

    if (TTF_GlyphMetrics32(font, code, &min_x, &max_x, &min_y, &max_y,
                           &advance) != 0)
        return;
    glyph->advance = advance;
    surface = TTF_RenderGlyph32_Blended(font, code, white);
    if (!surface)
        return;
    take_bitmap(glyph, surface, TTF_FontAscent(font), min_x);
    SDL_FreeSurface(surface);
}

static bool take_face(struct glyph table[GLYPHS], const struct face *face,
                      unsigned scale)
{
    TTF_Font *font = TTF_OpenFont(face->file, face->size * (int)scale);

    if (!font)
        return false;
    TTF_SetFontHinting(font, TTF_HINTING_LIGHT);
    for (unsigned i = 0; i < GLYPHS; i++)
        take_glyph(&table[i], font, code_of(i));
    TTF_CloseFont(font);
    return true;
}

struct glyphs *glyphs_open(unsigned scale, char *error, size_t size)
{
    struct glyphs *g;

    if (TTF_Init() != 0) {
        snprintf(error, size, "SDL_ttf: %s", TTF_GetError());
        return NULL;
    }
    g = alloc_zeroed(1, sizeof *g);
    for (int i = 0; i < TYPE_STYLES; i++)
        if (!take_face(g->table[i], &faces[i], scale)) {
            snprintf(error, size, "cannot read the font %s", faces[i].file);
            glyphs_close(g);
            TTF_Quit();
            return NULL;
        }
    TTF_Quit();
    return g;
}

void glyphs_close(struct glyphs *g)
{
    if (!g)
        return;
    for (int i = 0; i < TYPE_STYLES; i++)
        for (unsigned j = 0; j < GLYPHS; j++)
            free((void *)g->table[i][j].alpha);
    free(g);
}

const struct glyph *glyphs_get(const struct glyphs *g, enum type_style style,
                               uint32_t code_point)
{
    if (code_point >= FIRST && code_point <= LAST)
        return &g->table[style][code_point - FIRST];
    for (unsigned i = 0; i < ARRAY_SIZE(extras); i++)
        if (extras[i] == code_point)
            return &g->table[style][LAST - FIRST + 1 + i];
    return &g->table[style]['?' - FIRST];
}
