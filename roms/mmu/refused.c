/*
 * A and D belong to accesses that happen: one that another page, the PMP or
 * the memory map refuses sets neither, wherever in the access the refusal is,
 * and the next good access sets them without a fence. Row 71 of the list of
 * corner cases.
 */
#include "roms/lib/vm.h"

NEEDS_PMP;

#define FLAGS(i) (vm_leaf[i] & 0x3ff)
#define RW PTE_VRW
#define NOWHERE 0x40000000u /* no memory, no device */

STUB(do_amo, "amoadd.w a0, a1, (a0)");
STUB(do_lr_sc, "lr.w a2, (a0)\n sc.w a0, a1, (a0)");

/* Stores and loads the word that ends 2 bytes into page 2. */
static void expect_crossing_refused(uint32_t load_cause, uint32_t store_cause)
{
    const uint32_t va = vm_page(2) - 2;

    EXPECT_TRAP(vm_run(S, stub_sw, va, 5), store_cause, stub_sw, vm_page(2));
    EXPECT(FLAGS(1), RW);
    EXPECT_TRAP(vm_run(S, stub_lw, va, 0), load_cause, stub_lw, vm_page(2));
    EXPECT(FLAGS(1), RW);
}

CASE(a_bad_second_page_leaves_the_first_alone)
{
    vm_on(0);
    vm_map(1, frame_pa(0), RW);
    expect_crossing_refused(CAUSE_LOAD_PAGE, CAUSE_STORE_PAGE);
    vm_map(2, NOWHERE, RW);
    expect_crossing_refused(CAUSE_LOAD_ACCESS, CAUSE_STORE_ACCESS);
    EXPECT(FLAGS(2), RW);
}

CASE(a_page_fault_comes_before_the_other_pages_access_fault)
{
    vm_on(0);
    vm_map(1, NOWHERE, RW);
    expect_crossing_refused(CAUSE_LOAD_PAGE, CAUSE_STORE_PAGE);
    vm_map(1, 0, 0);
    vm_map(2, NOWHERE, RW);
    EXPECT_TRAP(vm_run(S, stub_lw, vm_page(2) - 2, 0), CAUSE_LOAD_PAGE, stub_lw,
                vm_page(2) - 2);
}

CASE(a_bad_first_page_leaves_the_second_alone)
{
    vm_on(0);
    vm_map(1, NOWHERE, RW);
    vm_map(2, frame_pa(0), RW);
    EXPECT(vm_run(S, stub_sw, vm_page(2) - 2, 5)->cause, CAUSE_STORE_ACCESS);
    EXPECT(FLAGS(1), RW);
    EXPECT(FLAGS(2), RW);
}

CASE(the_next_good_access_sets_them_without_a_fence)
{
    vm_on(0);
    vm_map(1, frame_pa(0), RW);
    expect_crossing_refused(CAUSE_LOAD_PAGE, CAUSE_STORE_PAGE);
    vm_load(S, vm_page(1));
    EXPECT(FLAGS(1), RW | PTE_A);
    vm_store(S, vm_page(1), 1);
    EXPECT(FLAGS(1), RW | PTE_AD);
    vm_map(2, frame_pa(1), RW);
    EXPECT_DONE(vm_run(S, stub_sw, vm_page(2) - 2, 5), S);
    EXPECT(FLAGS(2), RW | PTE_AD);
}

CASE(what_has_no_memory_sets_nothing)
{
    vm_on(0);
    vm_map(1, NOWHERE, PTE_VRWX);
    EXPECT(vm_run(S, stub_lw, vm_page(1), 0)->cause, CAUSE_LOAD_ACCESS);
    EXPECT(vm_run(S, stub_sw, vm_page(1), 0)->cause, CAUSE_STORE_ACCESS);
    EXPECT(vm_run(S, stub_call, vm_page(1), 0)->cause, CAUSE_FETCH_ACCESS);
    EXPECT(FLAGS(1), PTE_VRWX);
}

CASE(what_pmp_refuses_sets_nothing)
{
    vm_on(0);
    vm_map(1, frame_pa(3), PTE_VRWX);
    pmp_set(1, PMP_NAPOT | PMP_RWX, ~0u);
    pmp_set(0, PMP_NAPOT, pmp_napot(frame_pa(3), PAGE_SIZE));
    EXPECT(vm_run(S, stub_lw, vm_page(1), 0)->cause, CAUSE_LOAD_ACCESS);
    EXPECT(vm_run(S, stub_sw, vm_page(1), 0)->cause, CAUSE_STORE_ACCESS);
    EXPECT(vm_run(S, stub_call, vm_page(1), 0)->cause, CAUSE_FETCH_ACCESS);
    EXPECT(FLAGS(1), PTE_VRWX);
}

CASE(atomics_to_a_device_set_nothing)
{
    vm_on(0);
    vm_map(1, CLINT_BASE, RW);
    EXPECT(vm_run(S, do_amo, vm_page(1), 1)->cause, CAUSE_STORE_ACCESS);
    EXPECT(vm_run(S, do_lr_sc, vm_page(1), 1)->cause, CAUSE_LOAD_ACCESS);
    EXPECT(FLAGS(1), RW);
    vm_load(S, vm_page(1));
    EXPECT(FLAGS(1), RW | PTE_A);
}

CASE(a_size_that_the_device_refuses_sets_nothing)
{
    vm_on(0);
    vm_map(1, CLINT_BASE, RW);
    EXPECT(vm_run(S, stub_sb, vm_page(1), 1)->cause, CAUSE_STORE_ACCESS);
    EXPECT(FLAGS(1), RW);
}
