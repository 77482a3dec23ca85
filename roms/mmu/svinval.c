/*
 * Svinval: sinval.vma forgets what sfence.vma would, and when S may execute the
 * three instructions (csr/strict has U, which QEMU 7.2 lets pass).
 */
#include "roms/lib/rom.h"
#include "roms/lib/vm.h"

#define SINVAL_A0_A1 0x16b50073u
#define SINVAL_ALL 0x16000073u
#define W_INVAL 0x18000073u
#define INVAL_IR 0x18100073u

static const uint32_t words[] = {SINVAL_A0_A1, SINVAL_ALL, W_INVAL, INVAL_IR};

CASE(m_and_s_may_execute_them)
{
    for (unsigned i = 0; i < 4; i++) {
        EXPECT_DONE(rom_exec(M, words[i], 0, 0), M);
        EXPECT_DONE(rom_exec(S, words[i], 0, 0), S);
    }
}

CASE(tvm_traps_sinval_alone)
{
    csr_set(mstatus, MSTATUS_TVM);
    for (unsigned i = 0; i < 2; i++)
        EXPECT(rom_exec(S, words[i], 0, 0)->cause, CAUSE_ILLEGAL);
    for (unsigned i = 2; i < 4; i++)
        EXPECT_DONE(rom_exec(S, words[i], 0, 0), S);
    for (unsigned i = 0; i < 4; i++)
        EXPECT_DONE(rom_exec(M, words[i], 0, 0), M);
}

#define RW (PTE_VRW | PTE_AD)

static void invalidate(uint32_t va, uint32_t asid)
{
    register uint32_t a0 __asm__("a0") = va;
    register uint32_t a1 __asm__("a1") = asid;

    __asm__ volatile(
        ".word 0x18000073\n .word 0x16b50073\n .word 0x18100073" ::"r"(a0),
        "r"(a1)
        : "memory");
}

static void invalidate_all(void)
{
    __asm__ volatile(".word 0x18000073\n .word 0x16000073\n .word 0x18100073" ::
                         : "memory");
}

CASE(the_sequence_shows_a_changed_entry)
{
    vm_on(3);
    *frame_words(0) = 0x100;
    *frame_words(1) = 0x101;
    vm_map(1, frame_pa(0), RW);
    vm_map(2, frame_pa(0), RW);
    EXPECT(vm_load(S, vm_page(1)), 0x100);
    EXPECT(vm_load(S, vm_page(2)), 0x100);
    vm_map(1, frame_pa(1), RW);
    invalidate(vm_page(1) + 0xffc, 3);
    EXPECT(vm_load(S, vm_page(1)), 0x101);
    vm_map(2, frame_pa(1), RW);
    invalidate_all();
    EXPECT(vm_load(S, vm_page(2)), 0x101);
}
