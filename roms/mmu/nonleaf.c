/*
 * A pointer with A, D or U set is reserved. Row 69 of the list of corner
 * cases: a page fault, as the manual says since 1.12.
 */
#include "roms/lib/vm.h"

CASE(a_pointer_with_a_d_or_u_faults)
{
    const uint32_t bits[] = {PTE_A, PTE_D, PTE_U};

    vm_on(0);
    vm_map(1, frame_pa(0), PTE_VRWX | PTE_AD);
    vm_put_code(frame_pa(0), 1);
    for (unsigned i = 0; i < 3; i++) {
        vm_root[VM_TEST >> 22] = pte((uint32_t)vm_leaf, PTE_V | bits[i]);
        sfence_all();
        EXPECT(vm_run(S, stub_lw, vm_page(1), 0)->cause, CAUSE_LOAD_PAGE);
        EXPECT(vm_run(S, stub_sw, vm_page(1) + 16, 0)->cause, CAUSE_STORE_PAGE);
        EXPECT(vm_run(S, stub_call, vm_page(1), 0)->cause, CAUSE_FETCH_PAGE);
    }
}

CASE(a_pointer_may_be_global)
{
    vm_on(0);
    vm_map(1, frame_pa(0), PTE_VRW | PTE_AD);
    vm_root[VM_TEST >> 22] |= PTE_G;
    sfence_all();
    *frame_words(0) = 7;
    EXPECT(vm_load(S, vm_page(1)), 7);
}
