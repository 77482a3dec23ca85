/*
 * Migration entries: what stands in a page table while the page moves, in the
 * form of a swap entry with one of the two types that no swap area has, and
 * the frame for the slot. Whoever meets one under page_table_lock knows that
 * the page is locked and that the mover holds it; who needs the page waits.
 * Names as in Linux's swapops.h.
 */
#ifndef QUIRE_GUESTOS_SWAPOPS_H
#define QUIRE_GUESTOS_SWAPOPS_H

#include "mm.h"
#include "swap.h"

#define SWP_MIGRATION_READ MAX_SWAPFILES
#define SWP_MIGRATION_WRITE (MAX_SWAPFILES + 1)

/* Frames are numbered from the first that there is: memory of 4 GiB fits. */
static inline struct swp_entry make_readable_migration_entry(unsigned long pfn)
{
    return swp_entry(SWP_MIGRATION_READ, pfn - min_low_pfn);
}

/* Of an entry that may be written to. */
static inline struct swp_entry make_writable_migration_entry(unsigned long pfn)
{
    return swp_entry(SWP_MIGRATION_WRITE, pfn - min_low_pfn);
}

static inline bool is_migration_entry(struct swp_entry entry)
{
    return swp_type(entry) >= SWP_MIGRATION_READ;
}

static inline bool is_writable_migration_entry(struct swp_entry entry)
{
    return swp_type(entry) == SWP_MIGRATION_WRITE;
}

/* The page that moves: held, and PageAnon says yet what it was. */
static inline struct page *pfn_swap_entry_to_page(struct swp_entry entry)
{
    return pfn_to_page(min_low_pfn + swp_offset(entry));
}

static inline bool is_migration_pte(struct pte pte)
{
    return is_swap_pte(pte) && is_migration_entry(pte_to_swp_entry(pte));
}

#endif
