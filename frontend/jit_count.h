/*
 * How often superblocks were entered: a counter for each place of the guest
 * where one began, whatever became of its code meanwhile.
 */
#ifndef QUIRE_FRONTEND_JIT_COUNT_H
#define QUIRE_FRONTEND_JIT_COUNT_H

#include <stddef.h>
#include <stdint.h>

#include "mmu/fault.h"

/* A place, and its superblock as it was translated last. */
struct jit_place {
    unsigned hart;
    enum privilege priv;
    uint64_t pa, va;
    unsigned steps;   /* instructions */
    size_t size;      /* bytes of the host's code */
    uint64_t made;    /* times translated */
    uint64_t entries; /* times entered */
};

struct jit_counts {
    struct jit_place **buckets; /* NULL: empty; linear probing */
    size_t n, n_buckets;        /* a power of two, or 0 */
};

/* The one there, new and zeroed if need be; it stays where it is until
 * jit_counts_free. */
struct jit_place *jit_counts_at(struct jit_counts *c, unsigned hart,
                                enum privilege priv, uint64_t pa);
/* All n places, the most entered first; release with free(). */
struct jit_place **jit_counts_sorted(const struct jit_counts *c);
void jit_counts_free(struct jit_counts *c);

#endif
