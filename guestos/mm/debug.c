/*
 * What is said of a frame in a state that it must not be in: the report of
 * Linux's bad_page and dump_page. The frame is not used any more; everything
 * else goes on (on the host, the test ends).
 */
#include "internal.h"
#include "kernel.h"
#include "ratelimit.h"
#include "sched.h"
#include "string.h"

/* By number. */
static const char *const pageflag_names[NR_PAGEFLAGS] = {
    [PG_locked] = "locked",
    [PG_referenced] = "referenced",
    [PG_uptodate] = "uptodate",
    [PG_dirty] = "dirty",
    [PG_lru] = "lru",
    [PG_active] = "active",
    [PG_workingset] = "workingset",
    [PG_writeback] = "writeback",
    [PG_swapcache] = "swapcache",
    [PG_slab] = "slab",
    [PG_reserved] = "reserved",
    [PG_waiters] = "waiters",
    [PG_error] = "error",
    [PG_head] = "head",
    [PG_reclaim] = "reclaim",
    [PG_swapbacked] = "swapbacked",
    [PG_unevictable] = "unevictable",
    [PG_readahead] = "readahead",
};

const char *page_flags_text(const struct page *page, char *text, size_t size)
{
    size_t n = 0;

    for (int i = 0; i < NR_PAGEFLAGS && n < size; i++)
        if (page_test_flag(page, (enum pageflags)i))
            n += (size_t)snprintf(text + n, size - n, "%s|", pageflag_names[i]);
    if (n < size)
        snprintf(text + n, size - n, "zone=%d", page_zonenum(page));
    return text;
}

static void dump_raw(const struct page *page)
{
    const unsigned long *word = (const unsigned long *)(const void *)page;

    for (size_t i = 0; i < sizeof *page / sizeof *word; i += 4)
        pr_warn("raw: %08lx %08lx %08lx %08lx\n", word[i], word[i + 1],
                i + 2 < sizeof *page / sizeof *word ? word[i + 2] : 0,
                i + 3 < sizeof *page / sizeof *word ? word[i + 3] : 0);
}

void dump_page(const struct page *page, const char *reason)
{
    char flags[200];

    pr_warn("page:%p refcount:%d mapcount:%d mapping:%p index:0x%lx "
            "pfn:0x%lx\n",
            (const void *)page, page_count(page), page_mapcount(page),
            page->mapping, page->index, page_to_pfn(page));
    pr_warn("%sflags: 0x%lx(%s)\n", PageAnon(page) ? "anon " : "", page->flags,
            page_flags_text(page, flags, sizeof flags));
    dump_raw(page);
    pr_warn("page dumped because: %s\n", reason);
}

void bad_page(const struct page *page, const char *reason)
{
    static struct ratelimit_state limit;

    if (!ratelimit(&limit, __func__))
        return;
    pr_err("BUG: Bad page state in process %s  pfn:%05lx\n", current->comm,
           page_to_pfn(page));
    dump_page(page, reason);
    report_warning(reason, __FILE__, __LINE__);
}

const char *page_bad_reason(const struct page *page, unsigned long flags)
{
    if (page->page_type != PAGE_TYPE_NONE)
        return PageBuddy(page) ? "it is free" : "nonzero mapcount";
    if (page->mapping)
        return "non-NULL mapping";
    if (page_count(page))
        return "nonzero _refcount";
    if (page->flags & flags)
        return flags == PAGE_FLAGS_CHECK_AT_PREP
                   ? "PAGE_FLAGS_CHECK_AT_PREP flag(s) set"
                   : "PAGE_FLAGS_CHECK_AT_FREE flag(s) set";
    return NULL;
}
