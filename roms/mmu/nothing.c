/*
 * Physical addresses below 4 GiB with nothing behind them. Row 119 of the list
 * of corner cases.
 */
#include "roms/lib/vm.h"

/* No device, no memory; VM_TEST's own number among them. */
static const uint32_t holes[] = {0x00000040, 0x0bf00000,
                                 0x18000000, DRAM_BASE + ROM_RAM_SIZE,
                                 VM_TEST,    0xfffff000};
#define HOLES (sizeof(holes) / 4)

static void expect_access_faults(enum mode mode, uint32_t va, uint32_t stubs)
{
    const uint32_t lw = stubs ? vm_stub(mode, stub_lw) : (uint32_t)stub_lw;
    const uint32_t sw = stubs ? vm_stub(mode, stub_sw) : (uint32_t)stub_sw;
    const uint32_t call =
        stubs ? vm_stub(mode, stub_call) : (uint32_t)stub_call;

    EXPECT_TRAP(rom_run(mode, (void *)lw, va, 0, 0), CAUSE_LOAD_ACCESS, lw, va);
    EXPECT_TRAP(rom_run(mode, (void *)sw, va, 0, 0), CAUSE_STORE_ACCESS, sw,
                va);
    EXPECT_TRAP(rom_run(mode, (void *)call, va, 0, 0), CAUSE_FETCH_ACCESS, va,
                va);
}

CASE(nothing_is_an_access_fault_in_every_mode)
{
    for (unsigned i = 0; i < HOLES; i++) {
        expect_access_faults(M, holes[i], 0);
        expect_access_faults(S, holes[i], 0);
        expect_access_faults(U, holes[i], 0);
    }
}

CASE(a_page_of_nothing_is_an_access_fault_with_its_virtual_address)
{
    vm_on(0);
    for (unsigned i = 0; i < HOLES; i++) {
        vm_map(1, holes[i], PTE_VRWX | PTE_U | PTE_AD);
        sfence_all();
        expect_access_faults(U, vm_page(1) + 0x84, 1);
    }
}
