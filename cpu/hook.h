/*
 * Hooks: addresses of instructions at which an observer wants to be called.
 * Code is decoded around them (cpu/block.c): an instruction with a hook
 * stands in a block of its own, which is decoded, and the observer called,
 * each time. All other code runs as if there were no hooks.
 */
#ifndef QUIRE_CPU_HOOK_H
#define QUIRE_CPU_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hart;

struct hook_set {
    const uint64_t *pas; /* physical addresses, ascending, none twice */
    size_t n;
    /* Before the instruction at pas[index], after its good fetch: the state
     * is that before it, h->pc its own address. What it traps and does again
     * counts again. The hart must not change. */
    void (*reached)(void *ctx, const struct hart *h, size_t index);
    void *ctx;
};

/* The first hook at or after pa: an index, or n. */
size_t hook_find(const struct hook_set *set, uint64_t pa);
/* Whether there is one at pa; a set may be NULL. */
bool hook_is_at(const struct hook_set *set, uint64_t pa);

#endif
