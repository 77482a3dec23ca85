/*
 * Values of options.
 */
#include "frontend/parse.h"

#include <string.h>

#include "base/compiler.h"
#include "tests/unit.h"

START_TEST(numbers_are_decimal_or_hexadecimal_and_nothing_else)
{
    static const char *const wrong[] = {"",
                                        "x",
                                        "-1",
                                        "+1",
                                        " 1",
                                        "1 ",
                                        "1.5",
                                        "0x",
                                        "1k",
                                        "0xg",
                                        "18446744073709551616"};
    uint64_t v;

    ck_assert(parse_u64("0", &v) && v == 0);
    ck_assert(parse_u64("010", &v) && v == 10);
    ck_assert(parse_u64("0x1F", &v) && v == 31);
    ck_assert(parse_u64("18446744073709551615", &v) && v == UINT64_MAX);
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
        ck_assert_msg(!parse_u64(wrong[i], &v), "%s", wrong[i]);
}
END_TEST

START_TEST(sizes_count_in_powers_of_1024)
{
    static const char *const wrong[] = {"",    "K",  "1T",   "1KK",
                                        "1Kb", "-1", "1.5M", "17179869184G"};
    uint64_t v;

    ck_assert(parse_size("7", 1, &v) && v == 7);
    ck_assert(parse_size("7", 1 << 20, &v) && v == 7 << 20);
    ck_assert(parse_size("7B", 1 << 20, &v) && v == 7);
    ck_assert(parse_size("3k", 1, &v) && v == 3 << 10);
    ck_assert(parse_size("3MiB", 1, &v) && v == 3 << 20);
    ck_assert(parse_size("14GB", 1, &v) && v == UINT64_C(14) << 30);
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
        ck_assert_msg(!parse_size(wrong[i], 1, &v), "%s", wrong[i]);
}
END_TEST

START_TEST(steps_count_in_powers_of_1000)
{
    uint64_t v;

    ck_assert(parse_decimal("5", &v) && v == 5);
    ck_assert(parse_decimal("5k", &v) && v == 5000);
    ck_assert(parse_decimal("5M", &v) && v == 5000000);
    ck_assert(parse_decimal("5G", &v) && v == UINT64_C(5000000000));
    ck_assert(!parse_decimal("5Mx", &v) && !parse_decimal("5T", &v));
    ck_assert(!parse_decimal("99999999999999G", &v));
}
END_TEST

START_TEST(dates_are_days_with_or_without_a_time)
{
    uint64_t v;

    ck_assert(parse_date("1970-01-01", &v) && v == 0);
    ck_assert(parse_date("2026-01-01T00:00:00", &v) && v == 1767225600);
    ck_assert(parse_date("2024-02-29T12:34:56", &v) && v == 1709210096);
    ck_assert(!parse_date("2023-02-29", &v) && !parse_date("2023-13-01", &v));
    ck_assert(!parse_date("1969-12-31", &v) && !parse_date("2023-1-1", &v));
    ck_assert(!parse_date("2023-01-01T1:2:3", &v));
    ck_assert(!parse_date("2023-01-01T24:00:00", &v));
    ck_assert(!parse_date("2023-01-01 00:00:00", &v));
    ck_assert(!parse_date("2023-01-01T00:00:00Z", &v) && !parse_date("", &v));
}
END_TEST

START_TEST(lists_have_keys_values_and_doubled_commas)
{
    const char *list = "word,file=a,,b=c,empty=,last=1";
    struct part part;
    bool is_bad;

    ck_assert(parse_part(&list, &part, &is_bad));
    ck_assert_str_eq(part.key, "");
    ck_assert_str_eq(part.value, "word");
    ck_assert(parse_part(&list, &part, &is_bad));
    ck_assert_str_eq(part.key, "file");
    ck_assert_str_eq(part.value, "a,b=c");
    ck_assert(parse_part(&list, &part, &is_bad));
    ck_assert_str_eq(part.key, "empty");
    ck_assert_str_eq(part.value, "");
    ck_assert(parse_part(&list, &part, &is_bad));
    ck_assert_str_eq(part.key, "last");
    ck_assert(!parse_part(&list, &part, &is_bad));
    ck_assert(!is_bad);
}
END_TEST

START_TEST(lists_that_do_not_fit_are_bad)
{
    char text[2048], *at = text;
    const char *list = text;
    struct part part;
    bool is_bad;

    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = 0;
    ck_assert(!parse_part(&list, &part, &is_bad) && is_bad);
    at[40] = '=';
    at[50] = 0;
    ck_assert(!parse_part(&list, &part, &is_bad) && is_bad);
    list = "=value";
    ck_assert(!parse_part(&list, &part, &is_bad) && is_bad);
}
END_TEST

START_TEST(the_nearest_name_is_near)
{
    static const struct {
        const char *name;
        int other;
    } names[] = {{"kernel", 1}, {"append", 2}, {"m", 3}, {"M", 4}};
    char huge[4096];

#define NEAREST(word)                                                          \
    parse_nearest(word, names, ARRAY_SIZE(names), sizeof names[0])
    ck_assert_str_eq(NEAREST("kernle"), "kernel");
    ck_assert_str_eq(NEAREST("apend"), "append");
    ck_assert_str_eq(NEAREST("kernel"), "kernel");
    ck_assert_ptr_null(NEAREST("zzzzzz"));
    ck_assert_ptr_null(NEAREST("z"));
    memset(huge, 'k', sizeof huge - 1);
    huge[sizeof huge - 1] = 0;
    ck_assert_ptr_null(NEAREST(huge));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("parse");
    TCase *tc = tcase_create("parse");

    tcase_add_test(tc, numbers_are_decimal_or_hexadecimal_and_nothing_else);
    tcase_add_test(tc, sizes_count_in_powers_of_1024);
    tcase_add_test(tc, steps_count_in_powers_of_1000);
    tcase_add_test(tc, dates_are_days_with_or_without_a_time);
    tcase_add_test(tc, lists_have_keys_values_and_doubled_commas);
    tcase_add_test(tc, lists_that_do_not_fit_are_bad);
    tcase_add_test(tc, the_nearest_name_is_near);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
