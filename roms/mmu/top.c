/*
 * The last page of the address space. Rows 7 and 92 of the list of corner
 * cases.
 */
#include "roms/lib/vm.h"

static volatile uint32_t top_leaf[1024] __attribute__((aligned(4096)));
static volatile uint32_t zero_leaf[1024] __attribute__((aligned(4096)));

#define TOP 0xfffff000u
#define RWX (PTE_VRWX | PTE_AD)

/* Page TOP is frame 0, page 0 is frame 1. */
static void wrap_space(uint32_t flags_of_zero)
{
    vm_on(0);
    top_leaf[1023] = pte(frame_pa(0), RWX);
    zero_leaf[0] = pte(frame_pa(1), flags_of_zero);
    vm_root[1023] = pte((uint32_t)top_leaf, PTE_V);
    vm_root[0] = pte((uint32_t)zero_leaf, PTE_V);
    sfence_all();
}

CASE(the_last_page_is_like_any_other)
{
    wrap_space(RWX);
    frame_words(0)[1023] = 0x12345678;
    EXPECT(vm_load(S, 0xfffffffc), 0x12345678);
    EXPECT(vm_run(S, stub_lb, 0xffffffff, 0)->x[10], 0x12);
    vm_store(S, TOP, 0x99);
    EXPECT(*frame_words(0), 0x99);
}

CASE(a_pc_runs_on_from_the_top_to_zero)
{
    wrap_space(RWX);
    *(volatile uint16_t *)(frame_pa(0) + 4094) = 0x4515; /* c.li a0, 5 */
    vm_put_code(frame_pa(1), 0);
    *(volatile uint16_t *)frame_pa(1) = 0x0505; /* c.addi a0, 1 */
    fence_i();
    const struct trap *t = vm_run(S, stub_call, 0xfffffffe, 0);
    EXPECT_TRAP(t, CAUSE_ECALL_S, 2, 0);
    EXPECT(t->x[10], 6);
}

CASE(a_jump_back_over_zero_lands_at_the_top)
{
    wrap_space(RWX);
    /* c.j -2 at 0, and at the top c.ebreak. */
    *(volatile uint16_t *)frame_pa(1) = 0xbffd;
    *(volatile uint16_t *)(frame_pa(0) + 4094) = 0x9002;
    fence_i();
    const struct trap *t = vm_run(S, stub_call, 0, 0);
    EXPECT(t->cause, CAUSE_BREAKPOINT);
    EXPECT(t->epc, 0xfffffffe);
}

CASE(an_instruction_may_wrap)
{
    wrap_space(RWX);
    /* lui a0, 0x12345 */
    *(volatile uint16_t *)(frame_pa(0) + 4094) = 0x5537;
    *(volatile uint16_t *)frame_pa(1) = 0x1234;
    *(volatile uint16_t *)(frame_pa(1) + 2) = 0x9002;
    fence_i();
    const struct trap *t = vm_run(S, stub_call, 0xfffffffe, 0);
    EXPECT(t->cause, CAUSE_BREAKPOINT);
    EXPECT(t->epc, 2);
    EXPECT(t->x[10], 0x12345000);
    zero_leaf[0] = 0;
    sfence_all();
    EXPECT_TRAP(vm_run(S, stub_call, 0xfffffffe, 0), CAUSE_FETCH_PAGE,
                0xfffffffe, 0);
}

CASE(an_access_may_wrap)
{
    wrap_space(RWX);
    frame_words(0)[1023] = 0x44332211;
    *frame_words(1) = 0x88776655;
    EXPECT(vm_load(S, 0xfffffffe), 0x66554433);
    vm_store(S, 0xfffffffd, 0xddccbbaa);
    EXPECT(frame_words(0)[1023], 0xccbbaa11);
    EXPECT(*frame_words(1), 0x887766dd);
}
