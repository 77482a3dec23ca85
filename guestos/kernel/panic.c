/* The end of the road: panic, and what the kernel has got wrong. */
#include <stdarg.h>
#include "console.h"
#include "kernel.h"
#include "sched.h"
#include "smp.h"
#include "string.h"

#define NO_CPU (-1)

static int panic_cpu = NO_CPU; /* atomic; who panics */

/* The one that panics goes on; another waits for the end of the machine. */
static bool panic_is_mine(void)
{
    int expected = NO_CPU;

    return __atomic_compare_exchange_n(&panic_cpu, &expected,
                                       smp_processor_id(), false,
                                       __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

void panic(const char *format, ...)
{
    char why[256];
    va_list args;
    bool is_first;

    local_irq_disable();
    is_first = panic_is_mine();
    while (!is_first && panic_cpu != smp_processor_id()) {
        cpu_wait_for_interrupt();
    }
    smp_send_stop();
    console_break_locks();
    /* A panic in a panic only ends the machine. */
    if (is_first) {
        va_start(args, format);
        vsnprintf(why, sizeof(why), format, args);
        va_end(args);
        printk("Kernel panic - not syncing: %s\n", why);
    }
    machine_power_off(1);
}

void report_bug(const char *what, const char *file, int line)
{
    panic("BUG: %s at %s:%d (pid %d, %s, CPU %d)", what, file, line,
          current->pid, current->comm, smp_processor_id());
}

void report_warning(const char *what, const char *file, int line)
{
    pr_warn("WARNING: %s at %s:%d (pid %d, %s)\n", what, file, line,
            current->pid, current->comm);
}
