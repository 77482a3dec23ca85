/*
 * A warm reset by the finisher: memory stays, harts and devices start anew.
 * Rows 64 and 131 of the list of corner cases. This ROM runs twice.
 */
#include "roms/lib/rom.h"

/* Outside the ROM's own segments. */
#define MARK_PA 0x80900000u
#define MARK 0x52534554u

#define PLIC_ENABLE_0 (PLIC_BASE + PLIC_ENABLE)

static bool is_second_run(void)
{
    return *word_at(MARK_PA) == MARK;
}

CASE(the_first_run_disturbs_everything_and_resets)
{
    if (is_second_run())
        return;
    EXPECT(rom_reset_state.mcause, 0);
    *word_at(MARK_PA) = MARK;
    *word_at(MARK_PA + 4) = 0x12345678;
    *word_at(CLINT_BASE + CLINT_MSIP) = 1;
    *word_at(PLIC_BASE + 4 * UART_IRQ) = 5;
    *word_at(PLIC_ENABLE_0) = 1u << UART_IRQ;
    *word_at(PLIC_BASE + PLIC_CONTEXT) = 3;
    *byte_at(UART_BASE + 1) = 2;
    *byte_at(UART_BASE + 7) = 0x5a;
    csr_write(mcause, 7);
    csr_write(mstatus, MSTATUS_MPP | MSTATUS_SUM);
    *word_at(FINISHER_BASE) = FINISHER_RESET;
    for (;;)
        __asm__ volatile("wfi");
}

CASE(the_hart_starts_anew)
{
    EXPECT(rom_reset_state.mstatus & (MSTATUS_MIE | MSTATUS_MPRV), 0);
    EXPECT(rom_reset_state.mcause, 0);
    EXPECT(rom_reset_state.mip & (1u << IRQ_M_SOFT | 1u << IRQ_M_EXT), 0);
}

CASE(memory_stays)
{
    EXPECT(*word_at(MARK_PA), MARK);
    EXPECT(*word_at(MARK_PA + 4), 0x12345678);
    *word_at(MARK_PA) = 0;
}

CASE(devices_start_anew)
{
    EXPECT(*word_at(CLINT_BASE + CLINT_MSIP), 0);
    EXPECT(*word_at(PLIC_BASE + 4 * UART_IRQ), 0);
    EXPECT(*word_at(PLIC_ENABLE_0), 0);
    EXPECT(*word_at(PLIC_BASE + PLIC_CONTEXT), 0);
    EXPECT(*byte_at(UART_BASE + 1), 0);
}
