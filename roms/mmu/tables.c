/*
 * Shapes of the tree: megapages, pointers, the reserved bits RSW. Rows 66, 67,
 * 68, 69, 89 of the list of corner cases.
 */
#include "roms/lib/vm.h"

#define MEGA (vm_root[VM_TEST >> 22])

CASE(a_megapage_maps_four_mib)
{
    vm_on(0);
    *word_at(0x80801004) = 0x11;
    *word_at(0x80bffffc) = 0x22;
    MEGA = pte(0x80800000, PTE_VRW | PTE_AD);
    sfence_all();
    EXPECT(vm_load(S, VM_TEST + 0x1004), 0x11);
    EXPECT(vm_load(S, VM_TEST + 0x3ffffc), 0x22);
    vm_store(S, VM_TEST + 0x2000, 0x33);
    EXPECT(*word_at(0x80802000), 0x33);
    EXPECT(vm_run(S, stub_lw, VM_TEST + 0x400000, 0)->cause, CAUSE_LOAD_PAGE);
}

CASE(a_misaligned_megapage_faults_for_every_access)
{
    vm_on(0);
    for (uint32_t bit = 10; bit < 20; bit++) {
        MEGA = pte(0x80800000, PTE_VRWX | PTE_AD) | 1u << bit;
        sfence_all();
        EXPECT_TRAP(vm_run(S, stub_lw, VM_TEST, 0), CAUSE_LOAD_PAGE, stub_lw,
                    VM_TEST);
        EXPECT_TRAP(vm_run(S, stub_sw, VM_TEST, 0), CAUSE_STORE_PAGE, stub_sw,
                    VM_TEST);
        EXPECT_TRAP(vm_run(S, stub_call, VM_TEST, 0), CAUSE_FETCH_PAGE, VM_TEST,
                    VM_TEST);
    }
}

CASE(a_write_only_megapage_is_reserved)
{
    vm_on(0);
    for (unsigned x = 0; x < 2; x++) {
        MEGA = pte(0x80800000, PTE_V | PTE_W | (x ? PTE_X : 0) | PTE_AD);
        sfence_all();
        EXPECT(vm_run(S, stub_lw, VM_TEST, 0)->cause, CAUSE_LOAD_PAGE);
        EXPECT(vm_run(S, stub_sw, VM_TEST, 0)->cause, CAUSE_STORE_PAGE);
    }
}

CASE(a_pointer_at_the_last_level_faults)
{
    vm_on(0);
    vm_map(0, frame_pa(0), PTE_V);
    EXPECT_TRAP(vm_run(S, stub_lw, vm_page(0), 0), CAUSE_LOAD_PAGE, stub_lw,
                vm_page(0));
}

CASE(invalid_entries_fault_at_both_levels_whatever_else_they_say)
{
    vm_on(0);
    vm_map(0, frame_pa(0), (PTE_VRWX | PTE_AD) & ~PTE_V);
    EXPECT(vm_run(S, stub_sw, vm_page(0), 0)->cause, CAUSE_STORE_PAGE);
    MEGA &= ~PTE_V;
    sfence_all();
    EXPECT(vm_run(S, stub_lw, vm_page(0), 0)->cause, CAUSE_LOAD_PAGE);
}

CASE(the_software_bits_mean_nothing)
{
    vm_on(0);
    *frame_words(0) = 0x77;
    vm_map(0, frame_pa(0), PTE_V | PTE_R | PTE_AD | 3u << 8);
    MEGA |= 3u << 8;
    EXPECT(vm_load(S, vm_page(0)), 0x77);
}

CASE(splitting_a_megapage_gives_one_or_the_other)
{
    vm_on(0);
    *word_at(0x80805000) = 0x11;
    *frame_words(0) = 0x22;
    const uint32_t pointer = MEGA;

    MEGA = pte(0x80800000, PTE_VRW | PTE_AD);
    sfence_all();
    EXPECT(vm_load(S, vm_page(5)), 0x11);
    vm_map(5, frame_pa(0), PTE_VRW | PTE_AD);
    MEGA = pointer;
    const uint32_t seen = vm_load(S, vm_page(5));

    EXPECT_TRUE(seen == 0x11 || seen == 0x22);
    sfence_all();
    EXPECT(vm_load(S, vm_page(5)), 0x22);
}
