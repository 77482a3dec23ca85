/*
 * Time: the counter that rdtime reads, and the tick that the firmware's timer
 * gives. The tick's deadlines are multiples of its period, so that a late one
 * does not move the next.
 */
#include "init.h"
#include "kernel.h"
#include "of.h"
#include "sched.h"
#include "ticks.h"
#include "asm/csr.h"
#include "asm/sbi.h"
#include "asm/setup.h"
#include "asm/trap.h"

static u32 timebase_hz = 10000000;
static u64 next_tick;
static u64 boot_count;
static u32 ns_per_count; /* when it is whole, as at 10 MHz; else 0 */

u64 get_cycles(void)
{
    unsigned long low, high, again;

    do {
        __asm__ volatile("rdtimeh %0\n\trdtime %1\n\trdtimeh %2"
                         : "=r"(high), "=r"(low), "=r"(again));
    } while (high != again);
    return (u64)high << 32 | low;
}

u64 ktime_get_ns(void)
{
    u64 count = get_cycles() - boot_count;

    if (ns_per_count) {
        return count * ns_per_count;
    }
    return count / timebase_hz * NSEC_PER_SEC +
           count % timebase_hz * NSEC_PER_SEC / timebase_hz;
}

void do_timer_interrupt(bool was_user)
{
    u64 now = get_cycles();
    unsigned ticks = 0;

    while (next_tick <= now) {
        next_tick += timebase_hz / HZ;
        ticks++;
    }
    sbi_set_timer(next_tick);
    if (ticks) {
        tick(ticks, was_user);
    }
}

void time_init(void)
{
    fdt_prop_u32(fdt_path("/cpus"), "timebase-frequency", 0, &timebase_hz);
    if (timebase_hz < HZ) {
        panic("timebase-frequency %u is too low", (unsigned)timebase_hz);
    }
    if (NSEC_PER_SEC % timebase_hz == 0) {
        ns_per_count = (u32)(NSEC_PER_SEC / timebase_hz);
    }
    boot_count = get_cycles();
    next_tick = boot_count + timebase_hz / HZ;
    sbi_set_timer(next_tick);
    csr_set(sie, IE_STIE);
}
