/*
 * Rectangles and letters on a pixel buffer.
 */
#include "frontend/visual/canvas.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "frontend/visual/palette.h"

#define TEXT_MAX 256

void canvas_init(struct canvas *c, uint32_t *pixels, int width, int height,
                 const struct glyphs *glyphs)
{
    *c = (struct canvas){pixels, width, height, {0, 0, width, height}, glyphs};
}

/* Cuts r to the clip; false if nothing is left. */
static bool cut(const struct canvas *c, struct rect *r)
{
    int x1 = r->x + r->w, y1 = r->y + r->h;

    if (r->x < c->clip.x)
        r->x = c->clip.x;
    if (r->y < c->clip.y)
        r->y = c->clip.y;
    if (x1 > c->clip.x + c->clip.w)
        x1 = c->clip.x + c->clip.w;
    if (y1 > c->clip.y + c->clip.h)
        y1 = c->clip.y + c->clip.h;
    r->w = x1 - r->x;
    r->h = y1 - r->y;
    return r->w > 0 && r->h > 0;
}

struct rect canvas_clip(struct canvas *c, struct rect r)
{
    struct rect before = c->clip;

    c->clip = cut(c, &r) ? r : (struct rect){0, 0, 0, 0};
    return before;
}

void canvas_restore(struct canvas *c, struct rect clip)
{
    c->clip = clip;
}

void canvas_fill(struct canvas *c, int x, int y, int w, int h, uint32_t colour)
{
    struct rect r = {x, y, w, h};

    if (!cut(c, &r))
        return;
    for (int i = r.y; i < r.y + r.h; i++) {
        uint32_t *row = c->pixels + (size_t)i * (size_t)c->width;

        for (int j = r.x; j < r.x + r.w; j++)
            row[j] = colour;
    }
}

void canvas_frame(struct canvas *c, int x, int y, int w, int h, int t,
                  uint32_t colour)
{
    canvas_fill(c, x, y, w, t, colour);
    canvas_fill(c, x, y + h - t, w, t, colour);
    canvas_fill(c, x, y + t, t, h - 2 * t, colour);
    canvas_fill(c, x + w - t, y + t, t, h - 2 * t, colour);
}

void canvas_dot(struct canvas *c, int x, int y, uint32_t colour)
{
    if (x >= c->clip.x && y >= c->clip.y && x < c->clip.x + c->clip.w &&
        y < c->clip.y + c->clip.h)
        c->pixels[(size_t)y * (size_t)c->width + (size_t)x] = colour;
}

/* The next code point of UTF-8; what is malformed is U+FFFD. */
static uint32_t next_code(const char **text)
{
    const unsigned char *s = (const unsigned char *)*text;
    uint32_t code = *s++;
    int more = code < 0x80 ? 0 : code >> 5 == 6 ? 1 : code >> 4 == 14 ? 2 : -1;

    if (more > 0)
        code &= more == 1 ? 0x1f : 0x0f;
    for (; more > 0 && *s >> 6 == 2; more--)
        code = code << 6 | (*s++ & 0x3f);
    *text = (const char *)s;
    return more ? 0xfffd : code;
}

static void draw_glyph(struct canvas *c, const struct glyph *glyph, int x,
                       int y, uint32_t colour)
{
    struct rect r = {x + glyph->left, y - glyph->top, glyph->width,
                     glyph->height};
    struct rect all = r;

    if (!glyph->alpha || !cut(c, &r))
        return;
    for (int i = r.y; i < r.y + r.h; i++) {
        uint32_t *row = c->pixels + (size_t)i * (size_t)c->width;
        const uint8_t *alpha = glyph->alpha + (i - all.y) * all.w - all.x;

        for (int j = r.x; j < r.x + r.w; j++)
            row[j] = colour_mix(row[j], colour, alpha[j] * 100u / 255);
    }
}

int canvas_text(struct canvas *c, enum type_style style, int x, int y,
                uint32_t colour, const char *text)
{
    while (*text) {
        const struct glyph *glyph =
            glyphs_get(c->glyphs, style, next_code(&text));

        draw_glyph(c, glyph, x, y, colour);
        x += glyph->advance;
    }
    return x;
}

int canvas_text_width(const struct canvas *c, enum type_style style,
                      const char *text)
{
    int width = 0;

    while (*text)
        width += glyphs_get(c->glyphs, style, next_code(&text))->advance;
    return width;
}

int canvas_text_right(struct canvas *c, enum type_style style, int x, int y,
                      uint32_t colour, const char *text)
{
    x -= canvas_text_width(c, style, text);
    canvas_text(c, style, x, y, colour, text);
    return x;
}

int canvas_text_cut(struct canvas *c, enum type_style style, int x, int y,
                    int w, uint32_t colour, const char *text)
{
    char shorter[TEXT_MAX];
    size_t n = strlen(text);

    if (canvas_text_width(c, style, text) <= w)
        return canvas_text(c, style, x, y, colour, text);
    for (n = n < TEXT_MAX - 3 ? n : TEXT_MAX - 3; n > 0; n--) {
        memcpy(shorter, text, n);
        memcpy(shorter + n, "..", 3);
        if (canvas_text_width(c, style, shorter) <= w)
            return canvas_text(c, style, x, y, colour, shorter);
    }
    return x;
}

int canvas_printf(struct canvas *c, enum type_style style, int x, int y,
                  uint32_t colour, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return canvas_text(c, style, x, y, colour, text);
}

int canvas_printf_right(struct canvas *c, enum type_style style, int x, int y,
                        uint32_t colour, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return canvas_text_right(c, style, x, y, colour, text);
}

const char *number_text(uint64_t n, char buffer[32])
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    char *to = buffer;

    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            *to++ = ' ';
        *to++ = digits[i];
    }
    *to = 0;
    return buffer;
}
