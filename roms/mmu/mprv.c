/*
 * MPRV, and that changes of mode and status need no fence. Rows 78, 79, 80 and
 * 81 of the list of corner cases.
 */
#include "roms/lib/vm.h"

/* a0 = va, a1 = mstatus for the access. */
STUB(mprv_load, "csrw mstatus, a1\n lw a0, 0(a0)\n csrw mstatus, x0");
STUB(mprv_store, "csrw mstatus, a1\n sw a2, 0(a0)\n csrw mstatus, x0");
/* As S: SUM on, load, SUM off, load. */
STUB(sum_toggle, "li t0, 0x40000\n csrs sstatus, t0\n lw a1, 0(a0)\n"
                 "csrc sstatus, t0\n lw a2, 0(a0)");

#define AS(mode) (MSTATUS_MPRV | (uint32_t)(mode) << MSTATUS_MPP_SHIFT)

static const struct trap *load_as(uint32_t status, uint32_t va)
{
    return rom_run(M, mprv_load, va, status, 0);
}

CASE(mprv_translates_with_mpps_rights)
{
    vm_on(0);
    *frame_words(0) = 0xabc;
    vm_map(1, frame_pa(0), PTE_VRW | PTE_U | PTE_AD);
    vm_map(2, frame_pa(0), PTE_VRW | PTE_AD);
    EXPECT(load_as(AS(U), vm_page(1))->x[10], 0xabc);
    EXPECT(load_as(AS(S), vm_page(2))->x[10], 0xabc);
    EXPECT(load_as(AS(U), vm_page(2))->cause, CAUSE_LOAD_PAGE);
    EXPECT(load_as(AS(S), vm_page(1))->cause, CAUSE_LOAD_PAGE);
    EXPECT(load_as(AS(S) | MSTATUS_SUM, vm_page(1))->x[10], 0xabc);
    EXPECT(load_as(AS(U) | MSTATUS_SUM, vm_page(2))->cause, CAUSE_LOAD_PAGE);
}

CASE(mprv_with_mpp_m_does_not_translate)
{
    vm_on(0);
    *frame_words(0) = 0xdef;
    EXPECT(load_as(AS(M), frame_pa(0))->x[10], 0xdef);
    EXPECT(load_as(AS(M), vm_page(1))->cause, CAUSE_LOAD_ACCESS);
}

CASE(fetches_ignore_mprv)
{
    /* The stub itself is at an address that U cannot fetch. */
    vm_on(0);
    vm_map(1, frame_pa(0), PTE_VRW | PTE_U | PTE_AD);
    const struct trap *t = load_as(AS(U), vm_page(1));
    EXPECT_DONE(t, M);
}

CASE(stores_obey_it_too)
{
    vm_on(0);
    vm_map(1, frame_pa(0), PTE_V | PTE_R | PTE_U | PTE_AD);
    const struct trap *t = rom_run(M, mprv_store, vm_page(1), AS(U), 5);
    EXPECT(t->cause, CAUSE_STORE_PAGE);
    EXPECT(t->tval, vm_page(1));
    vm_map(1, frame_pa(0), PTE_VRW | PTE_U | PTE_AD);
    sfence_all();
    EXPECT_DONE(rom_run(M, mprv_store, vm_page(1), AS(U), 5), M);
    EXPECT(*frame_words(0), 5);
}

CASE(mxr_counts_for_mprv)
{
    vm_on(0);
    *frame_words(0) = 0x321;
    vm_map(1, frame_pa(0), PTE_V | PTE_X | PTE_U | PTE_AD);
    EXPECT(load_as(AS(U), vm_page(1))->cause, CAUSE_LOAD_PAGE);
    EXPECT(load_as(AS(U) | MSTATUS_MXR, vm_page(1))->x[10], 0x321);
    EXPECT(load_as(AS(U), vm_page(1))->cause, CAUSE_LOAD_PAGE);
}

CASE(mode_and_mprv_change_without_a_fence)
{
    vm_on(0);
    const uint32_t pa = frame_pa(0);

    *frame_words(0) = 0x11;
    *frame_words(1) = 0x22;
    vm_map(1, frame_pa(1), PTE_VRW | PTE_AD);
    for (unsigned round = 0; round < 3; round++) {
        EXPECT(vm_load(S, pa), 0x11);
        EXPECT(*word_at(pa), 0x11);
        EXPECT(vm_run(U, stub_lw, pa, 0)->cause, CAUSE_LOAD_PAGE);
        EXPECT(load_as(AS(S), vm_page(1))->x[10], 0x22);
        EXPECT(load_as(AS(U), vm_page(1))->cause, CAUSE_LOAD_PAGE);
        EXPECT(load_as(AS(M), vm_page(1))->cause, CAUSE_LOAD_ACCESS);
    }
}

CASE(sum_changes_without_a_fence)
{
    vm_on(0);
    *frame_words(0) = 0x11;
    vm_map(1, frame_pa(0), PTE_VRW | PTE_U | PTE_AD);
    for (unsigned round = 0; round < 3; round++) {
        const struct trap *t = vm_run(S, sum_toggle, vm_page(1), 0);

        EXPECT(t->cause, CAUSE_LOAD_PAGE);
        EXPECT(t->x[11], 0x11);
        EXPECT(t->x[12], 0);
    }
}

CASE(going_bare_and_back_needs_no_fence_for_bare)
{
    /* VM_TEST's page maps frame 0; bare, that address is nothing. */
    vm_on(0);
    *frame_words(0) = 0x11;
    vm_map(1, frame_pa(0), PTE_VRW | PTE_AD);
    EXPECT(vm_load(S, vm_page(1)), 0x11);
    csr_write(satp, 0);
    EXPECT(rom_run(S, stub_lw, vm_page(1), 0, 0)->cause, CAUSE_LOAD_ACCESS);
    EXPECT(rom_run(S, stub_lw, frame_pa(0), 0, 0)->x[10], 0x11);
    vm_switch(vm_root, 0);
    EXPECT(vm_load(S, vm_page(1)), 0x11);
}
