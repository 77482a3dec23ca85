/*
 * The goldfish real-time clock: nanoseconds since 1970, from a base that an
 * option sets and machine time, and an alarm. Host time never enters.
 */
#ifndef QUIRE_DEVICES_RTC_H
#define QUIRE_DEVICES_RTC_H

#include <stdbool.h>
#include <stdint.h>

#include "devices/device.h"

struct rtc {
    struct device device;

    uint64_t offset_ns;    /* time = this + machine time, modulo 2^64 */
    uint32_t latched_high; /* what TIME_HIGH reads */
    uint64_t alarm_ns;
    bool is_armed;
    bool is_pending, is_enabled; /* the interrupt: both drive the wire */
};

extern const struct device_class rtc_class;

/* `base_ns` is the time at power-on. A reset keeps the time. */
void rtc_init(struct rtc *r, uint64_t base_pa, struct clock *clock,
              uint64_t base_ns);

#endif
