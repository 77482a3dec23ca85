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
#include "tests/torture/layout.h"

struct options {
    const char *batch;  /* the guest code, an ELF file */
    const char *qemu;   /* NULL: none */
    const char *quirks; /* quirks.tsv */
    uint64_t seed, programs;
    unsigned jobs;
    uint64_t seconds; /* stop after that many, 0: never */
};

struct totals {
    uint64_t programs, endless, with_qemu, traps, instructions;
    uint64_t compared, masked; /* fields: words of registers, CSRs, log */
    uint64_t differences;
};

/* quire_side.c: ways to run the same program that must not matter. */
#define N_VARIANTS 9
const char *variant_name(unsigned variant);
/* Runs slots 0 .. n-1 of `image`, in place; returns the slot that does not
 * end, or n. Variant 0 is the reference. */
unsigned quire_run(const char *batch, unsigned variant, uint8_t *image,
                   unsigned n, uint64_t *retired);

/* qemu_side.c: false, with one line on stderr, if QEMU failed. */
MUST_USE bool qemu_run(const struct options *o, uint8_t *image, unsigned n);

/* compare.c */
bool quirks_read(const char *path);
/* Compares what a program left; prints the first difference under `label`.
 * `against_qemu`: quirks are masked and counted. True if equal. */
bool compare(const uint8_t *a, const uint8_t *b, unsigned slot,
             bool against_qemu, struct totals *t, char *why, size_t why_size);

#endif
