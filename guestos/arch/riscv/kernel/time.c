/*
 * Time: the counter that rdtime reads, the same on all harts, and the tick
 * that the firmware's timer gives each of them. The deadlines are multiples of
 * the period, so that a late tick does not move the next.
 */
#include "init.h"
#include "interrupt_controller.h"
#include "kernel.h"
#include "of.h"
#include "percpu.h"
#include "sched.h"
#include "seq_file.h"
#include "ticks.h"
#include "asm/csr.h"
#include "asm/sbi.h"
#include "asm/setup.h"
#include "asm/trap.h"

static u32 timebase_hz = 10000000;
static u64 boot_count;
static u32 ns_per_count; /* when it is whole, as at 10 MHz; else 0 */
static DEFINE_PER_CPU(u64, next_tick);
static DEFINE_PER_CPU(unsigned long, timer_interrupts);

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
    u64 now = get_cycles(), *next = &this_cpu(next_tick);
    unsigned ticks = 0;

    this_cpu(timer_interrupts)++;
    while (*next <= now) {
        *next += timebase_hz / HZ;
        ticks++;
    }
    sbi_set_timer(*next);
    if (ticks) {
        tick(ticks, was_user);
    }
}

void time_init_cpu(void)
{
    u64 period = timebase_hz / HZ, past = get_cycles() - boot_count;
    u64 *next = &this_cpu(next_tick);

    *next = boot_count + (past / period + 1) * period;
    sbi_set_timer(*next);
    csr_set(sie, IE_STIE);
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
    time_init_cpu();
}

void show_timer_interrupts(struct seq_file *m)
{
    int cpu;

    seq_printf(m, "%3u: ", IRQ_S_TIMER);
    for_each_online_cpu(cpu) {
        seq_printf(m, "%10lu ", per_cpu(timer_interrupts, cpu));
    }
    seq_printf(m, " RISC-V INTC %3u  riscv-timer\n", IRQ_S_TIMER);
}

unsigned long nr_timer_interrupts(void)
{
    unsigned long n = 0;
    int cpu;

    for_each_possible_cpu(cpu) {
        n += READ_ONCE(per_cpu(timer_interrupts, cpu));
    }
    return n;
}
