/*
 * The real-time clock: time from machine time, its latch, its alarm.
 */
#include "devices/rtc.h"

#include "tests/rig.h"

#define HIGH (RIG_TIME_NS >> 32)
#define LOW ((uint32_t)RIG_TIME_NS)

enum {
    TIME_LOW = RTC_BASE + RTC_TIME_LOW,
    TIME_HIGH = RTC_BASE + RTC_TIME_HIGH,
    ALARM_LOW = RTC_BASE + RTC_ALARM_LOW,
    ALARM_HIGH = RTC_BASE + RTC_ALARM_HIGH,
    IRQ_ENABLED = RTC_BASE + RTC_IRQ_ENABLED,
    CLEAR_ALARM = RTC_BASE + RTC_CLEAR_ALARM,
    ALARM_STATUS = RTC_BASE + RTC_ALARM_STATUS,
    CLEAR_INTERRUPT = RTC_BASE + RTC_CLEAR_INTERRUPT,
};

static struct rig rig;

static void setup(void)
{
    rig_init(&rig);
    wr32(&rig, PLIC_BASE + PLIC_PRIORITY + 4 * RTC_IRQ, 1);
    wr32(&rig, PLIC_BASE + PLIC_ENABLE, 1u << RTC_IRQ);
}

static void teardown(void)
{
    rig_free(&rig);
}

static uint64_t now(void)
{
    uint32_t low = rd32(&rig, TIME_LOW);

    return (uint64_t)rd32(&rig, TIME_HIGH) << 32 | low;
}

static void set_alarm(uint64_t when)
{
    wr32(&rig, ALARM_HIGH, (uint32_t)(when >> 32));
    wr32(&rig, ALARM_LOW, (uint32_t)when);
}

static bool is_high(void)
{
    return rig.rtc.is_pending && rig.rtc.is_enabled && rig.mip[0] & 0x800;
}

START_TEST(time_starts_at_its_base_and_counts_nanoseconds)
{
    ck_assert_uint_eq(now(), RIG_TIME_NS);
    rig_run(&rig, 12345);
    ck_assert_uint_eq(now(), RIG_TIME_NS + 12345);
}
END_TEST

START_TEST(nanoseconds_follow_the_clock_rate)
{
    struct rtc rtc;
    struct clock clock = {.hz = 2500000000, .deadline = CLOCK_NEVER};

    rtc_init(&rtc, RTC_BASE, &clock, 1000);
    clock.now = 10;
    ck_assert_uint_eq(rtc_class.read(&rtc.device, 0, 4), 1004);
    rtc_class.write(&rtc.device, 0x08, 4, 1005); /* at cycle 12.5 */
    ck_assert_uint_eq(clock.deadline, 13);
}
END_TEST

START_TEST(the_high_half_is_as_of_the_last_read_of_the_low_half)
{
    ck_assert_uint_eq(rd32(&rig, TIME_HIGH), 0);
    ck_assert_uint_eq(rd32(&rig, TIME_LOW), LOW);
    rig_run(&rig, 0x1000); /* the lower half wraps */
    ck_assert_uint_eq(rd32(&rig, TIME_HIGH), HIGH);
    ck_assert_uint_eq(rd32(&rig, TIME_LOW), 0);
    ck_assert_uint_eq(rd32(&rig, TIME_HIGH), HIGH + 1);
}
END_TEST

START_TEST(either_half_of_the_time_can_be_set)
{
    wr32(&rig, TIME_LOW, 5);
    ck_assert_uint_eq(now(), HIGH << 32 | 5);
    wr32(&rig, TIME_HIGH, 9);
    rig_run(&rig, 10);
    ck_assert_uint_eq(now(), UINT64_C(9) << 32 | 15);
}
END_TEST

START_TEST(an_alarm_rings_at_its_very_nanosecond)
{
    wr32(&rig, IRQ_ENABLED, 1);
    set_alarm(RIG_TIME_NS + 5000);
    ck_assert_uint_eq(rd32(&rig, ALARM_STATUS), 1);
    rig_run(&rig, 4999);
    ck_assert(!is_high());
    rig_run(&rig, 1);
    ck_assert(is_high());
    ck_assert_uint_eq(rd32(&rig, ALARM_STATUS), 0);
    wr32(&rig, CLEAR_INTERRUPT, 0);
    ck_assert(!rig.rtc.is_pending);
}
END_TEST

START_TEST(an_alarm_in_the_past_rings_at_once_even_unheard)
{
    set_alarm(RIG_TIME_NS);
    ck_assert_uint_eq(rd32(&rig, ALARM_STATUS), 0);
    ck_assert(!is_high());
    wr32(&rig, IRQ_ENABLED, 1);
    ck_assert(is_high());
}
END_TEST

START_TEST(a_cleared_alarm_does_not_ring_but_what_rang_stays)
{
    wr32(&rig, IRQ_ENABLED, 1);
    set_alarm(RIG_TIME_NS + 5000);
    wr32(&rig, CLEAR_ALARM, 1);
    rig_run(&rig, 10000);
    ck_assert(!is_high());
    set_alarm(RIG_TIME_NS + 10001);
    rig_run(&rig, 1);
    wr32(&rig, CLEAR_ALARM, 1);
    ck_assert(is_high());
}
END_TEST

START_TEST(setting_the_time_past_an_alarm_rings_it)
{
    wr32(&rig, IRQ_ENABLED, 1);
    set_alarm(RIG_TIME_NS + (UINT64_C(1) << 40));
    wr32(&rig, TIME_HIGH, (uint32_t)HIGH + 0x200);
    ck_assert(is_high());
}
END_TEST

START_TEST(setting_the_time_back_puts_an_alarm_off)
{
    wr32(&rig, IRQ_ENABLED, 1);
    set_alarm(RIG_TIME_NS + 5000);
    wr32(&rig, TIME_LOW, LOW - 1000);
    rig_run(&rig, 5999);
    ck_assert(!is_high());
    rig_run(&rig, 1);
    ck_assert(is_high());
}
END_TEST

START_TEST(an_alarm_beyond_all_time_never_rings)
{
    set_alarm(UINT64_MAX);
    rig_run(&rig, 100);
    ck_assert_uint_eq(rd32(&rig, ALARM_STATUS), 1);
    ck_assert(!rig.rtc.is_pending);
}
END_TEST

START_TEST(a_reset_keeps_the_time_and_nothing_else)
{
    wr32(&rig, TIME_HIGH, 77);
    wr32(&rig, IRQ_ENABLED, 1);
    set_alarm(5);
    rtc_class.reset(&rig.rtc.device);
    ck_assert_uint_eq(now() >> 32, 77);
    ck_assert_uint_eq(rd32(&rig, IRQ_ENABLED), 0);
    ck_assert_uint_eq(rd32(&rig, ALARM_LOW), 0);
    wr32(&rig, IRQ_ENABLED, 1);
    ck_assert(!rig.rtc.is_pending);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rtc");
    TCase *tc = tcase_create("rtc");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, time_starts_at_its_base_and_counts_nanoseconds);
    tcase_add_test(tc, nanoseconds_follow_the_clock_rate);
    tcase_add_test(tc, the_high_half_is_as_of_the_last_read_of_the_low_half);
    tcase_add_test(tc, either_half_of_the_time_can_be_set);
    tcase_add_test(tc, an_alarm_rings_at_its_very_nanosecond);
    tcase_add_test(tc, an_alarm_in_the_past_rings_at_once_even_unheard);
    tcase_add_test(tc, a_cleared_alarm_does_not_ring_but_what_rang_stays);
    tcase_add_test(tc, setting_the_time_past_an_alarm_rings_it);
    tcase_add_test(tc, setting_the_time_back_puts_an_alarm_off);
    tcase_add_test(tc, an_alarm_beyond_all_time_never_rings);
    tcase_add_test(tc, a_reset_keeps_the_time_and_nothing_else);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
