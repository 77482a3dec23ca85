/*
 * `echo alloc ORDER > /proc/mm`: whether a block of 2^ORDER frames can be had
 * at once, with nobody woken; `alloc ORDER wake` wakes kswapd and kcompactd, as
 * an atomic allocation does, and `alloc ORDER wait` compacts and reclaims, as
 * most in the kernel do. The block goes back. What testers of Linux use
 * nr_hugepages for, or a module. Owns nothing.
 */
#include "internal.h"
#include "kernel.h"
#include "page_report.h"
#include "string.h"

int probe_alloc(const char *line)
{
    const char *end;
    unsigned long order = simple_strtoul(line, &end, 10);
    gfp_t gfp = 0;
    struct page *page;

    if (strcmp(end, " wake") == 0)
        gfp = GFP_NOWAIT;
    else if (strcmp(end, " wait") == 0)
        gfp = GFP_KERNEL;
    else if (*end)
        return -EINVAL;
    if (end == line || order >= MAX_ORDER)
        return -EINVAL;
    page = alloc_pages(gfp | __GFP_NOWARN, (unsigned int)order);
    if (!page)
        return -ENOMEM;
    pr_info("alloc: order %lu at frame %lx\n", order, page_to_pfn(page));
    __free_pages(page, (unsigned int)order);
    return 0;
}
