/*
 * Raw image files: the host's file, the overlay that takes its writes with
 * -snapshot, and the rules that make sectors fail.
 */
#include "devices/image.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/alloc.h"
#include "base/bits.h"

#define CHUNK 4096

static const char *parse_range(const char *p, struct image_fault *fault)
{
    char *end;

    if (*p < '0' || *p > '9')
        return NULL;
    fault->first = strtoull(p, &end, 10);
    if (*end != '-' || end[1] < '0' || end[1] > '9')
        return NULL;
    fault->last = strtoull(end + 1, &end, 10);
    return fault->first <= fault->last ? end : NULL;
}

static const char *parse_fault(const char *p, struct image_fault *fault)
{
    static const char read_rule[] = "read:eio@lba=";
    static const char write_rule[] = "write:eio@lba=";

    fault->is_write = !strncmp(p, write_rule, strlen(write_rule));
    if (fault->is_write)
        return parse_range(p + strlen(write_rule), fault);
    if (!strncmp(p, read_rule, strlen(read_rule)))
        return parse_range(p + strlen(read_rule), fault);
    return NULL;
}

bool image_parse_faults(struct image *image, const char *rules, char *error,
                        size_t error_size)
{
    const char *p = rules;

    for (image->n_faults = 0; image->n_faults < IMAGE_MAX_FAULTS;) {
        p = parse_fault(p, &image->faults[image->n_faults]);
        if (!p || (*p && *p != ';')) {
            snprintf(error, error_size,
                     "fault '%s': must be read:eio@lba=A-B or "
                     "write:eio@lba=A-B, several separated by ';'",
                     rules);
            return false;
        }
        image->n_faults++;
        if (!*p++)
            return true;
    }
    snprintf(error, error_size, "fault '%s': more than %d rules", rules,
             IMAGE_MAX_FAULTS);
    return false;
}

/* Whether an open file can be an image, and its size. */
static bool measure(struct image *image, const char *path, char *error,
                    size_t error_size)
{
    struct stat st;
    off_t size;

    if (fstat(image->fd, &st) < 0 ||
        (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))) {
        snprintf(error, error_size,
                 "'%s' is neither a regular file nor a block device", path);
        return false;
    }
    size = lseek(image->fd, 0, SEEK_END);
    if (size <= 0 || size % IMAGE_SECTOR) {
        snprintf(error, error_size,
                 "disk image '%s' has %jd bytes: it must be whole sectors of "
                 "%d bytes, at least one",
                 path, (intmax_t)size, IMAGE_SECTOR);
        return false;
    }
    image->size = (uint64_t)size;
    return true;
}

struct image *image_open(const char *path, const struct image_options *options,
                         char *error, size_t error_size)
{
    struct image *image = alloc_zeroed(1, sizeof *image);
    bool may_write = !options->is_readonly && !options->is_snapshot;

    image->is_readonly = options->is_readonly;
    image->latency_ns =
        options->latency_ns ? options->latency_ns : IMAGE_LATENCY_NS;
    image->fd = open(path, (may_write ? O_RDWR : O_RDONLY) | O_CLOEXEC |
                               O_NONBLOCK); /* a FIFO would wait */
    if (image->fd < 0) {
        snprintf(error, error_size, "cannot open disk image '%s'%s: %s", path,
                 may_write ? " for writing" : "", strerror(errno));
        goto fail;
    }
    if (!measure(image, path, error, error_size) ||
        (options->faults &&
         !image_parse_faults(image, options->faults, error, error_size)))
        goto fail;
    if (options->is_snapshot) {
        image->overlay = alloc_map(image->size);
        image->overlay_map = alloc_zeroed(image_sectors(image) / 8 + 1, 1);
    }
    return image;
fail:
    image_free(image);
    return NULL;
}

void image_free(struct image *image)
{
    if (!image)
        return;
    if (image->fd >= 0)
        close(image->fd);
    alloc_unmap(image->overlay, image->size);
    free(image->overlay_map);
    free(image);
}

static bool is_in_overlay(const struct image *image, uint64_t sector)
{
    return image->overlay && image->overlay_map[sector / 8] >> sector % 8 & 1;
}

static bool host_failed(struct image *image, int error)
{
    image->host_errno = error;
    image->stats.host_errors++;
    image->stats.errors++;
    return false;
}

static bool host_read(struct image *image, uint64_t at, uint8_t *to, size_t len)
{
    while (len) {
        ssize_t n = pread(image->fd, to, len, (off_t)at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return host_failed(image, n ? errno : EIO);
        to += n;
        at += (uint64_t)n;
        len -= (size_t)n;
    }
    return true;
}

static bool host_write(struct image *image, uint64_t at, const uint8_t *from,
                       size_t len)
{
    while (len) {
        ssize_t n = pwrite(image->fd, from, len, (off_t)at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return host_failed(image, n ? errno : EIO);
        from += n;
        at += (uint64_t)n;
        len -= (size_t)n;
    }
    return true;
}

/* Replaces by the overlay's bytes what stands there. */
static void read_overlay(const struct image *image, uint64_t at, uint8_t *to,
                         size_t len)
{
    while (len) {
        size_t n = IMAGE_SECTOR - at % IMAGE_SECTOR;

        n = n < len ? n : len;
        if (is_in_overlay(image, at / IMAGE_SECTOR))
            memcpy(to, image->overlay + at, n);
        to += n;
        at += n;
        len -= n;
    }
}

/* Brings the sectors of a range into the overlay, so that a part of each can
 * be replaced there. */
static bool fill_overlay(struct image *image, uint64_t at, size_t len)
{
    uint64_t last = (at + len - 1) / IMAGE_SECTOR;

    for (uint64_t sector = at / IMAGE_SECTOR; sector <= last; sector++) {
        uint64_t start = sector * IMAGE_SECTOR;

        if (is_in_overlay(image, sector))
            continue;
        if (!host_read(image, start, image->overlay + start, IMAGE_SECTOR))
            return false;
        image->overlay_map[sector / 8] |= (uint8_t)(1u << sector % 8);
    }
    return true;
}

static bool read_bytes(struct image *image, uint64_t at, uint8_t *to,
                       size_t len)
{
    if (!host_read(image, at, to, len))
        return false;
    if (image->overlay)
        read_overlay(image, at, to, len);
    return true;
}

static bool write_bytes(struct image *image, uint64_t at, const uint8_t *from,
                        size_t len)
{
    image->written = XXH3_64bits_withSeed(from, len, image->written * 31 + at);
    if (!image->overlay)
        return host_write(image, at, from, len);
    if (!fill_overlay(image, at, len))
        return false;
    memcpy(image->overlay + at, from, len);
    return true;
}

bool image_begin(struct image *image, bool is_write, uint64_t lba,
                 uint64_t sectors)
{
    if (is_write)
        image->stats.writes++;
    else
        image->stats.reads++;
    for (unsigned i = 0; i < image->n_faults; i++) {
        const struct image_fault *fault = &image->faults[i];

        if (fault->is_write == is_write && lba <= fault->last &&
            lba + sectors > fault->first) {
            image->stats.errors++;
            return false;
        }
    }
    return true;
}

bool image_to_memory(struct image *image, uint64_t at, struct bus *bus,
                     uint64_t pa, uint64_t len)
{
    uint8_t chunk[CHUNK];

    for (uint64_t done = 0, n; done < len; done += n) {
        n = len - done < CHUNK ? len - done : CHUNK;
        if (!read_bytes(image, at + done, chunk, n) ||
            !bus_dma_write(bus, pa + done, chunk, n))
            return false;
        image->stats.bytes_read += n;
    }
    return true;
}

bool image_from_memory(struct image *image, uint64_t at, struct bus *bus,
                       uint64_t pa, uint64_t len)
{
    uint8_t chunk[CHUNK];

    for (uint64_t done = 0, n; done < len; done += n) {
        n = len - done < CHUNK ? len - done : CHUNK;
        if (!bus_dma_read(bus, pa + done, chunk, n) ||
            !write_bytes(image, at + done, chunk, n))
            return false;
        image->stats.bytes_written += n;
    }
    return true;
}

bool image_flush(struct image *image)
{
    image->stats.flushes++;
    if (image->overlay || image->is_readonly)
        return true;
    if (fsync(image->fd) < 0 && errno != EINVAL)
        return host_failed(image, errno);
    return true;
}

bool image_discard(struct image *image, uint64_t lba, uint64_t sectors)
{
    static const uint8_t zeros[CHUNK];
    uint64_t at = lba * IMAGE_SECTOR, len = sectors * IMAGE_SECTOR;

    image->stats.discards++;
    for (uint64_t done = 0, n; done < len; done += n) {
        n = len - done < CHUNK ? len - done : CHUNK;
        if (!write_bytes(image, at + done, zeros, n))
            return false;
    }
    return true;
}

void image_archive(struct image *image, struct archive *a)
{
    archive_u64(a, "written", &image->written);
    if (!image->overlay || !archive_is_stored(a))
        return;
    archive_bytes(a, "overlay_map", image->overlay_map,
                  image_sectors(image) / 8 + 1);
    archive_pages(a, "overlay", image->overlay, image->size);
}
