/*
 * What the tests of migration share: pages of the current process.
 */
#ifndef QUIRE_TESTS_MM_MIGRATE_H
#define QUIRE_TESTS_MM_MIGRATE_H

#include "tests/mm_model.h"

#include "kernel.h"
#include "migrate.h"

static inline struct page *page_of(unsigned long addr)
{
    return pfn_to_page(pte_pfn(*mm_find_pte(current->mm, addr)));
}

static inline void settle_and_audit(void)
{
    host_settle();
    mm_audit();
}

/* The page at addr, in the swap cache and mapped nowhere, locked. */
static inline struct page *swap_cached(unsigned long addr)
{
    struct page *page = page_of(addr);

    ck_assert(isolate_lru_page(page));
    lock_page(page);
    ck_assert(add_to_swap(page));
    ck_assert(try_to_unmap(page));
    putback_lru_page(page);
    return page;
}

#endif
