/* The end of the machine: the finisher that the device tree names, else the
 * firmware's SRST. */
#include "console.h"
#include "io.h"
#include "kernel.h"
#include "of.h"
#include "abi/platform.h"
#include "asm/irqflags.h"
#include "asm/sbi.h"

#define SRST_SHUTDOWN 0
#define SRST_COLD_REBOOT 1
#define SRST_NO_REASON 0
#define SRST_FAILURE 1

static void *finisher; /* set once at boot */

void reset_init(void)
{
    int node = fdt_next_compatible(-1, "sifive,test0");
    phys_addr_t pa;
    u64 size;

    if (node < 0) {
        node = fdt_next_compatible(-1, "sifive,test1");
    }
    if (node >= 0 && fdt_reg(node, 0, &pa, &size)) {
        finisher = ioremap(pa, 4);
    }
}

static void __attribute__((noreturn))
stop(u32 how, unsigned srst, unsigned reason)
{
    local_irq_disable();
    if (finisher) {
        writel(how, finisher);
    }
    sbi_call(SBI_EXT_SRST, 0, srst, reason, 0);
    for (;;) {
        __asm__ volatile("wfi");
    }
}

void machine_power_off(int code)
{
    u32 low = (u32)code & 0xffff;

    stop(code ? low << 16 | FINISHER_FAIL : FINISHER_PASS, SRST_SHUTDOWN,
         code ? SRST_FAILURE : SRST_NO_REASON);
}

void machine_restart(void)
{
    stop(FINISHER_RESET, SRST_COLD_REBOOT, SRST_NO_REASON);
}
