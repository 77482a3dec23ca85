/*
 * Rules of the privileged manual that QEMU 7.2 breaks, and choices that it
 * makes otherwise. Rows 14, 21, 24, 25, 28, 32, 41, 43 and 116 of the list of
 * corner cases. Our choices: mstatus.MPP keeps its value when 2 is written; FS
 * is hard-wired 0; EBREAK leaves its address in mtval.
 */
#include "roms/lib/rom.h"

NEEDS_PMP;

#define NO_STATE (1u << 31 | 3u << 15 | MSTATUS_FS | 3u << 9)

CASE(setting_no_bits_through_a_register_is_still_a_write)
{
    /* csrrs a0, mvendorid, a1 and csrrc, with a1 = 0 */
    const uint32_t words[] = {0xf115a573, 0xf115b573};

    for (unsigned i = 0; i < 2; i++)
        EXPECT_TRAP(rom_exec(M, words[i], 0, 0), CAUSE_ILLEGAL, rom_exec_pc(),
                    words[i]);
}

CASE(mpp_never_holds_the_reserved_mode)
{
    csr_write(mstatus, MSTATUS_MPP_S);
    csr_write(mstatus, 2u << MSTATUS_MPP_SHIFT);
    EXPECT(csr_read(mstatus) & MSTATUS_MPP, MSTATUS_MPP_S);
}

CASE(exception_pcs_have_no_bit_zero)
{
    csr_write(mepc, ~0u);
    EXPECT(csr_read(mepc), 0xfffffffe);
    csr_write(mepc, 0x80000003);
    EXPECT(csr_read(mepc), 0x80000002);
    csr_write(sepc, ~0u);
    EXPECT(csr_read(sepc), 0xfffffffe);
}

CASE(ecall_from_m_cannot_be_delegated)
{
    csr_write(medeleg, ~0u);
    EXPECT(csr_read(medeleg) & 1u << CAUSE_ECALL_M, 0);
}

CASE(there_is_no_extension_state)
{
    csr_set(mstatus, NO_STATE);
    EXPECT(csr_read(mstatus) & NO_STATE, 0);
    csr_set(sstatus, NO_STATE);
    EXPECT(csr_read(sstatus) & NO_STATE, 0);
}

CASE(a_tor_range_follows_its_lower_bound)
{
    const uint32_t pa = frame_pa(0);

    pmp_set(7, PMP_NAPOT | PMP_RWX, ~0u);
    pmp_set(0, 0, 0);
    pmp_set(1, 0, pa >> 2);
    pmp_set(2, PMP_TOR, (pa + 64) >> 2);
    EXPECT(rom_run(U, stub_lw, pa, 0, 0)->cause, CAUSE_LOAD_ACCESS);
    pmp_set(1, 0, (pa + 32) >> 2);
    EXPECT(rom_run(U, stub_lw, pa, 0, 0)->cause, CAUSE_ECALL_U);
    EXPECT(rom_run(U, stub_lw, pa + 32, 0, 0)->cause, CAUSE_LOAD_ACCESS);
}

CASE(pmp_entries_never_write_without_reading)
{
    csr_write(pmpcfg1, PMP_NAPOT | PMP_W);
    EXPECT_TRUE((csr_read(pmpcfg1) & 3) != PMP_W);
    csr_write(pmpcfg1, PMP_NAPOT | PMP_RWX | 3 << 5);
    EXPECT(csr_read(pmpcfg1), PMP_NAPOT | PMP_RWX);
}

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

STUB(leave_by_mret, "csrw mepc, a1\n csrw mstatus, a0\n mret");
STUB(leave_by_sret, "csrw sepc, a1\n csrw mstatus, a0\n sret");

CASE(a_return_drops_bit_zero_of_its_target)
{
    const struct trap *t =
        rom_run(M, leave_by_mret, MSTATUS_MPP, (uint32_t)stub_ecall + 1, 0);

    EXPECT_TRAP(t, CAUSE_ECALL_M, stub_ecall, 0);
}

CASE(leaving_m_clears_mprv)
{
    const uint32_t pc = (uint32_t)stub_ecall;
    const struct trap *t = rom_run(M, leave_by_mret, MSTATUS_MPRV, pc, 0);

    EXPECT_TRAP(t, CAUSE_ECALL_U, pc, 0);
    EXPECT(t->status & MSTATUS_MPRV, 0);
    t = rom_run(M, leave_by_mret, MSTATUS_MPRV | MSTATUS_MPP_S, pc, 0);
    EXPECT_TRAP(t, CAUSE_ECALL_S, pc, 0);
    EXPECT(t->status & MSTATUS_MPRV, 0);
    t = rom_run(M, leave_by_sret, MSTATUS_MPRV | MSTATUS_SPP, pc, 0);
    EXPECT_TRAP(t, CAUSE_ECALL_S, pc, 0);
    EXPECT(t->status & MSTATUS_MPRV, 0);
}

CASE(u_may_not_fence_finely)
{
    /* sinval.vma a0, a1; sinval.vma; sfence.w.inval; sfence.inval.ir */
    const uint32_t words[] = {0x16b50073, 0x16000073, 0x18000073, 0x18100073};

    for (unsigned i = 0; i < 4; i++)
        EXPECT_TRAP(rom_exec(U, words[i], 0, 0), CAUSE_ILLEGAL, rom_exec_pc(),
                    words[i]);
}

CASE(misa_has_b)
{
    EXPECT(csr_read(misa) & 2, 2);
}

/* A debugger looks for triggers so: tselect keeps 0, and a type of 0 says that
 * there is none. Probing must not trap. */
CASE(there_are_no_triggers)
{
    for (unsigned i = 0; i < 2; i++) {
        csr_write(0x7a0, i);
        EXPECT(csr_read(0x7a0), 0);
        csr_write(0x7a1, ~0u);
        EXPECT(csr_read(0x7a1), 0);
        csr_write(0x7a2, ~0u);
        EXPECT(csr_read(0x7a2), 0);
    }
    EXPECT(rom_exec(S, 0x7a002573, 0, 0)->cause, CAUSE_ILLEGAL);
}
