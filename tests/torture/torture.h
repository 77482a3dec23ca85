/*
 * The torture driver: a batch of programs, the machines that run it, and what
 * they leave.
 */
#ifndef QUIRE_TESTS_TORTURE_TORTURE_H
#define QUIRE_TESTS_TORTURE_TORTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "tests/torture/cells.h"
#include "tests/torture/corners.h"
#include "tests/torture/generate.h"
#include "tests/torture/layout.h"
#include "tests/torture/quirks.h"

struct options {
    const char *batch;  /* the guest code, an ELF file */
    const char *qemu;   /* NULL: none */
    const char *quirks; /* quirks.tsv */
    uint64_t seed, programs;
    unsigned jobs;
    uint64_t seconds;  /* stop after that many, 0: never */
    bool is_long;      /* half of the ways a batch, in turn */
    bool is_shrinking; /* the one seed, into `folder` */
    const char *folder;
    const char *image; /* write the memory of a batch here, and no more */
};

struct totals {
    uint64_t programs, endless, traps, instructions;
    uint64_t compared; /* fields: words of registers, CSRs, log */
    uint64_t differences;
    struct cells cells;
    struct quirk_counts quirks;
};

/* quire_side.c: ways to run the same program that must not matter. */
#define N_VARIANTS 13 /* and one more name, for QEMU */
const char *variant_name(unsigned variant);
/* Runs slots first .. end-1 of `image`, in place; returns the slot that does
 * not end, or `end`. Variant 0 is the reference. `cells` and `corners` may be
 * NULL. */
unsigned quire_run(const char *batch, unsigned variant, uint8_t *image,
                   unsigned first, unsigned end, uint64_t *retired,
                   struct cells *cells, struct corners *corners);

/* qemu_side.c: false, with one line on stderr, if QEMU failed. */
MUST_USE bool qemu_run(const struct options *o, uint8_t *image, unsigned first,
                       unsigned end);

/* compare.c */
/* Compares what a program left; prints the first difference under `label`.
 * `against_qemu`: quirks are masked and counted. True if equal. */
MUST_USE bool compare(const uint8_t *a, const uint8_t *b, unsigned slot,
                      bool against_qemu, struct totals *t, char *why,
                      size_t why_size);

#endif
