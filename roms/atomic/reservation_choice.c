/*
 * What keeps and what breaks a reservation. Rows 65, 101, 107, 109 and 110 of
 * the list of corner cases. Our choices: SC and xRET drop it, a trap by itself
 * does not; a store of the same hart does not; it is on the physical word; an
 * SC that finds no reservation fails without looking at its address, unless
 * that is misaligned.
 */
#include "roms/lib/vm.h"

#define SUCCEEDED 0

STUB(lr_store_sc, "lr.w a2, (a0)\n sw a2, 0(a0)\n sc.w a0, a1, (a0)");
STUB(lr_fence_sc, "lr.w a2, (a0)\n fence\n fence.i\n sc.w a0, a1, (a0)");
STUB(lr_next_sc, "lr.w a2, (a0)\n addi a0, a0, 4\n sc.w a0, a1, (a0)");
/* LR through a0, SC through a1. */
STUB(lr_alias_sc, "lr.w a2, (a0)\n sc.w a0, a2, (a1)");
STUB(lr_mret_sc, "lr.w a2, (a0)\n la t0, 1f\n csrw mepc, t0\n li t0, 0x1800\n"
                 "csrs mstatus, t0\n mret\n1: sc.w a0, a1, (a0)");
STUB(lr_sret_sc, "lr.w a2, (a0)\n la t0, 1f\n csrw sepc, t0\n"
                 "li t0, 0x100\n csrs sstatus, t0\n sret\n"
                 "1: sc.w a0, a1, (a0)");
STUB(lr_wfi_sc, "lr.w a2, (a0)\n wfi\n sc.w a0, a1, (a0)");
/* Another address space and back, as a context switch has them. */
STUB(lr_satp_sc, "lr.w a2, (a0)\n csrr t0, satp\n csrw satp, x0\n"
                 "sfence.vma\n csrw satp, t0\n sfence.vma\n"
                 "sc.w a0, a1, (a0)");
/* The vector (mtvec = a3 before) goes on without MRET. */
STUB(lr_trap_sc, "csrrw a3, mtvec, a2\n lr.w a4, (a0)\n ecall\n"
                 ".globl lr_trap_sc_on\nlr_trap_sc_on:\n ecall");
STUB(lr_trap_vector, "csrw mtvec, a3\n sc.w a0, a1, (a0)");
STUB(sc_alone, "sc.w a0, a1, (a0)");

CASE(stores_and_fences_of_the_same_hart_keep_it)
{
    EXPECT(rom_run(M, lr_store_sc, frame_pa(0), 9, 0)->x[10], SUCCEEDED);
    EXPECT(*frame_words(0), 9);
    EXPECT(rom_run(M, lr_fence_sc, frame_pa(0), 9, 0)->x[10], SUCCEEDED);
}

CASE(it_covers_one_word)
{
    EXPECT(rom_run(M, lr_next_sc, frame_pa(0), 9, 0)->x[10], 1);
}

CASE(a_return_drops_it)
{
    EXPECT(rom_run(M, lr_mret_sc, frame_pa(0), 9, 0)->x[10], 1);
    EXPECT(*frame_words(0), 0);
    EXPECT(rom_run(S, lr_sret_sc, frame_pa(0), 9, 0)->x[10], 1);
    EXPECT(*frame_words(0), 0);
}

CASE(waiting_and_other_spaces_keep_it)
{
    csr_write(mie, 1u << IRQ_S_SOFT);
    csr_write(mip, 1u << IRQ_S_SOFT);
    EXPECT(rom_run(M, lr_wfi_sc, frame_pa(0), 9, 0)->x[10], SUCCEEDED);
    csr_write(mip, 0);
    EXPECT(*frame_words(0), 9);
    vm_on(0);
    EXPECT(vm_run(S, lr_satp_sc, frame_pa(0), 8)->x[10], SUCCEEDED);
    EXPECT(*frame_words(0), 8);
}

CASE(a_trap_keeps_it)
{
    const struct trap *t =
        rom_run(M, lr_trap_sc, frame_pa(0), 9, (uint32_t)lr_trap_vector);
    EXPECT(t->cause, CAUSE_ECALL_M);
    EXPECT(t->x[10], SUCCEEDED);
    EXPECT(*frame_words(0), 9);
}

CASE(it_is_on_the_physical_address)
{
    vm_on(0);
    vm_map(1, frame_pa(0), PTE_VRW | PTE_AD);
    vm_map(2, frame_pa(0), PTE_VRW | PTE_AD);
    vm_map(3, frame_pa(1), PTE_VRW | PTE_AD);
    *frame_words(0) = 7;
    EXPECT(vm_run(S, lr_alias_sc, vm_page(1), vm_page(2))->x[10], SUCCEEDED);
    EXPECT(vm_run(S, lr_alias_sc, vm_page(1), vm_page(3))->x[10], 1);
    EXPECT(*frame_words(1), 0);
}

CASE(sc_without_a_reservation_checks_its_alignment_alone)
{
    vm_on(0);
    vm_map(1, frame_pa(0), PTE_V | PTE_R);
    EXPECT(vm_run(S, sc_alone, vm_page(1), 9)->x[10], 1);
    EXPECT(vm_leaf[1], pte(frame_pa(0), PTE_V | PTE_R));
    EXPECT(rom_run(M, sc_alone, 0x18000000, 9, 0)->x[10], 1);
    EXPECT(rom_run(M, sc_alone, frame_pa(0) + 2, 9, 0)->cause,
           CAUSE_STORE_MISALIGNED);
}
