/*
 * A raw image file behind a disk: bytes by offset, whole sectors by size.
 * Rules can make sectors fail; with `snapshot` writes stay in memory that is
 * reserved at opening. The file's contents are no part of the state, but a
 * digest of all that was written is.
 */
#ifndef QUIRE_DEVICES_IMAGE_H
#define QUIRE_DEVICES_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/compiler.h"
#include "devices/bus.h"

#define IMAGE_SECTOR 512
#define IMAGE_MAX_FAULTS 16
#define IMAGE_LATENCY_NS 20000
#define IMAGE_MAX_LATENCY_NS UINT64_C(10000000000)

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
    /* Nanoseconds that a command takes before its data move; 0 means
     * IMAGE_LATENCY_NS. */
    uint64_t latency_ns;
    /* NULL or rules `read:eio@lba=A-B` and `write:eio@lba=A-B`, A <= B both
     * included, separated by `;`. */
    const char *faults;
};

struct image_fault {
    bool is_write;
    uint64_t first, last;
};

struct image {
    int fd;
    uint64_t size; /* bytes, whole sectors, not 0 */
    bool is_readonly;
    uint8_t *overlay;     /* `size` bytes, or NULL without snapshot */
    uint8_t *overlay_map; /* a bit a sector that stands in the overlay */
    struct image_fault faults[IMAGE_MAX_FAULTS];
    unsigned n_faults;
    uint64_t latency_ns;
    int host_errno; /* of the last host error */
    struct image_stats stats;

    uint64_t written; /* digest of every write so far */
};

/* Parses rules; false and why in `error` if they are wrong. */
MUST_USE bool image_parse_faults(struct image *image, const char *rules,
                                 char *error, size_t error_size);
/* NULL and why in `error` (for exit status 3; 2 if `options->faults` alone is
 * wrong, which image_parse_faults tells beforehand). */
struct image *image_open(const char *path, const struct image_options *options,
                         char *error, size_t error_size);
void image_free(struct image *image);

/* One read or write command over whole sectors inside the image: counts it;
 * false if a rule makes it fail, before any byte moves. */
MUST_USE bool image_begin(struct image *image, bool is_write, uint64_t lba,
                          uint64_t sectors);
/* Bytes `at` .. `at + len` inside the image, between it and memory; part of
 * a command that has begun. False if the host fails or [pa, pa + len) is not
 * DRAM. */
MUST_USE bool image_to_memory(struct image *image, uint64_t at, struct bus *bus,
                              uint64_t pa, uint64_t len);
MUST_USE bool image_from_memory(struct image *image, uint64_t at,
                                struct bus *bus, uint64_t pa, uint64_t len);
/* All that was written is on the host's medium afterwards (fsync). */
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

/* The digest, and in a saved stream the overlay. */
void image_archive(struct image *image, struct archive *a);

#endif
