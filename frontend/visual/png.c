/*
 * PNG through libpng's simplified interface.
 */
#include "frontend/visual/png.h"

#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <string.h>

/* Through a stream of ours: libpng's own would remove the target, be it a
 * device, when a write fails. */
static bool write_to(const char *path, png_image *image,
                     const uint32_t *pixels, char *error, size_t size)
{
    FILE *file = fopen(path, "wb");
    bool ok;

    if (!file) {
        snprintf(error, size, "%s", strerror(errno));
        return false;
    }
    ok = png_image_write_to_stdio(image, file, 0, pixels, 0, NULL);
    if (!ok)
        snprintf(error, size, "%s", image->message);
    if (fclose(file) != 0 && ok) {
        snprintf(error, size, "%s", strerror(errno));
        ok = false;
    }
    return ok;
}

bool png_save(const char *path, const uint32_t *pixels, int width, int height,
              char *error, size_t size)
{
    png_image image;
    bool ok;

    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = (png_uint_32)width;
    image.height = (png_uint_32)height;
    /* In memory B, G, R, A: what a little-endian 0xAARRGGBB is. */
    image.format = PNG_FORMAT_BGRA;
    ok = write_to(path, &image, pixels, error, size);
    png_image_free(&image);
    return ok;
}
