/*
 * A and D, which hardware sets. Rows 70, 71, 88, 90 and 102 of the list of
 * corner cases.
 */
#include "roms/lib/vm.h"

#define FLAGS(i) (vm_leaf[i] & 0x3ff)
#define URW (PTE_VRW | PTE_U)

STUB(do_amo, "amoadd.w a0, a1, (a0)");
STUB(do_lr, "lr.w a0, (a0)");
STUB(do_lr_sc, "lr.w a2, (a0)\n sc.w a0, a1, (a0)");

CASE(a_load_sets_a_alone)
{
    vm_on(0);
    vm_map(1, frame_pa(0), URW);
    vm_load(U, vm_page(1));
    EXPECT(FLAGS(1), URW | PTE_A);
}

CASE(a_store_sets_both)
{
    vm_on(0);
    vm_map(1, frame_pa(0), URW);
    vm_store(U, vm_page(1), 5);
    EXPECT(FLAGS(1), URW | PTE_AD);
    EXPECT(*frame_words(0), 5);
}

CASE(a_store_after_a_load_sets_d_without_a_fence)
{
    vm_on(0);
    vm_map(1, frame_pa(0), URW);
    vm_load(U, vm_page(1));
    vm_load(U, vm_page(1));
    EXPECT(FLAGS(1), URW | PTE_A);
    vm_store(U, vm_page(1), 5);
    EXPECT(FLAGS(1), URW | PTE_AD);
}

CASE(atomics_count_as_stores_and_lr_as_a_load)
{
    vm_on(0);
    vm_map(1, frame_pa(0), URW);
    vm_run(U, do_lr, vm_page(1), 0);
    EXPECT(FLAGS(1), URW | PTE_A);
    vm_run(U, do_amo, vm_page(1), 3);
    EXPECT(FLAGS(1), URW | PTE_AD);
    vm_map(1, frame_pa(0), URW);
    sfence_all();
    EXPECT(vm_run(U, do_lr_sc, vm_page(1), 9)->x[10], 0);
    EXPECT(FLAGS(1), URW | PTE_AD);
    EXPECT(*frame_words(0), 9);
}

CASE(a_fetch_sets_a)
{
    vm_on(0);
    vm_put_code(frame_pa(0), 3);
    vm_map(1, frame_pa(0), PTE_V | PTE_X | PTE_U);
    const struct trap *t = vm_run(U, stub_call, vm_page(1), 0);
    EXPECT(t->cause, CAUSE_ECALL_U);
    EXPECT(FLAGS(1), PTE_V | PTE_X | PTE_U | PTE_A);
}

CASE(a_load_through_mxr_sets_a)
{
    vm_on(0);
    vm_map(1, frame_pa(0), PTE_V | PTE_X | PTE_U);
    csr_set(mstatus, MSTATUS_MXR);
    vm_load(U, vm_page(1));
    EXPECT(FLAGS(1), PTE_V | PTE_X | PTE_U | PTE_A);
}

CASE(a_refused_access_sets_nothing)
{
    vm_on(0);
    vm_map(1, frame_pa(0), PTE_V | PTE_R | PTE_U);
    EXPECT(vm_run(U, stub_sw, vm_page(1), 5)->cause, CAUSE_STORE_PAGE);
    EXPECT(FLAGS(1), PTE_V | PTE_R | PTE_U);
    EXPECT(vm_run(U, stub_call, vm_page(1), 0)->cause, CAUSE_FETCH_PAGE);
    EXPECT(FLAGS(1), PTE_V | PTE_R | PTE_U);
    EXPECT(vm_run(S, stub_lw, vm_page(1), 0)->cause, CAUSE_LOAD_PAGE);
    EXPECT(FLAGS(1), PTE_V | PTE_R | PTE_U);
}

CASE(megapages_have_a_and_d_too)
{
    vm_on(0);
    vm_root[VM_TEST >> 22] = pte(0x80800000, PTE_VRW);
    sfence_all();
    vm_load(S, VM_TEST + 0x123450);
    EXPECT(vm_root[VM_TEST >> 22], pte(0x80800000, PTE_VRW | PTE_A));
    vm_store(S, VM_TEST + 0x3ff000, 1);
    EXPECT(vm_root[VM_TEST >> 22], pte(0x80800000, PTE_VRW | PTE_AD));
}

CASE(pointers_get_no_a)
{
    const uint32_t pointer = pte((uint32_t)vm_leaf, PTE_V);

    vm_on(0);
    vm_map(1, frame_pa(0), URW);
    vm_store(U, vm_page(1), 5);
    EXPECT(vm_root[VM_TEST >> 22], pointer);
}

CASE(a_table_can_map_itself)
{
    /* Page 7 of VM_TEST is the table of VM_TEST. */
    vm_on(0);
    vm_map(7, (uint32_t)vm_leaf, PTE_VRW);
    EXPECT(vm_load(S, vm_page(7) + 7 * 4),
           pte((uint32_t)vm_leaf, PTE_VRW | PTE_A));
    /* The store's own walk sets D before the store overwrites entry 8. */
    vm_store(S, vm_page(7) + 8 * 4, pte(frame_pa(3), PTE_V | PTE_R));
    EXPECT(vm_leaf[7], pte((uint32_t)vm_leaf, PTE_VRW | PTE_AD));
    *frame_words(3) = 0x3333;
    sfence_all();
    EXPECT(vm_load(S, vm_page(8)), 0x3333);
    /* Overwriting its own entry takes effect at the fence. */
    vm_store(S, vm_page(7) + 7 * 4, pte(frame_pa(3), PTE_V | PTE_R));
    sfence_all();
    EXPECT(vm_load(S, vm_page(7)), 0x3333);
    EXPECT(vm_leaf[7], pte(frame_pa(3), PTE_V | PTE_R | PTE_A));
}

CASE(aliases_share_their_memory)
{
    vm_on(0);
    vm_map(1, frame_pa(0), URW);
    vm_map(2, frame_pa(0), PTE_V | PTE_R | PTE_U);
    vm_map(3, frame_pa(0), PTE_V | PTE_X | PTE_U);
    vm_store(U, vm_page(1), 0x00734529); /* c.li a0, 10; ecall */
    vm_store(U, vm_page(1) + 4, 0);
    fence_i();
    EXPECT(vm_load(U, vm_page(2)), 0x00734529);
    EXPECT(vm_run(U, stub_call, vm_page(3), 0)->x[10], 10);
    vm_store(U, vm_page(1), 0x0073452d); /* c.li a0, 11; ecall */
    fence_i();
    EXPECT(vm_load(U, vm_page(2)), 0x0073452d);
    EXPECT(vm_run(U, stub_call, vm_page(3), 0)->x[10], 11);
}
