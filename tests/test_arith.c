/*
 * Integer operations against the host's 128-bit arithmetic, and the corners
 * that the manual defines.
 */
#include "cpu/arith.h"

#include <stdio.h>

#include "base/compiler.h"
#include "base/random.h"
#include "tests/unit.h"

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

static const uint64_t corners[] = {
    0,          1,
    2,          UINT64_MAX,
    INT64_MAX,  (uint64_t)INT64_MIN,
    INT32_MAX,  (uint64_t)INT32_MIN,
    UINT32_MAX, 0x123456789abcdef0,
};

static void compare(uint64_t a, uint64_t b)
{
    wide sa = (int64_t)a, sb = (int64_t)b, ub = (wide)(unsigned_wide)b;

    ck_assert_uint_eq(arith_mulh(a, b), (uint64_t)(sa * sb >> 64));
    ck_assert_uint_eq(arith_mulhsu(a, b), (uint64_t)(sa * ub >> 64));
    ck_assert_uint_eq(arith_mulhu(a, b),
                      (uint64_t)((unsigned_wide)a * b >> 64));
    if (b && !(a == (uint64_t)INT64_MIN && b == UINT64_MAX)) {
        ck_assert_uint_eq(arith_div(a, b), (uint64_t)(sa / sb));
        ck_assert_uint_eq(arith_rem(a, b), (uint64_t)(sa % sb));
    }
}

static void compare_words(uint64_t a, uint64_t b)
{
    int64_t sa = (int32_t)a, sb = (int32_t)b;
    uint32_t ua = (uint32_t)a, ub = (uint32_t)b;

    if (!ub)
        return;
    ck_assert_uint_eq(arith_divw(a, b), arith_word((uint64_t)(sa / sb)));
    ck_assert_uint_eq(arith_remw(a, b), arith_word((uint64_t)(sa % sb)));
    ck_assert_uint_eq(arith_divuw(a, b), arith_word(ua / ub));
    ck_assert_uint_eq(arith_remuw(a, b), arith_word(ua % ub));
}

START_TEST(results_equal_those_of_wider_arithmetic)
{
    const char *seed = getenv("QUIRE_SEED");
    struct random r;

    random_seed(&r, seed ? strtoull(seed, NULL, 0) : 1);
    printf("# QUIRE_SEED=%s\n", seed ? seed : "1");
    for (size_t i = 0; i < ARRAY_SIZE(corners); i++)
        for (size_t j = 0; j < ARRAY_SIZE(corners); j++) {
            compare(corners[i], corners[j]);
            compare_words(arith_word(corners[i]), arith_word(corners[j]));
        }
    for (unsigned i = 0; i < 20000; i++) {
        uint64_t a = random_next(&r), b = random_next(&r) >> i % 64;

        compare(a, b);
        compare_words(arith_word(a), arith_word(b));
    }
}
END_TEST

START_TEST(division_by_zero_gives_ones_and_the_dividend)
{
    for (size_t i = 0; i < ARRAY_SIZE(corners); i++) {
        uint64_t a = corners[i], w = arith_word(a);

        ck_assert_uint_eq(arith_div(a, 0), UINT64_MAX);
        ck_assert_uint_eq(arith_divu(a, 0), UINT64_MAX);
        ck_assert_uint_eq(arith_rem(a, 0), a);
        ck_assert_uint_eq(arith_remu(a, 0), a);
        ck_assert_uint_eq(arith_divw(w, 0), UINT64_MAX);
        ck_assert_uint_eq(arith_divuw(w, 0), UINT64_MAX);
        ck_assert_uint_eq(arith_remw(w, 0), w);
        ck_assert_uint_eq(arith_remuw(w, 0), w);
    }
}
END_TEST

START_TEST(the_one_overflow_gives_the_dividend_and_zero)
{
    uint64_t least = (uint64_t)INT64_MIN, word = arith_word(0x80000000);

    ck_assert_uint_eq(arith_div(least, UINT64_MAX), least);
    ck_assert_uint_eq(arith_rem(least, UINT64_MAX), 0);
    ck_assert_uint_eq(arith_divw(word, UINT64_MAX), word);
    ck_assert_uint_eq(arith_remw(word, UINT64_MAX), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("arith");
    TCase *tc = tcase_create("arith");

    tcase_add_test(tc, results_equal_those_of_wider_arithmetic);
    tcase_add_test(tc, division_by_zero_gives_ones_and_the_dividend);
    tcase_add_test(tc, the_one_overflow_gives_the_dividend_and_zero);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
