/*
 * The flags of a frame and its kernel owner. Flags are changed with atomic
 * operations; the top bits of page->flags hold the zone and never change.
 */
#ifndef QUIRE_GUESTOS_PAGE_FLAGS_H
#define QUIRE_GUESTOS_PAGE_FLAGS_H

#include "mm_types.h"

enum pageflags {
    PG_locked,     /* its contents or its place change: waiters sleep */
    PG_referenced, /* second chance: seen in use once */
    PG_uptodate,   /* the contents are valid */
    PG_dirty,      /* newer than the disk's copy */
    PG_lru,        /* on one of the LRU lists */
    PG_active,     /* on (or taken from) an active list */
    PG_workingset,
    PG_writeback, /* being written; a bio points here */
    PG_swapcache, /* page->private is its swap entry */
    PG_slab,      /* belongs to a slab cache */
    PG_reserved,
    /* Up to here a mask of flags fits into an instruction. */
    PG_waiters, /* someone sleeps for PG_locked or PG_writeback */
    PG_error,   /* the last I/O failed */
    PG_head,    /* first page of a compound page */
    PG_reclaim, /* free it as soon as its write-back ends */
    PG_swapbacked, /* anonymous: its place on disk is the swap area */
    PG_unevictable,
    PG_readahead,
    NR_PAGEFLAGS,
};

/* Who else owns a frame: page->page_type, in the place of _mapcount. */
enum page_type {
    PAGE_TYPE_NONE = -1, /* nobody of these: _mapcount counts mappings */
    PAGE_TYPE_BUDDY = -128, /* first frame of a free block, private = order */
    PAGE_TYPE_TABLE = -129, /* page table */
    PAGE_TYPE_KSTACK = -130, /* kernel stack */
    PAGE_TYPE_BOUNCE = -131, /* bounce buffer for DMA */
    PAGE_TYPE_MEMMAP = -132, /* holds mem_map itself (reserved) */
    PAGE_TYPE_KERNEL = -133, /* the kernel's image and boot data (reserved) */
};

static inline bool page_test_flag(const struct page *page, enum pageflags bit)
{
    return __atomic_load_n(&page->flags, __ATOMIC_RELAXED) >> bit & 1;
}

static inline void page_set_flag(struct page *page, enum pageflags bit)
{
    __atomic_fetch_or(&page->flags, 1ul << bit, __ATOMIC_RELAXED);
}

static inline void page_clear_flag(struct page *page, enum pageflags bit)
{
    __atomic_fetch_and(&page->flags, ~(1ul << bit), __ATOMIC_RELEASE);
}

static inline bool page_test_set_flag(struct page *page, enum pageflags bit)
{
    unsigned long mask = 1ul << bit;

    return __atomic_fetch_or(&page->flags, mask, __ATOMIC_ACQUIRE) & mask;
}

static inline bool page_test_clear_flag(struct page *page, enum pageflags bit)
{
    unsigned long mask = 1ul << bit;

    return __atomic_fetch_and(&page->flags, ~mask, __ATOMIC_ACQ_REL) & mask;
}

/* The classic names: PageX, SetPageX, ClearPageX, TestSet-, TestClear-. */
#define PAGE_FLAG(Name, bit)                                                   \
    static inline bool Page##Name(const struct page *page)                     \
    {                                                                          \
        return page_test_flag(page, bit);                                      \
    }                                                                          \
    static inline void SetPage##Name(struct page *page)                        \
    {                                                                          \
        page_set_flag(page, bit);                                              \
    }                                                                          \
    static inline void ClearPage##Name(struct page *page)                      \
    {                                                                          \
        page_clear_flag(page, bit);                                            \
    }                                                                          \
    static inline bool TestSetPage##Name(struct page *page)                    \
    {                                                                          \
        return page_test_set_flag(page, bit);                                  \
    }                                                                          \
    static inline bool TestClearPage##Name(struct page *page)                  \
    {                                                                          \
        return page_test_clear_flag(page, bit);                                \
    }

PAGE_FLAG(Locked, PG_locked)
PAGE_FLAG(Referenced, PG_referenced)
PAGE_FLAG(Dirty, PG_dirty)
PAGE_FLAG(LRU, PG_lru)
PAGE_FLAG(Active, PG_active)
PAGE_FLAG(Waiters, PG_waiters)
PAGE_FLAG(Error, PG_error)
PAGE_FLAG(Slab, PG_slab)
PAGE_FLAG(Reserved, PG_reserved)
PAGE_FLAG(Writeback, PG_writeback)
PAGE_FLAG(Head, PG_head)
PAGE_FLAG(SwapCache, PG_swapcache)
PAGE_FLAG(Reclaim, PG_reclaim)
PAGE_FLAG(SwapBacked, PG_swapbacked)
PAGE_FLAG(Readahead, PG_readahead)

/* Who sees the flag sees the contents, without the page lock, too. */
static inline bool PageUptodate(const struct page *page)
{
    return __atomic_load_n(&page->flags, __ATOMIC_ACQUIRE) >> PG_uptodate & 1;
}

static inline void SetPageUptodate(struct page *page)
{
    __atomic_fetch_or(&page->flags, 1ul << PG_uptodate, __ATOMIC_RELEASE);
}

/* Flags that a page must not have when it is freed. */
#define PAGE_FLAGS_CHECK_AT_FREE                                               \
    (1ul << PG_lru | 1ul << PG_locked | 1ul << PG_slab | 1ul << PG_reserved |  \
     1ul << PG_writeback | 1ul << PG_swapcache | 1ul << PG_active)
/* And when it is handed out: none. */
#define PAGE_FLAGS_CHECK_AT_PREP PAGE_FLAGS_MASK
#define PAGE_FLAGS_MASK ((1ul << NR_PAGEFLAGS) - 1)

static inline bool PageBuddy(const struct page *page)
{
    return page->page_type == PAGE_TYPE_BUDDY;
}

static inline bool PageTable(const struct page *page)
{
    return page->page_type == PAGE_TYPE_TABLE;
}

/* Says who owns a frame that its allocator handed out; the freeing of the
 * page takes it back. Never for frames that are mapped. */
static inline void page_set_type(struct page *page, enum page_type type)
{
    page->page_type = type;
}

/* page->mapping with bit 0 set is an anon_vma, else an address_space. */
#define PAGE_MAPPING_ANON 1ul

static inline bool PageAnon(const struct page *page)
{
    return (unsigned long)page->mapping & PAGE_MAPPING_ANON;
}

#endif
