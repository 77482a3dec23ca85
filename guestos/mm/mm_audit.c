/*
 * The part of the audit that can run in the machine: every frame has exactly
 * one owner, free counts equal the lists, free blocks are merged as far as
 * they can be, and the invariants of slabs; mm_audit_refs.c counts users. A
 * program asks for it by `echo audit > /proc/mm`; the host's mm_audit uses it
 * and goes further, since there nothing is under way.
 *
 * Owns nothing. Takes pcp->lock and zone->lock of a zone, interrupts off, so
 * that no frame comes or goes; one that a task was about to free or had just
 * been given shows as in flight.
 */
#include "kernel.h"
#include "page_report.h"
#include "pcp.h"
#include "percpu.h"
#include "slab.h"
#include "stop_machine.h"
#include "string.h"
#include "swap.h"
#include "vmap_area.h"

struct tally {
    unsigned long reserved, buddy, unowned, used;
};

static void wrong(const struct page *page, const char *why)
{
    panic("audit: frame %lx %s (flags %lx, refcount %d, type %d)",
          page_to_pfn(page), why, page->flags, page_count(page),
          page->page_type);
}

/* Kinds of use exclude each other. */
static void check_used(const struct page *page)
{
    int owners = PageSlab(page) + PageLRU(page) +
                 (page->page_type < PAGE_TYPE_NONE && !PageSlab(page));

    if (owners > 1)
        wrong(page, "has two owners");
    if (page_count(page) < 0)
        wrong(page, "was freed more often than taken");
    if (PageBuddy(page))
        wrong(page, "is free and in use");
}

static struct tally count_frames(const struct zone *zone)
{
    struct tally t = {0, 0, 0, 0};

    for (unsigned long pfn = zone->zone_start_pfn; pfn < zone_end_pfn(zone);) {
        const struct page *page = pfn_to_page(pfn);

        if (PageReserved(page)) {
            t.reserved++;
            if (PageLRU(page) || page_count(page) != 1)
                wrong(page, "is the kernel's for ever, and in use");
        } else if (page_count(page)) {
            check_used(page);
            t.used++;
        } else if (PageBuddy(page)) {
            t.buddy += 1ul << buddy_order(page);
            pfn += 1ul << buddy_order(page);
            continue;
        } else if (page->compound_head & 1) {
            t.used++; /* a tail: its head has the references */
        } else {
            t.unowned++;
        }
        pfn++;
    }
    return t;
}

/* Frames of the zone that nobody has. */
static unsigned long check_zone_frames(struct zone *zone)
{
    unsigned long on_lists, on_areas = 0, flags;
    struct tally t;

    local_irq_save(flags);
    pcp_lock_zone(zone);
    spin_lock(&zone->lock);
    t = count_frames(zone);
    on_lists = pcp_count(zone);
    for (unsigned int order = 0; order < MAX_ORDER; order++)
        on_areas += zone->free_area[order].nr_free << order;
    spin_unlock(&zone->lock);
    pcp_unlock_zone(zone);
    local_irq_restore(flags);
    if (t.reserved + zone->managed_pages != zone->spanned_pages)
        panic("audit: zone %s has %lu reserved frames and manages %lu of %lu",
              zone->name, t.reserved, zone->managed_pages,
              zone->spanned_pages);
    if (t.buddy != on_areas)
        panic("audit: zone %s has %lu frames in free blocks, %lu on lists",
              zone->name, t.buddy, on_areas);
    if (t.unowned < on_lists)
        panic("audit: zone %s has %lu frames that nobody uses, per-CPU lists "
              "say %lu",
              zone->name, t.unowned, on_lists);
    pr_info("audit: %s: %lu frames, %lu reserved, %lu used, %lu free, %lu on "
            "per-CPU lists, %lu in flight\n",
            zone->name, zone->spanned_pages, t.reserved, t.used, t.buddy,
            on_lists, t.unowned - on_lists);
    return t.unowned - on_lists;
}

unsigned long mm_check_frames(void)
{
    unsigned long in_flight = 0;
    struct zone *zone;

    buddy_check();
    pcp_check();
    for_each_populated_zone(zone)
        in_flight += check_zone_frames(zone);
    return in_flight;
}

/* Who owns what; nobody is inside an allocator. */
static int check_owners(void *unused)
{
    (void)unused;
    mm_check_frames();
    slab_check();
    return 0;
}

int mm_command(const char *line)
{
    unsigned long in_flight;
    int error;

    if (strncmp(line, "alloc ", 6) == 0)
        return probe_alloc(line + 6);
    if (strcmp(line, "audit") != 0)
        return -EINVAL;
    vmap_area_check();
    pcpu_check();
    error = stop_machine(check_owners, NULL);
    if (!error)
        error = mm_audit_refs(&in_flight);
    if (error)
        return error;
    pr_info("audit: passed\n");
    return 0;
}
