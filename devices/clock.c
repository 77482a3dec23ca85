/*
 * Conversions between cycles, counter ticks and nanoseconds, exact over all
 * of 64 bits.
 */
#include "devices/clock.h"

/* v * to / from, rounded up if `up`; CLOCK_NEVER if it does not fit. The
 * remainder's product fits, for rates are at most 10 GHz and one of the two is
 * at most 1 GHz. */
static uint64_t scale(uint64_t v, uint64_t from, uint64_t to, unsigned up)
{
    uint64_t whole = v / from, part = (v % from) * to;
    uint64_t rest = part / from + (up && part % from);

    if (whole > (CLOCK_NEVER - rest) / to)
        return CLOCK_NEVER;
    return whole * to + rest;
}

uint64_t clock_to_ticks(const struct clock *c, uint64_t cycles,
                        uint64_t tick_hz)
{
    return scale(cycles, c->hz, tick_hz, 0);
}

uint64_t clock_from_ticks(const struct clock *c, uint64_t ticks,
                          uint64_t tick_hz)
{
    return scale(ticks, tick_hz, c->hz, 1);
}

uint64_t clock_from_ns(const struct clock *c, uint64_t ns)
{
    return scale(ns, UINT64_C(1000000000), c->hz, 1);
}
