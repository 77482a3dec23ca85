/*
 * The digest of a memory: what it depends on, and what it may not.
 */
#include "base/page_sum.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "tests/unit.h"

#define PAGE 4096
#define PAGES 70 /* more than a word of marks */
#define SIZE (PAGES * PAGE - 100)

static uint8_t memory[SIZE];
static struct page_sum kept;

static void setup(void)
{
    memset(memory, 0, sizeof memory);
    page_sum_init(&kept, memory, sizeof memory);
}

static void teardown(void)
{
    page_sum_free(&kept);
}

static void put(uint64_t at, uint8_t value, uint64_t len)
{
    memset(memory + at, value, len);
    page_sum_mark(&kept, at, len);
}

/* The digest of the same memory by somebody who has never asked before. */
static uint64_t afresh(void)
{
    struct page_sum s;
    uint64_t sum;

    page_sum_init(&s, memory, sizeof memory);
    page_sum_mark(&s, 0, sizeof memory);
    sum = page_sum(&s);
    page_sum_free(&s);
    return sum;
}

START_TEST(memory_that_was_never_written_needs_no_reading)
{
    ck_assert_uint_eq(page_sum(&kept), afresh());
}
END_TEST

START_TEST(what_is_undone_leaves_no_trace)
{
    uint64_t before = page_sum(&kept), between;

    put(5 * PAGE, 1, 8);
    between = page_sum(&kept);
    ck_assert_uint_ne(between, before);
    put(5 * PAGE, 0, 8);
    ck_assert_uint_eq(page_sum(&kept), before);
    put(5 * PAGE, 1, 8);
    ck_assert_uint_eq(page_sum(&kept), between);
}
END_TEST

START_TEST(every_byte_counts_where_it_stands)
{
    uint64_t sum[3];

    put(9 * PAGE + 7, 1, 1);
    sum[0] = page_sum(&kept);
    put(9 * PAGE + 7, 0, 1);
    put(9 * PAGE + 8, 1, 1);
    sum[1] = page_sum(&kept);
    put(9 * PAGE + 8, 0, 1);
    put(10 * PAGE + 7, 1, 1);
    sum[2] = page_sum(&kept);
    ck_assert_uint_ne(sum[0], sum[1]);
    ck_assert_uint_ne(sum[0], sum[2]);
}
END_TEST

START_TEST(the_same_in_two_pages_does_not_cancel)
{
    uint64_t before = page_sum(&kept);

    put(0, 7, 2 * PAGE);
    ck_assert_uint_ne(page_sum(&kept), before);
    put(0, 1, PAGE);
    put(PAGE, 2, PAGE);
    before = page_sum(&kept);
    put(0, 2, PAGE);
    put(PAGE, 1, PAGE);
    ck_assert_uint_ne(page_sum(&kept), before);
}
END_TEST

START_TEST(the_last_piece_of_a_page_counts)
{
    uint64_t before = page_sum(&kept);

    put(SIZE - 1, 1, 1);
    ck_assert_uint_ne(page_sum(&kept), before);
    ck_assert_uint_eq(page_sum(&kept), afresh());
}
END_TEST

START_TEST(zeroes_more_are_another_memory)
{
    struct page_sum s;

    page_sum_init(&s, memory, SIZE - PAGE);
    ck_assert_uint_ne(page_sum(&s), page_sum(&kept));
    page_sum_free(&s);
}
END_TEST

START_TEST(marks_cover_what_they_name_until_the_digest_is_taken)
{
    page_sum_mark(&kept, 3 * PAGE + 4095, 2);
    page_sum_mark(&kept, 64 * PAGE, 0);
    for (uint64_t page = 0; page < PAGES; page++)
        ck_assert_int_eq(page_sum_is_marked(&kept, page * PAGE),
                         page == 3 || page == 4);
    page_sum(&kept);
    ck_assert(!page_sum_is_marked(&kept, 3 * PAGE));
}
END_TEST

START_TEST(the_check_finds_a_write_without_a_mark)
{
    page_sum(&kept);
    ck_assert(page_sum_check(&kept));
    memory[66 * PAGE]++;
    ck_assert(!page_sum_check(&kept));
    page_sum_mark(&kept, 66 * PAGE, 1);
    ck_assert(page_sum_check(&kept)); /* it will be read */
    page_sum(&kept);
    ck_assert(page_sum_check(&kept));
    kept.sum++;
    ck_assert(!page_sum_check(&kept));
}
END_TEST

START_TEST(it_is_the_digest_of_what_stands_there)
{
    const char *seed = getenv("QUIRE_SEED");
    struct random r;

    printf("# QUIRE_SEED=%s\n", seed ? seed : "1");
    random_seed(&r, seed ? strtoull(seed, NULL, 0) : 1);
    for (unsigned n = 0; n < 3000; n++) {
        uint64_t at = random_below(&r, SIZE);
        uint64_t len = random_below(&r, n % 50 ? 64 : 4 * PAGE);

        len = len < SIZE - at ? len : SIZE - at;
        put(at, (uint8_t)random_below(&r, 3), len);
        if (random_below(&r, 3))
            continue;
        ck_assert_uint_eq(page_sum(&kept), afresh());
        ck_assert(page_sum_check(&kept));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("page_sum");
    TCase *tc = tcase_create("page_sum");

    tcase_set_timeout(tc, 0);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, memory_that_was_never_written_needs_no_reading);
    tcase_add_test(tc, what_is_undone_leaves_no_trace);
    tcase_add_test(tc, every_byte_counts_where_it_stands);
    tcase_add_test(tc, the_same_in_two_pages_does_not_cancel);
    tcase_add_test(tc, the_last_piece_of_a_page_counts);
    tcase_add_test(tc, zeroes_more_are_another_memory);
    tcase_add_test(tc, marks_cover_what_they_name_until_the_digest_is_taken);
    tcase_add_test(tc, the_check_finds_a_write_without_a_mark);
    tcase_add_test(tc, it_is_the_digest_of_what_stands_there);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
