/*
 * A warm reset that another hart asks for: both harts start anew. This ROM
 * runs twice.
 */
#include "roms/lib/rom.h"

NEEDS("-smp 2", rom_has_harts, 2);

/* Outside the ROM's own segments. */
#define MARK_PA 0x80900000u
#define MARK 0x32534554u

static void ask_for_reset(uint32_t arg)
{
    *word_at(MARK_PA) = MARK;
    csr_write(mcause, 7 + arg);
    csr_write(mstatus, MSTATUS_MPP);
    *msip_of(0) = *msip_of(1) = 1;
    *word_at(FINISHER_BASE) = FINISHER_RESET;
    for (;;)
        __asm__ volatile("wfi");
}

CASE(the_first_run_resets_by_the_other_hart)
{
    if (*word_at(MARK_PA) == MARK)
        return;
    csr_write(mcause, 7);
    hart_call(1, ask_for_reset, 0);
    for (;;)
        __asm__ volatile("wfi");
}

static void look(uint32_t arg)
{
    EXPECT(csr_read(mcause), arg);
    EXPECT(*msip_of(1), 0);
}

CASE(both_harts_start_anew)
{
    *word_at(MARK_PA) = 0;
    EXPECT(rom_reset_state.mcause, 0);
    EXPECT(rom_reset_state.mip >> IRQ_M_SOFT & 1, 0);
    EXPECT(*msip_of(0), 0);
    hart_do(1, look, 0);
}
