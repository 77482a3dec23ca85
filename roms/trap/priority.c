/*
 * Which exception an instruction raises when several apply. Rows 9, 47 and 99
 * of the list of corner cases.
 */
#include "roms/lib/vm.h"

CASE(a_fetch_fault_comes_before_what_the_bits_would_do)
{
    vm_on(0);
    *frame_words(0) = 0xffffffff; /* illegal, if fetched */
    vm_map(1, frame_pa(0), PTE_VRW | PTE_AD);
    EXPECT_TRAP(vm_run(S, stub_call, vm_page(1), 0), CAUSE_FETCH_PAGE,
                vm_page(1), vm_page(1));
    vm_map(1, frame_pa(0), PTE_VRWX | PTE_AD);
    sfence_all();
    EXPECT_TRAP(vm_run(S, stub_call, vm_page(1), 0), CAUSE_ILLEGAL, vm_page(1),
                0xffffffff);
}

CASE(a_page_fault_comes_before_an_access_fault)
{
    vm_on(0);
    vm_map(1, 0x18000000, PTE_V | PTE_R | PTE_AD);
    EXPECT_TRAP(vm_run(S, stub_sw, vm_page(1), 0), CAUSE_STORE_PAGE, stub_sw,
                vm_page(1));
    EXPECT_TRAP(vm_run(S, stub_lw, vm_page(1), 0), CAUSE_LOAD_ACCESS, stub_lw,
                vm_page(1));
}

CASE(a_misaligned_load_of_nothing_is_a_fault_of_memory)
{
    vm_on(0);
    EXPECT_TRAP(vm_run(S, stub_lw, vm_page(1) + 1, 0), CAUSE_LOAD_PAGE, stub_lw,
                vm_page(1) + 1);
    EXPECT_TRAP(vm_run(S, stub_sw, vm_page(1) + 3, 0), CAUSE_STORE_PAGE,
                stub_sw, vm_page(1) + 3);
}

CASE(an_illegal_csr_access_beats_its_side_effects)
{
    /* csrrw a0, cycle, a1 */
    const struct trap *t = rom_exec(M, 0xc0059573, 0x55, 1);

    EXPECT_TRAP(t, CAUSE_ILLEGAL, rom_exec_pc(), 0xc0059573);
    EXPECT(t->x[10], 0x55);
}

STUB(jump_then_bad, "li ra, 0\n jalr ra, a0");

CASE(a_jump_to_a_bad_page_has_linked)
{
    vm_on(0);
    const struct trap *t = vm_run(S, jump_then_bad, vm_page(3), 0);

    EXPECT_TRAP(t, CAUSE_FETCH_PAGE, vm_page(3), vm_page(3));
    EXPECT_TRUE(t->x[1] != 0);
}
