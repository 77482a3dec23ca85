/*
 * The view without symbols: contents and page tables of a memory made by
 * hand.
 */
#include "machine/hardware_view.h"

#include <string.h>

#include "base/alloc.h"
#include "base/bits.h"
#include "base/random.h"
#include "machine/page_tree.h"
#include "tests/unit.h"

#define RAM_BASE UINT64_C(0x80000000)
#define FRAMES 4096
#define RAM_SIZE (FRAMES * UINT64_C(4096))

static uint8_t *ram;
static struct view_snapshot view;
static const struct walk_scheme *sv32;

static bool peek(const void *ctx, uint64_t pa, void *to, size_t len)
{
    (void)ctx;
    if (len > RAM_SIZE || pa - RAM_BASE > RAM_SIZE - len)
        return false;
    memcpy(to, ram + (pa - RAM_BASE), len);
    return true;
}

static const struct guest_memory memory = {peek, NULL, RAM_BASE, RAM_SIZE};

static void put_pte(unsigned table, unsigned index, unsigned frame,
                    unsigned flags)
{
    store_le(ram + table * 4096 + index * 4, 4,
             ((RAM_BASE >> 12) + frame) << 10 | flags);
}

static void look(void)
{
    view_clear(&view);
    hardware_view_contents(&memory, &view);
    hardware_view_space(&memory, sv32, RAM_BASE + 16 * 4096, &view);
}

static void reset(void)
{
    memset(ram, 0, RAM_SIZE);
    put_pte(16, 3, 17, 0x01);   /* root to a leaf table */
    put_pte(17, 0, 100, 0xdf);  /* DA-UXWRV */
    put_pte(17, 1, 101, 0x5b);  /* A-UX-RV: code */
    put_pte(17, 2, 102, 0xc7);  /* supervisor data */
    put_pte(16, 512, 1024, 0xcf); /* a megapage */
    ram[1030 * 4096] = 1;
    ram[200 * 4096 + 4095] = 1;
}

START_TEST(contents_and_mappings_sort_frames)
{
    reset();
    look();
    ck_assert(view.is_hardware);
    ck_assert_str_eq(view.badge, "");
    ck_assert_int_eq(view.frames[16].owner, VIEW_PAGE_TABLE);
    ck_assert_int_eq(view.frames[17].owner, VIEW_PAGE_TABLE);
    ck_assert_int_eq(view.frames[100].owner, VIEW_MAPPED_USER);
    ck_assert_int_eq(view.frames[101].owner, VIEW_MAPPED_CODE);
    ck_assert_int_eq(view.frames[102].owner, VIEW_MAPPED);
    ck_assert_int_eq(view.frames[200].owner, VIEW_TOUCHED);
    ck_assert_int_eq(view.frames[1030].owner, VIEW_MAPPED);
    ck_assert_int_eq(view.frames[1031].owner, VIEW_ZERO);
    ck_assert_uint_eq(view.frames[100].va, 3 << 22);
    ck_assert_int_eq(view.frames[100].pte, 0xdf);
    ck_assert_uint_eq(view.frames[1030].va, UINT64_C(0x80006000));
    ck_assert(view.frames[102].flags & VIEW_PTE_DIRTY);
    ck_assert(!(view.frames[101].flags & VIEW_PTE_DIRTY));
    ck_assert(view_check(&view));
}
END_TEST

START_TEST(a_root_outside_of_memory_is_a_badge)
{
    reset();
    view_clear(&view);
    hardware_view_space(&memory, sv32, 0x1000, &view);
    ck_assert_str_ne(view.badge, "");
}
END_TEST

START_TEST(a_tree_of_itself_ends)
{
    reset();
    for (unsigned i = 0; i < 1024; i++)
        put_pte(16, i, 16, 0x01);
    look();
    ck_assert(view_check(&view));
}
END_TEST

START_TEST(random_tables_are_no_crash)
{
    struct random r;

    random_seed(&r, 7);
    for (int round = 0; round < 8; round++) {
        reset();
        for (unsigned i = 0; i < 2048; i++)
            store_le(ram + 16 * 4096 + i * 4, 4,
                     random_below(&r, 2) ? random_next(&r) & 0xffffffff
                                         : (UINT64_C(0x80000) +
                                            random_below(&r, FRAMES)) << 10 |
                                               (random_next(&r) & 0xff));
        look();
        ck_assert(view_check(&view));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hardware_view");
    TCase *tc = tcase_create("hardware_view");

    ram = alloc_zeroed(1, RAM_SIZE);
    view_init(&view, RAM_BASE, FRAMES, false);
    sv32 = walk_scheme_of(UINT64_C(1) << 31, 32);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, contents_and_mappings_sort_frames);
    tcase_add_test(tc, a_root_outside_of_memory_is_a_badge);
    tcase_add_test(tc, a_tree_of_itself_ends);
    tcase_add_test(tc, random_tables_are_no_crash);
    suite_add_tcase(suite, tc);
    unit_main(suite);
    view_free(&view);
    free(ram);
    return EXIT_SUCCESS;
}
