/*
 * EBREAK and its compressed form. Row 14 of the list of corner cases. Our
 * choice: mtval holds the address.
 */
#include "roms/lib/rom.h"

CASE(ebreak_traps_at_its_own_address)
{
    const enum mode modes[] = {U, S, M};

    for (unsigned i = 0; i < 3; i++) {
        EXPECT_TRAP(rom_exec(modes[i], 0x00100073, 0, 0), CAUSE_BREAKPOINT,
                    rom_exec_pc(), rom_exec_pc());
        EXPECT_TRAP(rom_exec(modes[i], 0x9002, 0, 0), CAUSE_BREAKPOINT,
                    rom_exec_pc(), rom_exec_pc());
    }
}
