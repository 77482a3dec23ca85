/*
 * An mmu without modelled TLBs and caches, on 4 MiB of DRAM and one table of
 * leaves: for tests of what accesses give, and which fault.
 */
#ifndef QUIRE_TESTS_MMU_RIG_H
#define QUIRE_TESTS_MMU_RIG_H

#include "mmu/mmu.h"

#include "tests/unit.h"

#define RAM UINT64_C(0x80000000)
#define RAM_SIZE (UINT64_C(4) << 20)
#define ROOT (RAM + 0x1000)
#define LEAVES (RAM + 0x2000)
#define DATA (RAM + 0x10000)

enum { RW = PTE_V | PTE_R | PTE_W | PTE_A | PTE_D };

static struct bus bus;
static struct mmu mmu;
static struct fault fault;

static inline void poke(uint64_t pa, uint32_t v)
{
    store_le(bus_ram(&bus, pa, 4), 4, v);
}

static inline uint32_t peek(uint64_t pa)
{
    return (uint32_t)load_le(bus_ram(&bus, pa, 4), 4);
}

static inline uint32_t pte(uint64_t pa, unsigned flags)
{
    return (uint32_t)(pa >> 12 << 10 | flags);
}

/* Maps the page of va, below 4 MiB, by the one table of leaves. */
static inline void map(uint64_t va, uint64_t pa, unsigned flags)
{
    poke(ROOT, pte(LEAVES, PTE_V));
    poke(LEAVES + 4 * (va >> 12 & 1023), pte(pa, flags));
}

static inline void start(const struct mmu_config *config)
{
    bus_init(&bus, RAM, RAM_SIZE, 0x1000, 0x1000);
    mmu_init(&mmu, config, &bus, NULL);
}

static inline void setup(void)
{
    struct mmu_config config = {.has_pmp = false};

    start(&config);
}

static inline void teardown(void)
{
    mmu_free(&mmu);
    bus_free(&bus);
}

static inline void enter(enum privilege priv, unsigned asid)
{
    mmu_set_satp(&mmu, 1u << 31 | asid << 22 | ROOT >> 12);
    mmu_set_mode(&mmu, priv, false, PRIV_U, false, false);
}

static inline uint64_t load(uint64_t va, unsigned size)
{
    uint64_t v = 0xdead;

    ck_assert(mmu_load(&mmu, va, size, &v, &fault));
    return v;
}

static inline enum cause load_fault(uint64_t va, unsigned size)
{
    uint64_t v;

    ck_assert(!mmu_load(&mmu, va, size, &v, &fault));
    return fault.cause;
}

static inline enum cause store_fault(uint64_t va, unsigned size)
{
    ck_assert(!mmu_store(&mmu, va, size, ~UINT64_C(0), &fault));
    return fault.cause;
}

static inline uint64_t add(uint64_t old, uint64_t arg)
{
    return old + arg;
}

static inline enum cause amo_fault(uint64_t va)
{
    uint64_t old;

    ck_assert(!mmu_amo(&mmu, va, 4, add, 1, &old, &fault));
    ck_assert_uint_eq(fault.tval, va);
    return fault.cause;
}

#endif
