/* The idle task of each CPU: waits for an interrupt that brings work. */
#include "runqueue.h"
#include "smp.h"

void cpu_startup_entry(void)
{
    for (;;) {
        local_irq_disable();
        while (!need_resched()) {
            cpu_wait_for_interrupt();
            local_irq_enable(); /* what is pending happens here */
            local_irq_disable();
        }
        local_irq_enable();
        schedule();
    }
}
