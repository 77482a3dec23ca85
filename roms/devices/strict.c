/*
 * What QEMU's devices are lax about. Rows 59, 61, 64, 119 and 120 of the list
 * of corner cases. Our choice for 61 and 120: an access of a size that the
 * device does not have, or a misaligned one, is an access fault.
 */
#include "roms/lib/rom.h"

NEEDS_PMP;

STUB(do_lh, "lh a0, 0(a0)");
STUB(do_sh, "sh a1, 0(a0)");

static void expect_faults(const char *load, const char *store, uint32_t pa)
{
    EXPECT_TRAP(rom_run(M, load, pa, 0, 0), CAUSE_LOAD_ACCESS, load, pa);
    EXPECT_TRAP(rom_run(M, store, pa, 0, 0), CAUSE_STORE_ACCESS, store, pa);
}

/* Outside the ROM's own segments. */
#define MARK_PA 0x80900000u
#define MARK 0x504d5000u

CASE(a_reset_opens_pmp_locks)
{
    if (*word_at(MARK_PA) != MARK) {
        *word_at(MARK_PA) = MARK;
        csr_write(pmpaddr7, pmp_napot(frame_pa(0), 4096));
        csr_write(pmpcfg1, (PMP_L | PMP_NAPOT | PMP_R) << 24);
        *word_at(FINISHER_BASE) = FINISHER_RESET;
        for (;;)
            __asm__ volatile("wfi");
    }
    *word_at(MARK_PA) = 0;
    EXPECT(rom_reset_state.pmpcfg1, 0);
}

CASE(plic_clint_dma_have_words)
{
    const uint32_t devices[] = {PLIC_BASE + 4, CLINT_BASE, QDMA_BASE};

    for (unsigned i = 0; i < 3; i++) {
        expect_faults(stub_lb, stub_sb, devices[i]);
        expect_faults(do_lh, do_sh, devices[i]);
        EXPECT_DONE(rom_run(M, stub_lw, devices[i], 0, 0), M);
    }
}

CASE(misaligned_accesses_to_devices_fault)
{
    const uint32_t devices[] = {PLIC_BASE + 4, CLINT_BASE, QDMA_BASE,
                                VIRTIO_BASE};

    for (unsigned i = 0; i < 4; i++) {
        expect_faults(stub_lw, stub_sw, devices[i] + 1);
        expect_faults(stub_lw, stub_sw, devices[i] + 2);
    }
}

CASE(a_refused_access_has_no_effect)
{
    *word_at(CLINT_BASE + CLINT_MSIP) = 0;
    rom_run(M, stub_sb, CLINT_BASE + CLINT_MSIP, 1, 0);
    rom_run(M, do_sh, CLINT_BASE + CLINT_MSIP, 1, 0);
    EXPECT(*word_at(CLINT_BASE + CLINT_MSIP), 0);
}

CASE(devices_hold_no_code)
{
    const uint32_t devices[] = {PLIC_BASE, CLINT_BASE, UART_BASE,
                                FINISHER_BASE};

    for (unsigned i = 0; i < 4; i++)
        EXPECT_TRAP(rom_run(M, stub_call, devices[i], 0, 0), CAUSE_FETCH_ACCESS,
                    devices[i], devices[i]);
}

CASE(unassigned_registers_read_zero_and_ignore_writes)
{
    const uint32_t places[] = {
        CLINT_BASE + 0x8000 - 0x1000, PLIC_BASE + PLIC_CONTEXT + 8,
        PLIC_BASE + PLIC_SIZE - 4, PLIC_BASE + 4 * PLIC_SOURCES};

    for (unsigned i = 0; i < 4; i++) {
        *word_at(places[i]) = ~0u;
        EXPECT(*word_at(places[i]), 0);
    }
}

CASE(the_boot_rom_cannot_be_written)
{
    const uint32_t before = *word_at(BOOTROM_BASE);

    EXPECT_TRAP(rom_run(M, stub_sw, BOOTROM_BASE, 0, 0), CAUSE_STORE_ACCESS,
                stub_sw, BOOTROM_BASE);
    EXPECT(*word_at(BOOTROM_BASE), before);
}

#define CLAIM (PLIC_BASE + PLIC_CONTEXT + 4)

CASE(an_interrupt_that_waits_appears_when_it_is_enabled)
{
    *word_at(PLIC_BASE + 4 * UART_IRQ) = 1;
    *word_at(PLIC_BASE + PLIC_ENABLE) = 0;
    *byte_at(UART_BASE + 1) = 2;
    EXPECT(csr_read(mip), 0);
    *word_at(PLIC_BASE + PLIC_ENABLE) = 1u << UART_IRQ;
    EXPECT(csr_read(mip), 1u << IRQ_M_EXT);
    EXPECT(*word_at(CLAIM), UART_IRQ);
    *byte_at(UART_BASE + 1) = 0;
    *word_at(CLAIM) = UART_IRQ;
    *word_at(PLIC_BASE + PLIC_ENABLE) = 0;
}

CASE(a_level_that_stays_is_pending_again_after_completion)
{
    *word_at(PLIC_BASE + 4 * UART_IRQ) = 1;
    *word_at(PLIC_BASE + PLIC_ENABLE) = 1u << UART_IRQ;
    *byte_at(UART_BASE + 1) = 2;
    EXPECT(*word_at(CLAIM), UART_IRQ);
    EXPECT(*word_at(PLIC_BASE + PLIC_PENDING) & 1u << UART_IRQ, 0);
    *word_at(CLAIM) = UART_IRQ;
    EXPECT(*word_at(PLIC_BASE + PLIC_PENDING), 1u << UART_IRQ);
    EXPECT(*word_at(CLAIM), UART_IRQ);
    *byte_at(UART_BASE + 1) = 0;
    *word_at(CLAIM) = UART_IRQ;
    EXPECT(*word_at(CLAIM), 0);
    *word_at(PLIC_BASE + PLIC_ENABLE) = 0;
}

CASE(equal_priorities_are_served_in_the_order_of_their_numbers)
{
    /* UART 10 and the DMA engine 16: an empty chain fails at once. */
    volatile uint32_t *channel = word_at(QDMA_BASE + 0x100);

    *word_at(PLIC_BASE + 4 * UART_IRQ) = 2;
    *word_at(PLIC_BASE + 4 * QDMA_IRQ) = 2;
    *word_at(PLIC_BASE + PLIC_ENABLE) = 1u << UART_IRQ | 1u << QDMA_IRQ;
    channel[0] = 0; /* a descriptor at 0: not RAM */
    channel[5] = 7;
    channel[2] = 1;
    *byte_at(UART_BASE + 1) = 2;
    EXPECT(*word_at(CLAIM), UART_IRQ);
    EXPECT(*word_at(CLAIM), QDMA_IRQ);
    *word_at(CLAIM) = QDMA_IRQ;
    *word_at(CLAIM) = UART_IRQ;
    /* The higher priority goes first whatever the number. */
    *word_at(PLIC_BASE + 4 * QDMA_IRQ) = 3;
    EXPECT(*word_at(CLAIM), QDMA_IRQ);
    EXPECT(*word_at(CLAIM), UART_IRQ);
    channel[4] = 7;
    *byte_at(UART_BASE + 1) = 0;
    *word_at(CLAIM) = QDMA_IRQ;
    *word_at(CLAIM) = UART_IRQ;
    EXPECT(*word_at(CLAIM), 0);
}
