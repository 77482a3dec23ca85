/*
 * SFENCE.VMA is the hart's own: other harts keep their translations, stale
 * ones too, until they fence themselves. It needs a TLB that keeps them.
 */
#include "roms/lib/vm.h"

NEEDS("-smp 2 -tlb i=32,d=32,l2=none", rom_has_harts, 2);

#define RW (PTE_VRW | PTE_AD)

/* Loads from a0, sets the word at a1 to 1, waits until it is 2; loads again,
 * fences, and loads a third time: t0, t1, t2. */
STUB(stub_watch, "lw t0, 0(a0)\n"
                 "li t1, 1\n"
                 "sw t1, 0(a1)\n"
                 "1: lw t1, 0(a1)\n"
                 "addi t1, t1, -2\n"
                 "bnez t1, 1b\n"
                 "fence\n"
                 "lw t1, 0(a0)\n"
                 "sfence.vma\n"
                 "lw t2, 0(a0)");

static volatile uint32_t step;

static void watch(uint32_t arg)
{
    const struct trap *t;

    (void)arg;
    vm_switch(vm_root, 0);
    sfence_all();
    t = vm_run(S, stub_watch, vm_page(1), (uint32_t)&step);
    EXPECT_DONE(t, S);
    EXPECT(t->x[5], 0x100);
    EXPECT(t->x[6], 0x100);
    EXPECT(t->x[7], 0x101);
}

/* Hart 1 watches page 1 while hart 0 moves it and fences. */
static void move_page(bool by_address)
{
    step = 0;
    vm_on(0);
    *frame_words(0) = 0x100;
    *frame_words(1) = 0x101;
    vm_map(1, frame_pa(0), RW);
    hart_call(1, watch, 0);
    WAIT_FOR(step == 1);
    EXPECT(vm_load(S, vm_page(1)), 0x100);
    vm_map(1, frame_pa(1), RW);
    fence();
    if (by_address)
        __asm__ volatile("sfence.vma %0, x0" ::"r"(vm_page(1)) : "memory");
    else
        sfence_all();
    EXPECT(vm_load(S, vm_page(1)), 0x101);
    step = 2;
    hart_join(1);
}

CASE(a_full_fence_leaves_the_other_hart_its_translation)
{
    move_page(false);
}

CASE(a_fence_by_address_leaves_the_other_hart_its_translation)
{
    move_page(true);
}
