/*
 * All entries of a guest's page-table tree, by peeks. The tree may be
 * garbage: depth is that of the scheme, and the number of tables is bounded.
 */
#ifndef QUIRE_MACHINE_PAGE_TREE_H
#define QUIRE_MACHINE_PAGE_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "machine/guest_memory.h"
#include "mmu/walk.h"

struct page_tree {
    const struct guest_memory *memory;
    const struct walk_scheme *scheme;
    uint64_t va_end;  /* entries from here on are left out */
    uint64_t *budget; /* tables that may still be read, of all trees */
    /* Each table, the root first; NULL is allowed. */
    void (*table)(void *ctx, uint64_t pa);
    /* Each entry but pointers to tables and zeros: a leaf, or one without V
     * that means something to the kernel. `level` 0 is a 4 KiB page. */
    void (*entry)(void *ctx, uint64_t va, uint64_t pte, unsigned level);
    void *ctx;
};

/* False: the budget was used up, or a table lies outside of memory. */
bool page_tree_visit(const struct page_tree *t, uint64_t root_pa);

/* The last entry of the walk for va: a leaf, or what ends the walk, 0 if a
 * table lies outside of memory. `level` is the entry's. */
uint64_t page_tree_lookup(const struct guest_memory *memory,
                          const struct walk_scheme *scheme, uint64_t root_pa,
                          uint64_t va, unsigned *level);

/* The physical address that an entry holds. */
uint64_t page_tree_pa(const struct walk_scheme *scheme, uint64_t pte);

#endif
