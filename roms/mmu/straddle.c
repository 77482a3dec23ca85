/*
 * Accesses and instructions that cross a page. Rows 93 to 98 and 119 of the
 * list of corner cases. Our choices: misaligned loads and stores work; one
 * that crosses a page stores nothing unless both pages allow it; tval is the
 * first byte of the page that refuses.
 */
#include "roms/lib/vm.h"

#define RW (PTE_VRW | PTE_AD)
#define XONLY (PTE_V | PTE_X | PTE_AD)

STUB(do_lh, "lh a0, 0(a0)");
STUB(do_lhu, "lhu a0, 0(a0)");
STUB(do_sh, "sh a1, 0(a0)");

/* The last four bytes of page 1 and the first four of page 2. */
static volatile uint32_t *low_end(void)
{
    return frame_words(0) + 1023;
}

static void two_pages(uint32_t low, uint32_t high)
{
    vm_on(0);
    *low_end() = 0x44332211;
    *frame_words(1) = 0x88776655;
    vm_map(1, frame_pa(0), low);
    /* Not adjacent in memory: frame 0 and frame 2 would hide a mistake. */
    vm_map(2, frame_pa(3), high);
    *frame_words(3) = 0x88776655;
}

CASE(misaligned_accesses_work_within_a_page)
{
    volatile uint32_t *word = frame_words(0);

    word[0] = 0x44332211;
    word[1] = 0x88776655;
    for (uint32_t offset = 1; offset < 4; offset++) {
        const uint32_t want =
            0x44332211 >> 8 * offset | 0x88776655 << (32 - 8 * offset);

        EXPECT(rom_run(M, stub_lw, frame_pa(0) + offset, 0, 0)->x[10], want);
    }
    EXPECT(rom_run(M, do_lh, frame_pa(0) + 1, 0, 0)->x[10], 0x3322);
    EXPECT(rom_run(M, do_lhu, frame_pa(0) + 3, 0, 0)->x[10], 0x5544);
    rom_run(M, stub_sw, frame_pa(0) + 1, 0xddccbbaa, 0);
    EXPECT(word[0], 0xccbbaa11);
    EXPECT(word[1], 0x887766dd);
    rom_run(M, do_sh, frame_pa(0) + 3, 0x1234, 0);
    EXPECT(word[0], 0x34bbaa11);
    EXPECT(word[1], 0x88776612);
}

CASE(a_crossing_load_joins_both_pages)
{
    two_pages(RW, RW);
    EXPECT(vm_load(S, vm_page(2) - 1), 0x77665544);
    EXPECT(vm_load(S, vm_page(2) - 2), 0x66554433);
    EXPECT(vm_load(S, vm_page(2) - 3), 0x55443322);
    EXPECT(vm_run(S, do_lhu, vm_page(2) - 1, 0)->x[10], 0x5544);
    EXPECT(vm_run(S, do_lh, vm_page(2) - 1, 0)->x[10], 0x5544);
}

CASE(a_crossing_store_reaches_both_pages)
{
    two_pages(RW, RW);
    vm_store(S, vm_page(2) - 2, 0xddccbbaa);
    EXPECT(*low_end(), 0xbbaa2211);
    EXPECT(*frame_words(3), 0x8877ddcc);
    EXPECT(*frame_words(1), 0x88776655);
}

CASE(a_load_with_a_bad_second_page_faults_there)
{
    for (uint32_t back = 1; back < 4; back++) {
        two_pages(RW, 0);
        const uint32_t va = vm_page(2) - back;
        const struct trap *t = vm_run(S, stub_lw, va, 0);

        EXPECT_TRAP(t, CAUSE_LOAD_PAGE, stub_lw, vm_page(2));
        EXPECT(t->x[10], va);
    }
}

CASE(a_load_with_a_bad_first_page_faults_at_its_address)
{
    two_pages(0, RW);
    EXPECT_TRAP(vm_run(S, stub_lw, vm_page(2) - 3, 0), CAUSE_LOAD_PAGE, stub_lw,
                vm_page(2) - 3);
}

CASE(a_store_with_a_bad_second_page_stores_nothing)
{
    two_pages(RW, PTE_V | PTE_R | PTE_AD);
    EXPECT_TRAP(vm_run(S, stub_sw, vm_page(2) - 1, ~0u), CAUSE_STORE_PAGE,
                stub_sw, vm_page(2));
    EXPECT(*low_end(), 0x44332211);
    EXPECT(*frame_words(3), 0x88776655);
}

CASE(a_store_with_a_bad_first_page_stores_nothing)
{
    two_pages(PTE_V | PTE_R | PTE_AD, RW);
    EXPECT_TRAP(vm_run(S, stub_sw, vm_page(2) - 1, ~0u), CAUSE_STORE_PAGE,
                stub_sw, vm_page(2) - 1);
    EXPECT(*frame_words(3), 0x88776655);
}

CASE(each_half_needs_its_own_right)
{
    two_pages(RW, RW | PTE_U);
    EXPECT_TRAP(vm_run(S, stub_lw, vm_page(2) - 2, 0), CAUSE_LOAD_PAGE, stub_lw,
                vm_page(2));
    csr_set(mstatus, MSTATUS_SUM);
    EXPECT(vm_run(S, stub_lw, vm_page(2) - 2, 0)->x[10], 0x66554433);
    csr_write(mstatus, 0);
    EXPECT_TRAP(vm_run(U, stub_lw, vm_page(2) - 2, 0), CAUSE_LOAD_PAGE,
                vm_stub(U, stub_lw), vm_page(2) - 2);
}

/* lui a0, 0x12345 with its halves in two pages; c.nop and ECALL follow. */
static void two_code_pages(uint32_t low, uint32_t high)
{
    const uint32_t word = 0x12345537;

    two_pages(low, high);
    *(volatile uint16_t *)(frame_pa(0) + 4094) = (uint16_t)word;
    *(volatile uint16_t *)frame_pa(3) = (uint16_t)(word >> 16);
    *(volatile uint16_t *)(frame_pa(3) + 2) = 0x0073;
    *(volatile uint16_t *)(frame_pa(3) + 4) = 0;
    fence_i();
}

CASE(an_instruction_may_cross_pages)
{
    two_code_pages(XONLY, XONLY);
    const struct trap *t = vm_run(S, stub_call, vm_page(2) - 2, 0);

    EXPECT(t->cause, CAUSE_ECALL_S);
    EXPECT(t->epc, vm_page(2) + 2);
    EXPECT(t->x[10], 0x12345000);
}

CASE(an_instruction_with_a_bad_second_page_faults_there)
{
    const uint32_t bad[] = {0, PTE_VRW | PTE_AD, XONLY | PTE_U};

    for (unsigned i = 0; i < 3; i++) {
        two_code_pages(XONLY, bad[i]);
        EXPECT_TRAP(vm_run(S, stub_call, vm_page(2) - 2, 0), CAUSE_FETCH_PAGE,
                    vm_page(2) - 2, vm_page(2));
    }
}

CASE(a_second_page_that_turns_bad_is_noticed)
{
    /* The whole instruction has been executed, and may be remembered. */
    two_code_pages(XONLY, XONLY);
    EXPECT(vm_run(S, stub_call, vm_page(2) - 2, 0)->cause, CAUSE_ECALL_S);
    vm_map(2, 0, 0);
    sfence_all();
    EXPECT_TRAP(vm_run(S, stub_call, vm_page(2) - 2, 0), CAUSE_FETCH_PAGE,
                vm_page(2) - 2, vm_page(2));
    /* Another frame there gives another instruction. */
    *(volatile uint16_t *)frame_pa(4) = 0x6789;
    *(volatile uint16_t *)(frame_pa(4) + 2) = 0x0073;
    vm_map(2, frame_pa(4), XONLY);
    sfence_all();
    EXPECT(vm_run(S, stub_call, vm_page(2) - 2, 0)->x[10], 0x67895000);
}

CASE(a_short_instruction_at_the_end_does_not_need_the_next_page)
{
    two_pages(XONLY, 0);
    *(volatile uint16_t *)(frame_pa(0) + 4094) = 0x9002; /* c.ebreak */
    fence_i();
    const struct trap *t = vm_run(S, stub_call, vm_page(2) - 2, 0);
    EXPECT(t->cause, CAUSE_BREAKPOINT);
    EXPECT(t->epc, vm_page(2) - 2);
}

CASE(running_off_a_page_faults_at_the_next)
{
    two_pages(XONLY, 0);
    *(volatile uint16_t *)(frame_pa(0) + 4094) = 0x4515; /* c.li a0, 5 */
    fence_i();
    const struct trap *t = vm_run(S, stub_call, vm_page(2) - 2, 0);
    EXPECT_TRAP(t, CAUSE_FETCH_PAGE, vm_page(2), vm_page(2));
    EXPECT(t->x[10], 5);
}

CASE(the_last_word_of_memory_has_no_successor)
{
    const uint32_t end = DRAM_BASE + ROM_RAM_SIZE;

    *word_at(end - 4) = 0x44332211;
    EXPECT(rom_run(M, stub_lw, end - 4, 0, 0)->x[10], 0x44332211);
    EXPECT(rom_run(M, stub_lw, end, 0, 0)->cause, CAUSE_LOAD_ACCESS);
    EXPECT(rom_run(M, stub_lw, end - 2, 0, 0)->cause, CAUSE_LOAD_ACCESS);
    EXPECT(rom_run(M, stub_sw, end - 2, ~0u, 0)->cause, CAUSE_STORE_ACCESS);
}
