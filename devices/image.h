/*
 * A raw image file behind a disk: bytes by offset, whole sectors by size. It
 * carries out one command at a time: image_latency says how long it takes
 * before its data move; then image_begin and the moves, a flush or a discard.
 *
 * With `snapshot` writes stay in memory that is reserved at opening; so they
 * do until a flush if rules can drop flushes, for then what was not flushed
 * must be lost when Quire ends. The file's contents are no part of the state,
 * but a digest of all that was written is.
 */
#ifndef QUIRE_DEVICES_IMAGE_H
#define QUIRE_DEVICES_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/compiler.h"
#include "devices/bus.h"
#include "devices/clock.h"
#include "devices/faults.h"
#include "devices/latency.h"

#define IMAGE_SECTOR 512

/* For -stats; counted a command, errors included. */
struct image_stats {
    uint64_t reads, writes, flushes, discards;
    uint64_t bytes_read, bytes_written;
    uint64_t errors;      /* commands that the medium failed, by rule or not */
    uint64_t host_errors; /* of these, failures of the host's file */
};

struct image_options {
    bool is_readonly;
    bool is_snapshot;
    struct latency latency;
    const char *faults; /* as for faults_parse, or NULL */
};

struct image {
    int fd;
    uint64_t size; /* bytes, whole sectors, not 0 */
    bool is_readonly;
    bool is_held_back;    /* writes stay in the overlay until a flush */
    uint8_t *overlay;     /* `size` bytes, or NULL if writes go to the file */
    uint8_t *overlay_map; /* a bit a sector that stands in the overlay */
    int host_errno;       /* of the last host error */
    struct image_stats stats;

    struct latency latency;
    struct faults faults;
    struct fault_effect effect; /* on the command in hand */
    uint64_t move_end;          /* the byte at which its data end, by rule */
    uint64_t written;           /* digest of every write so far */
};

/* NULL and why in `error` (for exit status 3; 2 if `options->faults` alone is
 * wrong, which faults_parse tells beforehand). */
struct image *image_open(const char *path, const struct image_options *options,
                         char *error, size_t error_size);
void image_free(struct image *image);

/* Takes the next command in hand: what it does to which sectors, inside the
 * image. Returns the nanoseconds that pass before it acts. */
MUST_USE uint64_t image_latency(struct image *image, const struct clock *clock,
                                enum disk_work work, uint64_t lba,
                                uint64_t sectors);
/* The command in hand reads or writes from sector `lba` on: counts it; false
 * if a rule makes it fail, before any byte moves. */
MUST_USE bool image_begin(struct image *image, bool is_write, uint64_t lba);
/* How many of the bytes a read brings before a rule makes it fail; what is
 * less than `len` counts as an error. */
MUST_USE uint64_t image_readable(struct image *image, uint64_t at,
                                 uint64_t len);
/* Bytes `at` .. `at + len` inside the image, between it and memory; part of
 * a command that has begun. False if the host fails or [pa, pa + len) is not
 * DRAM. */
MUST_USE bool image_to_memory(struct image *image, uint64_t at, struct bus *bus,
                              uint64_t pa, uint64_t len);
MUST_USE bool image_from_memory(struct image *image, uint64_t at,
                                struct bus *bus, uint64_t pa, uint64_t len);
/* All that was written is on the host's medium afterwards (fsync), unless a
 * rule drops the flush; false if the host or a rule makes it fail. */
MUST_USE bool image_flush(struct image *image);
/* The sectors read as zero afterwards. */
MUST_USE bool image_discard(struct image *image, uint64_t lba,
                            uint64_t sectors);

static inline uint64_t image_sectors(const struct image *image)
{
    return image->size / IMAGE_SECTOR;
}

/* Whether [lba, lba + sectors) is inside, and not empty. */
static inline bool image_holds(const struct image *image, uint64_t lba,
                               uint64_t sectors)
{
    uint64_t all = image_sectors(image);

    return sectors && sectors <= all && lba <= all - sectors;
}

/* The digest, latency and faults, and in a saved stream the overlay. */
void image_archive(struct image *image, struct archive *a);

#endif
