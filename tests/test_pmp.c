/*
 * Physical memory protection: ranges, priority, locks, and random settings
 * against a formulation that looks at each byte by itself.
 */
#include "mmu/pmp.h"

#include <stdio.h>

#include "base/random.h"
#include "tests/unit.h"

#define RWX (PMP_R | PMP_W | PMP_X)

static struct pmp pmp;

static void setup(void)
{
    pmp_reset(&pmp);
}

static bool reads(uint64_t pa, uint64_t len)
{
    return pmp_permits(&pmp, pa, len, ACCESS_LOAD, PRIV_S);
}

START_TEST(without_entries_only_machine_mode_passes)
{
    ck_assert(!reads(0x80000000, 4));
    ck_assert(!pmp_permits(&pmp, 0, 1, ACCESS_FETCH, PRIV_U));
    ck_assert(pmp_permits(&pmp, 0, 1, ACCESS_FETCH, PRIV_M));
}
END_TEST

START_TEST(na4_is_four_bytes)
{
    pmp_set(&pmp, 5, PMP_NA4 | PMP_R, 0x1000 >> 2);
    ck_assert(reads(0x1000, 4));
    ck_assert(!reads(0xfff, 1));
    ck_assert(!reads(0x1004, 1));
    ck_assert(!pmp_permits(&pmp, 0x1000, 4, ACCESS_STORE, PRIV_S));
}
END_TEST

START_TEST(napot_of_all_ones_is_everything)
{
    pmp_set(&pmp, 0, PMP_NAPOT | PMP_R, 0xffffffff);
    ck_assert(reads(0, 4));
    ck_assert(reads((UINT64_C(1) << 34) - 8, 8));
    pmp_set(&pmp, 0, PMP_NAPOT | PMP_R, 0x1000 >> 2);
    ck_assert(reads(0x1000, 8));
    ck_assert(!reads(0x1008, 1));
}
END_TEST

START_TEST(tor_ends_before_its_address)
{
    pmp_set(&pmp, 0, PMP_TOR | PMP_R, 0x1000 >> 2);
    ck_assert(reads(0, 4));
    ck_assert(reads(0xffc, 4));
    ck_assert(!reads(0x1000, 1));
    /* Empty and upside down: nothing. */
    pmp_set(&pmp, 1, PMP_TOR | PMP_R, 0x1000 >> 2);
    ck_assert(!reads(0x1000, 1));
    pmp_set(&pmp, 2, PMP_TOR | PMP_R, 0x800 >> 2);
    ck_assert(!reads(0x1000, 1));
}
END_TEST

START_TEST(all_bytes_must_match_the_same_entry)
{
    pmp_set(&pmp, 0, PMP_NA4 | PMP_R, 0x1000 >> 2);
    pmp_set(&pmp, 1, PMP_NA4 | PMP_R, 0x1004 >> 2);
    ck_assert(reads(0x1000, 4));
    ck_assert(reads(0x1004, 4));
    ck_assert(!reads(0x1002, 4));
    ck_assert(!reads(0x1000, 8));
    ck_assert(!pmp_permits(&pmp, 0x1002, 4, ACCESS_LOAD, PRIV_M));
}
END_TEST

START_TEST(the_lowest_entry_decides)
{
    pmp_set(&pmp, 3, PMP_NAPOT | RWX, 0xffffffff);
    pmp_set(&pmp, 2, PMP_NA4, 0x1000 >> 2);
    ck_assert(!reads(0x1000, 1));
    ck_assert(reads(0x1004, 1));
    ck_assert(pmp_permits(&pmp, 0x1000, 4, ACCESS_STORE, PRIV_M));
}
END_TEST

START_TEST(a_locked_entry_binds_machine_mode)
{
    pmp_set(&pmp, 0, PMP_NA4 | PMP_R | PMP_L, 0x1000 >> 2);
    ck_assert(pmp_permits(&pmp, 0x1000, 4, ACCESS_LOAD, PRIV_M));
    ck_assert(!pmp_permits(&pmp, 0x1000, 4, ACCESS_STORE, PRIV_M));
}
END_TEST

START_TEST(locks_hold)
{
    pmp_write_addr(&pmp, 0, 1);
    pmp_write_addr(&pmp, 1, 2);
    pmp_write_cfg(&pmp, 1, PMP_TOR | PMP_R | PMP_L);
    pmp_write_cfg(&pmp, 1, 0);
    pmp_write_addr(&pmp, 1, 7);
    pmp_write_addr(&pmp, 0, 7); /* the lower end of a locked TOR */
    ck_assert_uint_eq(pmp.cfg[1], PMP_TOR | PMP_R | PMP_L);
    ck_assert_uint_eq(pmp.addr[1], 2);
    ck_assert_uint_eq(pmp.addr[0], 1);
    pmp_write_cfg(&pmp, 2, PMP_NA4 | PMP_L);
    pmp_write_addr(&pmp, 1, 7);
    ck_assert_uint_eq(pmp.addr[1], 2);
    pmp_write_cfg(&pmp, 0, PMP_NA4 | PMP_X); /* itself it is not locked */
    ck_assert_uint_eq(pmp.cfg[0], PMP_NA4 | PMP_X);
}
END_TEST

START_TEST(write_without_read_is_reserved)
{
    pmp_write_cfg(&pmp, 0, PMP_NA4 | PMP_R);
    pmp_write_cfg(&pmp, 0, PMP_NA4 | PMP_W);
    ck_assert_uint_eq(pmp.cfg[0], PMP_NA4 | PMP_R);
    pmp_write_cfg(&pmp, 0, 0x60 | PMP_R);
    ck_assert_uint_eq(pmp.cfg[0], PMP_R);
}
END_TEST

/* Whether entry i matches the byte at pa: bit by bit, as the manual has it. */
static bool matches(unsigned i, uint64_t pa)
{
    uint64_t word = pa >> 2, addr = pmp.addr[i];

    switch (pmp.cfg[i] >> 3 & 3) {
    case 1:
        return word >= (i ? pmp.addr[i - 1] : 0) && word < addr;
    case 2:
        return word == addr;
    case 3:
        while (addr & 1) {
            addr >>= 1;
            word >>= 1;
        }
        return word >> 1 == addr >> 1;
    }
    return false;
}

/* The entry that decides about a byte, or -1. */
static int decides(uint64_t pa)
{
    for (int i = 0; i < PMP_ENTRIES; i++) {
        if (matches((unsigned)i, pa))
            return i;
    }
    return -1;
}

static bool expect_permitted(uint64_t pa, uint64_t len, enum access access,
                             enum privilege priv)
{
    static const uint8_t right[] = {PMP_X, PMP_R, PMP_W};
    int entry = PMP_ENTRIES;

    for (uint64_t b = pa; b < pa + len; b++) {
        int one = decides(b);

        if (one >= 0 && one < entry)
            entry = one;
    }
    if (entry == PMP_ENTRIES)
        return priv == PRIV_M;
    for (uint64_t b = pa; b < pa + len; b++) {
        if (!matches((unsigned)entry, b))
            return false;
    }
    if (priv == PRIV_M && !(pmp.cfg[entry] & PMP_L))
        return true;
    return pmp.cfg[entry] & right[access];
}

static void expect_region(uint64_t pa, uint64_t len, enum access access,
                          enum privilege priv)
{
    static const uint8_t right[] = {PMP_X, PMP_R, PMP_W};
    struct pmp_region region;

    pmp_region(&pmp, pa, priv, &region);
    ck_assert(region.first <= pa && pa <= region.last);
    if (pa + len - 1 <= region.last)
        ck_assert_int_eq((region.rights & right[access]) != 0,
                         expect_permitted(pa, len, access, priv));
    if (region.first)
        ck_assert_int_ne(decides(region.first - 1), decides(pa));
}

START_TEST(random_settings_agree_with_a_look_at_each_byte)
{
    static const enum privilege privs[] = {PRIV_U, PRIV_S, PRIV_M};
    const char *text = getenv("QUIRE_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 0) : 1;
    struct random r;

    printf("# QUIRE_SEED=%llu\n", (unsigned long long)seed);
    random_seed(&r, seed);
    for (unsigned i = 0; i < 60000; i++) {
        unsigned entry = (unsigned)random_below(&r, PMP_ENTRIES);
        uint64_t pa = random_below(&r, 300), len = 1 + random_below(&r, 8);
        enum privilege priv = privs[random_below(&r, 3)];
        enum access access = (enum access)random_below(&r, 3);

        if (random_below(&r, 4) == 0)
            pmp_set(&pmp, entry, (uint8_t)random_next(&r),
                    random_below(&r, 72));
        if (random_below(&r, 4) == 0)
            (void)pmp_look(&pmp, random_below(&r, 300), priv);
        ck_assert_int_eq(pmp_permits(&pmp, pa, len, access, priv),
                         expect_permitted(pa, len, access, priv));
        expect_region(pa, len, access, priv);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pmp");
    TCase *tc = tcase_create("pmp");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, without_entries_only_machine_mode_passes);
    tcase_add_test(tc, na4_is_four_bytes);
    tcase_add_test(tc, napot_of_all_ones_is_everything);
    tcase_add_test(tc, tor_ends_before_its_address);
    tcase_add_test(tc, all_bytes_must_match_the_same_entry);
    tcase_add_test(tc, the_lowest_entry_decides);
    tcase_add_test(tc, a_locked_entry_binds_machine_mode);
    tcase_add_test(tc, locks_hold);
    tcase_add_test(tc, write_without_read_is_reserved);
    tcase_add_test(tc, random_settings_agree_with_a_look_at_each_byte);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
