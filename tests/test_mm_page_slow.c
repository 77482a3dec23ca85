/*
 * The slow path of the page allocator: what each kind of allocation does when
 * memory is short, with a stand-in for reclaim that writes down how it was
 * called; which zones may be used at which level, against a table; reports.
 */
#include "guestos/arch/host/host.h"
#include "guestos/mm/pageblock.h"
#include "sched_mm.h"
#include "string.h"
#include "tests/mm_unit.h"

#define ZONE(i) (&contig_page_data.node_zones[i])

static struct {
    int wakes, reclaims, kills;
    gfp_t gfp; /* of the last reclaim */
    unsigned int task_flags;
    int frees_after;     /* so many calls find nothing */
    unsigned long frees; /* what the others free */
    bool kill_helps;
    unsigned long hope; /* what reclaim is said to find */
} seen;

static struct page *hoard[20000];
static unsigned long nr_hoard;

static void free_some(unsigned long n)
{
    while (n-- && nr_hoard)
        __free_page(hoard[--nr_hoard]);
}

static void note_wakeup(unsigned int order, enum zone_type highest)
{
    (void)order;
    (void)highest;
    seen.wakes++;
}

static unsigned long note_reclaim(unsigned int order, gfp_t gfp)
{
    (void)order;
    seen.reclaims++;
    seen.gfp = gfp;
    seen.task_flags = current->flags;
    if (seen.frees_after < 0 || seen.reclaims <= seen.frees_after)
        return 0;
    free_some(seen.frees);
    return seen.frees;
}

static bool note_kill(gfp_t gfp, unsigned int order)
{
    (void)gfp;
    (void)order;
    seen.kills++;
    if (seen.kill_helps)
        free_some(2000);
    return seen.kill_helps;
}

static unsigned long promise(const struct zone *zone)
{
    (void)zone;
    return seen.hope;
}

/* Fills memory down to the min watermarks. */
static void boot_and_fill(int frees_after)
{
    struct page *page;

    host_boot(32 * 1024, 0, 0);
    reclaim_ops = (struct reclaim_ops){0};
    while ((page = get_page_from_freelist(0, 0, WMARK_MIN)))
        hoard[nr_hoard++] = page;
    drain_all_pages(NULL);
    while ((page = get_page_from_freelist(GFP_DMA, 0, WMARK_MIN)))
        hoard[nr_hoard++] = page;
    memset(&seen, 0, sizeof seen);
    seen.frees_after = frees_after;
    seen.frees = 400;
    reclaim_ops = (struct reclaim_ops){
        .wakeup_kswapd = note_wakeup,
        .try_to_free_pages = note_reclaim,
        .out_of_memory = note_kill,
        .reclaimable_pages = promise,
    };
}

START_TEST(who_cannot_sleep_neither_reclaims_nor_kills)
{
    boot_and_fill(0);
    ck_assert_ptr_null(alloc_page(GFP_NOWAIT | __GFP_NOWARN));
    ck_assert_int_eq(seen.wakes, 1);
    ck_assert_int_eq(seen.reclaims + seen.kills, 0);
}
END_TEST

START_TEST(atomic_allocations_go_on_to_three_eighths_of_the_mark)
{
    unsigned long min, left;

    boot_and_fill(0);
    while (alloc_page(GFP_ATOMIC | __GFP_NOWARN))
        ;
    drain_all_pages(NULL);
    while (alloc_page(GFP_ATOMIC | __GFP_NOWARN))
        ;
    ck_assert_int_eq(seen.reclaims + seen.kills, 0);
    for (enum zone_type i = ZONE_DMA; i <= ZONE_NORMAL; i++) {
        min = min_wmark_pages(ZONE(i));
        left = zone_page_state(ZONE(i), NR_FREE_PAGES) -
               ZONE(i)->lowmem_reserve[ZONE_NORMAL];
        ck_assert_uint_eq(left, min - min / 2 - (min - min / 2) / 4);
    }
}
END_TEST

START_TEST(who_makes_memory_gets_all_of_it)
{
    unsigned int was;

    boot_and_fill(0);
    was = memalloc_noreclaim_save();
    while (alloc_page(GFP_KERNEL | __GFP_NOWARN))
        ;
    memalloc_noreclaim_restore(was);
    ck_assert_uint_eq(nr_free_pages(), 0);
    ck_assert_int_eq(seen.reclaims + seen.kills, 0);
}
END_TEST

START_TEST(the_reserves_are_closed_to_those_who_say_so)
{
    unsigned int was;
    unsigned long before;

    boot_and_fill(0);
    before = nr_free_pages();
    was = memalloc_noreclaim_save();
    ck_assert_ptr_null(
        alloc_page(GFP_KERNEL | __GFP_NOWARN | __GFP_NOMEMALLOC));
    memalloc_noreclaim_restore(was);
    ck_assert_uint_eq(nr_free_pages(), before);
}
END_TEST

START_TEST(kernel_allocations_reclaim_until_there_is_memory)
{
    boot_and_fill(5);
    seen.hope = 10000;
    ck_assert_ptr_nonnull(alloc_page(GFP_KERNEL));
    ck_assert_int_eq(seen.reclaims, 6);
    ck_assert_int_eq(seen.kills, 0);
    ck_assert_uint_eq(seen.gfp, GFP_KERNEL);
    /* Reclaim may use the reserves, and is not entered again. */
    ck_assert(seen.task_flags & PF_MEMALLOC);
    ck_assert(!(current->flags & PF_MEMALLOC));
}
END_TEST

START_TEST(scopes_take_flags_away)
{
    unsigned int io, fs;

    boot_and_fill(0);
    fs = memalloc_nofs_save();
    ck_assert_ptr_nonnull(alloc_page(GFP_KERNEL));
    ck_assert_uint_eq(seen.gfp, GFP_NOFS);
    io = memalloc_noio_save();
    while (seen.reclaims < 2)
        ck_assert_ptr_nonnull(alloc_page(GFP_KERNEL));
    ck_assert_uint_eq(seen.gfp, GFP_NOIO);
    memalloc_noio_restore(io);
    memalloc_nofs_restore(fs);
    while (seen.reclaims < 3)
        ck_assert_ptr_nonnull(alloc_page(GFP_KERNEL));
    ck_assert_uint_eq(seen.gfp, GFP_KERNEL);
}
END_TEST

/* What happens with flags and an order when reclaim never finds anything. */
static const struct hopeless {
    gfp_t gfp;
    unsigned int order;
    int reclaims, kills;
} hopeless[] = {
    /* memory is below the mark: nothing to hope for, one round, one kill */
    {GFP_KERNEL, 0, 1, 1},
    {GFP_NOFS, 0, 1, 1}, /* out_of_memory decides */
    {GFP_KERNEL, 3, 1, 1},
    {GFP_KERNEL, 4, 1, 0},
    {GFP_KERNEL | __GFP_NORETRY, 0, 1, 0},
    {GFP_KERNEL | __GFP_RETRY_MAYFAIL, 0, 1, 0},
    {GFP_KERNEL | __GFP_RETRY_MAYFAIL, 4, 1, 0},
    {GFP_KERNEL | GFP_DMA, 0, 1, 0},
    {GFP_NOWAIT, 0, 0, 0},
    {GFP_ATOMIC, 8, 0, 0},
};

START_TEST(without_hope_each_gives_up_in_its_way)
{
    const struct hopeless *h = &hopeless[_i];

    boot_and_fill(-1);
    ck_assert_ptr_null(alloc_pages(h->gfp | __GFP_NOWARN, h->order));
    ck_assert_int_eq(seen.reclaims, h->reclaims);
    ck_assert_int_eq(seen.kills, h->kills);
}
END_TEST

START_TEST(with_hope_reclaim_is_tried_sixteen_times)
{
    boot_and_fill(-1);
    seen.hope = 10000;
    ck_assert_ptr_null(
        alloc_page(GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN));
    /* And once more, to find that it was in vain. */
    ck_assert_int_eq(seen.reclaims, 17);
    ck_assert_int_eq(seen.kills, 0);
}
END_TEST

START_TEST(a_kill_is_followed_by_another_try)
{
    boot_and_fill(-1);
    seen.kill_helps = true;
    ck_assert_ptr_nonnull(alloc_page(GFP_KERNEL));
    ck_assert_int_eq(seen.kills, 1);
}
END_TEST

START_TEST(nofail_does_not_come_back_without)
{
    boot_and_fill(40);
    ck_assert_ptr_nonnull(alloc_page(GFP_NOFS | __GFP_NOFAIL));
    /* Some frames of the reserve come before the forty first reclaim. */
    while (seen.reclaims <= 40)
        ck_assert_ptr_nonnull(alloc_page(GFP_NOFS | __GFP_NOFAIL));
    ck_assert_int_eq(seen.reclaims, 41);
}
END_TEST

START_TEST(reclaimed_frames_on_lists_are_found)
{
    struct page *page;

    boot_and_fill(0);
    seen.frees = 30; /* they fit on the lists of a CPU */
    page = alloc_pages(GFP_KERNEL, 1);
    ck_assert_ptr_nonnull(page);
    ck_assert_int_eq(seen.reclaims, 1);
}
END_TEST

/* -- Zones --------------------------------------------------------------- */

/* Zones of 8 MiB each; how much of each is left when an allocation of that
 * kind finds nothing more: its watermark and what it keeps from higher
 * zones' allocations. -1: not touched. */
static const struct fallback {
    gfp_t gfp;
    int keeps_for[MAX_NR_ZONES];
} fallbacks[] = {
    {GFP_DMA, {ZONE_DMA, -1, -1}},
    {0, {ZONE_NORMAL, ZONE_NORMAL, -1}},
    {__GFP_HIGHMEM, {ZONE_HIGHMEM, ZONE_HIGHMEM, ZONE_HIGHMEM}},
    {__GFP_HIGHMEM | __GFP_MOVABLE, {ZONE_HIGHMEM, ZONE_HIGHMEM, ZONE_HIGHMEM}},
};

START_TEST(zones_are_used_downwards_to_the_mark_and_the_reserve)
{
    const struct fallback *f = &fallbacks[_i];
    unsigned long at_boot[MAX_NR_ZONES];
    int last = MAX_NR_ZONES - 1;
    struct page *page;

    host_boot(24 * 1024, 8 * 1024, 16 * 1024);
    reclaim_ops = (struct reclaim_ops){0};
    drain_all_pages(NULL);
    for (int i = 0; i < MAX_NR_ZONES; i++) {
        ck_assert_uint_eq(ZONE(i)->spanned_pages, 2048);
        at_boot[i] = zone_page_state(ZONE(i), NR_FREE_PAGES);
    }
    while ((page = get_page_from_freelist(f->gfp, 0, WMARK_LOW))) {
        ck_assert_int_le((int)page_zonenum(page), last);
        last = (int)page_zonenum(page);
    }
    drain_all_pages(NULL);
    for (int i = 0; i < MAX_NR_ZONES; i++) {
        unsigned long left = zone_page_state(ZONE(i), NR_FREE_PAGES);
        unsigned long keeps;

        if (f->keeps_for[i] < 0) {
            ck_assert_uint_eq(left, at_boot[i]);
            continue;
        }
        keeps =
            low_wmark_pages(ZONE(i)) + ZONE(i)->lowmem_reserve[f->keeps_for[i]];
        ck_assert_uint_le(left, keeps);
        /* A batch of one frame: not one less. */
        ck_assert_uint_eq(left, keeps);
    }
}
END_TEST

/* -- Reports ------------------------------------------------------------- */

START_TEST(flags_are_named_as_linux_does)
{
    char text[200];

    ck_assert_str_eq(gfp_text(GFP_KERNEL, text, sizeof text), "GFP_KERNEL");
    ck_assert_str_eq(
        gfp_text(GFP_HIGHUSER_MOVABLE | __GFP_ZERO, text, sizeof text),
        "GFP_HIGHUSER_MOVABLE|__GFP_ZERO");
    ck_assert_str_eq(
        gfp_text(GFP_ATOMIC | __GFP_NOWARN | __GFP_COMP, text, sizeof text),
        "GFP_ATOMIC|__GFP_NOWARN|__GFP_COMP");
    ck_assert_str_eq(gfp_text(0x1000000, text, sizeof text), "0x1000000");
    ck_assert_str_eq(gfp_text(0, text, sizeof text), "");
}
END_TEST

static const char *capture(const char *path)
{
    static char text[16384];
    FILE *file = fopen(path, "r");

    ck_assert_ptr_nonnull(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    remove(path);
    return text;
}

START_TEST(a_failure_is_reported_with_the_state_of_memory)
{
    char path[] = "/tmp/quire-mm-XXXXXX";
    const char *text;

    boot_and_fill(-1);
    setenv("QUIRE_KERNEL_LOG", "1", 1);
    ck_assert_int_ge(mkstemp(path), 0);
    ck_assert_ptr_nonnull(freopen(path, "w", stderr));
    ck_assert_ptr_null(alloc_pages(GFP_ATOMIC, 8));
    fflush(stderr);
    text = capture(path);
    ck_assert_ptr_nonnull(
        strstr(text, "swapper: page allocation failure: order:8, "
                     "mode:0xa20(GFP_ATOMIC), nodemask=(null)\nMem-Info:\n"
                     "active_anon:0 "));
    ck_assert_ptr_nonnull(strstr(text, "\nNode 0 Normal free:"));
    ck_assert_ptr_nonnull(strstr(text, "\nNode 0 Normal: "));
    ck_assert_ptr_nonnull(strstr(text, "\n8192 pages RAM\n"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mm_page_slow");
    TCase *tc = tcase_create("mm_page_slow");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, who_cannot_sleep_neither_reclaims_nor_kills);
    tcase_add_test(tc, atomic_allocations_go_on_to_three_eighths_of_the_mark);
    tcase_add_test(tc, who_makes_memory_gets_all_of_it);
    tcase_add_test(tc, the_reserves_are_closed_to_those_who_say_so);
    tcase_add_test(tc, kernel_allocations_reclaim_until_there_is_memory);
    tcase_add_test(tc, scopes_take_flags_away);
    tcase_add_loop_test(tc, without_hope_each_gives_up_in_its_way, 0,
                        sizeof hopeless / sizeof *hopeless);
    tcase_add_test(tc, with_hope_reclaim_is_tried_sixteen_times);
    tcase_add_test(tc, a_kill_is_followed_by_another_try);
    tcase_add_test(tc, nofail_does_not_come_back_without);
    tcase_add_test(tc, reclaimed_frames_on_lists_are_found);
    tcase_add_loop_test(tc,
                        zones_are_used_downwards_to_the_mark_and_the_reserve, 0,
                        sizeof fallbacks / sizeof *fallbacks);
    tcase_add_test(tc, flags_are_named_as_linux_does);
    tcase_add_test(tc, a_failure_is_reported_with_the_state_of_memory);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
