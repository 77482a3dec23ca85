/*
 * Without F and D: their encodings are illegal, and mstatus.FS, VS, XS and SD
 * read 0. Rows 18 and 41 of the list of corner cases.
 */
#include "roms/lib/rom.h"

CASE(floating_point_encodings_are_illegal)
{
    static const uint32_t words[] = {
        0x00052507, /* flw fa0, 0(a0) */
        0x00a52027, /* fsw fa0, 0(a0) */
        0x00053507, /* fld fa0, 0(a0) */
        0x00a57553, /* fadd.s fa0, fa0, fa0 */
        0x02a57553, /* fadd.d fa0, fa0, fa0 */
        0x50a57543, /* fmadd.s */
        0xe0050553, /* fmv.x.w a0, fa0 */
        0x6108,     /* c.flw fa0, 0(a0) */
        0xe108,     /* c.fsw fa0, 0(a0) */
        0x2108,     /* c.fld fa0, 0(a0) */
        0xa108,     /* c.fsd fa0, 0(a0) */
        0x6502,     /* c.flwsp fa0, 0(sp) */
        0x2502,     /* c.fldsp fa0, 0(sp) */
        0xe02a,     /* c.fswsp fa0, 0(sp) */
        0xa02a,     /* c.fsdsp fa0, 0(sp) */
    };

    csr_set(mstatus, MSTATUS_FS);
    for (unsigned i = 0; i < sizeof(words) / 4; i++)
        EXPECT_TRAP(rom_exec(M, words[i], frame_pa(0), 0), CAUSE_ILLEGAL,
                    rom_exec_pc(), words[i]);
}

CASE(floating_point_csrs_are_absent)
{
    for (uint32_t csr = 1; csr <= 3; csr++) {
        const uint32_t csrr = csr << 20 | 0x00002573; /* csrr a0, csr */

        EXPECT_TRAP(rom_exec(M, csrr, 0, 0), CAUSE_ILLEGAL, rom_exec_pc(),
                    csrr);
    }
}

CASE(misa_names_i_m_a_c_s_u_alone)
{
    /* MXL 1 = 32 bits. QEMU 7.2 does not know B: csr/strict has it. */
    EXPECT(csr_read(misa) & ~2u,
           1u << 30 | 1 << ('I' - 'A') | 1 << ('M' - 'A') | 1 << ('A' - 'A') |
               1 << ('C' - 'A') | 1 << ('S' - 'A') | 1 << ('U' - 'A'));
}
