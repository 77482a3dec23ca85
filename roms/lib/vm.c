/*
 * Page tables of the ROMs: builds the space that vm.h describes.
 */
#include "roms/lib/vm.h"

extern const char rom_stubs[], rom_stubs_end[];

volatile uint32_t vm_root[1024] __attribute__((aligned(4096)));
volatile uint32_t vm_leaf[1024] __attribute__((aligned(4096)));
static volatile uint32_t stub_leaf[1024] __attribute__((aligned(4096)));

void vm_on(unsigned asid)
{
    const uint32_t stubs_pa = (uint32_t)rom_stubs;

    for (unsigned i = 0; i < 1024; i++)
        vm_root[i] = vm_leaf[i] = stub_leaf[i] = 0;
    for (uint32_t at = 0; at < (uint32_t)rom_stubs_end - stubs_pa;
         at += PAGE_SIZE)
        stub_leaf[at / PAGE_SIZE] =
            pte(stubs_pa + at, PTE_V | PTE_R | PTE_X | PTE_U | PTE_AD);
    vm_root[VM_TEST >> 22] = pte((uint32_t)vm_leaf, PTE_V);
    vm_root[VM_STUBS >> 22] = pte((uint32_t)stub_leaf, PTE_V);
    vm_root[DRAM_BASE >> 22] = pte(DRAM_BASE, PTE_VRWX | PTE_AD);
    vm_switch(vm_root, asid);
    sfence_all();
}

void vm_switch(const volatile uint32_t *root, unsigned asid)
{
    csr_write(satp, SATP_SV32 | SATP_ASID(asid) | (uint32_t)root >> 12);
}

uint32_t vm_stub(enum mode mode, const char *stub)
{
    return mode == U ? VM_STUBS + (uint32_t)(stub - rom_stubs) : (uint32_t)stub;
}

const struct trap *vm_run(enum mode mode, const char *stub, uint32_t a0,
                          uint32_t a1)
{
    return rom_run(mode, (const void *)vm_stub(mode, stub), a0, a1, 0);
}

uint32_t vm_load(enum mode mode, uint32_t va)
{
    const struct trap *t = vm_run(mode, stub_lw, va, 0);

    EXPECT_TRAP(t, CAUSE_ECALL_U + mode, vm_stub(mode, stub_lw) + 4, 0);
    return t->x[10];
}

void vm_store(enum mode mode, uint32_t va, uint32_t value)
{
    const struct trap *t = vm_run(mode, stub_sw, va, value);

    EXPECT_TRAP(t, CAUSE_ECALL_U + mode, vm_stub(mode, stub_sw) + 4, 0);
}

void vm_put_code(uint32_t pa, unsigned n)
{
    *(volatile uint16_t *)pa = (uint16_t)(0x4501 | n << 2);
    *(volatile uint16_t *)(pa + 2) = 0x0073;
    *(volatile uint16_t *)(pa + 4) = 0;
    fence_i();
}
