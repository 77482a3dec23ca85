/*
 * The goldfish real-time clock. Its state is the distance to machine time;
 * the alarm is a comparison with the time as it is, also after it was set.
 */
#include "devices/rtc.h"

#include "abi/platform.h"
#include "abi/rtc.h"
#include "base/compiler.h"

#define NS_HZ UINT64_C(1000000000)

static uint64_t machine_ns(const struct rtc *r)
{
    return clock_to_ticks(r->device.clock, r->device.clock->now, NS_HZ);
}

static uint64_t time_ns(const struct rtc *r)
{
    return r->offset_ns + machine_ns(r);
}

static void update(const struct rtc *r)
{
    irq_set(&r->device.irq, r->is_pending && r->is_enabled);
}

/* The first cycle at which an armed alarm, still ahead, is reached. */
static uint64_t alarm_due(const struct rtc *r)
{
    uint64_t now = machine_ns(r), ahead = r->alarm_ns - time_ns(r);

    if (!r->is_armed || ahead > UINT64_MAX - now)
        return CLOCK_NEVER;
    return clock_from_ticks(r->device.clock, now + ahead, NS_HZ);
}

/* Rings if the time has come; else asks to be called when it has. */
static void look_at_alarm(struct rtc *r)
{
    if (r->is_armed && r->alarm_ns <= time_ns(r)) {
        r->is_armed = false;
        r->is_pending = true;
    }
    clock_request(r->device.clock, alarm_due(r));
    update(r);
}

static uint64_t rtc_read(struct device *d, uint32_t offset, unsigned size)
{
    struct rtc *r = CONTAINER_OF(d, struct rtc, device);

    (void)size;
    switch (offset) {
    case RTC_TIME_LOW:
        r->latched_high = (uint32_t)(time_ns(r) >> 32);
        return (uint32_t)time_ns(r);
    case RTC_TIME_HIGH:
        return r->latched_high;
    case RTC_ALARM_LOW:
        return (uint32_t)r->alarm_ns;
    case RTC_ALARM_HIGH:
        return r->alarm_ns >> 32;
    case RTC_IRQ_ENABLED:
        return r->is_enabled;
    case RTC_ALARM_STATUS:
        return r->is_armed;
    default:
        return 0;
    }
}

static uint64_t with_half(uint64_t old, bool is_high, uint32_t value)
{
    return is_high ? (uint32_t)old | (uint64_t)value << 32
                   : (old & UINT64_C(0xffffffff00000000)) | value;
}

static void set_time(struct rtc *r, bool is_high, uint32_t value)
{
    uint64_t now = time_ns(r);

    r->offset_ns += with_half(now, is_high, value) - now;
}

static void rtc_write(struct device *d, uint32_t offset, unsigned size,
                      uint64_t v)
{
    struct rtc *r = CONTAINER_OF(d, struct rtc, device);
    uint32_t value = (uint32_t)v;

    (void)size;
    switch (offset) {
    case RTC_TIME_LOW:
    case RTC_TIME_HIGH:
        set_time(r, offset == RTC_TIME_HIGH, value);
        break;
    case RTC_ALARM_LOW:
        r->alarm_ns = with_half(r->alarm_ns, false, value);
        r->is_armed = true;
        break;
    case RTC_ALARM_HIGH:
        r->alarm_ns = with_half(r->alarm_ns, true, value);
        break;
    case RTC_IRQ_ENABLED:
        r->is_enabled = value & 1;
        break;
    case RTC_CLEAR_ALARM:
        r->is_armed = false;
        break;
    case RTC_CLEAR_INTERRUPT:
        r->is_pending = false;
        break;
    default:
        break;
    }
    look_at_alarm(r);
}

static uint64_t rtc_tick(struct device *d, uint64_t now)
{
    struct rtc *r = CONTAINER_OF(d, struct rtc, device);

    (void)now;
    look_at_alarm(r);
    return alarm_due(r);
}

static void rtc_reset(struct device *d)
{
    struct rtc *r = CONTAINER_OF(d, struct rtc, device);

    r->latched_high = 0;
    r->alarm_ns = 0;
    r->is_armed = r->is_pending = r->is_enabled = false;
    update(r);
}

static void rtc_archive(struct device *d, struct archive *a)
{
    struct rtc *r = CONTAINER_OF(d, struct rtc, device);

    archive_u64(a, "offset_ns", &r->offset_ns);
    archive_u32(a, "latched_high", &r->latched_high);
    archive_u64(a, "alarm_ns", &r->alarm_ns);
    archive_bool(a, "armed", &r->is_armed);
    archive_bool(a, "pending", &r->is_pending);
    archive_bool(a, "enabled", &r->is_enabled);
}

void rtc_init(struct rtc *r, uint64_t base_pa, struct clock *clock,
              uint64_t base_ns)
{
    *r = (struct rtc){.offset_ns = base_ns};
    device_init(&r->device, &rtc_class, base_pa, clock);
    r->offset_ns -= machine_ns(r);
    rtc_reset(&r->device);
}

/* clang-format off */
static const struct device_reg rtc_regs[] = {
    { RTC_TIME_LOW,        4, REG_RW, "TIME_LOW",
      "Nanoseconds since 1970, lower half; reading it keeps the upper half for "
      "TIME_HIGH. Writing sets this half.", 0, 0 },
    { RTC_TIME_HIGH,       4, REG_RW, "TIME_HIGH",
      "The upper half, as of the last read of TIME_LOW. Writing sets it.",
      0, 0 },
    { RTC_ALARM_LOW,       4, REG_RW, "ALARM_LOW",
      "The alarm's lower half; writing it arms the alarm.", 0, 0 },
    { RTC_ALARM_HIGH,      4, REG_RW, "ALARM_HIGH",
      "Its upper half, to be written first.", 0, 0 },
    { RTC_IRQ_ENABLED,     4, REG_RW, "IRQ_ENABLED",
      "Bit 0: an alarm that rang drives the wire.", 0, 0 },
    { RTC_CLEAR_ALARM,     4, REG_WO, "CLEAR_ALARM",
      "Any write disarms the alarm.", 0, 0 },
    { RTC_ALARM_STATUS,    4, REG_RO, "ALARM_STATUS",
      "1 while the alarm is armed.", 0, 0 },
    { RTC_CLEAR_INTERRUPT, 4, REG_WO, "CLEAR_INTERRUPT",
      "Any write ends the interrupt.", 0, 0 },
};
/* clang-format on */

const struct device_class rtc_class = {
    .name = "rtc",
    .compatible = "google,goldfish-rtc",
    .summary = "The time of day in nanoseconds, with an alarm.",
    .window = RTC_SIZE,
    .min_access = 4,
    .max_access = 4,
    .regs = rtc_regs,
    .n_regs = ARRAY_SIZE(rtc_regs),
    .reset = rtc_reset,
    .read = rtc_read,
    .write = rtc_write,
    .tick = rtc_tick,
    .archive = rtc_archive,
};
