/*
 * The fragmentation load: fill 95 % of memory with single frames, seven
 * movable to one that is not, in a random order of kinds; free a random half
 * of each kind; see where the free memory lies. Prints what it finds.
 *
 * No allocator that cannot move pages leaves whole blocks where a random half
 * of the frames is freed: a block of 1,024 is free by chance once in 2^1024.
 * So two numbers count: what is in blocks of order 10 as it is (some of what
 * was never filled), and what will be when the movable pages have been pushed
 * together, which depends on how well they were kept apart from the others.
 */
#include <stdio.h>

#include "guestos/arch/host/host.h"
#include "guestos/mm/pageblock.h"
#include "kernel.h"
#include "tests/mm_unit.h"

#define MAX_PAGES (256ul << 8)

static unsigned long nr_pages;

enum { FREE, MOVABLE, UNMOVABLE, RECLAIMABLE, RESERVED };
static const gfp_t gfp_of[] = {
    [MOVABLE] = GFP_HIGHUSER_MOVABLE,
    [UNMOVABLE] = GFP_KERNEL,
    [RECLAIMABLE] = GFP_KERNEL | __GFP_RECLAIMABLE,
};

static unsigned char kind_of[MAX_PAGES];
static struct page *held[MAX_PAGES];
static unsigned long nr_held;

static void fill(unsigned long pages)
{
    while (nr_held < pages) {
        unsigned char kind = MOVABLE;
        struct page *page;

        if (host_random(8) == 0)
            kind = host_random(2) ? UNMOVABLE : RECLAIMABLE;
        page =
            alloc_page((gfp_of[kind] & ~__GFP_DIRECT_RECLAIM) | __GFP_MEMALLOC);
        ck_assert_ptr_nonnull(page);
        if (kind == MOVABLE)
            SetPageLRU(page); /* as an anonymous page */
        kind_of[page_to_pfn(page) - min_low_pfn] = kind;
        held[nr_held++] = page;
    }
}

static void free_half(unsigned char kind)
{
    unsigned long n = 0, freed = 0;

    for (unsigned long i = nr_held; i > 1; i--) {
        unsigned long k = host_random(i);
        struct page *page = held[i - 1];

        held[i - 1] = held[k];
        held[k] = page;
    }
    for (unsigned long i = 0; i < nr_held; i++)
        n += kind_of[page_to_pfn(held[i]) - min_low_pfn] == kind;
    for (unsigned long i = 0; i < nr_held && freed < n / 2;) {
        struct page *page = held[i];
        unsigned char *k = &kind_of[page_to_pfn(page) - min_low_pfn];

        if (*k != kind) {
            i++;
            continue;
        }
        *k = FREE;
        ClearPageLRU(page);
        __free_page(page);
        held[i] = held[--nr_held];
        freed++;
    }
}

static unsigned long in_blocks_of_order_10(void)
{
    unsigned long pages = 0;

    for (int i = 0; i < MAX_NR_ZONES; i++)
        pages += contig_page_data.node_zones[i].free_area[10].nr_free << 10;
    return pages;
}

/* Pageblocks that can be emptied: those that hold only what is free or
 * movable, less the room that their movable pages need where the free frames
 * of the other pageblocks do not suffice. */
static unsigned long can_be_emptied(void)
{
    unsigned long pure = 0, to_place = 0, room = 0;

    for (unsigned long b = 0; b < nr_pages; b += pageblock_nr_pages) {
        unsigned long free = 0, movable = 0, fixed = 0;

        for (unsigned long i = b; i < b + pageblock_nr_pages; i++)
            if (kind_of[i] == MOVABLE)
                movable++;
            else if (kind_of[i] == FREE &&
                     !page_count(pfn_to_page(min_low_pfn + i)))
                free++;
            else
                fixed++;
        if (fixed) {
            room += free;
        } else {
            pure++;
            to_place += movable;
        }
    }
    to_place -= min(to_place, room);
    return (pure - DIV_ROUND_UP(to_place, pageblock_nr_pages))
           << pageblock_order;
}

struct outcome {
    unsigned long free, before, could;
};

static struct outcome run(unsigned long mib, bool grouped)
{
    struct outcome o;

    nr_pages = mib << 8;
    host_seed();
    host_boot(mib << 10, 0, 0);
    reclaim_ops = (struct reclaim_ops){0};
    if (!grouped) { /* as on a machine that is too small for it */
        page_group_by_mobility_disabled = true;
        drain_all_pages(NULL);
        for (unsigned long i = 0; i < nr_pages; i += pageblock_nr_pages) {
            struct page *page = pfn_to_page(min_low_pfn + i);
            struct zone *zone = page_zone(page);

            spin_lock_irq(&zone->lock);
            move_freepages_block(zone, page, MIGRATE_UNMOVABLE);
            spin_unlock_irq(&zone->lock);
        }
    }
    fill(nr_free_pages() * 95 / 100);
    for (unsigned char kind = MOVABLE; kind <= RECLAIMABLE; kind++)
        free_half(kind);
    drain_all_pages(NULL);
    buddy_check();
    o.free = nr_free_pages();
    o.before = in_blocks_of_order_10();
    o.could = can_be_emptied();
    printf("# %lu MiB, grouping %s: %lu frames free; %lu %% in blocks of order "
           "10, "
           "%lu %% once movable pages are moved together\n",
           mib, grouped ? "on" : "off", o.free, o.before * 100 / o.free,
           o.could * 100 / o.free);
    fflush(stdout);
    return o;
}

static const unsigned long sizes[] = {64, 256};

START_TEST(grouping_keeps_memory_that_compaction_can_use)
{
    struct outcome o = run(sizes[_i], true);

    ck_assert_uint_ge(o.could * 100, o.free * 60);
}
END_TEST

START_TEST(without_grouping_next_to_nothing_is_left)
{
    struct outcome o = run(sizes[_i], false);

    ck_assert_uint_le(o.could * 100, o.free * 20);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mm_frag");
    TCase *tc = tcase_create("mm_frag");

    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, grouping_keeps_memory_that_compaction_can_use, 0,
                        2);
    tcase_add_loop_test(tc, without_grouping_next_to_nothing_is_left, 0, 2);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
