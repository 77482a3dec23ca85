/*
 * mtval and stval never hold what an earlier trap left: every trap is taken
 * right after a page fault with a telling address. Row 19 of the list of
 * corner cases. Our choices: an illegal instruction's bits, zero-extended
 * from 16; 0 for calls and interrupts.
 */
#include "roms/lib/vm.h"

#define STALE_VA (VM_TEST + 0x123c)
#define ILLEGAL_32 0x0000400bu /* custom-0 */
#define ILLEGAL_16 0x8002u     /* c.jr x0 */
#define ALL_BUT_M_CALL 0xb3ffu

STUB(spin, "1: j 1b");

/* A page fault in M-mode's, or with delegation in S-mode's, trap registers. */
static void leave_stale_tval(void)
{
    vm_run(S, stub_lw, STALE_VA, 0);
    EXPECT(csr_read(medeleg) ? csr_read(stval) : csr_read(mtval), STALE_VA);
}

static void delegate(void)
{
    csr_write(stvec, (uint32_t)stub_ecall);
    csr_write(medeleg, ALL_BUT_M_CALL & ~(1u << CAUSE_ECALL_S));
}

CASE(an_illegal_instruction_brings_its_own_bits)
{
    static const uint32_t insns[] = {ILLEGAL_32, ILLEGAL_16, 0};

    vm_on(0);
    for (unsigned i = 0; i < sizeof(insns) / sizeof(insns[0]); i++) {
        leave_stale_tval();
        EXPECT_TRAP(rom_exec(M, insns[i], 0, 0), CAUSE_ILLEGAL, rom_exec_pc(),
                    insns[i]);
    }
}

CASE(calls_and_interrupts_bring_zero)
{
    vm_on(0);
    leave_stale_tval();
    EXPECT_TRAP(vm_run(S, stub_ecall, 0, 0), CAUSE_ECALL_S, stub_ecall, 0);
    leave_stale_tval();
    *word_at(CLINT_BASE + CLINT_MSIP) = 1;
    csr_write(mie, 1u << IRQ_M_SOFT);
    EXPECT_TRAP(vm_run(S, spin, 0, 0), CAUSE_INTERRUPT(IRQ_M_SOFT), spin, 0);
    *word_at(CLINT_BASE + CLINT_MSIP) = 0;
}

CASE(addresses_are_those_of_this_trap)
{
    vm_on(0);
    leave_stale_tval();
    EXPECT_TRAP(rom_run(M, stub_lw, 0, 0, 0), CAUSE_LOAD_ACCESS, stub_lw, 0);
    leave_stale_tval();
    EXPECT_TRAP(vm_run(S, stub_call, VM_TEST + 0x2000, 0), CAUSE_FETCH_PAGE,
                VM_TEST + 0x2000, VM_TEST + 0x2000);
    leave_stale_tval();
    EXPECT_TRAP(vm_run(S, stub_sw, VM_TEST + 0x3000, 0), CAUSE_STORE_PAGE,
                stub_sw, VM_TEST + 0x3000);
}

CASE(delegated_traps_do_the_same_with_stval)
{
    vm_on(0);
    delegate();
    leave_stale_tval();
    rom_exec(S, ILLEGAL_32, 0, 0);
    EXPECT(csr_read(scause), CAUSE_ILLEGAL);
    EXPECT(csr_read(stval), ILLEGAL_32);
    leave_stale_tval();
    rom_exec(S, ILLEGAL_16, 0, 0);
    EXPECT(csr_read(stval), ILLEGAL_16);
    leave_stale_tval();
    vm_run(U, stub_ecall, 0, 0);
    EXPECT(csr_read(scause), CAUSE_ECALL_U);
    EXPECT(csr_read(stval), 0);
    leave_stale_tval();
    csr_write(mideleg, 1u << IRQ_S_SOFT);
    csr_write(mie, 1u << IRQ_S_SOFT);
    csr_write(mip, 1u << IRQ_S_SOFT);
    vm_run(U, spin, 0, 0);
    EXPECT(csr_read(scause), CAUSE_INTERRUPT(IRQ_S_SOFT));
    EXPECT(csr_read(stval), 0);
}
