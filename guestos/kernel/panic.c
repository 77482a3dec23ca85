/* The end of the road: panic, and what the kernel has got wrong. */
#include <stdarg.h>
#include "console.h"
#include "kernel.h"
#include "sched.h"
#include "string.h"

void panic(const char *format, ...)
{
    static bool in_panic; /* one hart; a second panic only ends the machine */
    char why[256];
    va_list args;

    local_irq_disable();
    console_break_locks();
    if (!in_panic) {
        in_panic = true;
        va_start(args, format);
        vsnprintf(why, sizeof(why), format, args);
        va_end(args);
        printk("Kernel panic - not syncing: %s\n", why);
    }
    machine_power_off(1);
}

void report_bug(const char *what, const char *file, int line)
{
    panic("BUG: %s at %s:%d (pid %d, %s)", what, file, line, current->pid,
          current->comm);
}

void report_warning(const char *what, const char *file, int line)
{
    pr_warn("WARNING: %s at %s:%d (pid %d, %s)\n", what, file, line,
            current->pid, current->comm);
}
