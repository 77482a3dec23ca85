/*
 * The performance counters: exact, whatever the size of blocks and turns, and
 * part of the state. (roms/csr/hpm.c has the registers and known counts.)
 */
#include "cpu/hpm.h"

#include "abi/hpm.h"
#include "devices/dma.h"
#include "mmu/cache.h"
#include "tests/hart_rig.h"

enum { MHPMCOUNTER3 = 0xb03, MHPMCOUNTER3H = 0xb83, MHPMEVENT3 = 0x323 };

#define TABLE (DRAM_BASE + 0x10000)
#define BUFFER (DRAM_BASE + 0x20000)
#define N_EVENTS 24

static const struct hart_config modelled = {
    .xlen = 32,
    .mmu = {.itlb = {.entries = 4, .ways = 4},
            .dtlb = {.entries = 4, .ways = 2},
            .l2tlb = {.entries = 8, .ways = 2},
            .l1i = {.size_bytes = 1024, .ways = 2, .line_bytes = 32},
            .l1d = {.size_bytes = 1024, .ways = 2, .line_bytes = 32},
            .has_pmp = true}};

static void poke(struct hart_rig *r, unsigned number, uint64_t value)
{
    ck_assert(hart_csr_poke(&r->hart, number, value));
}

/* A megapage over all of memory, for a loop as S that stores, loads and
 * calls M-mode now and then. */
static void write_program(struct hart_rig *r)
{
    store_le(bus_ram(&r->bus, TABLE + 4 * (DRAM_BASE >> 22), 4), 4,
             DRAM_BASE >> 12 << 10 | 0xf);
    r->at = RIG_HANDLER; /* mepc += 4; count; back */
    emit_csrr(r, T1, MEPC);
    emit(r, "addi", T1, T1, 0, 4);
    emit_csrw(r, MEPC, T1);
    emit_csrr(r, T2, MHPMCOUNTER3 + 1);
    emit(r, "add", S0, S0, T2, 0);
    emit(r, "mret", 0, 0, 0, 0);
    r->at = RIG_START;
    emit_li(r, A0, BUFFER);
    emit(r, "sw", 0, A0, A0, 0);
    emit(r, "lw", A1, A0, 0, 36);
    emit(r, "addi", A0, A0, 0, 100);
    emit(r, "cbo.zero", 0, A0, 0, 0);
    emit(r, "addi", A2, A2, 0, 1);
    emit(r, "andi", A3, A2, 0, 7);
    emit(r, "bne", 0, A3, ZERO, -24);
    emit(r, "ecall", 0, 0, 0, 0);
    emit(r, "jal", ZERO, 0, 0, -32);
}

static const uint8_t events[N_EVENTS] = {
    HPM_ITLB_ACCESS, HPM_ITLB_MISS,       HPM_DTLB_ACCESS,
    HPM_DTLB_MISS,   HPM_L2TLB_ACCESS,    HPM_L2TLB_MISS,
    HPM_WALK,        HPM_WALK_READ,       HPM_WALK_UPDATE,
    HPM_L1I_ACCESS,  HPM_L1I_MISS,        HPM_L1D_ACCESS,
    HPM_L1D_MISS,    HPM_L1D_WRITEBACK,   HPM_L1D_WRITETHROUGH,
    HPM_L2_ACCESS,   HPM_L2_MISS,         HPM_L2_WRITEBACK,
    HPM_EXCEPTION,   HPM_INTERRUPT,       HPM_FETCH_PAGE_FAULT,
    HPM_DMA_BYTE,    HPM_LOAD_PAGE_FAULT, HPM_STORE_PAGE_FAULT,
};

/* Runs `steps` in turns of `turn`; what the counters read then, and x8. */
static void run(unsigned block_limit, uint64_t turn, uint64_t steps,
                uint64_t counts[N_EVENTS + 1], uint64_t *digest)
{
    struct hart_config config = modelled;
    struct cache_geometry l2 = {
        .size_bytes = 4096, .ways = 2, .line_bytes = 32};
    struct hart_rig *r = rig_new();
    struct cache *cache = cache_new(&l2, 1);

    hart_free(&r->hart);
    config.block_limit = block_limit;
    hart_init(&r->hart, &config, 0, &r->bus, &r->clock, cache);
    hart_reset(&r->hart, RIG_START);
    poke(r, MTVEC, RIG_HANDLER);
    write_program(r);
    for (unsigned i = 0; i < N_EVENTS; i++)
        poke(r, MHPMEVENT3 + i, events[i]);
    poke(r, SATP, 0x80000000 | TABLE >> 12);
    poke(r, 0x30a, 0xf0);
    poke(r, MSTATUS, 1 << MSTATUS_MPP_SHIFT);
    poke(r, PMPADDR0, UINT32_MAX);
    poke(r, PMPCFG0, 0x1f);
    poke(r, MEPC, RIG_START);
    r->hart.pc = RIG_HANDLER + 20;
    while (steps) {
        uint64_t ask = turn < steps ? turn : steps;

        ck_assert_uint_eq(hart_run(&r->hart, ask), ask);
        steps -= ask;
    }
    for (unsigned i = 0; i < N_EVENTS; i++)
        counts[i] = csr(r, MHPMCOUNTER3 + i);
    counts[N_EVENTS] = r->hart.x[S0];
    *digest = rig_hash(r);
    rig_free(r);
    cache_delete(cache);
}

START_TEST(counts_do_not_depend_on_blocks_and_turns)
{
    static const unsigned limits[] = {1, 2, 5, 0};
    static const uint64_t turns[] = {1, 7, 100000};
    uint64_t first[N_EVENTS + 1], counts[N_EVENTS + 1], hash, digest;

    run(0, 100000, 5000, first, &hash);
    ck_assert_uint_gt(first[N_EVENTS], 0);
    for (unsigned i = 0; i < 14; i++)
        ck_assert_uint_gt(first[i], 0);
    ck_assert_uint_gt(first[18], 50); /* exceptions */
    for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
        for (size_t j = 0; j < ARRAY_SIZE(turns); j++) {
            run(limits[i], turns[j], 5000, counts, &digest);
            for (unsigned e = 0; e <= N_EVENTS; e++)
                ck_assert_msg(counts[e] == first[e], "%u", e);
            ck_assert_uint_eq(digest, hash);
        }
}
END_TEST

START_TEST(the_machines_dma_counts)
{
    struct hart_rig *r = rig_new();
    struct dma_stats dma = {.descriptors = 3, .bytes = UINT64_C(5) << 32};

    r->hart.dma = &dma;
    poke(r, MHPMEVENT3, HPM_DMA_BYTE);
    poke(r, MHPMEVENT3 + 1, HPM_DMA_DESCRIPTOR);
    dma.descriptors += 4;
    dma.bytes += (UINT64_C(2) << 32) + 9;
    ck_assert_uint_eq(csr(r, MHPMCOUNTER3), 9);
    ck_assert_uint_eq(csr(r, MHPMCOUNTER3H), 2);
    ck_assert_uint_eq(csr(r, MHPMCOUNTER3 + 1), 4);
    rig_free(r);
}
END_TEST

START_TEST(each_event_stands_once)
{
    ck_assert(hpm_is_event(HPM_NONE));
    for (size_t i = 0; i < n_hpm_events; i++)
        for (size_t j = 0; j < i; j++)
            ck_assert(hpm_events[i].number != hpm_events[j].number &&
                      (hpm_events[i].at != hpm_events[j].at));
}
END_TEST

START_TEST(a_snapshot_keeps_counters_and_refuses_unknown_events)
{
    struct hart_rig *r = rig_new();
    struct archive *a;
    const void *data;
    size_t size;

    poke(r, MHPMEVENT3, HPM_EXCEPTION);
    poke(r, MHPMCOUNTER3, 41);
    ck_assert(!execute(r, 0));
    a = archive_new_save();
    hart_archive(&r->hart, a);
    data = archive_data(a, &size);
    {
        struct hart_rig *other = rig_new();
        struct archive *load = archive_new_load(data, size);

        hart_archive(&other->hart, load);
        ck_assert_ptr_null(archive_error(load));
        ck_assert_uint_eq(csr(other, MHPMCOUNTER3), 42);
        archive_free(load);
        rig_free(other);
    }
    archive_free(a);
    r->hart.csr.mhpmevent[0] = 0x99;
    a = archive_new_save();
    hart_archive(&r->hart, a);
    data = archive_data(a, &size);
    {
        struct archive *load = archive_new_load(data, size);

        hart_archive(&r->hart, load);
        ck_assert_ptr_nonnull(archive_error(load));
        archive_free(load);
    }
    archive_free(a);
    rig_free(r);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hpm");
    TCase *tc = tcase_create("hpm");

    tcase_add_test(tc, counts_do_not_depend_on_blocks_and_turns);
    tcase_add_test(tc, the_machines_dma_counts);
    tcase_add_test(tc, each_event_stands_once);
    tcase_add_test(tc, a_snapshot_keeps_counters_and_refuses_unknown_events);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
