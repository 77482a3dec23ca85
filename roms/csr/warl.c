/*
 * Fields that accept only legal values. Rows 24, 27, 29, 39, 40, 44, 45,
 * 54 of the list of corner cases. Our choices: misa is fixed; satp has 9 bits
 * of ASID; a reserved stvec.MODE is never kept.
 */
#include "roms/lib/rom.h"

#define MPP(mode) ((uint32_t)(mode) << MSTATUS_MPP_SHIFT)
#define SATP_SV32 (1u << 31)

CASE(mpp_holds_the_three_modes)
{
    for (unsigned i = 0; i < 3; i++) {
        const enum mode modes[] = {U, S, M};

        csr_write(mstatus, MPP(modes[i]));
        EXPECT(csr_read(mstatus) & MSTATUS_MPP, MPP(modes[i]));
    }
}

CASE(misa_is_fixed)
{
    const uint32_t before = csr_read(misa);

    csr_write(misa, 0);
    EXPECT(csr_read(misa), before);
    csr_write(misa, ~0u);
    EXPECT(csr_read(misa), before);
    /* So C stays: this is at an odd halfword half of the time. */
    __asm__ volatile("c.nop\n nop\n c.nop");
}

CASE(scratch_and_cause_registers_hold_what_is_written)
{
    csr_write(sscratch, 0xdeadbeef);
    EXPECT(csr_read(sscratch), 0xdeadbeef);
    csr_write(mscratch, 0xdeadbeef);
    uint32_t scratch = csr_swap(mscratch, 0);
    EXPECT(scratch, 0xdeadbeef);
    csr_write(mtval, 0xfffffffd);
    EXPECT(csr_read(mtval), 0xfffffffd);
    csr_write(stval, 0x7ffffffd);
    EXPECT(csr_read(stval), 0x7ffffffd);
    csr_write(mcause, CAUSE_INTERRUPT(IRQ_M_TIMER));
    EXPECT(csr_read(mcause), CAUSE_INTERRUPT(IRQ_M_TIMER));
    csr_write(scause, CAUSE_STORE_PAGE);
    EXPECT(csr_read(scause), CAUSE_STORE_PAGE);
}

CASE(trap_vectors_have_two_modes_and_an_aligned_base)
{
    const uint32_t base = (uint32_t)rom_trap_vector;

    csr_write(mtvec, base | 1);
    EXPECT(csr_read(mtvec), base | 1);
    csr_write(mtvec, base);
    EXPECT(csr_read(mtvec), base);
    csr_write(stvec, 0x80001001);
    EXPECT(csr_read(stvec), 0x80001001);
    csr_write(stvec, 0x80002000);
    EXPECT(csr_read(stvec), 0x80002000);
    csr_write(stvec, 0x80003002);
    EXPECT_TRUE((csr_read(stvec) & 2) == 0);
}

CASE(satp_has_nine_bits_of_asid_and_all_of_the_ppn)
{
    csr_write(satp, SATP_SV32 | 0x1ffu << 22 | 0x3fffff);
    EXPECT(csr_read(satp), ~0u);
    csr_write(satp, SATP_SV32 | 0x155u << 22 | 0x2aaaaa);
    EXPECT(csr_read(satp), SATP_SV32 | 0x155u << 22 | 0x2aaaaa);
    csr_write(satp, 0);
    EXPECT(csr_read(satp), 0);
}

CASE(interrupt_enables_exist_for_the_six_standard_sources)
{
    csr_write(mie, ~0u);
    EXPECT(csr_read(mie) & 0xaaa, 0xaaa);
    csr_write(mie, 0);
    EXPECT(csr_read(mie), 0);
}

CASE(the_standard_exceptions_can_be_delegated)
{
    csr_write(medeleg, ~0u);
    EXPECT(csr_read(medeleg) & 0xb3ff, 0xb3ff);
    csr_write(medeleg, 0);
    EXPECT(csr_read(medeleg), 0);
}

CASE(only_supervisor_interrupts_can_be_delegated)
{
    csr_write(mideleg, ~0u);
    EXPECT(csr_read(mideleg) & 0xaaa, 0x222);
}

CASE(mstatush_has_no_big_endian_modes)
{
    uint32_t value;

    __asm__ volatile("csrw 0x310, %1\n csrr %0, 0x310"
                     : "=r"(value)
                     : "r"(~0u));
    EXPECT(value & (1 << 4 | 1 << 5), 0);
    csr_set(mstatus, 1 << 6);
    EXPECT(csr_read(mstatus) & 1 << 6, 0);
}

CASE(environment_configuration_keeps_fiom_and_drops_reserved_bits)
{
    uint32_t value;

    /* menvcfg: FIOM is bit 0; bits 1 to 3 are reserved. */
    __asm__ volatile("csrw 0x30a, %1\n csrr %0, 0x30a\n csrw 0x30a, x0"
                     : "=&r"(value)
                     : "r"(0xf));
    EXPECT(value, 1);
    __asm__ volatile("csrw 0x10a, %1\n csrr %0, 0x10a\n csrw 0x10a, x0"
                     : "=&r"(value)
                     : "r"(0xf));
    EXPECT(value, 1);
}

CASE(mstatus_has_no_bits_beyond_its_fields)
{
    csr_write(mstatus, ~0u);
    const uint32_t value = csr_read(mstatus);

    csr_write(mstatus, 0);
    /* 0, 2, 4 are WPRI; 23 to 30 too. */
    EXPECT(value & 0x7f800015, 0);
    EXPECT(value & (MSTATUS_SUM | MSTATUS_MXR | MSTATUS_MPRV | MSTATUS_TVM |
                    MSTATUS_TW | MSTATUS_TSR | MSTATUS_SPP | MSTATUS_SPIE |
                    MSTATUS_MPIE | MSTATUS_SIE | MSTATUS_MIE),
           MSTATUS_SUM | MSTATUS_MXR | MSTATUS_MPRV | MSTATUS_TVM | MSTATUS_TW |
               MSTATUS_TSR | MSTATUS_SPP | MSTATUS_SPIE | MSTATUS_MPIE |
               MSTATUS_SIE | MSTATUS_MIE);
}
