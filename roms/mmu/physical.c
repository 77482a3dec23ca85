/*
 * Physical addresses of 34 bits: what has no memory behind it is an access
 * fault, at 4 GiB and beyond too, and never wraps; tables may be there no more
 * than pages. A table in a device is refused. Rows 72, 73, 74, 75, 97, 98
 * and 119 of the list of corner cases.
 */
#include "roms/lib/vm.h"

NEEDS_PMP;

/* A PTE for a page number of 22 bits. */
static uint32_t pte_of_ppn(uint32_t ppn, uint32_t flags)
{
    return ppn << 10 | flags;
}

#define FOUR_GIB_PPN 0x100000u

static void expect_access_faults(uint32_t va)
{
    EXPECT_TRAP(vm_run(S, stub_lw, va, 0), CAUSE_LOAD_ACCESS, stub_lw, va);
    EXPECT_TRAP(vm_run(S, stub_sw, va, 0), CAUSE_STORE_ACCESS, stub_sw, va);
    EXPECT_TRAP(vm_run(S, stub_call, va, 0), CAUSE_FETCH_ACCESS, va, va);
}

CASE(a_page_beyond_four_gib_does_not_wrap)
{
    vm_on(0);
    vm_put_code(frame_pa(0), 1);
    for (uint32_t high = 1; high < 4; high++) {
        vm_leaf[1] = pte_of_ppn(high * FOUR_GIB_PPN + (frame_pa(0) >> 12),
                                PTE_VRWX | PTE_AD);
        sfence_all();
        expect_access_faults(vm_page(1));
    }
}

CASE(a_megapage_beyond_four_gib_does_not_wrap)
{
    vm_on(0);
    vm_root[VM_TEST >> 22] =
        pte_of_ppn(FOUR_GIB_PPN + (DRAM_BASE >> 12), PTE_VRWX | PTE_AD);
    sfence_all();
    expect_access_faults(VM_TEST + 0x1004);
}

CASE(a_table_beyond_four_gib_is_an_access_fault)
{
    vm_on(0);
    vm_map(1, frame_pa(0), PTE_VRWX | PTE_AD);
    vm_root[VM_TEST >> 22] =
        pte_of_ppn(FOUR_GIB_PPN + ((uint32_t)vm_leaf >> 12), PTE_V);
    sfence_all();
    expect_access_faults(vm_page(1) + 0x124);
}

CASE(a_root_beyond_four_gib_is_an_access_fault)
{
    vm_on(0);
    csr_write(satp, SATP_SV32 | (FOUR_GIB_PPN + ((uint32_t)vm_root >> 12)));
    sfence_all();
    /* The fetch of the stub fails first. */
    EXPECT_TRAP(vm_run(S, stub_lw, VM_TEST, 0), CAUSE_FETCH_ACCESS, stub_lw,
                stub_lw);
}

CASE(a_table_in_nothing_is_an_access_fault_of_the_accesss_kind)
{
    const uint32_t holes[] = {0, 0x0bf00000, 0x18000000,
                              DRAM_BASE + ROM_RAM_SIZE, 0xfffff000};

    vm_on(0);
    for (unsigned i = 0; i < sizeof(holes) / 4; i++) {
        vm_root[VM_TEST >> 22] = pte(holes[i], PTE_V);
        sfence_all();
        expect_access_faults(vm_page(1) + 0x84);
    }
}

CASE(a_table_in_a_device_is_an_access_fault_without_effect)
{
    /* A read of the UART's first word would take the byte that waits there;
     * of the PLIC's claim register, the interrupt. */
    const uint32_t devices[] = {UART_BASE, CLINT_BASE, FINISHER_BASE,
                                PLIC_BASE + PLIC_CONTEXT};

    vm_on(0);
    for (unsigned i = 0; i < sizeof(devices) / 4; i++) {
        vm_root[VM_TEST >> 22] = pte(devices[i], PTE_V);
        sfence_all();
        expect_access_faults(VM_TEST);
        expect_access_faults(vm_page(1) + 0x84);
    }
}

CASE(a_root_in_nothing_is_an_access_fault)
{
    vm_on(0);
    csr_write(satp, SATP_SV32 | 0x18000000 >> 12);
    sfence_all();
    EXPECT_TRAP(vm_run(S, stub_lw, VM_TEST, 0), CAUSE_FETCH_ACCESS, stub_lw,
                stub_lw);
}

CASE(a_store_across_the_end_of_memory_stores_nothing)
{
    const uint32_t end = DRAM_BASE + ROM_RAM_SIZE;

    *word_at(end - 4) = 0x44332211;
    EXPECT(rom_run(M, stub_sw, end - 2, ~0u, 0)->cause, CAUSE_STORE_ACCESS);
    EXPECT(*word_at(end - 4), 0x44332211);
}

CASE(an_access_half_in_a_device_is_refused_whole)
{
    /* Page 1 is memory, page 2 the UART, whose scratch register is 7. */
    vm_on(0);
    vm_map(1, frame_pa(0), PTE_VRW | PTE_AD);
    vm_map(2, UART_BASE, PTE_VRW | PTE_AD);
    frame_words(0)[1023] = 0x44332211;
    *byte_at(UART_BASE + 7) = 0x5a;
    EXPECT_TRAP(vm_run(S, stub_lw, vm_page(2) - 2, 0), CAUSE_LOAD_ACCESS,
                stub_lw, vm_page(2));
    EXPECT_TRAP(vm_run(S, stub_sw, vm_page(2) - 2, 0), CAUSE_STORE_ACCESS,
                stub_sw, vm_page(2));
    EXPECT(frame_words(0)[1023], 0x44332211);
    EXPECT(*byte_at(UART_BASE + 7), 0x5a);
}

CASE(a_and_d_need_the_right_to_write_the_table)
{
    /* PMP makes the last table readable alone. */
    vm_on(0);
    vm_map(1, frame_pa(0), PTE_VRW | PTE_AD);
    vm_map(2, frame_pa(0), PTE_VRW | PTE_A);
    vm_map(3, frame_pa(0), PTE_VRW);
    pmp_set(7, PMP_NAPOT | PMP_RWX, ~0u);
    pmp_set(0, PMP_NAPOT | PMP_R, pmp_napot((uint32_t)vm_leaf, 4096));
    vm_store(S, vm_page(1), 5);
    EXPECT(vm_load(S, vm_page(2)), 5);
    EXPECT_TRAP(vm_run(S, stub_sw, vm_page(2), 0), CAUSE_STORE_ACCESS, stub_sw,
                vm_page(2));
    EXPECT_TRAP(vm_run(S, stub_lw, vm_page(3), 0), CAUSE_LOAD_ACCESS, stub_lw,
                vm_page(3));
    EXPECT(vm_leaf[2], pte(frame_pa(0), PTE_VRW | PTE_A));
    EXPECT(vm_leaf[3], pte(frame_pa(0), PTE_VRW));
}

CASE(the_last_physical_page_is_nothing)
{
    vm_on(0);
    vm_leaf[1] = pte_of_ppn(0x3fffff, PTE_VRWX | PTE_AD);
    sfence_all();
    expect_access_faults(vm_page(1) + 0xffc);
}
