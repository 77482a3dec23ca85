/*
 * Svadu: menvcfg.ADUE chooses between hardware's updates of A and D and page
 * faults, in S and U and for M's accesses by MPRV. Runs with ADUE as it is at
 * reset, and with both settings.
 */
#include "roms/lib/vm.h"

#define ADUE (1u << 29)
#define FLAGS(i) (vm_leaf[i] & 0x3ff)
#define URW (PTE_VRW | PTE_U)

STUB(do_amo, "amoadd.w a0, a1, (a0)");
STUB(load_by_mprv, "csrw mstatus, a1\n lw a0, 0(a0)\n csrw mstatus, x0");

/* menvcfgh; with the fence that a change needs. */
static void set_adue(bool on)
{
    csr_write(0x31a, on ? ADUE : 0);
    sfence_all();
}

CASE(hardware_updates_after_reset)
{
    EXPECT(csr_read(0x31a), ADUE);
}

CASE(without_adue_a_clear_a_faults)
{
    vm_on(0);
    set_adue(false);
    vm_put_code(frame_pa(0), 3);
    vm_map(1, frame_pa(0), URW | PTE_X | PTE_D);
    EXPECT_TRAP(vm_run(U, stub_lw, vm_page(1), 0), CAUSE_LOAD_PAGE,
                vm_stub(U, stub_lw), vm_page(1));
    EXPECT(vm_run(U, stub_sw, vm_page(1), 0)->cause, CAUSE_STORE_PAGE);
    EXPECT(vm_run(U, do_amo, vm_page(1), 0)->cause, CAUSE_STORE_PAGE);
    EXPECT_TRAP(vm_run(U, stub_call, vm_page(1), 0), CAUSE_FETCH_PAGE,
                vm_page(1), vm_page(1));
    EXPECT(FLAGS(1), URW | PTE_X | PTE_D);
}

CASE(without_adue_a_clear_d_faults_stores_alone)
{
    vm_on(0);
    set_adue(false);
    vm_map(1, frame_pa(0), URW | PTE_A);
    vm_load(U, vm_page(1));
    EXPECT_TRAP(vm_run(U, stub_sw, vm_page(1), 5), CAUSE_STORE_PAGE,
                vm_stub(U, stub_sw), vm_page(1));
    EXPECT(vm_run(U, do_amo, vm_page(1), 1)->cause, CAUSE_STORE_PAGE);
    EXPECT(FLAGS(1), URW | PTE_A);
    vm_map(1, frame_pa(0), URW | PTE_AD);
    sfence_all();
    vm_store(U, vm_page(1), 5);
}

CASE(the_switch_works_both_ways)
{
    vm_on(0);
    for (unsigned i = 1; i < 5; i++) {
        set_adue(i & 1);
        vm_map(i, frame_pa(0), URW);
        EXPECT(vm_run(U, stub_sw, vm_page(i), 5)->cause,
               i & 1 ? CAUSE_ECALL_U : CAUSE_STORE_PAGE);
        EXPECT(FLAGS(i), i & 1 ? URW | PTE_AD : URW);
    }
}

CASE(mprv_follows_it)
{
    vm_on(0);
    for (unsigned i = 1; i < 3; i++) {
        set_adue(i & 1);
        vm_map(i, frame_pa(0), URW);
        EXPECT(rom_run(M, load_by_mprv, vm_page(i), MSTATUS_MPRV, 0)->cause,
               i & 1 ? CAUSE_ECALL_M : CAUSE_LOAD_PAGE);
        EXPECT(FLAGS(i), i & 1 ? URW | PTE_A : URW);
    }
}
