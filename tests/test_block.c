/*
 * Decoded blocks do not show: whatever their length, code that changes under
 * execution, lies across pages or is random does the same and counts the same.
 */
#include "cpu/block.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/random.h"
#include "tests/hart_rig.h"

START_TEST(the_length_of_blocks_changes_nothing)
{
    struct hart_rig *r = rig_new();
    uint64_t hash;

    emit_busy_program(r);
    hart_run(&r->hart, 3000);
    hash = rig_hash(r);
    ck_assert(blocks_check(r->hart.blocks));
    rig_free(r);
    for (unsigned limit = 1; limit < 6; limit++) {
        r = rig_with_limit(limit);
        emit_busy_program(r);
        hart_run(&r->hart, 3000);
        ck_assert_uint_eq(rig_hash(r), hash);
        ck_assert(blocks_check(r->hart.blocks));
        rig_free(r);
    }
}
END_TEST

START_TEST(a_store_into_the_executing_block_takes_effect)
{
    for (unsigned limit = 1; limit <= BLOCK_LIMIT; limit += 21) {
        struct hart_rig *r = rig_with_limit(limit);

        emit_li(r, A0, RIG_START + 24);
        emit_li(r, A1, encode("addi", A2, ZERO, 0, 2));
        emit(r, "sw", 0, A0, A1, 0);
        emit(r, "addi", A3, ZERO, 0, 1);
        emit(r, "addi", A2, ZERO, 0, 1); /* overwritten */
        emit(r, "jal", ZERO, 0, 0, -28);
        hart_run(&r->hart, 7);
        ck_assert_uint_eq(r->hart.x[A2], 2);
        hart_run(&r->hart, 8 * 5);
        ck_assert_uint_eq(r->hart.x[A2], 2);
        ck_assert(blocks_check(r->hart.blocks));
        rig_free(r);
    }
}
END_TEST

START_TEST(code_written_from_outside_is_decoded_again)
{
    struct hart_rig *r = rig_new();
    uint32_t changed = encode("addi", A0, A0, 0, 100);

    emit(r, "addi", A0, A0, 0, 1);
    emit(r, "jal", ZERO, 0, 0, -4);
    hart_run(&r->hart, 10);
    ck_assert_uint_eq(r->hart.x[A0], 5);
    ck_assert(bus_dma_write(&r->bus, RIG_START, &changed, 4));
    mmu_snoop_dma_write(&r->hart.mmu, RIG_START, 4);
    hart_run(&r->hart, 2);
    ck_assert_uint_eq(r->hart.x[A0], 105);
    rig_free(r);
}
END_TEST

START_TEST(instructions_lie_across_pages)
{
    for (unsigned limit = 1; limit <= BLOCK_LIMIT; limit += 21) {
        struct hart_rig *r = rig_with_limit(limit);

        r->at = r->hart.pc = RIG_START + 0x2ffa;
        emit(r, "addi", A0, A0, 0, 1);
        emit(r, "jal", RA, 0, 0, 8); /* lies across */
        r->at = RIG_START + 0x2ffe + 8;
        emit(r, "jal", ZERO, 0, 0, -12);
        ck_assert_uint_eq(hart_run(&r->hart, 30), 30);
        ck_assert_uint_eq(r->hart.x[A0], 10);
        ck_assert_uint_eq((uint32_t)r->hart.x[RA], RIG_START + 0x3002);
        rig_free(r);
    }
}
END_TEST

START_TEST(a_crossing_fetch_faults_on_the_second_page)
{
    struct hart_rig *r = rig_new();
    uint64_t last = DRAM_BASE + RIG_RAM - 2;

    store_le(bus_ram(&r->bus, last, 2), 2, 0x0513); /* half an addi */
    r->hart.pc = last;
    hart_run(&r->hart, 1);
    ck_assert_uint_eq(csr(r, MCAUSE), CAUSE_FETCH_ACCESS);
    ck_assert_uint_eq(csr(r, MEPC), last);
    ck_assert_uint_eq(csr(r, MTVAL), last + 2);
    rig_free(r);

    r = rig_new();
    store_le(bus_ram(&r->bus, last, 2), 2, 0x0505); /* c.addi a0, 1 */
    r->hart.pc = last;
    hart_run(&r->hart, 1);
    ck_assert_uint_eq(r->hart.x[A0], 1);
    rig_free(r);
}
END_TEST

START_TEST(more_code_than_the_cache_holds_runs_too)
{
    struct hart_rig *r = rig_with_limit(1);

    for (unsigned i = 0; i < 0x20000 / 4; i++)
        emit(r, "addi", A0, A0, 0, 1);
    emit(r, "jal", ZERO, 0, 0, -0x20000);
    ck_assert_uint_eq(hart_run(&r->hart, 200000), 200000);
    ck_assert_uint_eq(r->hart.x[A0], 200000 - 200000 / 0x8001);
    ck_assert(blocks_check(r->hart.blocks));
    rig_free(r);
}
END_TEST

/* Random instructions of random rows everywhere; registers point at RAM. */
static void fill_randomly(struct hart_rig *r, uint64_t seed)
{
    struct isa_pattern *rows = calloc(isa_table_rows, sizeof *rows);
    struct random random;

    random_seed(&random, seed);
    for (size_t i = 0; i < isa_table_rows; i++)
        ck_assert(isa_parse(&isa_table[i], &rows[i]));
    for (uint64_t at = 0; at + 4 <= RIG_RAM;) {
        const struct isa_pattern *p =
            &rows[random_below(&random, isa_table_rows)];
        uint32_t word = (uint32_t)random_next(&random);

        store_le(r->bus.ram + at, p->size, (word & ~p->mask) | p->match);
        at += p->size;
    }
    for (unsigned i = 1; i < 32; i++) {
        uint64_t va = RIG_DATA + random_below(&random, 0x80000);

        r->hart.x[i] = (uint64_t)sign_extend(va, 32);
    }
    free(rows);
}

static uint64_t run_randomly(uint64_t seed, unsigned block_limit)
{
    struct hart_rig *r = rig_with_limit(block_limit);
    uint64_t hash, stops = 0;

    fill_randomly(r, seed);
    while (r->hart.steps < 20000 && stops++ < 2000) {
        hart_run(&r->hart, 20000 - r->hart.steps);
        r->hart.in_wfi = false;
        if (hart_is_stuck(&r->hart))
            r->hart.pc = RIG_START + 2 * (stops * 977 % (RIG_RAM / 2));
    }
    ck_assert(blocks_check(r->hart.blocks));
    hash = rig_hash(r);
    rig_free(r);
    return hash;
}

START_TEST(random_code_does_the_same_whatever_the_blocks)
{
    const char *env = getenv("QUIRE_SEED");
    uint64_t seed = env ? strtoull(env, NULL, 0) : 1;

    printf("# QUIRE_SEED=%" PRIu64 "\n", seed);
    for (uint64_t i = seed; i < seed + 12; i++) {
        uint64_t hash = run_randomly(i, 0);

        ck_assert_uint_eq(run_randomly(i, 1), hash);
        ck_assert_uint_eq(run_randomly(i, 3), hash);
    }
}
END_TEST

/* ---- modelled fetches ---- */

static struct hart_rig *rig_with_models(unsigned block_limit)
{
    struct hart_config config = {
        .xlen = 32,
        .block_limit = block_limit,
        .mmu = {.itlb = {4, 4},
                .dtlb = {4, 4},
                .l2tlb = {16, 4},
                .l1i = {32, 1, 16},
                .l1d = {128, 2, 16}},
    };

    return rig_new_with(&config);
}

/* The busy program, with a device's register in its way. */
static struct mmu_counts run_with_models(struct hart_rig *r)
{
    struct mmu_counts counts;

    emit_busy_program(r);
    r->at = RIG_HANDLER + 4;
    emit(r, "lui", T2, 0, 0, RIG_DEVICE);
    emit(r, "sw", 0, T2, T1, 0);
    emit(r, "addi", T1, T1, 0, 4);
    emit_csrw(r, MEPC, T1);
    emit(r, "mret", 0, 0, 0, 0);
    ck_assert_uint_eq(hart_run(&r->hart, 4000), 4000);
    mmu_count(&r->hart.mmu, &counts);
    ck_assert_uint_gt(r->probe.accesses, 50);
    return counts;
}

START_TEST(the_length_of_blocks_changes_no_count)
{
    struct hart_rig *r = rig_with_models(0);
    struct mmu_counts want = run_with_models(r), got;

    ck_assert_uint_gt(want.l1i.misses, 500);
    rig_free(r);
    for (unsigned limit = 1; limit < 5; limit++) {
        r = rig_with_models(limit);
        got = run_with_models(r);
        ck_assert_mem_eq(&got, &want, sizeof got);
        rig_free(r);
    }
}
END_TEST

/* A fetch is an access, or two if it lies across lines. */
static void count_fetches(void *ctx, const struct hart *h, uint32_t bits)
{
    uint64_t *count = ctx;

    *count += (h->pc & 15) + isa_length(bits) > 16 ? 2 : 1;
}

START_TEST(each_step_is_one_fetch_watched_or_not)
{
    uint64_t fetches = 0;
    struct hart_watch watch = {count_fetches, NULL, &fetches};
    struct hart_rig *r = rig_with_models(0), *watched = rig_with_models(0);
    struct mmu_counts want = run_with_models(r), got;

    hart_set_watch(&watched->hart, &watch);
    got = run_with_models(watched);
    ck_assert_mem_eq(&got, &want, sizeof got);
    ck_assert_uint_eq(got.l1i.accesses, fetches);
    ck_assert_uint_gt(fetches, 4100);
    rig_free(r);
    rig_free(watched);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("block");
    TCase *tc = tcase_create("block");

    tcase_add_test(tc, the_length_of_blocks_changes_nothing);
    tcase_add_test(tc, a_store_into_the_executing_block_takes_effect);
    tcase_add_test(tc, code_written_from_outside_is_decoded_again);
    tcase_add_test(tc, instructions_lie_across_pages);
    tcase_add_test(tc, a_crossing_fetch_faults_on_the_second_page);
    tcase_add_test(tc, more_code_than_the_cache_holds_runs_too);
    tcase_add_test(tc, random_code_does_the_same_whatever_the_blocks);
    tcase_add_test(tc, the_length_of_blocks_changes_no_count);
    tcase_add_test(tc, each_step_is_one_fetch_watched_or_not);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
