/*
 * The record of each frame's last allocation: order, flags, task, time and the
 * place in the kernel that asked. Owns the records, one a frame, beside
 * mem_map; each is written by who holds its frame. Text as Linux's
 * /sys/kernel/debug/page_owner, with one address for the stack (this kernel
 * keeps no frame pointers), so that Linux's page_owner_sort reads it.
 *
 * Mirrors Linux's __set_page_owner, split_page_owner, copy_page_owner,
 * print_page_owner.
 */
#include "page_owner.h"
#include "init.h"
#include "jiffies.h"
#include "kernel.h"
#include "memblock.h"
#include "page_report.h"
#include "pageblock.h"
#include "sched.h"
#include "string.h"

struct page_owner {
    u8 order;
    bool is_allocated;
    gfp_t gfp;
    pid_t pid;
    unsigned long caller;
    u32 when, free_when; /* jiffies */
};

bool page_owner_enabled;
static bool is_wanted;
static struct page_owner *page_owners;

static int __init page_owner_setup(const char *value)
{
    is_wanted = strcmp(value, "on") == 0;
    return is_wanted || strcmp(value, "off") == 0 ? 0 : -EINVAL;
}
early_param("page_owner", page_owner_setup);

static struct page_owner *owner_of(const struct page *page)
{
    return &page_owners[page - mem_map];
}

void page_owner_init(void)
{
    if (!is_wanted)
        return;
    page_owners = memblock_alloc((max_pfn - min_low_pfn) * sizeof *page_owners,
                                 sizeof(long));
    page_owner_enabled = true;
}

void __set_page_owner(struct page *page, unsigned int order, gfp_t gfp,
                      unsigned long caller)
{
    struct page_owner *owner = owner_of(page);

    for (unsigned long i = 0; i < 1ul << order; i++) {
        owner[i].order = (u8)order;
        owner[i].is_allocated = true;
        owner[i].gfp = gfp;
        owner[i].pid = current->pid;
        owner[i].caller = caller;
        owner[i].when = (u32)jiffies;
    }
}

void __reset_page_owner(struct page *page, unsigned int order)
{
    struct page_owner *owner = owner_of(page);

    for (unsigned long i = 0; i < 1ul << order; i++) {
        owner[i].is_allocated = false;
        owner[i].free_when = (u32)jiffies;
    }
}

void __split_page_owner(struct page *page, unsigned int order)
{
    struct page_owner *owner = owner_of(page);

    for (unsigned long i = 0; i < 1ul << order; i++)
        owner[i].order = 0;
}

void __copy_page_owner(struct page *to, struct page *from)
{
    *owner_of(to) = *owner_of(from);
}

int page_owner_migratetype(const struct page *page)
{
    if (!page_owner_enabled || !owner_of(page)->is_allocated)
        return -1;
    return (int)gfp_migratetype(owner_of(page)->gfp);
}

static ssize_t print_page_owner(const struct page *page, char *text,
                                size_t size)
{
    const struct page_owner *owner = owner_of(page);
    unsigned long pfn = page_to_pfn(page);
    char gfp[160], flags[200];

    return snprintf(
        text, size,
        "Page allocated via order %u, mask 0x%x(%s), pid %d, ts %llu ns, "
        "free_ts %llu ns\n"
        "PFN %lu type %s Block %lu type %s Flags 0x%lx(%s)\n"
        " 0x%lx\n\n",
        owner->order, (unsigned int)owner->gfp,
        gfp_text(owner->gfp, gfp, sizeof gfp), owner->pid,
        (unsigned long long)owner->when * TICK_NSEC,
        (unsigned long long)owner->free_when * TICK_NSEC, pfn,
        migratetype_names[gfp_migratetype(owner->gfp)], pfn >> pageblock_order,
        migratetype_names[get_pageblock_migratetype(page)], page->flags,
        page_flags_text(page, flags, sizeof flags), owner->caller);
}

ssize_t page_owner_text(unsigned long *pfn, char *text, size_t size)
{
    if (!page_owner_enabled)
        return -EINVAL;
    for (; *pfn < max_pfn; ++*pfn) {
        const struct page *page = pfn_to_page(*pfn);

        /* A block has a record for its first frame only. */
        if (owner_of(page)->is_allocated &&
            !(*pfn & ((1ul << owner_of(page)->order) - 1)))
            return print_page_owner(page, text, size);
    }
    return 0;
}
