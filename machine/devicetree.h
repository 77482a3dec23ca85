/*
 * The flattened device tree: describes exactly what is on the board, from the
 * board's own table.
 */
#ifndef QUIRE_MACHINE_DEVICETREE_H
#define QUIRE_MACHINE_DEVICETREE_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct machine;

/* What /chosen says beyond the console. */
struct devicetree_chosen {
    const char *bootargs;              /* or NULL */
    uint64_t initrd_start, initrd_end; /* equal for none */
    uint64_t seed;                     /* rng-seed is drawn from it */
};

/* The tree of m, for free(); *size is its size in bytes. */
MUST_USE uint8_t *devicetree_build(const struct machine *m,
                                   const struct devicetree_chosen *chosen,
                                   size_t *size);

/* A copy of the user's tree of *size bytes, with /chosen completed; NULL if
 * it is no valid tree. */
MUST_USE uint8_t *devicetree_adopt(const uint8_t *file, size_t *size,
                                   const struct devicetree_chosen *chosen);

#endif
