/*
 * A guest's physical memory as its observers see it: reads without effect.
 * Behind it is a machine, or bytes that a test made up.
 */
#ifndef QUIRE_MACHINE_GUEST_MEMORY_H
#define QUIRE_MACHINE_GUEST_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct guest_memory {
    /* False unless all of [pa, pa + len) can be read. */
    bool (*peek)(const void *ctx, uint64_t pa, void *to, size_t len);
    const void *ctx;
    uint64_t ram_base_pa, ram_size;
};

MUST_USE static inline bool guest_peek(const struct guest_memory *m,
                                       uint64_t pa, void *to, size_t len)
{
    return m->peek(m->ctx, pa, to, len);
}

#endif
