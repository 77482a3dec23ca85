/* The clock on the wall: read once at boot, from the Goldfish RTC. */
#include "abi/rtc.h"
#include "errno.h"
#include "init.h"
#include "io.h"
#include "of.h"
#include "syscalls.h"

static int __init rtc_init(void)
{
    int node = fdt_next_compatible(-1, "google,goldfish-rtc");
    phys_addr_t pa;
    u64 size, ns;
    u8 *regs;

    if (node < 0 || !fdt_reg(node, 0, &pa, &size)) {
        return -ENODEV;
    }
    regs = ioremap(pa, RTC_TIME_HIGH + 4);
    if (!regs) {
        return -ENOMEM;
    }
    ns = readl(regs + RTC_TIME_LOW);
    ns |= (u64)readl(regs + RTC_TIME_HIGH) << 32;
    iounmap(regs);
    set_boot_time(ns);
    return 0;
}
module_init(rtc_init);
