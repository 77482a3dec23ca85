/*
 * Running: exact steps, time as devices see it, memory and its faults, code
 * that changes under execution, and state that comes back.
 */
#include "cpu/hart.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/random.h"
#include "cpu/block.h"
#include "tests/hart_rig.h"

static struct hart_rig *rig_with_limit(unsigned block_limit)
{
    struct hart_config config = {
        .xlen = 32, .block_limit = block_limit, .mmu = {.has_pmp = true}};

    return rig_new_with(&config);
}

/* A loop that stores, loads, calls and traps into a handler that returns. */
static void emit_busy_program(struct hart_rig *r)
{
    r->at = RIG_START;
    emit_li(r, A0, RIG_DATA);
    emit(r, "addi", A1, A1, 0, 1);
    emit(r, "sw", 0, A0, A1, 4);
    emit(r, "c.addi", A2, A2, 0, 3);
    emit(r, "lhu", A3, A0, 0, 4);
    emit(r, "mul", A4, A3, A2, 0);
    emit(r, "amoadd.w", A5, A0, A4, 0);
    emit(r, "jal", RA, 0, 0, 12);
    emit(r, "ecall", 0, 0, 0, 0);
    emit(r, "jal", ZERO, 0, 0, -30);
    emit(r, "divu", T0, A5, A3, 0);
    emit(r, "c.jr", 0, RA, 0, 0);
    r->at = RIG_HANDLER;
    emit_csrr(r, T1, MEPC);
    emit(r, "addi", T1, T1, 0, 4);
    emit_csrw(r, MEPC, T1);
    emit_csrr(r, T2, MCYCLE);
    emit(r, "mret", 0, 0, 0, 0);
}

START_TEST(a_run_has_exactly_the_steps_asked_for)
{
    struct hart_rig *one = rig_new(), *many = rig_new();
    struct random random;
    uint64_t done = 0;

    random_seed(&random, 7);
    emit_busy_program(one);
    emit_busy_program(many);
    ck_assert_uint_eq(hart_run(&one->hart, 5000), 5000);
    while (done < 5000) {
        uint64_t n = random_below(&random, 40);

        n = n < 5000 - done ? n : 5000 - done;
        ck_assert_uint_eq(hart_run(&many->hart, n), n);
        done += n;
    }
    ck_assert_uint_gt(one->hart.failed, 100);
    ck_assert_uint_eq(rig_hash(one), rig_hash(many));
    ck_assert_uint_eq(one->clock.now, 5000);
    rig_free(one);
    rig_free(many);
}
END_TEST

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

static void count_exec(void *ctx, const struct hart *h, uint32_t bits)
{
    uint64_t *count = ctx;

    ck_assert_uint_eq(hart_retired(h) + h->failed, *count);
    ck_assert_uint_ne(bits, 0);
    ++*count;
}

START_TEST(being_watched_changes_nothing)
{
    struct hart_rig *r = rig_new(), *watched = rig_new();
    uint64_t count = 0;
    struct hart_watch watch = {count_exec, NULL, &count};

    emit_busy_program(r);
    emit_busy_program(watched);
    hart_set_watch(&watched->hart, &watch);
    hart_run(&r->hart, 2000);
    hart_run(&watched->hart, 2000);
    ck_assert_uint_eq(count, 2000);
    ck_assert_uint_eq(rig_hash(r), rig_hash(watched));
    rig_free(r);
    rig_free(watched);
}
END_TEST

START_TEST(a_device_sees_the_exact_time)
{
    struct hart_rig *r = rig_new();

    emit_li(r, A0, RIG_DEVICE);
    emit(r, "addi", ZERO, ZERO, 0, 0);
    emit(r, "sw", 0, A0, A0, 0);
    emit(r, "lw", A1, A0, 0, 4);
    hart_run(&r->hart, 4);
    ck_assert_uint_eq(r->probe.last_now, 3);
    ck_assert_uint_eq(r->probe.last_value, RIG_DEVICE);
    hart_run(&r->hart, 1);
    ck_assert_uint_eq(r->probe.last_now, 4);
    ck_assert_uint_eq(r->hart.x[A1], 0x1004);
    rig_free(r);
}
END_TEST

START_TEST(a_deadline_that_a_device_pulls_in_is_kept)
{
    struct hart_rig *r = rig_new();

    emit_li(r, A0, RIG_DEVICE);
    emit(r, "sw", 0, A0, A0, 0);
    for (unsigned i = 0; i < 100; i++)
        emit(r, "addi", A1, A1, 0, 1);
    r->probe.pull_deadline = 10;
    ck_assert_uint_eq(hart_run(&r->hart, 100), 12);
    ck_assert_uint_eq(r->clock.now, 12);
    ck_assert_uint_eq(r->hart.x[A1], 9);
    ck_assert_uint_eq(hart_run(&r->hart, 100), 0);
    r->clock.deadline = CLOCK_NEVER;
    ck_assert_uint_eq(hart_run(&r->hart, 20), 20);
    rig_free(r);
}
END_TEST

START_TEST(an_interrupt_raised_by_an_access_comes_right_after_it)
{
    struct hart_rig *r = rig_new();

    r->probe.raise = IRQ_MEI;
    ck_assert(hart_csr_poke(&r->hart, MIE, 1u << IRQ_MEI));
    ck_assert(hart_csr_poke(&r->hart, MSTATUS, MSTATUS_MIE));
    emit_li(r, A0, RIG_DEVICE);
    emit(r, "sw", 0, A0, A0, 0);
    emit(r, "addi", A1, A1, 0, 1);
    r->at = RIG_HANDLER;
    emit(r, "jal", ZERO, 0, 0, 0);
    hart_run(&r->hart, 20);
    ck_assert_uint_eq(r->hart.x[A1], 0);
    ck_assert_uint_eq(csr(r, MEPC), RIG_START + 12);
    rig_free(r);
}
END_TEST

START_TEST(a_request_to_stop_ends_the_run)
{
    struct hart_rig *r = rig_new();

    emit(r, "jal", ZERO, 0, 0, 0);
    hart_request_stop(&r->hart); /* before a run: forgotten */
    ck_assert_uint_eq(hart_run(&r->hart, 50), 50);
    rig_free(r);
}
END_TEST

START_TEST(a_fault_in_a_block_is_exact)
{
    struct hart_rig *r = rig_new();

    r->hart.x[A0] = 0x40000000;
    r->hart.x[A2] = 7;
    emit(r, "addi", A1, ZERO, 0, 1);
    emit(r, "lw", A2, A0, 0, 8);
    emit(r, "addi", A1, ZERO, 0, 2);
    hart_run(&r->hart, 2);
    ck_assert_uint_eq(r->hart.x[A1], 1);
    ck_assert_uint_eq(r->hart.x[A2], 7);
    ck_assert_uint_eq(csr(r, MEPC), RIG_START + 4);
    ck_assert_uint_eq(csr(r, MTVAL), 0x40000008);
    ck_assert_uint_eq(csr(r, MCAUSE), CAUSE_LOAD_ACCESS);
    ck_assert_uint_eq(r->hart.failed, 1);
    rig_free(r);
}
END_TEST

START_TEST(a_load_to_x0_still_happens)
{
    struct hart_rig *r = rig_new();

    r->hart.x[A0] = 0x40000000;
    ck_assert(!execute(r, encode("lw", ZERO, A0, 0, 0)));
    rig_free(r);
}
END_TEST

START_TEST(jumps_use_the_old_register_and_wrap)
{
    struct hart_rig *r = rig_new();

    r->hart.x[RA] = (uint64_t)(int32_t)(RIG_START + 0x101);
    ck_assert(execute(r, encode("jalr", RA, RA, 0, 0)));
    ck_assert_uint_eq(r->hart.pc, RIG_START + 0x100);
    ck_assert_uint_eq((uint32_t)r->hart.x[RA], RIG_START + 4);
    r->hart.x[A0] = UINT64_MAX;
    ck_assert(execute(r, encode("jalr", ZERO, A0, 0, 5)));
    ck_assert_uint_eq(r->hart.pc, 4);
    rig_free(r);
}
END_TEST

START_TEST(lui_and_auipc_are_canonical)
{
    struct hart_rig *r = rig_new();

    ck_assert(execute(r, encode("lui", A0, 0, 0, (int32_t)0x80000000)));
    ck_assert_uint_eq(r->hart.x[A0], UINT64_C(0xffffffff80000000));
    ck_assert(execute(r, encode("auipc", A1, 0, 0, (int32_t)0x80000000)));
    ck_assert_uint_eq(r->hart.x[A1], 4);
    rig_free(r);
}
END_TEST

START_TEST(a_conditional_store_needs_its_reservation)
{
    struct hart_rig *r = rig_new();

    r->hart.x[A0] = (uint64_t)(int32_t)RIG_DATA;
    r->hart.x[A1] = 5;
    ck_assert(execute(r, encode("sc.w", A2, A0, A1, 0)));
    ck_assert_uint_eq(r->hart.x[A2], 1);
    ck_assert(execute(r, encode("lr.w", A3, A0, 0, 0)));
    ck_assert(execute(r, encode("sc.w", A2, A0, A1, 0)));
    ck_assert_uint_eq(r->hart.x[A2], 0);
    ck_assert(execute(r, encode("sc.w", A2, A0, A1, 0)));
    ck_assert_uint_eq(r->hart.x[A2], 1);
    ck_assert_uint_eq(load_le(bus_ram(&r->bus, RIG_DATA, 4), 4), 5);
    rig_free(r);
}
END_TEST

START_TEST(atomics_return_the_old_word_and_store_the_new)
{
    static const struct {
        const char *name;
        uint32_t memory, arg, result;
    } cases[] = {
        {"amoswap.w", 5, 9, 9},
        {"amoadd.w", 0xffffffff, 2, 1},
        {"amoxor.w", 0xff00ff00, 0xffff0000, 0x00ffff00},
        {"amoand.w", 0xff00ff00, 0xffff0000, 0xff000000},
        {"amoor.w", 0xff00ff00, 0xffff0000, 0xffffff00},
        {"amomin.w", 1, 0x80000000, 0x80000000},
        {"amomax.w", 1, 0x80000000, 1},
        {"amominu.w", 1, 0x80000000, 1},
        {"amomaxu.w", 1, 0x80000000, 0x80000000},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct hart_rig *r = rig_new();
        void *word = bus_ram(&r->bus, RIG_DATA, 4);

        store_le(word, 4, cases[i].memory);
        r->hart.x[A0] = (uint64_t)(int32_t)RIG_DATA;
        r->hart.x[A1] = (uint64_t)(int32_t)cases[i].arg;
        ck_assert(execute(r, encode(cases[i].name, A1, A0, A1, 0)));
        ck_assert_uint_eq(r->hart.x[A1], (uint64_t)(int32_t)cases[i].memory);
        ck_assert_uint_eq(load_le(word, 4), cases[i].result);
        r->hart.x[A0]++;
        ck_assert(!execute(r, encode(cases[i].name, A1, A0, A1, 0)));
        ck_assert_uint_eq(csr(r, MCAUSE), CAUSE_STORE_MISALIGNED);
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

/* ---- state ---- */

START_TEST(saved_state_comes_back_and_goes_on_alike)
{
    struct hart_rig *a = rig_new(), *b = rig_new();
    struct archive *save = archive_new_save(), *load;
    const void *data;
    size_t size;

    emit_busy_program(a);
    rig_enter(a, PRIV_S, RIG_START);
    hart_run(&a->hart, 777);
    hart_archive(&a->hart, save);
    data = archive_data(save, &size);
    load = archive_new_load(data, size);
    memcpy(b->bus.ram, a->bus.ram, RIG_RAM);
    hart_archive(&b->hart, load);
    ck_assert_ptr_null(archive_error(load));
    ck_assert_uint_eq(rig_hash(a), rig_hash(b));
    b->clock.now = a->clock.now;
    hart_run(&a->hart, 1000);
    hart_run(&b->hart, 1000);
    ck_assert_uint_eq(rig_hash(a), rig_hash(b));
    archive_free(load);
    archive_free(save);
    rig_free(a);
    rig_free(b);
}
END_TEST

START_TEST(flipping_any_field_changes_the_hash)
{
    struct hart_rig *r = rig_new();
    uint64_t hash = rig_hash(r), field = 0;

    for (;; field++) {
        struct archive *flip = archive_new_flip(field, 1);
        struct archive *back = archive_new_flip(field, 1);
        const char *name;

        hart_archive(&r->hart, flip);
        name = archive_flipped(flip);
        if (name)
            ck_assert_msg(rig_hash(r) != hash, "%s", name);
        hart_archive(&r->hart, back);
        ck_assert_uint_eq(rig_hash(r), hash);
        archive_free(back);
        archive_free(flip);
        if (!name)
            break;
    }
    ck_assert_uint_gt(field, 60);
    rig_free(r);
}
END_TEST

static bool is_refused(struct hart *h)
{
    struct archive *save = archive_new_save(), *load;
    const void *data;
    size_t size;
    bool refused;

    hart_archive(h, save);
    data = archive_data(save, &size);
    load = archive_new_load(data, size);
    hart_archive(h, load);
    refused = archive_error(load);
    archive_free(load);
    archive_free(save);
    return refused;
}

START_TEST(impossible_state_is_refused)
{
    struct hart_rig *r = rig_new();
    struct hart *h = &r->hart;
    struct {
        uint64_t *field, value;
    } wrong[] = {
        {&h->x[5], UINT64_C(1) << 40},
        {&h->csr.mepc, 1},
        {&h->csr.sepc, 1},
        {&h->csr.mstatus, UINT64_C(2) << 11},
        {&h->csr.menvcfg, UINT64_C(1) << 20},
        {&h->csr.menvcfg, UINT64_C(2) << 4},
        {&h->csr.senvcfg, UINT64_C(1) << 63},
        {&h->csr.medeleg, UINT64_C(1) << 11},
    };

    ck_assert(!is_refused(h));
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        uint64_t right = *wrong[i].field;

        *wrong[i].field = wrong[i].value;
        ck_assert_msg(is_refused(h), "%zu", i);
        *wrong[i].field = right;
    }
    ck_assert(!is_refused(h));
    rig_free(r);
}
END_TEST

START_TEST(a_reset_keeps_counting_steps_only)
{
    struct hart_rig *r = rig_new();

    emit_busy_program(r);
    hart_run(&r->hart, 300);
    hart_reset(&r->hart, RIG_START);
    ck_assert_uint_eq(r->hart.steps, 300);
    ck_assert_uint_eq(csr(r, MCYCLE), 0);
    ck_assert_uint_eq(csr(r, MINSTRET), 0);
    ck_assert_uint_eq(csr(r, MTVEC), 0);
    ck_assert_int_eq(r->hart.priv, PRIV_M);
    rig_free(r);
}
END_TEST

START_TEST(a_reset_forgets_decoded_code)
{
    struct hart_rig *r = rig_new();

    emit(r, "jal", ZERO, 0, 0, 0);
    hart_run(&r->hart, 10);
    r->at = RIG_START;
    emit(r, "addi", A0, ZERO, 0, 7);
    hart_reset(&r->hart, RIG_START);
    hart_run(&r->hart, 1);
    ck_assert_uint_eq(r->hart.x[A0], 7);
    rig_free(r);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hart");
    TCase *tc = tcase_create("hart");

    tcase_add_test(tc, a_run_has_exactly_the_steps_asked_for);
    tcase_add_test(tc, the_length_of_blocks_changes_nothing);
    tcase_add_test(tc, being_watched_changes_nothing);
    tcase_add_test(tc, a_device_sees_the_exact_time);
    tcase_add_test(tc, a_deadline_that_a_device_pulls_in_is_kept);
    tcase_add_test(tc, an_interrupt_raised_by_an_access_comes_right_after_it);
    tcase_add_test(tc, a_request_to_stop_ends_the_run);
    tcase_add_test(tc, a_fault_in_a_block_is_exact);
    tcase_add_test(tc, a_load_to_x0_still_happens);
    tcase_add_test(tc, jumps_use_the_old_register_and_wrap);
    tcase_add_test(tc, lui_and_auipc_are_canonical);
    tcase_add_test(tc, a_conditional_store_needs_its_reservation);
    tcase_add_test(tc, atomics_return_the_old_word_and_store_the_new);
    tcase_add_test(tc, a_store_into_the_executing_block_takes_effect);
    tcase_add_test(tc, code_written_from_outside_is_decoded_again);
    tcase_add_test(tc, instructions_lie_across_pages);
    tcase_add_test(tc, a_crossing_fetch_faults_on_the_second_page);
    tcase_add_test(tc, random_code_does_the_same_whatever_the_blocks);
    tcase_add_test(tc, more_code_than_the_cache_holds_runs_too);
    tcase_add_test(tc, the_length_of_blocks_changes_no_count);
    tcase_add_test(tc, each_step_is_one_fetch_watched_or_not);
    tcase_add_test(tc, saved_state_comes_back_and_goes_on_alike);
    tcase_add_test(tc, flipping_any_field_changes_the_hash);
    tcase_add_test(tc, impossible_state_is_refused);
    tcase_add_test(tc, a_reset_keeps_counting_steps_only);
    tcase_add_test(tc, a_reset_forgets_decoded_code);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
