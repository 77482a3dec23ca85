/*
 * From a seed to a program: the contents of its window and control area, as
 * they stand before it runs in the slot that the seed has.
 */
#ifndef QUIRE_TESTS_TORTURE_GENERATE_H
#define QUIRE_TESTS_TORTURE_GENERATE_H

#include <stdint.h>

#include "tests/torture/layout.h"

/* A program's memory: pointers into an image. */
struct program {
    uint8_t *window, *control;
    uint32_t window_pa, control_pa;
};

/* Where slot `slot` is in an image of IMAGE_SIZE bytes. */
struct program program_at(uint8_t *image, unsigned slot);
/* The programs of slots first .. end-1, from image to image. */
void programs_copy(uint8_t *to, const uint8_t *from, unsigned first,
                   unsigned end);
/* A seed has one slot: its addresses are part of the program. */
unsigned slot_of(uint64_t seed);

/* Fills zeroed memory. */
void generate(uint64_t seed, struct program p);
/* The name of the profile that a seed has. */
const char *profile_name(uint64_t seed);

#endif
