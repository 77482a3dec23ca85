/*
 * Pixels to a PNG file.
 */
#ifndef QUIRE_FRONTEND_VISUAL_PNG_H
#define QUIRE_FRONTEND_VISUAL_PNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* pixels: 0xffRRGGBB, width * height. On failure `error` says why. */
MUST_USE bool png_save(const char *path, const uint32_t *pixels, int width,
                       int height, char *error, size_t size);

/* The same to a new file: STEM.png, or if that exists already STEM-2.png,
 * STEM-3.png and so on. */
MUST_USE bool png_save_new(const char *stem, const uint32_t *pixels, int width,
                           int height, char *error, size_t size);

#endif
