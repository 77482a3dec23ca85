/*
 * PNG through libpng's simplified interface.
 */
#include "frontend/visual/png.h"

#include <errno.h>
#include <limits.h>
#include <png.h>
#include <stdio.h>
#include <string.h>

#define SAME_STEM_MAX 9999

/* Through a stream of ours: libpng's own would remove the target, be it a
 * device, when a write fails. */
static bool write_to(FILE *file, png_image *image, const uint32_t *pixels,
                     char *error, size_t size)
{
    bool ok;

    ok = png_image_write_to_stdio(image, file, 0, pixels, 0, NULL);
    if (!ok)
        snprintf(error, size, "%s", image->message);
    if (fclose(file) != 0 && ok) {
        snprintf(error, size, "%s", strerror(errno));
        ok = false;
    }
    return ok;
}

static bool save(FILE *file, const uint32_t *pixels, int width, int height,
                 char *error, size_t size)
{
    png_image image;
    bool ok;

    if (!file) {
        snprintf(error, size, "%s", strerror(errno));
        return false;
    }
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = (png_uint_32)width;
    image.height = (png_uint_32)height;
    /* In memory B, G, R, A: what a little-endian 0xAARRGGBB is. */
    image.format = PNG_FORMAT_BGRA;
    ok = write_to(file, &image, pixels, error, size);
    png_image_free(&image);
    return ok;
}

bool png_save(const char *path, const uint32_t *pixels, int width, int height,
              char *error, size_t size)
{
    return save(fopen(path, "wb"), pixels, width, height, error, size);
}

bool png_save_new(const char *stem, const uint32_t *pixels, int width,
                  int height, char *error, size_t size)
{
    char path[PATH_MAX];
    FILE *file = NULL;

    for (unsigned i = 1; i <= SAME_STEM_MAX; i++) {
        if (i == 1)
            snprintf(path, sizeof path, "%s.png", stem);
        else
            snprintf(path, sizeof path, "%s-%u.png", stem, i);
        file = fopen(path, "wbx");
        if (file || errno != EEXIST)
            break;
    }
    return save(file, pixels, width, height, error, size);
}
