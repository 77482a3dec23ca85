/*
 * Machine time. Its unit is the cycle of the nominal clock (`hz`, by default
 * 1 GHz); a step of a hart is one cycle and, with -timing on, its stalls. Host
 * time never enters. `now` is exact whenever a device is called: the harts
 * bring it up to date before an access leaves for the bus.
 */
#ifndef QUIRE_DEVICES_CLOCK_H
#define QUIRE_DEVICES_CLOCK_H

#include <stdint.h>

#define CLOCK_NEVER UINT64_MAX

struct clock {
    uint64_t now;      /* cycles since power-on */
    uint64_t hz;       /* cycles a second: 10 MHz to 10 GHz */
    uint64_t deadline; /* the machine must call ticks at this time at latest */
};

/* Asks for a tick at `when` (cycles); an earlier request stands. */
static inline void clock_request(struct clock *c, uint64_t when)
{
    if (when < c->deadline)
        c->deadline = when;
}

/* cycles as ticks of a counter that runs at tick_hz, rounded down. */
uint64_t clock_to_ticks(const struct clock *c, uint64_t cycles,
                        uint64_t tick_hz);
/* The first cycle at which such a counter has reached `ticks`; CLOCK_NEVER if
 * that is beyond 2^64. */
uint64_t clock_from_ticks(const struct clock *c, uint64_t ticks,
                          uint64_t tick_hz);
/* ns nanoseconds as cycles, rounded up. */
uint64_t clock_from_ns(const struct clock *c, uint64_t ns);

#endif
