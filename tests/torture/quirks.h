/*
 * What QEMU does otherwise, as quirks.tsv lists it.
 */
#ifndef QUIRE_TESTS_TORTURE_QUIRKS_H
#define QUIRE_TESTS_TORTURE_QUIRKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "tests/torture/generate.h"

#define MAX_QUIRKS 25

/* How many fields each row has masked, in the order of the file. */
struct quirk_counts {
    uint64_t masked[MAX_QUIRKS];
};

MUST_USE bool quirks_read(const char *path);
/* The bits of a field that say nothing. `trap` is the logged trap that the
 * field belongs to, or NULL. */
uint32_t quirks_mask(const char *field, const uint8_t *trap);
/* The same of word `i` of a logged trap. */
uint32_t log_mask(unsigned i, const uint8_t *trap);
/* The same of a word of a window. */
uint32_t window_mask(const struct program *p, uint32_t offset);
/* The row that says to leave out landings with such a corner, or -1. */
int quirks_landing(const char *corner);

/* `differing` bits of a field were masked: accounted to their rows. */
void quirks_count(struct quirk_counts *counts, const char *field,
                  const uint8_t *trap, uint32_t differing);
void quirks_add(struct quirk_counts *sum, const struct quirk_counts *more);
uint64_t quirks_masked(const struct quirk_counts *counts);
void quirks_report(const struct quirk_counts *counts);

/* The names of the words of a logged trap. */
extern const char *const log_fields[LOG_SIZE / 4];

#endif
