/*
 * SFENCE.VMA in its four forms, ASIDs and global pages. Rows 82, 83, 84, 85,
 * 86 and 87 of the list of corner cases. Checked is what must hold; what may
 * hold without a fence is free. Our choice for 87: faults are not cached.
 */
#include "roms/lib/vm.h"

#define RW (PTE_VRW | PTE_AD)

static volatile uint32_t other_root[1024] __attribute__((aligned(4096)));
static volatile uint32_t other_leaf[1024] __attribute__((aligned(4096)));

/* A second space, which differs in VM_TEST alone. */
static void make_other(void)
{
    for (unsigned i = 0; i < 1024; i++) {
        other_root[i] = vm_root[i];
        other_leaf[i] = 0;
    }
    other_root[VM_TEST >> 22] = pte((uint32_t)other_leaf, PTE_V);
}

static void sfence_va(uint32_t va)
{
    __asm__ volatile("sfence.vma %0, x0" ::"r"(va) : "memory");
}

static void sfence_asid(uint32_t asid)
{
    __asm__ volatile("sfence.vma x0, %0" ::"r"(asid) : "memory");
}

static void sfence_va_asid(uint32_t va, uint32_t asid)
{
    __asm__ volatile("sfence.vma %0, %1" ::"r"(va), "r"(asid) : "memory");
}

static void label_frames(void)
{
    for (unsigned i = 0; i < 4; i++)
        *frame_words(i) = 0x100 + i;
}

CASE(the_full_fence_shows_a_changed_entry)
{
    vm_on(0);
    label_frames();
    vm_map(1, frame_pa(0), RW);
    EXPECT(vm_load(S, vm_page(1)), 0x100);
    vm_map(1, frame_pa(1), RW);
    sfence_all();
    EXPECT(vm_load(S, vm_page(1)), 0x101);
    vm_map(1, 0, 0);
    sfence_all();
    EXPECT(vm_run(S, stub_lw, vm_page(1), 0)->cause, CAUSE_LOAD_PAGE);
}

CASE(a_fence_by_address_shows_that_pages_entry_from_any_byte_of_it)
{
    vm_on(3);
    label_frames();
    vm_map(1, frame_pa(0), RW);
    vm_map(2, frame_pa(0), RW | PTE_G);
    vm_load(S, vm_page(1));
    vm_load(S, vm_page(2));
    vm_map(1, frame_pa(1), RW);
    vm_map(2, frame_pa(2), RW | PTE_G);
    sfence_va(vm_page(1) + 0xabd);
    sfence_va(vm_page(2) + 0xfff);
    EXPECT(vm_load(S, vm_page(1)), 0x101);
    EXPECT(vm_load(S, vm_page(2)), 0x102);
}

CASE(a_fence_by_address_reaches_the_megapage_that_holds_it)
{
    vm_on(0);
    label_frames();
    *word_at(0x80801000) = 0x55;
    const uint32_t pointer = vm_root[VM_TEST >> 22];

    vm_root[VM_TEST >> 22] = pte(0x80800000, RW);
    sfence_all();
    EXPECT(vm_load(S, vm_page(1)), 0x55);
    EXPECT(vm_load(S, vm_page(300)), *word_at(0x80800000 + 300 * PAGE_SIZE));
    vm_map(1, frame_pa(1), RW);
    vm_root[VM_TEST >> 22] = pointer;
    sfence_va(vm_page(1));
    EXPECT(vm_load(S, vm_page(1)), 0x101);
    sfence_va(vm_page(300));
    EXPECT(vm_run(S, stub_lw, vm_page(300), 0)->cause, CAUSE_LOAD_PAGE);
}

CASE(a_fence_by_address_reaches_pointers_too)
{
    vm_on(0);
    make_other();
    label_frames();
    vm_map(1, frame_pa(0), RW);
    other_leaf[1] = pte(frame_pa(1), RW);
    EXPECT(vm_load(S, vm_page(1)), 0x100);
    vm_root[VM_TEST >> 22] = pte((uint32_t)other_leaf, PTE_V);
    sfence_va(vm_page(1));
    EXPECT(vm_load(S, vm_page(1)), 0x101);
}

CASE(spaces_are_apart_by_asid_without_a_fence)
{
    vm_on(1);
    make_other();
    label_frames();
    vm_map(1, frame_pa(0), RW);
    other_leaf[1] = pte(frame_pa(1), RW);
    other_leaf[2] = pte(frame_pa(2), RW);
    for (unsigned round = 0; round < 3; round++) {
        vm_switch(vm_root, 1);
        EXPECT(vm_load(S, vm_page(1)), 0x100);
        EXPECT(vm_run(S, stub_lw, vm_page(2), 0)->cause, CAUSE_LOAD_PAGE);
        vm_switch(other_root, 0x101);
        EXPECT(vm_load(S, vm_page(1)), 0x101);
        EXPECT(vm_load(S, vm_page(2)), 0x102);
    }
}

CASE(a_fence_by_asid_shows_that_spaces_entries)
{
    vm_on(0x101);
    label_frames();
    vm_map(1, frame_pa(0), RW);
    EXPECT(vm_load(S, vm_page(1)), 0x100);
    vm_map(1, frame_pa(1), RW);
    sfence_asid(0x101);
    EXPECT(vm_load(S, vm_page(1)), 0x101);
    vm_map(1, frame_pa(2), RW);
    sfence_va_asid(vm_page(1), 0x101);
    EXPECT(vm_load(S, vm_page(1)), 0x102);
}

CASE(a_fence_by_asid_works_from_another_space)
{
    vm_on(1);
    make_other();
    label_frames();
    vm_map(1, frame_pa(0), RW);
    EXPECT(vm_load(S, vm_page(1)), 0x100);
    vm_switch(other_root, 2);
    vm_map(1, frame_pa(1), RW);
    sfence_asid(1);
    vm_switch(vm_root, 1);
    EXPECT(vm_load(S, vm_page(1)), 0x101);
}

CASE(global_pages_are_in_every_space)
{
    vm_on(1);
    make_other();
    label_frames();
    vm_map(1, frame_pa(0), RW | PTE_G);
    other_leaf[1] = pte(frame_pa(0), RW | PTE_G);
    EXPECT(vm_load(S, vm_page(1)), 0x100);
    vm_switch(other_root, 2);
    EXPECT(vm_load(S, vm_page(1)), 0x100);
    /* The full fence and the one by address drop global entries. */
    vm_map(1, frame_pa(1), RW | PTE_G);
    other_leaf[1] = pte(frame_pa(1), RW | PTE_G);
    sfence_va(vm_page(1));
    EXPECT(vm_load(S, vm_page(1)), 0x101);
    vm_switch(vm_root, 1);
    EXPECT(vm_load(S, vm_page(1)), 0x101);
}

CASE(a_register_that_holds_zero_is_not_x0)
{
    vm_on(0);
    label_frames();
    /* rs2 holds 0: ASID 0, which is this space. */
    vm_map(1, frame_pa(0), RW);
    EXPECT(vm_load(S, vm_page(1)), 0x100);
    vm_map(1, frame_pa(1), RW);
    sfence_asid(0);
    EXPECT(vm_load(S, vm_page(1)), 0x101);
    /* rs1 holds 0: page 0 alone, which must be fenced then. */
    vm_root[0] = pte((uint32_t)other_leaf, PTE_V);
    other_leaf[0] = pte(frame_pa(2), RW);
    sfence_all();
    EXPECT(vm_load(S, 0), 0x102);
    other_leaf[0] = pte(frame_pa(3), RW);
    sfence_va(0);
    EXPECT(vm_load(S, 0), 0x103);
}

CASE(no_operand_of_the_fence_traps)
{
    vm_on(0);
    sfence_va(~0u);
    sfence_asid(~0u);
    sfence_va_asid(0x12345679, 0xfffffe00);
    EXPECT_DONE(rom_exec(S, 0x12000073, 0, 0), S);
}

CASE(a_mapping_made_after_a_fault_is_seen_without_a_fence)
{
    vm_on(0);
    label_frames();
    EXPECT(vm_run(S, stub_lw, vm_page(1), 0)->cause, CAUSE_LOAD_PAGE);
    EXPECT(vm_run(S, stub_call, vm_page(2), 0)->cause, CAUSE_FETCH_PAGE);
    vm_map(1, frame_pa(1), RW);
    vm_put_code(frame_pa(2), 9);
    vm_map(2, frame_pa(2), PTE_VRWX | PTE_AD);
    EXPECT(vm_load(S, vm_page(1)), 0x101);
    EXPECT(vm_run(S, stub_call, vm_page(2), 0)->x[10], 9);
}

CASE(code_follows_its_mapping_after_a_fence)
{
    vm_on(0);
    vm_put_code(frame_pa(0), 1);
    vm_put_code(frame_pa(1), 2);
    for (unsigned round = 0; round < 4; round++) {
        vm_map(1, frame_pa(round & 1), PTE_V | PTE_X | PTE_AD);
        sfence_va(vm_page(1));
        EXPECT(vm_run(S, stub_call, vm_page(1), 0)->x[10], 1 + (round & 1));
    }
    vm_map(1, frame_pa(1), PTE_V | PTE_R | PTE_AD);
    sfence_va(vm_page(1));
    EXPECT(vm_run(S, stub_call, vm_page(1), 0)->cause, CAUSE_FETCH_PAGE);
}

/* The word at page 1 when satp goes from `from` to `to` with the same ASID and
 * no fence, and once more. */
static uint32_t load_after_switch(const volatile uint32_t *from,
                                  const volatile uint32_t *to)
{
    uint32_t word;

    vm_switch(from, 1);
    sfence_all();
    vm_load(S, vm_page(1));
    vm_switch(to, 1);
    word = vm_load(S, vm_page(1));
    EXPECT(vm_load(S, vm_page(1)), word);
    return word;
}

CASE(another_root_without_a_fence_shows_the_old_page_or_the_new)
{
    vm_on(1);
    make_other();
    label_frames();
    vm_map(1, frame_pa(0), RW);
    other_leaf[1] = pte(frame_pa(1), RW);
    const uint32_t there = load_after_switch(vm_root, other_root);
    const uint32_t back = load_after_switch(other_root, vm_root);

    EXPECT(there & ~1u, 0x100);
    EXPECT(back & ~1u, 0x100);
    EXPECT(load_after_switch(vm_root, other_root), there);
    EXPECT(load_after_switch(other_root, vm_root), back);
    vm_switch(other_root, 1);
    sfence_all();
    EXPECT(vm_load(S, vm_page(1)), 0x101);
}
