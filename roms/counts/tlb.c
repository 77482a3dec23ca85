/*
 * Lookups, misses and walks of the TLBs, derived on paper. The machine has a
 * data TLB of 4 entries, fully associative, a second level of 16 in 4 ways,
 * both lru (roms/options.tsv). M-mode does not translate, so whatever is
 * counted around a stub is the stub's own. Rows 83, 84, 86 and 128 of the
 * list of corner cases.
 */
#include "roms/lib/hpm.h"
#include "roms/lib/vm.h"

MADE_FOR("-cache l1i=4K:4:64,l1d=4K:4:64,l2=16K:4:64 -tlb i=4,d=4,l2=16:4");

#define RW (PTE_VRW | PTE_AD)

/* One load from each of a2 places, a1 bytes apart, from a0 on. */
STUB(touch, "1: lw t0, 0(a0)\n add a0, a0, a1\n addi a2, a2, -1\n"
            "bnez a2, 1b");
STUB(store, "sw a0, 0(a0)");
STUB(fence_all, "sfence.vma");
STUB(fence_va, "sfence.vma a0");
STUB(fence_asid, "sfence.vma zero, a1");
STUB(fence_va_asid, "sfence.vma a0, a1");
STUB(store_conditional, "sc.w a1, a1, (a0)");
STUB(amo, "amoadd.w a1, a1, (a0)");

static const uint32_t events[] = {HPM_DTLB_ACCESS, HPM_DTLB_MISS,
                                  HPM_L2TLB_MISS, HPM_WALK_READ,
                                  HPM_WALK_UPDATE};

/* Expects that what runs between begin() and this looked the data TLB up
 * `lookups` times and missed in it `misses` times, that `walks` of these
 * missed in the second level too and read `reads` entries. */
#define EXPECT_COUNTS(lookups, misses, walks, reads)                           \
    do {                                                                       \
        EXPECT(hpm_since(0), lookups);                                         \
        EXPECT(hpm_since(1), misses);                                          \
        EXPECT(hpm_since(2), walks);                                           \
        EXPECT(hpm_since(3), reads);                                           \
    } while (0)

/* The stubs' own page is in the TLBs by then, for every address space. */
static void begin(void)
{
    EXPECT_DONE(rom_run(S, stub_ecall, 0, 0, 0), S);
    hpm_begin(events, sizeof(events) / sizeof(events[0]));
}

static void space_on(void)
{
    vm_on(1);
    vm_root[DRAM_BASE >> 22] |= PTE_G;
}

/* Pages 0 to 31 of VM_TEST, all to frame 0, and nothing in the TLBs. */
static void map_pages(uint32_t flags)
{
    space_on();
    for (unsigned i = 0; i < 32; i++)
        vm_map(i, frame_pa(0), flags);
    sfence_all();
    begin();
}

static void touch_pages(unsigned first, unsigned n)
{
    EXPECT_DONE(rom_run(S, touch, vm_page(first), PAGE_SIZE, n), S);
}

CASE(the_first_level_reaches_as_far_as_it_has_entries)
{
    map_pages(RW);
    touch_pages(0, 4);
    EXPECT_COUNTS(4, 4, 4, 8);
    begin();
    for (unsigned round = 0; round < 10; round++)
        touch_pages(0, 4);
    EXPECT_COUNTS(40, 0, 0, 0);
}

CASE(one_page_more_misses_every_time)
{
    /* Least recently used: the page that comes next has just gone. */
    map_pages(RW);
    touch_pages(0, 5);
    EXPECT_COUNTS(5, 5, 5, 10);
    begin();
    for (unsigned round = 0; round < 10; round++)
        touch_pages(0, 5);
    EXPECT_COUNTS(50, 50, 0, 0);
}

CASE(the_second_level_overflows_set_by_set)
{
    /* 16 pages fill 4 sets of 4. The 17th shares set 0 with 4 others: these
     * five take each other's place, the 12 in the other sets stay. */
    map_pages(RW);
    touch_pages(0, 16);
    EXPECT_COUNTS(16, 16, 16, 32);
    begin();
    touch_pages(0, 16);
    EXPECT_COUNTS(16, 16, 0, 0);
    touch_pages(0, 17);
    begin();
    touch_pages(0, 17);
    EXPECT_COUNTS(17, 17, 5, 10);
}

CASE(a_megapage_is_one_entry_of_the_first_level)
{
    space_on();
    vm_root[VM_TEST >> 22] = pte(0x80800000, RW);
    sfence_all();
    begin();
    touch_pages(0, 32);
    EXPECT_COUNTS(32, 1, 1, 1);
}

CASE(the_second_level_takes_a_megapage_in_pieces)
{
    space_on();
    vm_root[VM_TEST >> 22] = pte(0x80800000, RW);
    vm_root[(VM_TEST >> 22) + 1] = pte((uint32_t)vm_leaf, PTE_V);
    for (unsigned i = 0; i < 4; i++)
        vm_map(i, frame_pa(0), RW);
    sfence_all();
    touch_pages(0, 1);    /* the megapage, whole; its page 0 below */
    touch_pages(1024, 4); /* four pages drive it out of the first level */
    begin();
    touch_pages(0, 1); /* the piece */
    EXPECT_COUNTS(1, 1, 0, 0);
    begin();
    touch_pages(1, 1); /* no part of that piece */
    EXPECT_COUNTS(1, 1, 1, 1);
}

CASE(address_spaces_have_entries_of_their_own)
{
    map_pages(RW);
    touch_pages(0, 2);
    vm_switch(vm_root, 2);
    begin();
    touch_pages(0, 2);
    EXPECT_COUNTS(2, 2, 2, 4);
    vm_switch(vm_root, 1);
    begin();
    touch_pages(0, 2);
    EXPECT_COUNTS(2, 0, 0, 0);
}

CASE(global_pages_serve_every_address_space)
{
    map_pages(RW | PTE_G);
    touch_pages(0, 3);
    vm_switch(vm_root, 2);
    begin();
    touch_pages(0, 3);
    EXPECT_COUNTS(3, 0, 0, 0);
}

CASE(a_global_pointer_makes_its_pages_global)
{
    map_pages(RW);
    vm_root[VM_TEST >> 22] |= PTE_G;
    sfence_all();
    touch_pages(0, 3);
    vm_switch(vm_root, 2);
    begin();
    touch_pages(0, 3);
    EXPECT_COUNTS(3, 0, 0, 0);
}

/* Pages 0 and 1 of ASID 1, page 1 of ASID 2, and global page 2 are in the TLB;
 * ASID 1 is current. */
static void fill_for_fences(void)
{
    map_pages(RW);
    vm_map(2, frame_pa(0), RW | PTE_G);
    touch_pages(0, 3);
    vm_switch(vm_root, 2);
    touch_pages(1, 1);
    vm_switch(vm_root, 1);
}

/* The misses of each of the four entries after a fence. */
static void expect_gone(bool page0, bool page1, bool other1, bool global)
{
    begin();
    touch_pages(0, 1);
    EXPECT(hpm_since(1), page0);
    touch_pages(1, 1);
    EXPECT(hpm_since(1), page0 + page1);
    touch_pages(2, 1);
    EXPECT(hpm_since(1), page0 + page1 + global);
    vm_switch(vm_root, 2);
    touch_pages(1, 1);
    EXPECT_COUNTS(4, page0 + page1 + global + other1,
                  page0 + page1 + global + other1,
                  2 * (page0 + page1 + global + other1));
}

CASE(a_fence_of_everything)
{
    fill_for_fences();
    rom_run(S, fence_all, 0, 0, 0);
    expect_gone(true, true, true, true);
}

CASE(a_fence_of_an_address_is_for_all_spaces)
{
    fill_for_fences();
    rom_run(S, fence_va, vm_page(1), 0, 0);
    expect_gone(false, true, true, false);
}

CASE(a_fence_of_an_address_takes_global_pages_too)
{
    fill_for_fences();
    rom_run(S, fence_va, vm_page(2) + 0xabc, 0, 0);
    expect_gone(false, false, false, true);
}

CASE(a_fence_of_a_space_keeps_global_pages)
{
    fill_for_fences();
    rom_run(S, fence_asid, 0, 1, 0);
    expect_gone(true, true, false, false);
}

CASE(a_fence_of_both_takes_one_entry)
{
    fill_for_fences();
    rom_run(S, fence_va_asid, vm_page(1), 2, 0);
    expect_gone(false, false, true, false);
}

CASE(a_fence_of_an_address_in_a_megapage_takes_all_of_it)
{
    space_on();
    vm_root[VM_TEST >> 22] = pte(0x80800000, RW);
    sfence_all();
    touch_pages(0, 4);
    rom_run(S, fence_va, vm_page(700), 0, 0);
    begin();
    touch_pages(0, 4);
    EXPECT_COUNTS(4, 1, 1, 1);
}

CASE(a_store_through_a_clean_entry_walks_again_without_a_lookup)
{
    map_pages(PTE_VRW | PTE_A);
    touch_pages(0, 1);
    begin();
    EXPECT_DONE(rom_run(S, store, vm_page(0), 0, 0), S);
    EXPECT_COUNTS(1, 0, 0, 2);
    EXPECT(hpm_since(4), 1);
    begin();
    EXPECT_DONE(rom_run(S, store, vm_page(0), 0, 0), S);
    EXPECT_COUNTS(1, 0, 0, 0);
}

CASE(a_page_crossing_access_looks_up_both_pages)
{
    map_pages(RW);
    EXPECT_DONE(rom_run(S, touch, vm_page(1) - 2, 0, 1), S);
    EXPECT_COUNTS(2, 2, 2, 4);
}

CASE(a_refused_access_was_looked_up)
{
    map_pages(RW);
    vm_map(0, frame_pa(0), PTE_V | PTE_R | PTE_AD);
    touch_pages(0, 1);
    begin();
    EXPECT(rom_run(S, store, vm_page(0), 0, 0)->cause, CAUSE_STORE_PAGE);
    EXPECT_COUNTS(1, 0, 0, 0);
}

CASE(a_failing_walk_is_not_remembered)
{
    map_pages(0);
    for (unsigned i = 0; i < 3; i++) {
        begin();
        EXPECT(rom_run(S, touch, vm_page(0), 0, 1)->cause, CAUSE_LOAD_PAGE);
        EXPECT_COUNTS(1, 1, 1, 2);
    }
}

CASE(an_amo_is_one_lookup_and_a_failing_sc_none)
{
    map_pages(RW);
    EXPECT_DONE(rom_run(S, amo, vm_page(0), 0, 0), S);
    EXPECT_COUNTS(1, 1, 1, 2);
    begin();
    EXPECT_DONE(rom_run(S, store_conditional, vm_page(0), 0, 0), S);
    EXPECT_COUNTS(0, 0, 0, 0);
}

CASE(without_translation_there_is_no_lookup)
{
    map_pages(RW);
    EXPECT_DONE(rom_run(M, touch, frame_pa(0), 4, 100), M);
    EXPECT_COUNTS(0, 0, 0, 0);
}
