/*
 * Interrupts of two harts: the CLINT's registers and the PLIC's contexts are
 * each hart's own, and WFI ends by what another hart does.
 */
#include "roms/lib/rom.h"

NEEDS("-smp 2", rom_has_harts, 2);

#define UART_IER (UART_BASE + 1)
#define IER_THRE 2
#define CONTEXT(hart) (2 * (hart)) /* M-mode's */

STUB(sleep, "1: wfi\n j 1b");

static volatile uint32_t step;

/* Hart 1 sleeps with everything enabled until hart 0 acts. */
static void sleep_until(uint32_t irq)
{
    csr_write(mie, 1u << irq);
    csr_write(mstatus, MSTATUS_MPIE);
    step = 1;
    EXPECT(rom_run(M, sleep, 0, 0, 0)->cause, CAUSE_INTERRUPT(irq));
    csr_write(mie, 0);
    step = 2;
    WAIT_FOR(step == 3);
    EXPECT(csr_read(mip) >> irq & 1, 0);
}

static void start_sleeper(uint32_t irq)
{
    step = 0;
    hart_call(1, sleep_until, irq);
    WAIT_FOR(step == 1);
    for (volatile unsigned i = 0; i < 300; i++) /* it is in WFI now */
        ;
    EXPECT(step, 1);
}

static void end_sleeper(void)
{
    fence();
    step = 3;
    hart_join(1);
}

CASE(msip_is_each_harts_own)
{
    start_sleeper(IRQ_M_SOFT);
    *msip_of(1) = 1;
    WAIT_FOR(step == 2);
    EXPECT(*msip_of(1), 1);
    EXPECT(*msip_of(0), 0);
    EXPECT(csr_read(mip) >> IRQ_M_SOFT & 1, 0);
    *msip_of(1) = 0;
    end_sleeper();
    *msip_of(0) = 1;
    EXPECT(csr_read(mip) >> IRQ_M_SOFT & 1, 1);
    *msip_of(0) = 0;
    EXPECT(csr_read(mip) >> IRQ_M_SOFT & 1, 0);
}

static void set_mtimecmp(unsigned hart, uint64_t when)
{
    const uint32_t at = CLINT_BASE + CLINT_MTIMECMP + 8 * hart;

    *word_at(at + 4) = ~0u;
    *word_at(at) = (uint32_t)when;
    *word_at(at + 4) = (uint32_t)(when >> 32);
}

CASE(mtimecmp_is_each_harts_own)
{
    set_mtimecmp(1, ~0ull);
    start_sleeper(IRQ_M_TIMER);
    set_mtimecmp(1, mtime_now() + 500);
    WAIT_FOR(step == 2);
    EXPECT(csr_read(mip) >> IRQ_M_TIMER & 1, 0);
    set_mtimecmp(1, ~0ull);
    end_sleeper();
}

static volatile uint32_t *enable_of(unsigned context)
{
    return word_at(PLIC_BASE + PLIC_ENABLE + 0x80 * context);
}

static volatile uint32_t *claim_of(unsigned context)
{
    return word_at(PLIC_BASE + PLIC_CONTEXT + 0x1000 * context + 4);
}

CASE(a_source_goes_to_the_contexts_that_enable_it)
{
    *word_at(PLIC_BASE + PLIC_PRIORITY + 4 * UART_IRQ) = 1;
    *enable_of(CONTEXT(0)) = 0;
    *enable_of(CONTEXT(1)) = 1u << UART_IRQ;
    start_sleeper(IRQ_M_EXT);
    *byte_at(UART_IER) = IER_THRE;
    WAIT_FOR(step == 2);
    EXPECT(csr_read(mip) >> IRQ_M_EXT & 1, 0);
    *enable_of(CONTEXT(0)) = 1u << UART_IRQ;
    /* QEMU's PLIC looks at its inputs again at this, not at the line above. */
    *word_at(PLIC_BASE + PLIC_PRIORITY + 4 * UART_IRQ) = 1;
    EXPECT(csr_read(mip) >> IRQ_M_EXT & 1, 1);
    EXPECT(*claim_of(CONTEXT(0)), UART_IRQ);
    EXPECT(*claim_of(CONTEXT(1)), 0);
    EXPECT(csr_read(mip) >> IRQ_M_EXT & 1, 0);
    end_sleeper();
    *byte_at(UART_IER) = 0;
    *claim_of(CONTEXT(0)) = UART_IRQ;
    *enable_of(CONTEXT(0)) = *enable_of(CONTEXT(1)) = 0;
}
