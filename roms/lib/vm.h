/*
 * Sv32 page tables for ROMs. vm_on() builds and enters this space:
 *
 *   VM_TEST   4 MiB of pages that the case fills in itself by vm_map(); all
 *             invalid at first. Its table is vm_leaf.
 *   VM_STUBS  the stubs, readable and executable by U
 *   DRAM_BASE the first 4 MiB of memory, for S, where the stubs run in S-mode
 *
 * All else is invalid until the case writes vm_root. M-mode goes on without
 * translation.
 */
#ifndef QUIRE_ROMS_LIB_VM_H
#define QUIRE_ROMS_LIB_VM_H

#include "roms/lib/rom.h"

#define PTE_V 0x01u
#define PTE_R 0x02u
#define PTE_W 0x04u
#define PTE_X 0x08u
#define PTE_U 0x10u
#define PTE_G 0x20u
#define PTE_A 0x40u
#define PTE_D 0x80u
#define PTE_VRW (PTE_V | PTE_R | PTE_W)
#define PTE_VRWX (PTE_VRW | PTE_X)
#define PTE_AD (PTE_A | PTE_D)

#define PAGE_SIZE 4096u
#define MEGAPAGE_SIZE 0x400000u
#define SATP_SV32 (1u << 31)
#define SATP_ASID(asid) ((uint32_t)(asid) << 22)

#define VM_TEST 0xd0000000u /* as a physical address: nothing */
#define VM_STUBS 0x30000000u

extern volatile uint32_t vm_root[1024], vm_leaf[1024];

static inline uint32_t pte(uint32_t pa, uint32_t flags)
{
    return pa >> 12 << 10 | flags;
}

/* Where page i of VM_TEST is. */
static inline uint32_t vm_page(unsigned i)
{
    return VM_TEST + i * PAGE_SIZE;
}

/* Maps page i of VM_TEST, without a fence. */
static inline void vm_map(unsigned i, uint32_t pa, uint32_t flags)
{
    vm_leaf[i] = pte(pa, flags);
}

/* Builds the space and sets satp to it, with a fence. */
void vm_on(unsigned asid);

/* Sets satp to another root table or ASID, without a fence. */
void vm_switch(const volatile uint32_t *root, unsigned asid);

/* rom_run, with the stub's address as that mode sees it. */
const struct trap *vm_run(enum mode mode, const char *stub, uint32_t a0,
                          uint32_t a1);
uint32_t vm_stub(enum mode mode, const char *stub);

/* Shorthands: the word at va as `mode` loads it, which must not trap; a word
 * stored; the trap of a load, a store and a jump. */
uint32_t vm_load(enum mode mode, uint32_t va);
void vm_store(enum mode mode, uint32_t va, uint32_t value);

/* c.li a0, n and ECALL, at a physical address, with fence.i. */
void vm_put_code(uint32_t pa, unsigned n);

#endif
