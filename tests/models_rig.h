/*
 * An mmu with TLBs and caches small enough to count by hand, and one table of
 * leaves that maps the first MiB: for the tests of the modelled hierarchy.
 */
#ifndef QUIRE_TESTS_MODELS_RIG_H
#define QUIRE_TESTS_MODELS_RIG_H

#include <string.h>

#include "mmu/cache.h"
#include "mmu/heat.h"
#include "mmu/mmu.h"
#include "mmu/tlb.h"
#include "tests/unit.h"

#define RAM UINT64_C(0x80000000)
#define RAM_SIZE (UINT64_C(8) << 20)
#define ROOT (RAM + 0x1000)
#define LEAVES (RAM + 0x2000)
#define DATA (RAM + 0x100000)

enum { RWX = PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D };

/* Two ways of 64 sets of 64 bytes; L2 four times as large. */
static const struct mmu_config small = {
    .itlb = {4, 4, REPLACE_LRU},
    .dtlb = {4, 4, REPLACE_LRU},
    .l2tlb = {16, 4, REPLACE_LRU},
    .l1i = {8192, 2, 64, REPLACE_LRU, false, false},
    .l1d = {8192, 2, 64, REPLACE_LRU, false, false},
};
static const struct cache_geometry small_l2 = {32768,       4,     64,
                                               REPLACE_LRU, false, false};

static struct bus bus;
static struct mmu mmu;
static struct cache *l2;
static struct mmu_counts counts;

static inline void poke(uint64_t pa, uint64_t v)
{
    store_le(bus_ram(&bus, pa, 4), 4, v);
}

static inline void map(uint64_t va, uint64_t pa, unsigned flags)
{
    poke(LEAVES + 4 * (va >> 12 & 1023), pa >> 12 << 10 | flags);
}

static inline void enter(unsigned asid)
{
    mmu_set_satp(&mmu, 1u << 31 | asid << 22 | ROOT >> 12);
    mmu_set_mode(&mmu, PRIV_S, false, PRIV_U, false, false);
}

/* A machine of these models, its first MiB mapped to DATA. */
static inline void start(const struct mmu_config *config,
                         const struct cache_geometry *l2_geometry)
{
    bus_init(&bus, RAM, RAM_SIZE, 0x1000, 0x1000);
    l2 = cache_new(l2_geometry, replace_seed(config->seed, 0, REPLACE_L2));
    mmu_init(&mmu, config, &bus, l2);
    poke(ROOT, LEAVES >> 12 << 10 | PTE_V);
    for (uint64_t page = 0; page < 256; page++)
        map(page << 12, DATA + (page << 12), RWX);
}

static inline void setup(void)
{
    start(&small, &small_l2);
}

static inline void teardown(void)
{
    mmu_free(&mmu);
    cache_delete(l2);
    bus_free(&bus);
}

/* Other models than the small ones: the fixture anew. */
static inline void start_again(const struct mmu_config *config,
                               const struct cache_geometry *l2_geometry)
{
    teardown();
    start(config, l2_geometry);
}

static inline uint64_t load(uint64_t va)
{
    struct fault f;
    uint64_t v = 0;

    ck_assert(mmu_load(&mmu, va, 4, &v, &f));
    return v;
}

static inline void store(uint64_t va)
{
    struct fault f;

    ck_assert(mmu_store(&mmu, va, 4, 1, &f));
}

static inline void fetch(uint64_t va, unsigned size)
{
    struct fetch out;
    struct fault f;

    ck_assert(mmu_fetch(&mmu, va, &out, &f));
    mmu_count_fetch(&mmu, va, size);
}

static inline void count(void)
{
    mmu_count(&mmu, &counts);
}

static inline uint64_t hash(void)
{
    struct archive *a = archive_new_hash();
    uint64_t h;

    mmu_archive(&mmu, a);
    h = archive_digest(a);
    archive_free(a);
    return h;
}

/* Some of everything. */
static inline void work(unsigned seed)
{
    for (unsigned i = 0; i < 500; i++) {
        uint64_t va = (uint64_t)(i * 7 + seed) % 23 << 12 | i * 36 % 4096;

        if (i % 3)
            load(va & ~UINT64_C(3));
        else
            store(va & ~UINT64_C(3));
        fetch((va ^ 0x5000) & ~UINT64_C(3), 4);
    }
}

#endif
