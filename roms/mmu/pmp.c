/*
 * Physical memory protection. Rows 42, 43, 115, 116, 117 and 118 of the list
 * of corner cases. The locking case is last, as locks stay until reset.
 */
#include "roms/lib/vm.h"

NEEDS_PMP;

#define EVERYTHING (~0u)

static uint32_t page(unsigned i)
{
    return frame_pa(i);
}

/* Entry 7 opens all; the lower ones take precedence. */
static void open_last(void)
{
    pmp_set(7, PMP_NAPOT | PMP_RWX, EVERYTHING);
    pmp_set(0, 0, 0);
}

static uint32_t load_cause(enum mode mode, uint32_t pa)
{
    return rom_run(mode, stub_lw, pa, 0, 0)->cause;
}

static uint32_t store_cause(enum mode mode, uint32_t pa)
{
    return rom_run(mode, stub_sw, pa, 0, 0)->cause;
}

static uint32_t fetch_cause(enum mode mode, uint32_t pa)
{
    return rom_run(mode, stub_call, pa, 0, 0)->cause;
}

CASE(without_a_match_s_and_u_are_refused_and_m_is_not)
{
    pmp_set(7, PMP_NAPOT | PMP_RWX, pmp_napot(page(0), 4096));
    pmp_set(0, 0, 0);
    EXPECT(load_cause(M, page(1)), CAUSE_ECALL_M);
    EXPECT_TRAP(rom_run(S, stub_lw, page(0), 0, 0), CAUSE_FETCH_ACCESS, stub_lw,
                stub_lw);
    EXPECT_TRAP(rom_run(U, stub_lw, page(0), 0, 0), CAUSE_FETCH_ACCESS, stub_lw,
                stub_lw);
}

CASE(each_right_is_separate)
{
    static const uint8_t rights[] = {0,     PMP_R,         PMP_R | PMP_W,
                                     PMP_X, PMP_R | PMP_X, PMP_RWX};

    open_last();
    for (unsigned i = 0; i < sizeof(rights); i++) {
        pmp_set(0, PMP_NAPOT | rights[i], pmp_napot(page(0), 4096));
        *(volatile uint16_t *)(page(0) + 64) = 0x9002;
        fence_i();
        EXPECT(load_cause(U, page(0)),
               rights[i] & PMP_R ? CAUSE_ECALL_U : CAUSE_LOAD_ACCESS);
        EXPECT(store_cause(S, page(0)),
               rights[i] & PMP_W ? CAUSE_ECALL_S : CAUSE_STORE_ACCESS);
        EXPECT(fetch_cause(U, page(0) + 64),
               rights[i] & PMP_X ? CAUSE_BREAKPOINT : CAUSE_FETCH_ACCESS);
        EXPECT(store_cause(M, page(0)), CAUSE_ECALL_M);
    }
}

CASE(the_fault_names_its_address)
{
    open_last();
    pmp_set(0, PMP_NAPOT, pmp_napot(page(0), 4096));
    EXPECT_TRAP(rom_run(U, stub_lw, page(0) + 0x124, 0, 0), CAUSE_LOAD_ACCESS,
                stub_lw, page(0) + 0x124);
    EXPECT_TRAP(rom_run(U, stub_call, page(0) + 0x40, 0, 0), CAUSE_FETCH_ACCESS,
                page(0) + 0x40, page(0) + 0x40);
}

CASE(the_lowest_matching_entry_decides)
{
    open_last();
    pmp_set(1, PMP_NAPOT | PMP_R, pmp_napot(page(0), 4096));
    pmp_set(2, PMP_NAPOT | PMP_RWX, pmp_napot(page(0), 4096));
    EXPECT(store_cause(U, page(0)), CAUSE_STORE_ACCESS);
    pmp_set(1, 0, 0);
    EXPECT(store_cause(U, page(0)), CAUSE_ECALL_U);
    pmp_set(3, PMP_NAPOT, pmp_napot(page(0), 4096));
    EXPECT(store_cause(U, page(0)), CAUSE_ECALL_U);
}

CASE(napot_covers_its_power_of_two)
{
    open_last();
    /* Two pages at an even one. */
    const unsigned even = page(0) & 4096 ? 1 : 0;

    pmp_set(0, PMP_NAPOT, pmp_napot(page(even), 8192));
    EXPECT(load_cause(U, page(even)), CAUSE_LOAD_ACCESS);
    EXPECT(load_cause(U, page(even) + 8188), CAUSE_LOAD_ACCESS);
    EXPECT(load_cause(U, page(even) + 8192), CAUSE_ECALL_U);
    pmp_set(0, PMP_NAPOT, pmp_napot(page(even), 64));
    EXPECT(load_cause(U, page(even) + 60), CAUSE_LOAD_ACCESS);
    EXPECT(load_cause(U, page(even) + 64), CAUSE_ECALL_U);
}

CASE(na4_covers_four_bytes)
{
    open_last();
    pmp_set(0, PMP_NA4, page(0) >> 2 | 4);
    EXPECT(load_cause(U, page(0) + 12), CAUSE_ECALL_U);
    EXPECT(load_cause(U, page(0) + 16), CAUSE_LOAD_ACCESS);
    EXPECT(load_cause(U, page(0) + 20), CAUSE_ECALL_U);
}

CASE(tor_covers_from_the_entry_before)
{
    open_last();
    pmp_set(1, 0, (page(0) + 0x100) >> 2);
    pmp_set(2, PMP_TOR, (page(0) + 0x200) >> 2);
    EXPECT(load_cause(U, page(0) + 0xfc), CAUSE_ECALL_U);
    EXPECT(load_cause(U, page(0) + 0x100), CAUSE_LOAD_ACCESS);
    EXPECT(load_cause(U, page(0) + 0x1fc), CAUSE_LOAD_ACCESS);
    EXPECT(load_cause(U, page(0) + 0x200), CAUSE_ECALL_U);
    /* An empty range matches nothing. */
    pmp_set(1, 0, (page(0) + 0x200) >> 2);
    pmp_set(2, PMP_TOR, (page(0) + 0x200) >> 2);
    EXPECT(load_cause(U, page(0) + 0x1fc), CAUSE_ECALL_U);
    pmp_set(1, 0, (page(0) + 0x300) >> 2);
    pmp_set(2, PMP_TOR, (page(0) + 0x200) >> 2);
    EXPECT(load_cause(U, page(0) + 0x1fc), CAUSE_ECALL_U);
    /* Entry 0 starts at address 0. */
    pmp_set(0, PMP_TOR | PMP_R, 0x40 >> 2);
    EXPECT(load_cause(U, page(0) + 0x100), CAUSE_ECALL_U);
}

CASE(an_access_must_lie_within_one_entry)
{
    open_last();
    pmp_set(1, PMP_NAPOT | PMP_RWX, pmp_napot(page(0), 64));
    pmp_set(2, PMP_NAPOT | PMP_RWX, pmp_napot(page(0) + 64, 64));
    EXPECT(load_cause(U, page(0) + 60), CAUSE_ECALL_U);
    EXPECT(load_cause(U, page(0) + 64), CAUSE_ECALL_U);
    EXPECT(load_cause(U, page(0) + 62), CAUSE_LOAD_ACCESS);
    EXPECT(store_cause(U, page(0) + 61), CAUSE_STORE_ACCESS);
}

CASE(mprv_uses_the_effective_mode)
{
    open_last();
    pmp_set(0, PMP_NAPOT, pmp_napot(page(0), 4096));
    STUB(mprv_lw, "csrw mstatus, a1\n lw a0, 0(a0)\n csrw mstatus, x0");
    EXPECT(rom_run(M, mprv_lw, page(0), MSTATUS_MPRV, 0)->cause,
           CAUSE_LOAD_ACCESS);
    EXPECT(rom_run(M, mprv_lw, page(0), MSTATUS_MPRV | MSTATUS_MPP, 0)->cause,
           CAUSE_ECALL_M);
}

CASE(page_walks_are_checked_as_s_mode)
{
    vm_on(0);
    vm_map(1, page(0), PTE_VRWX | PTE_U | PTE_AD);
    open_last();
    pmp_set(0, PMP_NAPOT, pmp_napot((uint32_t)vm_leaf, 4096));
    EXPECT_TRAP(vm_run(U, stub_lw, vm_page(1) + 4, 0), CAUSE_LOAD_ACCESS,
                vm_stub(U, stub_lw), vm_page(1) + 4);
    EXPECT_TRAP(vm_run(U, stub_sw, vm_page(1), 0), CAUSE_STORE_ACCESS,
                vm_stub(U, stub_sw), vm_page(1));
    EXPECT_TRAP(vm_run(U, stub_call, vm_page(1), 0), CAUSE_FETCH_ACCESS,
                vm_page(1), vm_page(1));
}

CASE(translated_accesses_are_checked_at_their_physical_address)
{
    vm_on(0);
    vm_map(1, page(0), PTE_VRW | PTE_AD);
    open_last();
    EXPECT(vm_run(S, stub_lw, vm_page(1), 0)->cause, CAUSE_ECALL_S);
    pmp_set(0, PMP_NAPOT | PMP_R, pmp_napot(page(0), 4096));
    EXPECT(vm_run(S, stub_lw, vm_page(1), 0)->cause, CAUSE_ECALL_S);
    EXPECT_TRAP(vm_run(S, stub_sw, vm_page(1), 0), CAUSE_STORE_ACCESS, stub_sw,
                vm_page(1));
}

CASE(code_that_loses_its_right_stops_running)
{
    open_last();
    vm_put_code(page(0), 1);
    EXPECT(fetch_cause(U, page(0)), CAUSE_ECALL_U);
    pmp_set(0, PMP_NAPOT | PMP_R, pmp_napot(page(0), 4096));
    EXPECT(fetch_cause(U, page(0)), CAUSE_FETCH_ACCESS);
    EXPECT(fetch_cause(M, page(0)), CAUSE_ECALL_M);
    pmp_set(0, PMP_NAPOT | PMP_X, pmp_napot(page(0), 4096));
    EXPECT(fetch_cause(U, page(0)), CAUSE_ECALL_U);
}

CASE(addresses_have_32_bits_of_a_34_bit_space)
{
    csr_write(pmpaddr5, 0xffffffff);
    EXPECT(csr_read(pmpaddr5), 0xffffffff);
    csr_write(pmpaddr5, 0x12345678);
    EXPECT(csr_read(pmpaddr5), 0x12345678);
}

CASE(the_grain_is_four_bytes_in_every_mode)
{
    static const uint8_t modes[] = {0, PMP_TOR, PMP_NA4, PMP_NAPOT};

    for (unsigned i = 0; i < sizeof(modes); i++) {
        csr_write(pmpcfg1, (uint32_t)modes[i] << 8);
        EXPECT(csr_read(pmpcfg1), (uint32_t)modes[i] << 8);
        csr_write(pmpaddr5, 0);
        EXPECT(csr_read(pmpaddr5), 0);
        csr_write(pmpaddr5, ~0u);
        EXPECT(csr_read(pmpaddr5), ~0u);
    }
}

CASE(what_was_translated_before_loses_its_right_at_once)
{
    vm_on(0);
    vm_map(1, page(0), PTE_VRW | PTE_AD);
    vm_map(2, page(1), PTE_VRWX | PTE_AD);
    open_last();
    vm_put_code(page(1), 1);
    EXPECT(vm_run(S, stub_sw, vm_page(1), 5)->cause, CAUSE_ECALL_S);
    EXPECT(vm_load(S, vm_page(1)), 5);
    EXPECT(vm_run(S, stub_call, vm_page(2), 0)->x[10], 1);
    pmp_set(0, PMP_NAPOT, pmp_napot(page(0), 4096));
    EXPECT(vm_run(S, stub_lw, vm_page(1), 0)->cause, CAUSE_LOAD_ACCESS);
    EXPECT(vm_run(S, stub_sw, vm_page(1), 6)->cause, CAUSE_STORE_ACCESS);
    pmp_set(0, PMP_NAPOT | PMP_R, pmp_napot(page(1), 4096));
    EXPECT_TRAP(vm_run(S, stub_call, vm_page(2), 0), CAUSE_FETCH_ACCESS,
                vm_page(2), vm_page(2));
    EXPECT(*frame_words(0), 5);
}

CASE(locks_hold_and_bind_m_mode)
{
    open_last();
    pmp_set(3, 0, page(2) >> 2);
    pmp_set(4, PMP_TOR | PMP_R | PMP_L, page(3) >> 2);
    EXPECT(load_cause(M, page(2)), CAUSE_ECALL_M);
    EXPECT(store_cause(M, page(2)), CAUSE_STORE_ACCESS);
    EXPECT(fetch_cause(M, page(2)), CAUSE_FETCH_ACCESS);
    /* Neither the entry, nor its address, nor the one below can change. */
    csr_write(pmpcfg1, 0);
    EXPECT(csr_read(pmpcfg1) & 0xff, PMP_TOR | PMP_R | PMP_L);
    csr_write(pmpaddr4, page(3) >> 2 | 1);
    EXPECT(csr_read(pmpaddr4), page(3) >> 2);
    csr_write(pmpaddr3, page(2) >> 2 | 1);
    EXPECT(csr_read(pmpaddr3), page(2) >> 2);
    /* But the configuration of the one below can. */
    pmp_set(2, PMP_NAPOT | PMP_RWX, pmp_napot(page(2), 4096));
    EXPECT(store_cause(M, page(2)), CAUSE_ECALL_M);
}
