/*
 * cbo.zero writes its block and nothing else; cbo.clean, cbo.flush and
 * cbo.inval lose no data here (the caches hold none); what they may access,
 * and how they fault: at the address as rs1 has it (CMO 1.0, 2.5.2). Our
 * choices: a device is a permitted place for those three, which do nothing
 * there; the hart's own cbo.zero keeps its reservation.
 */
#include "roms/lib/vm.h"

NEEDS_PMP;

#define ENABLE (3u << 4 | 1u << 6 | 1u << 7)
#define URW (PTE_VRW | PTE_U)

STUB(do_zero, ".word 0x0045200f");
STUB(do_inval, ".word 0x0005200f");
STUB(do_clean, ".word 0x0015200f");
STUB(do_flush, ".word 0x0025200f");
STUB(reserve_zero, "lr.w a2, (a0)\n .word 0x0045200f\n sc.w a0, a1, (a0)");

static const char *const management[] = {do_inval, do_clean, do_flush};

static void enable(void)
{
    csr_write(0x30a, ENABLE);
    csr_write(0x10a, ENABLE);
}

static void fill(void)
{
    for (unsigned i = 0; i < 128; i++)
        frame_words(0)[i] = 0x1000 + i;
}

CASE(zero_clears_the_block_that_holds_the_address)
{
    for (uint32_t offset = 64; offset < 128; offset += 7) {
        fill();
        EXPECT_DONE(rom_run(M, do_zero, frame_pa(0) + offset, 0, 0), M);
        for (unsigned i = 0; i < 128; i++)
            EXPECT(frame_words(0)[i], i / 16 == 1 ? 0 : 0x1000 + i);
    }
}

CASE(the_others_keep_the_data)
{
    for (unsigned op = 0; op < 3; op++) {
        fill();
        EXPECT_DONE(rom_run(M, management[op], frame_pa(0) + 65, 0, 0), M);
        for (unsigned i = 0; i < 128; i++)
            EXPECT(frame_words(0)[i], 0x1000 + i);
    }
}

CASE(zero_sets_a_and_d)
{
    enable();
    vm_on(0);
    fill();
    vm_map(1, frame_pa(0), URW);
    EXPECT_DONE(vm_run(U, do_zero, vm_page(1) + 64, 0), U);
    EXPECT(vm_leaf[1] & 0x3ff, URW | PTE_AD);
    EXPECT(frame_words(0)[16], 0);
    EXPECT(frame_words(0)[15], 0x100f);
}

CASE(zero_faults_as_a_store)
{
    enable();
    vm_on(0);
    vm_map(1, frame_pa(0), PTE_V | PTE_R | PTE_U | PTE_AD);
    for (unsigned i = 0; i < 2; i++) {
        const struct trap *t = vm_run(U, do_zero, vm_page(i) + 64, 0);

        EXPECT_TRAP(t, CAUSE_STORE_PAGE, vm_stub(U, do_zero), vm_page(i) + 64);
    }
}

CASE(a_readable_page_suffices_for_the_others)
{
    enable();
    vm_on(0);
    vm_map(1, frame_pa(0), PTE_V | PTE_R | PTE_U | PTE_AD);
    for (unsigned op = 0; op < 3; op++)
        EXPECT_DONE(vm_run(U, management[op], vm_page(1) + 64, 0), U);
}

CASE(they_fault_as_stores_too)
{
    enable();
    vm_on(0);
    vm_map(1, frame_pa(0), PTE_VRW | PTE_AD);
    for (unsigned op = 0; op < 3; op++)
        for (unsigned i = 0; i < 2; i++) {
            const struct trap *t = vm_run(U, management[op], vm_page(i), 0);

            EXPECT_TRAP(t, CAUSE_STORE_PAGE, vm_stub(U, management[op]),
                        vm_page(i));
        }
}

CASE(pmp_refuses_them_with_a_store_access_fault)
{
    enable();
    pmp_set(1, PMP_NAPOT | PMP_RWX, ~0u);
    pmp_set(0, PMP_NAPOT, pmp_napot(frame_pa(0) + 64, 64));
    for (unsigned op = 0; op < 3; op++)
        EXPECT_TRAP(rom_run(S, management[op], frame_pa(0) + 64, 0, 0),
                    CAUSE_STORE_ACCESS, management[op], frame_pa(0) + 64);
    EXPECT_TRAP(rom_run(S, do_zero, frame_pa(0) + 64, 0, 0), CAUSE_STORE_ACCESS,
                do_zero, frame_pa(0) + 64);
    EXPECT_DONE(rom_run(S, do_zero, frame_pa(0), 0, 0), S);
    EXPECT_DONE(rom_run(S, do_clean, frame_pa(0), 0, 0), S);
}

CASE(zero_writes_code_that_fence_i_then_shows)
{
    const uint32_t pa = frame_pa(1);

    vm_put_code(pa, 5);
    EXPECT(rom_run(M, stub_call, pa, 0, 0)->x[10], 5);
    EXPECT_DONE(rom_run(M, do_zero, pa, 0, 0), M);
    fence_i();
    EXPECT(rom_run(M, stub_call, pa, 0, 0)->cause, CAUSE_ILLEGAL);
}

CASE(tval_is_the_address_as_given)
{
    enable();
    vm_on(0);
    for (unsigned op = 0; op < 3; op++)
        EXPECT(vm_run(U, management[op], vm_page(1) + 0x7f, 0)->tval,
               vm_page(1) + 0x7f);
    EXPECT(vm_run(U, do_zero, vm_page(1) + 0x7f, 0)->tval, vm_page(1) + 0x7f);
}

CASE(only_memory_can_be_zeroed)
{
    static const uint32_t bad[] = {UART_BASE, CLINT_BASE, BOOTROM_BASE,
                                   0x70000000};

    for (unsigned i = 0; i < 4; i++)
        EXPECT_TRAP(rom_run(M, do_zero, bad[i], 0, 0), CAUSE_STORE_ACCESS,
                    do_zero, bad[i]);
}

CASE(management_of_devices_does_nothing_and_of_nothing_faults)
{
    for (unsigned op = 0; op < 3; op++) {
        EXPECT_DONE(rom_run(M, management[op], UART_BASE, 0, 0), M);
        EXPECT_DONE(rom_run(M, management[op], BOOTROM_BASE, 0, 0), M);
        EXPECT_TRAP(rom_run(M, management[op], 0x70000004, 0, 0),
                    CAUSE_STORE_ACCESS, management[op], 0x70000004);
    }
}

CASE(management_sets_a)
{
    enable();
    vm_on(0);
    for (unsigned op = 0; op < 3; op++) {
        vm_map(op, frame_pa(0), URW);
        EXPECT_DONE(vm_run(U, management[op], vm_page(op), 0), U);
        EXPECT(vm_leaf[op] & 0x3ff, URW | PTE_A);
    }
}

CASE(the_own_reservation_survives_zero)
{
    EXPECT(rom_run(M, reserve_zero, frame_pa(0), 7, 0)->x[10], 0);
    EXPECT(frame_words(0)[0], 7);
}
