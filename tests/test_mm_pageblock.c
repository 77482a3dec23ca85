/*
 * Migrate types: which pageblock an allocation gets its frames from, when a
 * pageblock changes its type, the reserve for atomic high orders, isolation,
 * and a long random use against a table of who holds what.
 */
#include "errno.h"
#include "guestos/arch/host/host.h"
#include "guestos/mm/pageblock.h"
#include "page-isolation.h"
#include "proc_fs.h"
#include "string.h"
#include "tests/mm_unit.h"

#define RAM_KIB (64 * 1024)
#define PAGES (RAM_KIB / 4)
#define NORMAL (&contig_page_data.node_zones[ZONE_NORMAL])

static const gfp_t gfp_of_type[MIGRATE_PCPTYPES] = {
    [MIGRATE_UNMOVABLE] = 0,
    [MIGRATE_MOVABLE] = __GFP_MOVABLE,
    [MIGRATE_RECLAIMABLE] = __GFP_RECLAIMABLE,
};

static void boot(void)
{
    host_boot(RAM_KIB, 0, 0);
    reclaim_ops = (struct reclaim_ops){0};
}

static struct page *take(enum migratetype type, unsigned int order)
{
    struct page *page =
        alloc_pages(__GFP_NOWARN | __GFP_MEMALLOC | gfp_of_type[type], order);

    if (page && type == MIGRATE_MOVABLE)
        SetPageLRU(page);
    return page;
}

static void give(struct page *page, unsigned int order)
{
    ClearPageLRU(page);
    __free_pages(page, order);
}

static unsigned long count_blocks(enum migratetype type)
{
    unsigned long n = 0;

    for (unsigned long pfn = min_low_pfn; pfn < max_pfn;
         pfn += pageblock_nr_pages)
        n += get_pageblock_migratetype(pfn_to_page(pfn)) == type;
    return n;
}

START_TEST(all_pageblocks_are_movable_after_boot)
{
    boot();
    ck_assert(!page_group_by_mobility_disabled);
    /* Boot itself took slabs and the zero page: one block for its kind. */
    ck_assert_uint_ge(count_blocks(MIGRATE_MOVABLE),
                      PAGES / pageblock_nr_pages - 2);
    ck_assert_int_eq(gfp_migratetype(GFP_HIGHUSER_MOVABLE), MIGRATE_MOVABLE);
    ck_assert_int_eq(gfp_migratetype(GFP_KERNEL), MIGRATE_UNMOVABLE);
    ck_assert_int_eq(gfp_migratetype(GFP_KERNEL | __GFP_RECLAIMABLE),
                     MIGRATE_RECLAIMABLE);
}
END_TEST

START_TEST(a_small_machine_does_not_group)
{
    host_boot(16 * 1024, 0, 0);
    ck_assert(page_group_by_mobility_disabled);
    ck_assert_uint_eq(count_blocks(MIGRATE_UNMOVABLE), 4);
    ck_assert_int_eq(gfp_migratetype(GFP_HIGHUSER_MOVABLE), MIGRATE_UNMOVABLE);
    buddy_check();
}
END_TEST

START_TEST(kinds_do_not_share_a_pageblock_while_there_are_free_ones)
{
    static int kinds[PAGES / 1024];

    boot();
    for (int i = 0; i < 300; i++)
        for (int type = 0; type < MIGRATE_PCPTYPES; type++) {
            struct page *page = take((enum migratetype)type, 0);
            enum migratetype block = get_pageblock_migratetype(page);

            ck_assert_int_eq((int)block, type);
            kinds[(page_to_pfn(page) - min_low_pfn) >> pageblock_order] |=
                1 << type;
        }
    for (int i = 0; i < PAGES / 1024; i++)
        ck_assert(!(kinds[i] & (kinds[i] - 1)));
    buddy_check();
}
END_TEST

/* Fills the machine with movable pages and frees `n` of a pageblock that has
 * no others, one in two first. Returns its first page. */
static struct page *fill_but(unsigned long n)
{
    static unsigned long taken[PAGES / 1024];
    struct page *page, *block = NULL;

    while ((page = take(MIGRATE_MOVABLE, 0)))
        taken[(page_to_pfn(page) - min_low_pfn) >> pageblock_order]++;
    ck_assert_uint_eq(nr_free_pages(), 0);
    for (unsigned long i = 0; i < PAGES / 1024; i++)
        if (taken[i] == pageblock_nr_pages)
            block = pfn_to_page(min_low_pfn + i * pageblock_nr_pages);
    ck_assert_ptr_nonnull(block);
    for (unsigned long i = 0; i < n; i++)
        give(block + i * 2 % pageblock_nr_pages + i * 2 / pageblock_nr_pages,
             0);
    buddy_check();
    return block;
}

START_TEST(a_pageblock_that_is_mostly_used_is_borrowed_from)
{
    struct page *block, *page;

    boot();
    block = fill_but(511);
    page = take(MIGRATE_UNMOVABLE, 0);
    ck_assert_uint_eq(page_to_pfn(page) >> pageblock_order,
                      page_to_pfn(block) >> pageblock_order);
    ck_assert_int_eq((int)get_pageblock_migratetype(block), MIGRATE_MOVABLE);
    buddy_check();
}
END_TEST

START_TEST(a_pageblock_that_is_half_free_is_claimed)
{
    struct page *block;

    boot();
    block = fill_but(512);
    ck_assert_ptr_nonnull(take(MIGRATE_UNMOVABLE, 0));
    ck_assert_int_eq((int)get_pageblock_migratetype(block), MIGRATE_UNMOVABLE);
    buddy_check();
    for (int type = 0; type < MIGRATE_TYPES; type++)
        ck_assert(
            free_area_empty(&NORMAL->free_area[0], (enum migratetype)type) ==
            (type != MIGRATE_UNMOVABLE));
}
END_TEST

/* Of another type, but all that is used in it could move. */
START_TEST(a_pageblock_of_movable_pages_is_claimed_for_them)
{
    struct page *block;

    boot();
    block = fill_but(0);
    spin_lock_irq(&NORMAL->lock);
    move_freepages_block(NORMAL, block, MIGRATE_UNMOVABLE);
    spin_unlock_irq(&NORMAL->lock);
    for (unsigned long i = 0; i < 32; i++)
        give(block + i, 0);
    drain_all_pages(NULL);
    ck_assert_ptr_nonnull(take(MIGRATE_MOVABLE, 5));
    ck_assert_int_eq((int)get_pageblock_migratetype(block), MIGRATE_MOVABLE);
    buddy_check();
}
END_TEST

START_TEST(atomic_high_orders_have_a_reserve)
{
    gfp_t gfp = GFP_ATOMIC | __GFP_NOWARN;
    unsigned long n = 0;
    struct page *page;

    boot();
    /* Down to where only those that may use the reserves get anything. */
    while (get_page_from_freelist(0, 0, WMARK_MIN))
        ;
    page = alloc_pages(gfp, 2);
    ck_assert_ptr_nonnull(page);
    ck_assert_int_eq((int)get_pageblock_migratetype(page), MIGRATE_HIGHATOMIC);
    ck_assert_uint_eq(page_zone(page)->nr_reserved_highatomic,
                      pageblock_nr_pages);
    buddy_check();
    __free_pages(page, 2);
    /* The others cannot have it, even with the watermark out of the way. */
    while ((page = get_page_from_freelist(0, 0, ALLOC_NO_WATERMARKS)))
        ck_assert_int_ne((int)get_pageblock_migratetype(page),
                         MIGRATE_HIGHATOMIC);
    for (enum zone_type i = ZONE_DMA; i <= ZONE_NORMAL; i++)
        n += contig_page_data.node_zones[i].nr_reserved_highatomic;
    ck_assert_uint_ne(n, 0);
    ck_assert(!unreserve_highatomic_pageblock(GFP_KERNEL, false));
    ck_assert(unreserve_highatomic_pageblock(GFP_KERNEL, true));
    ck_assert_ptr_nonnull(get_page_from_freelist(0, 0, ALLOC_NO_WATERMARKS));
    buddy_check();
}
END_TEST

START_TEST(an_isolated_pageblock_gives_nothing_and_takes_what_is_freed)
{
    struct page *held[40], *page;
    unsigned long before, in_block = 0, pfn;

    boot();
    do
        page = take(MIGRATE_MOVABLE, 0);
    while (has_unmovable_pages(page_zone(page), page));
    pfn = page_to_pfn(page) & ~(pageblock_nr_pages - 1);
    for (int i = 0; i < 40; i++) {
        held[i] = take(MIGRATE_MOVABLE, 0);
        in_block +=
            page_to_pfn(held[i]) >> pageblock_order == pfn >> pageblock_order;
    }
    ck_assert_uint_gt(in_block, 0);
    drain_all_pages(NULL);
    before = nr_free_pages();
    ck_assert_int_eq(set_migratetype_isolate(page), 0);
    ck_assert_int_eq(set_migratetype_isolate(page), -EBUSY);
    ck_assert_uint_eq(nr_free_pages(),
                      before - (pageblock_nr_pages - 1 - in_block));
    buddy_check();
    ck_assert_int_eq(test_pages_isolated(pfn, pfn + pageblock_nr_pages),
                     -EBUSY);
    for (int i = 0; i < 40; i++)
        give(held[i], 0);
    give(page, 0);
    ck_assert_int_eq(test_pages_isolated(pfn, pfn + pageblock_nr_pages), 0);
    ck_assert_uint_eq(nr_free_pages(),
                      before + 41 - pageblock_nr_pages + in_block - in_block);
    while ((page = take(MIGRATE_MOVABLE, 0)))
        ck_assert_uint_ne(page_to_pfn(page) & ~(pageblock_nr_pages - 1), pfn);
    ck_assert_uint_eq(nr_free_pages(), 0);
    unset_migratetype_isolate(pfn_to_page(pfn), MIGRATE_MOVABLE);
    ck_assert_uint_eq(nr_free_pages(), pageblock_nr_pages);
    buddy_check();
}
END_TEST

START_TEST(a_range_with_a_page_that_cannot_move_is_not_isolated)
{
    struct page *page;
    unsigned long pfn;

    boot();
    page = take(MIGRATE_UNMOVABLE, 0);
    pfn = page_to_pfn(page) & ~(pageblock_nr_pages - 1);
    ck_assert_ptr_nonnull(has_unmovable_pages(NORMAL, page));
    ck_assert_int_eq(start_isolate_page_range(pfn - pageblock_nr_pages,
                                              pfn + pageblock_nr_pages,
                                              MIGRATE_MOVABLE),
                     -EBUSY);
    ck_assert_uint_eq(count_blocks(MIGRATE_ISOLATE), 0);
    buddy_check();
}
END_TEST

START_TEST(pagetypeinfo_has_the_lines_of_linux)
{
    const char *text, *line;
    unsigned long blocks = 0;
    int lines = 0;

    boot();
    text = host_proc(pagetypeinfo_proc_show);
    ck_assert_ptr_eq(strstr(text, "Page block order: 10\n"
                                  "Pages per block:  1024\n\n"
                                  "Free pages count per migrate type at order "
                                  "      0      1 "),
                     text);
    for (line = text; (line = strstr(line, "\nNode    0, zone ")); line++)
        lines++;
    ck_assert_int_eq(lines, 2 * MIGRATE_TYPES);
    ck_assert_ptr_nonnull(
        strstr(text, "\nNode    0, zone   Normal, type      Movable "));
    line = strstr(text, "\nNumber of blocks type     Unmovable      Movable  "
                        "Reclaimable   HighAtomic      Isolate \n");
    ck_assert_ptr_nonnull(line);
    line = strstr(line + 1, "\nNode 0, zone   Normal ");
    ck_assert_ptr_nonnull(line);
    line += strlen("\nNode 0, zone   Normal ");
    for (int i = 0; i < MIGRATE_TYPES; i++) {
        char *end;

        blocks += strtoul(line, &end, 10);
        ck_assert_int_eq((int)(end - line), 12 + (i > 0));
        line = end;
    }
    ck_assert_uint_eq(blocks, NORMAL->spanned_pages / pageblock_nr_pages);
}
END_TEST

/* -- Random use ---------------------------------------------------------- */

#define MAX_HELD 3000

struct held {
    struct page *page;
    unsigned int order;
};
static struct held held[MAX_HELD];
static unsigned long nr_held;
static bool used[PAGES];

static void take_random(void)
{
    unsigned int order = (unsigned int)host_random(host_random(8) ? 2 : 10);
    struct page *page =
        take((enum migratetype)host_random(MIGRATE_PCPTYPES), order);

    if (!page)
        return;
    ck_assert_uint_eq(page_to_pfn(page) & ((1ul << order) - 1), 0);
    ck_assert(!is_migrate_isolate(get_pageblock_migratetype(page)));
    for (unsigned long i = 0; i < 1ul << order; i++) {
        bool *u = &used[page_to_pfn(page) - min_low_pfn + i];

        ck_assert(!*u && !PageReserved(page + i));
        *u = true;
    }
    held[nr_held++] = (struct held){page, order};
}

static void give_random(void)
{
    unsigned long i = host_random(nr_held);
    struct held h = held[i];

    for (unsigned long k = 0; k < 1ul << h.order; k++)
        used[page_to_pfn(h.page) - min_low_pfn + k] = false;
    give(h.page, h.order);
    held[i] = held[--nr_held];
}

static void isolate_random(void)
{
    struct page *page = pfn_to_page(min_low_pfn + host_random(PAGES));

    if (is_migrate_isolate(get_pageblock_migratetype(page)))
        unset_migratetype_isolate(
            page, (enum migratetype)host_random(MIGRATE_PCPTYPES));
    else if (set_migratetype_isolate(page) == 0)
        drain_all_pages(NULL); /* what lies there already */
}

/* Every frame that nobody holds is free, and free once. */
static void check_model(unsigned long at_boot)
{
    unsigned long n = 0;

    for (unsigned long i = 0; i < nr_held; i++)
        n += 1ul << held[i].order;
    drain_all_pages(NULL);
    buddy_check();
    for (unsigned long i = 0; i < PAGES;) {
        const struct page *page = pfn_to_page(min_low_pfn + i);

        if (!PageBuddy(page)) {
            i++;
            continue;
        }
        for (unsigned long k = 0; k < 1ul << buddy_order(page); k++)
            ck_assert(!used[i + k]);
        n += 1ul << buddy_order(page);
        i += 1ul << buddy_order(page);
    }
    ck_assert_uint_eq(n, at_boot);
}

START_TEST(random_use_with_types_agrees_with_a_table)
{
    unsigned long at_boot;
    char before[4096];

    host_seed();
    boot();
    at_boot = nr_free_pages();
    drain_all_pages(NULL);
    strcpy(before, host_proc(buddyinfo_proc_show));
    for (int step = 0; step < 10000; step++) {
        /* Phases of growth and of shrinking, so that memory is full often. */
        bool grow = host_random(8) < (step / 1000 % 2 ? 2 : 6);

        if (grow && nr_held < MAX_HELD)
            take_random();
        else if (nr_held)
            give_random();
        if (host_random(64) == 0)
            isolate_random();
        if (host_random(128) == 0 && nr_held)
            reserve_highatomic_pageblock(held[0].page, page_zone(held[0].page));
        if (host_random(256) == 0)
            unreserve_highatomic_pageblock(GFP_KERNEL, host_random(2));
        if (step % 128 == 0)
            check_model(at_boot);
    }
    while (nr_held)
        give_random();
    for (unsigned long i = 0; i < PAGES; i += pageblock_nr_pages)
        unset_migratetype_isolate(pfn_to_page(min_low_pfn + i),
                                  MIGRATE_MOVABLE);
    check_model(at_boot);
    drain_all_pages(NULL);
    ck_assert_str_eq(before, host_proc(buddyinfo_proc_show));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mm_pageblock");
    TCase *tc = tcase_create("mm_pageblock");

    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, all_pageblocks_are_movable_after_boot);
    tcase_add_test(tc, a_small_machine_does_not_group);
    tcase_add_test(tc,
                   kinds_do_not_share_a_pageblock_while_there_are_free_ones);
    tcase_add_test(tc, a_pageblock_that_is_mostly_used_is_borrowed_from);
    tcase_add_test(tc, a_pageblock_that_is_half_free_is_claimed);
    tcase_add_test(tc, a_pageblock_of_movable_pages_is_claimed_for_them);
    tcase_add_test(tc, atomic_high_orders_have_a_reserve);
    tcase_add_test(tc,
                   an_isolated_pageblock_gives_nothing_and_takes_what_is_freed);
    tcase_add_test(tc, a_range_with_a_page_that_cannot_move_is_not_isolated);
    tcase_add_test(tc, pagetypeinfo_has_the_lines_of_linux);
    tcase_add_test(tc, random_use_with_types_agrees_with_a_table);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
