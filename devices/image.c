/*
 * Raw image files: the host's file, the overlay that takes its writes with
 * -snapshot or until a flush, and what latency and faults do to a command.
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
    image->latency = options->latency;
    image->effect.sectors = UINT64_MAX;
    image->fd = open(path, (may_write ? O_RDWR : O_RDONLY) | O_CLOEXEC |
                               O_NONBLOCK); /* a FIFO would wait */
    if (image->fd < 0) {
        snprintf(error, error_size, "cannot open disk image '%s'%s: %s", path,
                 may_write ? " for writing" : "", strerror(errno));
        goto fail;
    }
    if (!measure(image, path, error, error_size) ||
        (options->faults &&
         !faults_parse(&image->faults, options->faults, error, error_size)))
        goto fail;
    image->is_held_back = may_write && faults_can_drop(&image->faults);
    if (options->is_snapshot || image->is_held_back) {
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

uint64_t image_latency(struct image *image, const struct clock *clock,
                       enum disk_work work, uint64_t lba, uint64_t sectors)
{
    uint64_t now_ns = clock_to_ticks(clock, clock->now, UINT64_C(1000000000));

    image->effect = faults_meet(&image->faults, work, lba, sectors);
    return latency_take(&image->latency, work, lba, sectors, now_ns) +
           image->effect.delay_ns;
}

static bool fails_by_rule(struct image *image)
{
    image->stats.errors += image->effect.is_failed;
    return image->effect.is_failed;
}

bool image_begin(struct image *image, bool is_write, uint64_t lba)
{
    uint64_t all = image_sectors(image) - lba;
    uint64_t sectors = image->effect.sectors;

    if (is_write)
        image->stats.writes++;
    else
        image->stats.reads++;
    image->move_end = (lba + (sectors < all ? sectors : all)) * IMAGE_SECTOR;
    return !fails_by_rule(image);
}

uint64_t image_readable(struct image *image, uint64_t at, uint64_t len)
{
    uint64_t left = at < image->move_end ? image->move_end - at : 0;

    if (len <= left)
        return len;
    image->stats.errors++;
    return left;
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

/* Stores what a torn write lets through. */
static bool store(struct image *image, uint64_t at, const uint8_t *from,
                  uint64_t len)
{
    uint64_t left = at < image->move_end ? image->move_end - at : 0;

    len = len < left ? len : left;
    if (len && !write_bytes(image, at, from, len))
        return false;
    image->stats.bytes_written += len;
    return true;
}

bool image_from_memory(struct image *image, uint64_t at, struct bus *bus,
                       uint64_t pa, uint64_t len)
{
    uint8_t chunk[CHUNK];

    for (uint64_t done = 0, n; done < len; done += n) {
        n = len - done < CHUNK ? len - done : CHUNK;
        if (!bus_dma_read(bus, pa + done, chunk, n) ||
            !store(image, at + done, chunk, n))
            return false;
    }
    return true;
}

/* Gives the file what was held back. What it refuses stays held back. */
static bool write_back(struct image *image)
{
    for (uint64_t sector = 0; sector < image_sectors(image); sector++) {
        uint8_t *from = image->overlay + sector * IMAGE_SECTOR;

        if (!is_in_overlay(image, sector))
            continue;
        if (!host_write(image, sector * IMAGE_SECTOR, from, IMAGE_SECTOR))
            return false;
        image->overlay_map[sector / 8] &= (uint8_t) ~(1u << sector % 8);
        memset(from, 0, IMAGE_SECTOR);
    }
    return true;
}

bool image_flush(struct image *image)
{
    image->stats.flushes++;
    if (fails_by_rule(image))
        return false;
    if (image->effect.is_dropped || image->is_readonly ||
        (image->overlay && !image->is_held_back))
        return true;
    if (image->is_held_back && !write_back(image))
        return false;
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

/* For -stats: in a stream that is stored, and in no hash. */
static void archive_stats(struct image_stats *s, struct archive *a)
{
    archive_u64(a, "reads", &s->reads);
    archive_u64(a, "writes", &s->writes);
    archive_u64(a, "flushes", &s->flushes);
    archive_u64(a, "discards", &s->discards);
    archive_u64(a, "bytes_read", &s->bytes_read);
    archive_u64(a, "bytes_written", &s->bytes_written);
    archive_u64(a, "errors", &s->errors);
}

void image_archive(struct image *image, struct archive *a)
{
    archive_u64(a, "written", &image->written);
    latency_archive(&image->latency, a);
    faults_archive(&image->faults, a);
    fault_effect_archive(&image->effect, a);
    archive_u64(a, "move_end", &image->move_end);
    archive_check(a, image->move_end <= image->size, "move_end");
    if (archive_is_stored(a))
        archive_stats(&image->stats, a);
    if (!image->overlay || !archive_is_stored(a))
        return;
    archive_bytes(a, "overlay_map", image->overlay_map,
                  image_sectors(image) / 8 + 1);
    archive_pages(a, "overlay", image->overlay, image->size);
}
