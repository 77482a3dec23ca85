/*
 * The words of /proc/kpageflags and /proc/kpagecount. The bits are Linux's
 * (include/uapi/linux/kernel-page-flags.h), so that its page-types reads
 * them. Reads without locks: a frame may change meanwhile. Mirrors Linux's
 * stable_page_flags, kpagecount_read.
 */
#include "page_report.h"
#include "pageblock.h"

enum {
    KPF_LOCKED = 0,
    KPF_ERROR = 1,
    KPF_REFERENCED = 2,
    KPF_UPTODATE = 3,
    KPF_DIRTY = 4,
    KPF_LRU = 5,
    KPF_ACTIVE = 6,
    KPF_SLAB = 7,
    KPF_WRITEBACK = 8,
    KPF_RECLAIM = 9,
    KPF_BUDDY = 10,
    KPF_MMAP = 11,
    KPF_ANON = 12,
    KPF_SWAPCACHE = 13,
    KPF_SWAPBACKED = 14,
    KPF_COMPOUND_HEAD = 15,
    KPF_COMPOUND_TAIL = 16,
    KPF_UNEVICTABLE = 18,
    KPF_NOPAGE = 20,
    KPF_ZERO_PAGE = 24,
    KPF_PGTABLE = 26,
    KPF_RESERVED = 32,
};

static const struct {
    enum pageflags flag;
    int bit;
} copied[] = {
    {PG_locked, KPF_LOCKED},         {PG_error, KPF_ERROR},
    {PG_referenced, KPF_REFERENCED}, {PG_uptodate, KPF_UPTODATE},
    {PG_dirty, KPF_DIRTY},           {PG_lru, KPF_LRU},
    {PG_active, KPF_ACTIVE},         {PG_slab, KPF_SLAB},
    {PG_writeback, KPF_WRITEBACK},   {PG_reclaim, KPF_RECLAIM},
    {PG_swapcache, KPF_SWAPCACHE},   {PG_swapbacked, KPF_SWAPBACKED},
    {PG_head, KPF_COMPOUND_HEAD},    {PG_unevictable, KPF_UNEVICTABLE},
    {PG_reserved, KPF_RESERVED},
};

/* Within a free block, not only its first frame. */
static bool is_free_buddy_page(const struct page *page)
{
    unsigned long pfn = page_to_pfn(page);

    for (unsigned int order = 0; order < MAX_ORDER; order++) {
        unsigned long head = pfn & ~((1ul << order) - 1);

        if (head >= min_low_pfn && PageBuddy(pfn_to_page(head)) &&
            buddy_order(pfn_to_page(head)) >= order)
            return true;
    }
    return false;
}

/* A slab is one, whichever of its frames. */
static u64 slab_bit(const struct page *head)
{
    return PageSlab(head) ? 1ull << KPF_SLAB : 0;
}

u64 kpageflags(unsigned long pfn)
{
    struct page *page, *head;
    u64 word = 0;

    if (!pfn_valid(pfn))
        return 1ull << KPF_NOPAGE;
    page = pfn_to_page(pfn);
    head = compound_head(page);
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
        if (page_test_flag(page, copied[i].flag))
            word |= 1ull << copied[i].bit;
    if (head != page)
        word |= 1ull << KPF_COMPOUND_TAIL | slab_bit(head);
    else if (!page_count(page) && is_free_buddy_page(page))
        word |= 1ull << KPF_BUDDY;
    if (PageTable(page))
        word |= 1ull << KPF_PGTABLE;
    if (page_mapped(page) && !PageSlab(page))
        word |= 1ull << KPF_MMAP;
    if (PageAnon(page) && !PageSlab(page))
        word |= 1ull << KPF_ANON;
    if (is_zero_pfn(pfn))
        word |= 1ull << KPF_ZERO_PAGE;
    return word;
}

u64 kpagecount(unsigned long pfn)
{
    const struct page *page;

    if (!pfn_valid(pfn))
        return 0;
    page = pfn_to_page(pfn);
    /* Owners of the kernel stand in the place of the count. */
    if (PageSlab(page) || page->page_type < PAGE_TYPE_NONE)
        return 0;
    return (u64)page_mapcount(page);
}
