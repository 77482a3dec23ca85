/*
 * For the tests of the slab allocators: a machine with one of them.
 */
#ifndef QUIRE_TESTS_MM_SLAB_H
#define QUIRE_TESTS_MM_SLAB_H

#include "guestos/arch/host/host.h"
#include "guestos/mm/internal.h"
#include "guestos/mm/kmem_cache.h"
#include "guestos/mm/slab_debug.h"
#include "init.h"
#include "slab.h"
#include "string.h"
#include "tests/mm_unit.h"

static const char *const allocators[] = {"slub", "slab"};
#define NR_ALLOCATORS ((int)ARRAY_SIZE(allocators))

extern const struct early_param early_param_slub_debug_setup,
    early_param_slub_min_order_setup;

static int nr_harts = 1; /* that run, in turn */

/* With what `slub_debug=` says, or NULL. */
static inline void boot_with(int allocator, const char *debug)
{
    host_seed();
    ck_assert_int_eq(slab_setup(allocators[allocator]), 0);
    if (debug)
        early_param_slub_debug_setup.setup(debug);
    host_boot(16 * 1024, 2048, 12288);
    __cpu_online_mask.bits = (1ul << nr_harts) - 1;
    host_log();
}

static inline void boot(int allocator)
{
    boot_with(allocator, NULL);
}

/* One assertion for all bytes: Check notes each in a file. */
static inline bool is_filled(const unsigned char *p, unsigned char fill, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (p[i] != fill)
            return false;
    return true;
}

static inline unsigned long slabs_of(struct kmem_cache *s)
{
    return s->node.nr_slabs;
}

#endif
