/*
 * Counters in the middle of a block are exact: minstret, mcycle, time, their
 * inhibition and their writes, and the events of mhpmcounters.
 */
#include "abi/hpm.h"
#include "tests/engine_rig.h"

#define ROUNDS 40
#define LOOP PAGE_D
#define PAGED (VA + 0x10000)
#define UNMAPPED_VA (VA + 0x3f000)
#define CYCLES_A_TICK 100

enum { MHPMEVENT3 = 0x323, MHPMCOUNTER3 = 0xb03, HPMCOUNTER3 = 0xc03 };

static const uint8_t events[] = {
    HPM_ITLB_ACCESS,
    HPM_ITLB_MISS,
    HPM_DTLB_ACCESS,
    HPM_DTLB_MISS,
    HPM_L2TLB_ACCESS,
    HPM_L2TLB_MISS,
    HPM_WALK,
    HPM_WALK_READ,
    HPM_WALK_UPDATE,
    HPM_L1I_ACCESS,
    HPM_L1I_MISS,
    HPM_L1D_ACCESS,
    HPM_L1D_MISS,
    HPM_L1D_WRITEBACK,
    HPM_L1D_WRITETHROUGH,
    HPM_L2_ACCESS,
    HPM_L2_MISS,
    HPM_L2_WRITEBACK,
    HPM_EXCEPTION,
    HPM_INTERRUPT,
    HPM_FETCH_PAGE_FAULT,
    HPM_LOAD_PAGE_FAULT,
    HPM_STORE_PAGE_FAULT,
    HPM_DMA_BYTE,
};

/* ---- minstret, mcycle, time ---- */

/* Pairs of reads with 0 to 7 instructions between them, of which the third is
 * an ecall: s2 and s3 sum what is between, s4 the instructions. */
#define BETWEEN 8

static void write_pairs(struct program *p, int number)
{
    op_begin(p);
    op_li(p, S0, ROUNDS);
    op_li(p, A3, DATA);
    op_jump(p, LOOP);
    p->at = LOOP;
    for (int n = 0; n < BETWEEN; n++) {
        op(p, "csrrs", S5, ZERO, 0, number);
        for (int i = 0; i < n; i++)
            if (i == 2)
                op(p, "ecall", 0, 0, 0, 0);
            else
                op(p, i & 1 ? "lw" : "addi", A4, A3, 0, 4 * i);
        op(p, "csrrs", S6, ZERO, 0, number);
        op(p, "sub", S6, S6, S5, 0);
        op(p, "add", S2, S2, S6, 0);
    }
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_pairs(struct machine *m, int number)
{
    /* One for the read itself, and what is between; the handler's 18. */
    uint32_t steps = BETWEEN + BETWEEN * (BETWEEN - 1) / 2 + 5 * 18;

    ck_assert_uint_eq(guest_logs(m), 5 * ROUNDS);
    if (number == INSTRET)
        ck_assert_uint_eq(reg(m, S2), ROUNDS * (steps - 5));
    else if (number == MCYCLE && guest_shape() != SHAPE_TIMED)
        ck_assert_uint_eq(reg(m, S2), ROUNDS * steps);
}

START_TEST(a_counter_read_twice_has_counted_what_is_between)
{
    static const int numbers[] = {INSTRET, MCYCLE, TIME};

    guest_runs_alike(&(struct guest){.write = write_pairs,
                                     .check = check_pairs,
                                     .arg = numbers[_i],
                                     .shapes = SHAPES_ALL});
}
END_TEST

/* s2 sums time, read at every other of 250 instructions. */
static void write_time(struct program *p, int arg)
{
    (void)arg;
    op_begin(p);
    op_li(p, S0, 4);
    op_jump(p, LOOP);
    p->at = LOOP;
    for (int i = 0; i < 125; i++) {
        op(p, "csrrs", S5, ZERO, 0, TIME);
        op(p, "add", S2, S2, S5, 0);
    }
    op(p, "csrrs", S3, ZERO, 0, CYCLE);
    op(p, "csrrs", S4, ZERO, 0, TIME);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_time(struct machine *m, int arg)
{
    uint32_t last = reg(m, S3), sum = 0;

    (void)arg;
    if (guest_shape() == SHAPE_TIMED)
        return;
    ck_assert_uint_eq(reg(m, S4), (last + 1) / CYCLES_A_TICK);
    for (uint32_t round = 0; round < 4; round++) /* of 254 cycles */
        for (uint32_t i = 0; i < 125; i++)
            sum += (last - 254 * (3 - round) - 250 + 2 * i) / CYCLES_A_TICK;
    ck_assert_uint_eq(reg(m, S2), sum);
}

START_TEST(time_ticks_in_the_middle_of_a_block)
{
    guest_runs_alike(&(struct guest){
        .write = write_time, .check = check_time, .shapes = SHAPES_ALL});
}
END_TEST

/* ---- writes, inhibition ---- */

/* A write replaces the increment of its own instruction; while a counter is
 * inhibited it stands still. */
static void write_writes(struct program *p, int number)
{
    op_begin(p);
    op_li(p, S0, ROUNDS);
    op_li(p, A1, 1000);
    op_li(p, A2, number == MCYCLE ? 1 : 4);
    op_jump(p, LOOP);
    p->at = LOOP;
    op(p, "csrrw", ZERO, A1, 0, number);
    op(p, "csrrs", S4, ZERO, 0, number);
    op(p, "addi", A4, A4, 0, 1);
    op(p, "csrrs", S5, ZERO, 0, number);
    op(p, "csrrs", ZERO, A2, 0, MCOUNTINHIBIT);
    op(p, "csrrs", S6, ZERO, 0, number);
    op(p, "addi", A4, A4, 0, 1);
    op(p, "ecall", 0, 0, 0, 0);
    op(p, "csrrs", S7, ZERO, 0, number);
    op(p, "csrrc", ZERO, A2, 0, MCOUNTINHIBIT);
    op(p, "addi", A4, A4, 0, 1);
    op(p, "csrrs", S8, ZERO, 0, number);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_writes(struct machine *m, int number)
{
    if (guest_shape() == SHAPE_TIMED && number == MCYCLE)
        return;
    ck_assert_uint_eq(reg(m, S4), 1000);
    ck_assert_uint_eq(reg(m, S5), 1002);
    ck_assert_uint_eq(reg(m, S6), reg(m, S7));
    ck_assert_uint_le(reg(m, S6), 1004);
    ck_assert_uint_le(reg(m, S8), reg(m, S7) + 2);
}

START_TEST(a_counter_is_written_and_inhibited_in_a_block)
{
    guest_runs_alike(&(struct guest){.write = write_writes,
                                     .check = check_writes,
                                     .arg = _i ? MCYCLE : MINSTRET,
                                     .shapes = SHAPES_ALL});
}
END_TEST

/* ---- events ---- */

/* In S-mode, paged: loads, stores, an AMO, an access across lines, a fault,
 * between reads of all counters; s2 and on add them up. `inhibit`: half of the
 * counters stand still. */
static void write_events(struct program *p, int inhibit)
{
    map(p->m, PAGED, DATA, RWX & ~PTE_D);
    map(p->m, PAGED + 0x1000, DATA + 0x1000, RWX);
    op_begin(p);
    op_csrw(p, MCOUNTEREN, UINT32_MAX);
    for (unsigned i = 0; i < ARRAY_SIZE(events); i++)
        op_csrw(p, MHPMEVENT3 + i, events[i]);
    if (inhibit)
        op_csrw(p, MCOUNTINHIBIT, 0x55555550);
    op_li(p, S0, ROUNDS);
    op_li(p, A3, PAGED);
    op_li(p, A5, UNMAPPED_VA);
    op_supervise(p, LOOP);
    p->at = LOOP;
    for (int32_t i = 0; i < (int32_t)ARRAY_SIZE(events); i++) {
        static const char *const names[] = {"lw", "sw", "amoadd.w", "lw"};

        op(p, names[i & 3], A4, A3, A4, (i & 3) == 2 ? 0 : 36 * i + (i & 2));
        op(p, "csrrs", S4, ZERO, 0, HPMCOUNTER3 + i);
        op(p, "add", S2, S2, S4, 0);
        op(p, "xor", S3, S3, S4, 0);
    }
    op(p, "addi", A3, A3, 0, 64);
    op(p, "lw", A4, A5, 0, 0);
    op(p, "sw", 0, A5, A4, 0);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_events(struct machine *m, int inhibit)
{
    struct mmu_counts counts;
    uint64_t faults = 0, accesses = 0;

    mmu_count(&m->harts[0].mmu, &counts);
    ck_assert(hart_csr_peek(&m->harts[0], MHPMCOUNTER3 + 21, &faults));
    ck_assert(hart_csr_peek(&m->harts[0], MHPMCOUNTER3 + 11, &accesses));
    ck_assert_uint_eq(guest_logs(m), 2 * ROUNDS);
    /* Counters 24 and 14, which can be inhibited. */
    ck_assert_uint_eq(faults, inhibit ? 0 : ROUNDS);
    ck_assert_uint_eq(accesses, inhibit ? 0 : counts.l1d.accesses);
}

START_TEST(events_are_counted_up_to_the_read)
{
    guest_runs_alike(&(struct guest){.write = write_events,
                                     .check = check_events,
                                     .arg = _i,
                                     .shapes = SHAPES_ALL});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine_counters");
    TCase *tc = tcase_create("engine_counters");

    tcase_add_unchecked_fixture(tc, NULL, guests_free);
    tcase_add_loop_test(tc, a_counter_read_twice_has_counted_what_is_between, 0,
                        3);
    tcase_add_test(tc, time_ticks_in_the_middle_of_a_block);
    tcase_add_loop_test(tc, a_counter_is_written_and_inhibited_in_a_block, 0,
                        2);
    tcase_add_loop_test(tc, events_are_counted_up_to_the_read, 0, 2);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
