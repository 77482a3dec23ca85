/*
 * Memory beyond 4 GiB, on a machine that has it (5 GiB): pages, megapages,
 * tables and code there. Row 73 of the list of corner cases.
 */
#include "roms/lib/vm.h"

#define RWX (PTE_VRWX | PTE_AD)
#define FOUR_GIB_PPN 0x100000u
#define LAST_PAGE 0x1bffffu /* DRAM ends at 2 GiB + 5 GiB */

/* Page number i from 4 GiB + 16 MiB on, all of it memory. */
static uint32_t high_pte(uint32_t i, uint32_t flags)
{
    return (FOUR_GIB_PPN + 0x1000 + i) << 10 | flags;
}

/* Maps VM_TEST's page n to high page i. */
static void map_high(unsigned n, uint32_t i)
{
    vm_leaf[n] = high_pte(i, RWX);
}

static bool has_5_gib(uint32_t last_page)
{
    vm_on(0);
    vm_leaf[1] = last_page << 10 | RWX;
    return vm_run(S, stub_lw, vm_page(1), 0)->cause == CAUSE_ECALL_S;
}

NEEDS_PMP;
NEEDS("-m 5G", has_5_gib, LAST_PAGE);

CASE(a_page_there_is_not_the_one_four_gib_below)
{
    vm_on(0);
    map_high(1, 0);
    vm_leaf[2] = 0x1000u << 10 | RWX; /* PA 16 MiB: nothing */
    vm_store(S, vm_page(1), 0x12345678);
    vm_store(S, vm_page(1) + 4092, 0x9abcdef0);
    EXPECT(vm_load(S, vm_page(1)), 0x12345678);
    EXPECT(vm_load(S, vm_page(1) + 4092), 0x9abcdef0);
    EXPECT(vm_run(S, stub_lw, vm_page(2), 0)->cause, CAUSE_LOAD_ACCESS);
}

CASE(aliases_by_pages_and_megapages_agree)
{
    vm_on(0);
    map_high(1, 3);
    vm_root[(VM_TEST >> 22) + 1] = high_pte(0, RWX);
    sfence_all();
    vm_store(S, vm_page(1) + 8, 0x77);
    EXPECT(vm_load(S, VM_TEST + MEGAPAGE_SIZE + 3 * PAGE_SIZE + 8), 0x77);
}

CASE(code_runs_there)
{
    vm_on(0);
    map_high(1, 1);
    vm_store(S, vm_page(1), 0x00734525); /* c.li a0, 9; ecall */
    vm_store(S, vm_page(1) + 4, 0);
    fence_i();
    EXPECT(vm_run(S, stub_call, vm_page(1), 0)->x[10], 9);
}

CASE(accesses_cross_from_page_to_page_there)
{
    vm_on(0);
    map_high(1, 2);
    map_high(2, 7);
    vm_store(S, vm_page(2) - 2, 0x44332211);
    EXPECT(vm_load(S, vm_page(2) - 2), 0x44332211);
    EXPECT(vm_load(S, vm_page(2)) & 0xffff, 0x4433);
}

CASE(tables_work_there)
{
    /* Page 1 is the new table, seen through the old one. */
    vm_on(0);
    map_high(1, 4);
    *frame_words(0) = 0x55;
    vm_store(S, vm_page(1) + 4 * 5, pte(frame_pa(0), PTE_VRW));
    vm_root[(VM_TEST >> 22) + 1] = high_pte(4, PTE_V);
    sfence_all();
    EXPECT(vm_load(S, VM_TEST + MEGAPAGE_SIZE + 5 * PAGE_SIZE), 0x55);
    EXPECT(vm_load(S, vm_page(1) + 4 * 5), pte(frame_pa(0), PTE_VRW | PTE_A));
    vm_store(S, VM_TEST + MEGAPAGE_SIZE + 5 * PAGE_SIZE, 0x66);
    EXPECT(vm_load(S, vm_page(1) + 4 * 5), pte(frame_pa(0), PTE_VRW | PTE_AD));
    EXPECT(*frame_words(0), 0x66);
}

STUB(lr_sc, "lr.w a2, (a0)\n sc.w a0, a1, (a0)");
STUB(do_amo, "amoadd.w a0, a1, (a0)");

CASE(atomics_work_there)
{
    vm_on(0);
    map_high(1, 5);
    vm_store(S, vm_page(1), 40);
    EXPECT(vm_run(S, do_amo, vm_page(1), 2)->x[10], 40);
    EXPECT(vm_run(S, lr_sc, vm_page(1), 7)->x[12], 42);
    EXPECT(vm_load(S, vm_page(1)), 7);
}

CASE(the_end_of_memory_is_where_it_should_be)
{
    vm_on(0);
    vm_leaf[1] = LAST_PAGE << 10 | RWX;
    vm_leaf[2] = (LAST_PAGE + 1) << 10 | RWX;
    vm_store(S, vm_page(1) + 4092, 5);
    EXPECT(vm_load(S, vm_page(1) + 4092), 5);
    EXPECT(vm_run(S, stub_lw, vm_page(2), 0)->cause, CAUSE_LOAD_ACCESS);
}

CASE(pmp_reaches_34_bits)
{
    vm_on(0);
    map_high(1, 6);
    pmp_set(7, PMP_NAPOT | PMP_RWX, ~0u);
    /* 4 GiB + 16 MiB + 6 pages, divided by 4. */
    pmp_set(0, PMP_NAPOT | PMP_R, (FOUR_GIB_PPN + 0x1000 + 6) << 10 | 511);
    EXPECT(vm_run(S, stub_lw, vm_page(1), 0)->cause, CAUSE_ECALL_S);
    EXPECT(vm_run(S, stub_sw, vm_page(1), 0)->cause, CAUSE_STORE_ACCESS);
    map_high(1, 7);
    sfence_all();
    EXPECT(vm_run(S, stub_sw, vm_page(1), 0)->cause, CAUSE_ECALL_S);
}
