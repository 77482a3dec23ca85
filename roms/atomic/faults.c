/*
 * Faults of LR, SC and AMOs. Rows 5, 75, 99, 100 and 114 of the list of corner
 * cases. Our choice: misaligned ones raise address-misaligned, before any
 * other check.
 */
#include "roms/lib/vm.h"

NEEDS_PMP;

STUB(do_lr, "lr.w a2, (a0)");
STUB(do_lr_sc, "lr.w a2, (a1)\n sc.w a2, a1, (a0)");
STUB(do_amo, "amoadd.w a2, a1, (a0)");
STUB(do_amo_x0, "amoadd.w x0, a1, (a0)");

CASE(misaligned_atomics_always_trap)
{
    for (uint32_t offset = 1; offset < 4; offset++) {
        const uint32_t va = frame_pa(0) + offset;

        EXPECT_TRAP(rom_run(M, do_lr, va, 0, 0), CAUSE_LOAD_MISALIGNED, do_lr,
                    va);
        EXPECT_TRAP(rom_run(M, do_amo, va, 1, 0), CAUSE_STORE_MISALIGNED,
                    do_amo, va);
        EXPECT_TRAP(rom_run(M, do_lr_sc, va, frame_pa(0), 0),
                    CAUSE_STORE_MISALIGNED, do_lr_sc + 4, va);
    }
    EXPECT(*frame_words(0), 0);
}

CASE(misaligned_comes_before_page_faults)
{
    vm_on(0);
    EXPECT_TRAP(vm_run(S, do_amo, vm_page(1) + 2, 0), CAUSE_STORE_MISALIGNED,
                do_amo, vm_page(1) + 2);
    EXPECT_TRAP(vm_run(S, do_lr, vm_page(1) + 1, 0), CAUSE_LOAD_MISALIGNED,
                do_lr, vm_page(1) + 1);
}

CASE(an_amo_on_a_read_only_page_is_a_store_fault)
{
    vm_on(0);
    vm_map(1, frame_pa(0), PTE_V | PTE_R);
    EXPECT_TRAP(vm_run(S, do_amo, vm_page(1), 1), CAUSE_STORE_PAGE, do_amo,
                vm_page(1));
    EXPECT(vm_leaf[1], pte(frame_pa(0), PTE_V | PTE_R));
    EXPECT_TRAP(vm_run(S, do_amo_x0, vm_page(1), 1), CAUSE_STORE_PAGE,
                do_amo_x0, vm_page(1));
}

CASE(an_amo_on_an_absent_page_is_a_store_fault)
{
    vm_on(0);
    EXPECT_TRAP(vm_run(S, do_amo, vm_page(1), 1), CAUSE_STORE_PAGE, do_amo,
                vm_page(1));
}

CASE(lr_is_a_load_and_sc_a_store)
{
    vm_on(0);
    vm_map(1, frame_pa(0), PTE_V | PTE_R | PTE_AD);
    vm_map(2, frame_pa(0), PTE_V | PTE_X | PTE_AD);
    vm_map(3, frame_pa(0), PTE_VRW | PTE_AD);
    EXPECT(vm_run(S, do_lr, vm_page(1), 0)->cause, CAUSE_ECALL_S);
    EXPECT(vm_run(S, do_lr, vm_page(2), 0)->cause, CAUSE_LOAD_PAGE);
    EXPECT_TRAP(vm_run(S, do_lr_sc, vm_page(1), vm_page(3)), CAUSE_STORE_PAGE,
                do_lr_sc + 4, vm_page(1));
}

CASE(pmp_makes_them_access_faults_of_the_same_kinds)
{
    pmp_set(7, PMP_NAPOT | PMP_RWX, ~0u);
    pmp_set(0, PMP_NAPOT | PMP_R, pmp_napot(frame_pa(0), 4096));
    EXPECT(rom_run(U, do_lr, frame_pa(0), 0, 0)->cause, CAUSE_ECALL_U);
    EXPECT_TRAP(rom_run(U, do_amo, frame_pa(0), 1, 0), CAUSE_STORE_ACCESS,
                do_amo, frame_pa(0));
    pmp_set(0, PMP_NAPOT, pmp_napot(frame_pa(0), 4096));
    EXPECT(rom_run(U, do_lr, frame_pa(0), 0, 0)->cause, CAUSE_LOAD_ACCESS);
}

CASE(atomics_do_not_reach_devices)
{
    const uint32_t places[] = {CLINT_BASE + CLINT_MSIP, PLIC_BASE + 4,
                               UART_BASE, FINISHER_BASE, 0x18000000};

    for (unsigned i = 0; i < sizeof(places) / 4; i++) {
        EXPECT_TRAP(rom_run(M, do_lr, places[i], 0, 0), CAUSE_LOAD_ACCESS,
                    do_lr, places[i]);
        EXPECT_TRAP(rom_run(M, do_amo, places[i], 1, 0), CAUSE_STORE_ACCESS,
                    do_amo, places[i]);
    }
    EXPECT(csr_read(mip), 0);
}
