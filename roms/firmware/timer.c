/*
 * The supervisor's timer interrupt. With Sstc the hart compares by itself and
 * the firmware only writes stimecmp. Without it the CLINT interrupts M-mode,
 * and the firmware passes that on by setting mip.STIP.
 */
#include "roms/firmware/firmware.h"
#include "abi/platform.h"

#define MENVCFGH_STCE (1u << 31)

static volatile uint32_t *mtimecmp(void)
{
    return (uint32_t *)(CLINT_BASE + CLINT_MTIMECMP + 8 * csr_read(mhartid));
}

/* The same on all harts. */
static bool has_sstc;

void timer_init(void)
{
    volatile uint32_t *cmp = mtimecmp();

    cmp[1] = ~0u;
    cmp[0] = ~0u;
    /* 0x15d: stimecmph. (QEMU 7.2's STCE can be set without it.) */
    csr_try_write(0x15d, ~0u);
    has_sstc = csr_try_read(0x15d, 0) == ~0u;
    /* 0x31a: menvcfgh. Its ADUE stays as it is after reset. */
    csr_try_write(0x31a, csr_try_read(0x31a, 0) |
                             (has_sstc ? MENVCFGH_STCE : 0));
}

void timer_set(uint64_t when)
{
    volatile uint32_t *cmp = mtimecmp();

    if (has_sstc) {
        /* 0x14d, 0x15d: stimecmp, stimecmph; never early between the two. */
        csr_write(0x15d, ~0u);
        csr_write(0x14d, (uint32_t)when);
        csr_write(0x15d, (uint32_t)(when >> 32));
        return;
    }
    cmp[1] = ~0u;
    cmp[0] = (uint32_t)when;
    cmp[1] = (uint32_t)(when >> 32);
    csr_clear(mip, MIP_STIP);
    csr_set(mie, MIP_MTIP);
}

void timer_expired(void)
{
    csr_clear(mie, MIP_MTIP);
    csr_set(mip, MIP_STIP);
}
