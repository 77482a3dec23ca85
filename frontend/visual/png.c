/*
 * PNG through libpng's simplified interface.
 */
#include "frontend/visual/png.h"

#include <png.h>
#include <stdio.h>
#include <string.h>

bool png_save(const char *path, const uint32_t *pixels, int width, int height,
              char *error, size_t size)
{
    png_image image;

    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = (png_uint_32)width;
    image.height = (png_uint_32)height;
    /* In memory B, G, R, A: what a little-endian 0xAARRGGBB is. */
    image.format = PNG_FORMAT_BGRA;
    if (png_image_write_to_file(&image, path, 0, pixels, 0, NULL))
        return true;
    snprintf(error, size, "%s", image.message);
    png_image_free(&image);
    return false;
}
