/*
 * Machines of one or two harts, twice: as mmus and as the reference of
 * tests/ref_hierarchy.h, of any shape, with a stream of random steps that both
 * take. Each step checks its result; hierarchy_compare() all state.
 */
#ifndef QUIRE_TESTS_HIERARCHY_RIG_H
#define QUIRE_TESTS_HIERARCHY_RIG_H

#include "base/random.h"
#include "mmu/cache.h"
#include "mmu/heat.h"
#include "mmu/mmu.h"
#include "mmu/tlb.h"
#include "tests/ref_hierarchy.h"
#include "tests/unit.h"

#define RAM UINT64_C(0x80000000)
#define RAM_SIZE (UINT64_C(1) << 21)
#define FRAMES (RAM_SIZE >> 12)
#define SPACES 3
#define TABLES 16 /* frames from the second on that hold page tables */
#define RECENT 6

struct tlb_shape {
    unsigned entries, ways;
};

struct cache_shape {
    unsigned size_bytes, ways, line_bytes;
};

struct shape {
    const char *name;
    struct tlb_shape itlb, dtlb, l2tlb;
    struct cache_shape l1i, l1d, l2;
    unsigned n_harts;
    bool is_svade, has_heat;
    /* Replacement of the six in the order above: lru, plru, fifo, random. */
    const char *policies;
    /* Of l1d and l2: b write-back, t write-through, n write-back without
     * allocation, x write-through without it. */
    const char *writes;
};

struct hierarchy_rig {
    const struct shape *shape;
    uint64_t seed; /* of the random policies */
    struct bus bus;
    struct mmu mmu[REF_HARTS];
    struct cache *l2;
    struct heat heat;
    struct ref ref;
    struct random rng;
    unsigned at; /* the hart whose turn it is */
    /* Lines of code that are marked, announcements that came and are due. */
    uint64_t marks[REF_HARTS][FRAMES], calls[REF_HARTS], due[REF_HARTS];
    uint64_t noted[HEAT_KINDS][FRAMES]; /* heat as it must be */
    uint64_t recent_pa[RECENT];
};

extern struct hierarchy_rig rig;

/* Random numbers of rig.rng. */
uint64_t below(uint64_t n);
bool one_in(uint64_t n);

/* Both machines, of rig.shape and rig.seed, and their page tables. */
void hierarchy_make(void);
void hierarchy_destroy(void);
void hierarchy_fill_tables(void);
void hierarchy_remap(void);
uint64_t hierarchy_root_of(unsigned space);
/* The first number of structure k's random sequence (docs/machine.md). */
uint32_t hierarchy_first_random(unsigned k);

void hierarchy_compare(void);

/* Steps of hart rig.at: accesses of data, a block of instructions, accesses
 * while the models are off, DMA, and what is rarer, of any hart. */
void hierarchy_step_data(void);
void hierarchy_step_block(void);
void hierarchy_step_off(void);
void hierarchy_dma(void);
void hierarchy_step_rare(void);
void hierarchy_switch_context(void);

/* Addresses that steps like to use: virtual, and physical in DRAM. */
uint64_t hierarchy_any_va(void);
uint64_t hierarchy_any_pa(void);

#endif
