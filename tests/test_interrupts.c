/*
 * CLINT and PLIC: who interrupts whom, and when.
 */
#include "devices/clint.h"
#include "devices/plic.h"

#include "tests/rig.h"

#define MSIP 0x008
#define MTIP 0x080
#define SEIP 0x200
#define MEIP 0x800

static struct rig rig;

static void setup(void)
{
    rig_init(&rig);
}

static void teardown(void)
{
    rig_free(&rig);
}

static void set_timer(unsigned hart, uint64_t when)
{
    rig_write(&rig, CLINT_BASE + CLINT_MTIMECMP + 8 * hart, 8, when);
}

static void set_priority(unsigned source, uint32_t priority)
{
    wr32(&rig, PLIC_BASE + PLIC_PRIORITY + 4 * source, priority);
}

static void enable(unsigned context, unsigned source)
{
    uint64_t at = PLIC_BASE + PLIC_ENABLE + 0x80 * context + 4 * (source / 32);

    wr32(&rig, at, rd32(&rig, at) | 1u << source % 32);
}

static uint64_t claim_of(unsigned context)
{
    return PLIC_BASE + PLIC_CONTEXT + 0x1000 * context + 4;
}

static void set_threshold(unsigned context, uint32_t threshold)
{
    wr32(&rig, claim_of(context) - 4, threshold);
}

START_TEST(mtime_follows_machine_time)
{
    rig_run(&rig, 12399);
    ck_assert_uint_eq(rig_read(&rig, CLINT_BASE + CLINT_MTIME, 8), 123);
    ck_assert_uint_eq(rd32(&rig, CLINT_BASE + CLINT_MTIME), 123);
    ck_assert_uint_eq(clint_mtime(&rig.clint), 123);
    rig_run(&rig, 1);
    ck_assert_uint_eq(clint_mtime(&rig.clint), 124);
}
END_TEST

START_TEST(the_timer_fires_at_its_cycle)
{
    set_timer(1, 100);
    rig_run(&rig, 9999);
    ck_assert_uint_eq(rig.mip[1], 0);
    rig_run(&rig, 1);
    ck_assert_uint_eq(rig.mip[1], MTIP);
    ck_assert_uint_eq(rig.mip[0], 0);
    set_timer(1, 101);
    ck_assert_uint_eq(rig.mip[1], 0);
}
END_TEST

START_TEST(two_half_writes_do_not_fire_in_between)
{
    uint64_t at = CLINT_BASE + CLINT_MTIMECMP;

    rig_run(&rig, 100000);
    set_timer(0, (UINT64_C(1) << 32) + 5);
    ck_assert_uint_eq(rig.mip[0], 0);
    wr32(&rig, at + 4, UINT32_MAX);
    wr32(&rig, at, 2000);
    ck_assert_uint_eq(rig.mip[0], 0);
    wr32(&rig, at + 4, 0);
    ck_assert_uint_eq(rig_read(&rig, at, 8), 2000);
    ck_assert_uint_eq(rig.mip[0], 0);
    rig_run(&rig, 100000);
    ck_assert_uint_eq(rig.mip[0], MTIP);
}
END_TEST

START_TEST(mtime_can_move_backwards_and_roll_over)
{
    set_timer(0, 50);
    rig_run(&rig, 6000);
    ck_assert_uint_eq(rig.mip[0], MTIP);
    rig_write(&rig, CLINT_BASE + CLINT_MTIME, 8, 10);
    ck_assert_uint_eq(rig.mip[0], 0);
    rig_run(&rig, 4000);
    ck_assert_uint_eq(rig.mip[0], MTIP);
    rig_write(&rig, CLINT_BASE + CLINT_MTIME, 8, UINT64_MAX - 1);
    ck_assert_uint_eq(rig.mip[0], MTIP);
    rig_run(&rig, 200);
    ck_assert_uint_eq(clint_mtime(&rig.clint), 0);
    ck_assert_uint_eq(rig.mip[0], 0);
    rig_run(&rig, 5000);
    ck_assert_uint_eq(rig.mip[0], MTIP);
}
END_TEST

START_TEST(mtimecmp_of_all_ones_waits_for_all_ones)
{
    rig_write(&rig, CLINT_BASE + CLINT_MTIME, 8, UINT64_MAX - 1);
    ck_assert_uint_eq(rig.mip[0], 0);
    rig_run(&rig, 100);
    ck_assert_uint_eq(rig.mip[0], MTIP);
}
END_TEST

START_TEST(msip_is_one_bit_a_hart)
{
    wr32(&rig, CLINT_BASE + 4, UINT32_MAX);
    ck_assert_uint_eq(rig.mip[1], MSIP);
    ck_assert_uint_eq(rig.mip[0], 0);
    ck_assert_uint_eq(rd32(&rig, CLINT_BASE + 4), 1);
    rig_write(&rig, CLINT_BASE, 8, 1);
    ck_assert_uint_eq(rig.mip[0], MSIP);
    ck_assert_uint_eq(rig.mip[1], 0);
    wr32(&rig, CLINT_BASE + 8, 1); /* no such hart */
    ck_assert_uint_eq(rd32(&rig, CLINT_BASE + 8), 0);
}
END_TEST

START_TEST(a_claim_takes_and_a_completion_opens)
{
    set_priority(10, 1);
    enable(1, 10);
    plic_set(&rig.plic, 10, true);
    ck_assert_uint_eq(rig.mip[0], SEIP);
    ck_assert_uint_eq(rd32(&rig, PLIC_BASE + PLIC_PENDING), 1 << 10);
    ck_assert_uint_eq(rd32(&rig, claim_of(1)), 10);
    ck_assert_uint_eq(rd32(&rig, PLIC_BASE + PLIC_PENDING), 0);
    ck_assert_uint_eq(rig.mip[0], 0);
    ck_assert_uint_eq(rd32(&rig, claim_of(1)), 0);
    wr32(&rig, claim_of(1), 10); /* the level is still high */
    ck_assert_uint_eq(rig.mip[0], SEIP);
    ck_assert_uint_eq(rd32(&rig, claim_of(1)), 10);
    plic_set(&rig.plic, 10, false);
    wr32(&rig, claim_of(1), 10);
    ck_assert_uint_eq(rig.mip[0], 0);
}
END_TEST

START_TEST(a_wrong_completion_is_ignored)
{
    set_priority(10, 1);
    enable(1, 10);
    enable(1, 11);
    plic_set(&rig.plic, 10, true);
    wr32(&rig, claim_of(1), 10); /* not claimed yet */
    ck_assert_uint_eq(rd32(&rig, claim_of(1)), 10);
    wr32(&rig, claim_of(1), 11);
    wr32(&rig, claim_of(1), 0);
    wr32(&rig, claim_of(1), UINT32_MAX);
    wr32(&rig, claim_of(0), 10); /* not enabled in this context */
    ck_assert_uint_eq(rig.mip[0], 0);
    wr32(&rig, claim_of(1), 10);
    ck_assert_uint_eq(rig.mip[0], SEIP);
}
END_TEST

START_TEST(a_request_outlives_its_level)
{
    set_priority(3, 1);
    enable(0, 3);
    plic_set(&rig.plic, 3, true);
    plic_set(&rig.plic, 3, false);
    ck_assert_uint_eq(rig.mip[0], MEIP);
    ck_assert_uint_eq(rd32(&rig, claim_of(0)), 3);
    wr32(&rig, claim_of(0), 3);
    ck_assert_uint_eq(rig.mip[0], 0);
}
END_TEST

START_TEST(the_higher_priority_wins_then_the_lower_number)
{
    static const unsigned sources[] = {40, 7, 31, 32, 95};

    for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
        set_priority(sources[i], sources[i] == 32 ? 7 : 3);
        enable(3, sources[i]);
        plic_set(&rig.plic, sources[i], true);
    }
    ck_assert_uint_eq(rig.mip[1], SEIP);
    ck_assert_uint_eq(rd32(&rig, claim_of(3)), 32);
    ck_assert_uint_eq(rd32(&rig, claim_of(3)), 7);
    ck_assert_uint_eq(rd32(&rig, claim_of(3)), 31);
    ck_assert_uint_eq(rd32(&rig, claim_of(3)), 40);
    ck_assert_uint_eq(rd32(&rig, claim_of(3)), 95);
    ck_assert_uint_eq(rd32(&rig, claim_of(3)), 0);
}
END_TEST

START_TEST(priority_must_exceed_the_threshold)
{
    set_priority(5, 3);
    enable(0, 5);
    set_threshold(0, 3);
    plic_set(&rig.plic, 5, true);
    ck_assert_uint_eq(rig.mip[0], 0);
    set_threshold(0, 2);
    ck_assert_uint_eq(rig.mip[0], MEIP);
    set_threshold(0, 7);
    ck_assert_uint_eq(rig.mip[0], 0);
    ck_assert_uint_eq(rd32(&rig, claim_of(0)), 5); /* a claim may poll */
}
END_TEST

START_TEST(priority_0_never_interrupts)
{
    enable(0, 5);
    plic_set(&rig.plic, 5, true);
    ck_assert_uint_eq(rig.mip[0], 0);
    ck_assert_uint_eq(rd32(&rig, claim_of(0)), 0);
}
END_TEST

START_TEST(there_is_no_source_0_and_no_96)
{
    uint64_t enable0 = PLIC_BASE + PLIC_ENABLE;

    wr32(&rig, enable0, UINT32_MAX);
    ck_assert_uint_eq(rd32(&rig, enable0), UINT32_MAX - 1);
    wr32(&rig, enable0 + 12, UINT32_MAX);
    ck_assert_uint_eq(rd32(&rig, enable0 + 12), 0);
    wr32(&rig, PLIC_BASE, 7);
    ck_assert_uint_eq(rd32(&rig, PLIC_BASE), 0);
    wr32(&rig, PLIC_BASE + 4 * 96, 7);
    ck_assert_uint_eq(rd32(&rig, PLIC_BASE + 4 * 96), 0);
    wr32(&rig, PLIC_BASE + 4, UINT32_MAX);
    ck_assert_uint_eq(rd32(&rig, PLIC_BASE + 4), 7);
    wr32(&rig, PLIC_BASE + PLIC_PENDING, UINT32_MAX);
    ck_assert_uint_eq(rd32(&rig, PLIC_BASE + PLIC_PENDING), 0);
    wr32(&rig, claim_of(4), 1); /* two harts have four contexts */
    ck_assert_uint_eq(rd32(&rig, claim_of(4) - 4), 0);
}
END_TEST

START_TEST(a_reset_drops_every_request)
{
    set_priority(5, 3);
    enable(0, 5);
    plic_set(&rig.plic, 5, true);
    wr32(&rig, CLINT_BASE, 1);
    set_timer(0, 0);
    ck_assert_uint_eq(rig.mip[0], MEIP | MSIP | MTIP);
    bus_reset(&rig.bus);
    ck_assert_uint_eq(rig.mip[0], 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("interrupts");
    TCase *tc = tcase_create("interrupts");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, mtime_follows_machine_time);
    tcase_add_test(tc, the_timer_fires_at_its_cycle);
    tcase_add_test(tc, two_half_writes_do_not_fire_in_between);
    tcase_add_test(tc, mtime_can_move_backwards_and_roll_over);
    tcase_add_test(tc, mtimecmp_of_all_ones_waits_for_all_ones);
    tcase_add_test(tc, msip_is_one_bit_a_hart);
    tcase_add_test(tc, a_claim_takes_and_a_completion_opens);
    tcase_add_test(tc, a_wrong_completion_is_ignored);
    tcase_add_test(tc, a_request_outlives_its_level);
    tcase_add_test(tc, the_higher_priority_wins_then_the_lower_number);
    tcase_add_test(tc, priority_must_exceed_the_threshold);
    tcase_add_test(tc, priority_0_never_interrupts);
    tcase_add_test(tc, there_is_no_source_0_and_no_96);
    tcase_add_test(tc, a_reset_drops_every_request);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
