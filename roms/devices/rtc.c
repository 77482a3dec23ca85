/*
 * The goldfish real-time clock: the latch, the alarm and its interrupt. It
 * runs at machine time here and at the host's on QEMU, so that only relations
 * are checked.
 */
#include "abi/rtc.h"
#include "roms/lib/rom.h"

#define SOURCE_BIT (1u << RTC_IRQ)
#define SECOND 1000000000ull

static volatile uint32_t *rtc(uint32_t reg)
{
    return word_at(RTC_BASE + reg);
}

static uint64_t now(void)
{
    const uint32_t low = *rtc(RTC_TIME_LOW);

    return (uint64_t)*rtc(RTC_TIME_HIGH) << 32 | low;
}

static void set_alarm(uint64_t when)
{
    *rtc(RTC_ALARM_HIGH) = (uint32_t)(when >> 32);
    *rtc(RTC_ALARM_LOW) = (uint32_t)when;
}

/* The clock is silent, and the PLIC forwards it. */
static void quiet(void)
{
    *rtc(RTC_CLEAR_ALARM) = 1;
    *rtc(RTC_CLEAR_INTERRUPT) = 1;
    *rtc(RTC_IRQ_ENABLED) = 0;
    *word_at(PLIC_BASE + PLIC_PRIORITY + 4 * RTC_IRQ) = 1;
    *word_at(PLIC_BASE + PLIC_CONTEXT) = 0;
    *word_at(PLIC_BASE + PLIC_ENABLE) = SOURCE_BIT;
    while (*word_at(PLIC_BASE + PLIC_CONTEXT + 4))
        *word_at(PLIC_BASE + PLIC_CONTEXT + 4) = RTC_IRQ;
}

static bool is_pending(void)
{
    return csr_read(mip) & 1u << IRQ_M_EXT;
}

CASE(the_time_is_later_than_2025_and_runs)
{
    const uint64_t start = now();

    EXPECT_TRUE(start > 1735689600 * SECOND);
    while (now() == start)
        ;
    EXPECT_TRUE(now() > start);
}

CASE(the_clock_agrees_with_mtime)
{
    const uint64_t ns = now(), ticks = mtime_now();
    uint64_t ns_passed, ticks_passed;

    while (mtime_now() < ticks + 20000)
        ;
    ns_passed = now() - ns;
    ticks_passed = mtime_now() - ticks;
    EXPECT_TRUE(ns_passed > (20000 - 1) * 100); /* it began within a tick */
    EXPECT_TRUE(ns_passed <= ticks_passed * 100 + SECOND / 1000);
}

CASE(reading_the_low_half_latches_the_high_half)
{
    const uint32_t high = (uint32_t)(now() >> 32);

    *rtc(RTC_TIME_HIGH) = high + 7;
    EXPECT(*rtc(RTC_TIME_HIGH), high);
    (void)*rtc(RTC_TIME_LOW);
    EXPECT_TRUE(*rtc(RTC_TIME_HIGH) - (high + 7) <= 1);
    *rtc(RTC_TIME_HIGH) = high;
}

CASE(setting_the_low_half_keeps_the_high_half)
{
    const uint64_t start = now();
    uint64_t got;

    *rtc(RTC_TIME_LOW) = 12345;
    got = now();
    EXPECT(got >> 32, start >> 32);
    EXPECT_TRUE((uint32_t)got >= 12345);
    EXPECT_TRUE((uint32_t)got < 12345 + SECOND);
    *rtc(RTC_TIME_LOW) = (uint32_t)start;
}

CASE(an_alarm_ahead_is_armed_and_reads_back)
{
    const uint64_t when = now() + 100 * SECOND;

    quiet();
    *rtc(RTC_IRQ_ENABLED) = ~0u;
    EXPECT(*rtc(RTC_IRQ_ENABLED), 1);
    EXPECT(*rtc(RTC_ALARM_STATUS), 0);
    set_alarm(when);
    EXPECT(*rtc(RTC_ALARM_STATUS), 1);
    EXPECT(*rtc(RTC_ALARM_LOW), (uint32_t)when);
    EXPECT(*rtc(RTC_ALARM_HIGH), (uint32_t)(when >> 32));
    EXPECT(is_pending(), 0);
    *rtc(RTC_CLEAR_ALARM) = 1;
    EXPECT(*rtc(RTC_ALARM_STATUS), 0);
}

CASE(an_alarm_rings_when_its_time_has_come)
{
    const uint64_t when = now() + SECOND / 1000;

    quiet();
    *rtc(RTC_IRQ_ENABLED) = 1;
    set_alarm(when);
    for (unsigned i = 0; i < 500000 && !is_pending(); i++)
        (void)now();
    EXPECT_TRUE(is_pending());
    EXPECT_TRUE(now() >= when);
    EXPECT(*rtc(RTC_ALARM_STATUS), 0);
    EXPECT(*word_at(PLIC_BASE + PLIC_CONTEXT + 4), RTC_IRQ);
    *rtc(RTC_CLEAR_INTERRUPT) = 1;
    *word_at(PLIC_BASE + PLIC_CONTEXT + 4) = RTC_IRQ;
    EXPECT(is_pending(), 0);
}

CASE(wfi_waits_for_an_alarm)
{
    const uint64_t when = now() + SECOND / 100;

    quiet();
    csr_write(mie, 1u << IRQ_M_EXT);
    *rtc(RTC_IRQ_ENABLED) = 1;
    set_alarm(when);
    while (!is_pending())
        __asm__ volatile("wfi");
    EXPECT_TRUE(now() >= when);
    quiet();
}

CASE(an_alarm_in_the_past_rings_at_once)
{
    quiet();
    *rtc(RTC_IRQ_ENABLED) = 1;
    set_alarm(now() - SECOND);
    EXPECT(*rtc(RTC_ALARM_STATUS), 0);
    EXPECT(is_pending(), 1);
    quiet();
    EXPECT(is_pending(), 0);
}

CASE(an_alarm_rings_unheard_until_it_is_enabled)
{
    quiet();
    set_alarm(now() - 1);
    EXPECT(is_pending(), 0);
    *rtc(RTC_IRQ_ENABLED) = 1;
    EXPECT(is_pending(), 1);
    quiet();
}

CASE(an_alarm_that_was_cleared_does_not_ring)
{
    const uint64_t when = now() + SECOND / 1000;

    quiet();
    *rtc(RTC_IRQ_ENABLED) = 1;
    set_alarm(when);
    *rtc(RTC_CLEAR_ALARM) = 1;
    while (now() < when + SECOND / 1000)
        ;
    EXPECT(is_pending(), 0);
}
