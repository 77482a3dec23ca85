/*
 * Writes of registers in the middle of a block: the very next instruction sees
 * what they change.
 */
#include "tests/engine_rig.h"

#define ROUNDS 60
#define LOOP PAGE_D
#define FOR_U (VA + 0x10000)
#define EXECUTE_ONLY (VA + 0x11000)

enum { SSCRATCH = 0x140 };

/* ---- SUM and MXR, MPRV, PMP: loads ---- */

/* Three loads, the second one while a bit of sstatus is set. */
static void write_status_bit(struct program *p, int is_mxr)
{
    map(p->m, FOR_U, DATA, RWX | PTE_U);
    map(p->m, EXECUTE_ONLY, DATA, PTE_V | PTE_X | PTE_A);
    poke(p->m, DATA, 4, 3);
    op_begin(p);
    op_li(p, S0, ROUNDS);
    op_li(p, A1, is_mxr ? MSTATUS_MXR : MSTATUS_SUM);
    op_li(p, A3, is_mxr ? EXECUTE_ONLY : FOR_U);
    op_supervise(p, LOOP);
    p->at = LOOP;
    op(p, "lw", S4, A3, 0, 0);
    op(p, "csrrs", ZERO, A1, 0, SSTATUS);
    op(p, "lw", S5, A3, 0, 0);
    op(p, "csrrc", ZERO, A1, 0, SSTATUS);
    op(p, "lw", S4, A3, 0, 0);
    op(p, "add", S2, S2, S5, 0);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_status_bit(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S4), 0);
    ck_assert_uint_eq(reg(m, S2), 3 * ROUNDS);
    ck_assert_uint_eq(guest_logs(m), 2 * ROUNDS);
    ck_assert_uint_eq(guest_log(m, 8).cause, CAUSE_LOAD_PAGE);
    ck_assert_uint_eq(guest_log(m, 8).epc, LOOP);
    ck_assert_uint_eq(guest_log(m, 9).epc, LOOP + 16);
}

START_TEST(sum_and_mxr_hold_for_the_next_load)
{
    guest_runs_alike(&(struct guest){
        .write = write_status_bit, .check = check_status_bit, .arg = _i});
}
END_TEST

/* M-mode loads and stores one address with and without MPRV. */
static void write_mprv(struct program *p, int arg)
{
    (void)arg;
    map_dram(p->m);
    poke(p->m, ROOT + 4 * (DRAM_BASE >> 22), 4, pte_to(LEAVES, PTE_V));
    map(p->m, DATA, DATA + 0x1000, RWX);
    poke(p->m, DATA, 4, 1);
    poke(p->m, DATA + 0x1000, 4, 100);
    op_begin(p);
    op_csrw(p, SATP, SATP_ON(0));
    op_li(p, S0, ROUNDS);
    op_li(p, A1, MSTATUS_MPRV);
    op_li(p, A2, MSTATUS_MPRV | PRIV_S << MSTATUS_MPP_SHIFT);
    op_li(p, A3, DATA);
    op(p, "csrrs", ZERO, A2, 0, MSTATUS);
    op(p, "csrrc", ZERO, A1, 0, MSTATUS);
    op_jump(p, LOOP);
    p->at = LOOP;
    op(p, "lw", S4, A3, 0, 0);
    op(p, "csrrs", ZERO, A1, 0, MSTATUS);
    op(p, "lw", S5, A3, 0, 0);
    op(p, "sw", 0, A3, S0, 4);
    op(p, "amoadd.w", ZERO, A3, S0, 0);
    op(p, "csrrc", ZERO, A1, 0, MSTATUS);
    op(p, "sw", 0, A3, S5, 8);
    op(p, "add", S2, S2, S4, 0);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_mprv(struct machine *m, int arg)
{
    uint32_t sum = 100 + ROUNDS * (ROUNDS + 1) / 2;

    (void)arg;
    ck_assert_uint_eq(reg(m, S2), ROUNDS);
    ck_assert_uint_eq(word(m, DATA), 1);
    ck_assert_uint_eq(word(m, DATA + 4), 0);
    ck_assert_uint_eq(word(m, DATA + 8), sum - 1);
    ck_assert_uint_eq(word(m, DATA + 0x1000), sum);
    ck_assert_uint_eq(word(m, DATA + 0x1004), 1);
}

START_TEST(mprv_holds_for_the_next_load_and_store)
{
    guest_runs_alike(&(struct guest){
        .write = write_mprv, .check = check_mprv, .shapes = SHAPES_ALL});
}
END_TEST

/* The rights of S-mode, by MPRV, to a word of a page that PMP divides. */
static void write_pmp(struct program *p, int arg)
{
    (void)arg;
    poke(p->m, DATA + 8, 4, 5);
    poke(p->m, DATA + 12, 4, 7);
    op_begin(p);
    op_csrw(p, PMPADDR0 + 1, UINT32_MAX);
    op_csrw(p, PMPADDR0, (DATA + 8) >> 2);
    op_li(p, S0, ROUNDS);
    op_li(p, A1, (PMP_NAPOT | PMP_R | PMP_W | PMP_X) << 8 | PMP_NA4 | PMP_R);
    op_li(p, A2, (PMP_NAPOT | PMP_R | PMP_W | PMP_X) << 8 | PMP_NA4);
    op_li(p, A3, DATA);
    op_li(p, A4, MSTATUS_MPP);
    op_li(p, A5, PRIV_S << MSTATUS_MPP_SHIFT);
    op_li(p, A6, MSTATUS_MPRV);
    op_jump(p, LOOP);
    p->at = LOOP;
    op(p, "csrrw", ZERO, A1, 0, PMPCFG0);
    op(p, "csrrc", ZERO, A4, 0, MSTATUS);
    op(p, "csrrs", ZERO, A5, 0, MSTATUS);
    op(p, "csrrs", ZERO, A6, 0, MSTATUS);
    op(p, "lw", S4, A3, 0, 8);
    op(p, "csrrw", ZERO, A2, 0, PMPCFG0);
    op(p, "lw", S5, A3, 0, 12);
    op(p, "lw", S6, A3, 0, 8); /* refused, in M-mode it goes on */
    op(p, "csrrc", ZERO, A6, 0, MSTATUS);
    op(p, "add", S2, S2, S4, 0);
    op(p, "add", S3, S3, S5, 0);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_pmp(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S2), 5 * ROUNDS);
    ck_assert_uint_eq(reg(m, S3), 7 * ROUNDS);
    ck_assert_uint_eq(reg(m, S6), 0);
    ck_assert_uint_eq(guest_logs(m), ROUNDS);
    ck_assert_uint_eq(guest_log(m, 5).cause, CAUSE_LOAD_ACCESS);
    ck_assert_uint_eq(guest_log(m, 5).epc, LOOP + 28);
}

START_TEST(a_pmp_entry_holds_for_the_next_load)
{
    guest_runs_alike(&(struct guest){.write = write_pmp, .check = check_pmp});
}
END_TEST

/* ---- where traps go ---- */

/* mtvec changes between two illegal instructions; each vector adds its own
 * number to s2 and returns by mret, to its own page or from another. */
static void write_vectors(struct program *p, int arg)
{
    const uint64_t vectors[] = {LOOP + 0x100, PAGE_C};

    (void)arg;
    for (int32_t i = 0; i < 2; i++) {
        struct program v = {p->m, vectors[i]};

        op(&v, "addi", S2, S2, 0, i ? 100 : 1);
        op(&v, "csrrs", S4, ZERO, 0, MEPC);
        op(&v, "addi", S4, S4, 0, 4);
        op(&v, "csrrw", S5, S4, 0, MEPC);
        op(&v, "mret", 0, 0, 0, 0);
    }
    op_begin(p);
    op_li(p, S0, ROUNDS);
    op_li(p, A1, (uint32_t)vectors[0]);
    op_li(p, A2, (uint32_t)vectors[1]);
    op_jump(p, LOOP);
    p->at = LOOP;
    op(p, "csrrw", ZERO, A1, 0, MTVEC);
    op(p, "ecall", 0, 0, 0, 0);
    op(p, "csrrw", ZERO, A2, 0, MTVEC);
    op(p, "ebreak", 0, 0, 0, 0);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_vectors(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S2), 101 * ROUNDS);
    ck_assert_uint_eq(reg(m, S5), LOOP + 12);
}

START_TEST(mtvec_holds_for_the_next_trap)
{
    guest_runs_alike(
        &(struct guest){.write = write_vectors, .check = check_vectors});
}
END_TEST

/* medeleg sends an ebreak of S-mode to S-mode in every other round; both ways
 * end in M-mode, at s11. */
static void write_delegation(struct program *p, int arg)
{
    struct program f = {p->m, PAGE_A};

    (void)arg;
    op(&f, "addi", S2, S2, 0, 1);
    op(&f, "ebreak", 0, 0, 0, 0);
    f.at = PAGE_B;
    op(&f, "addi", S3, S3, 0, 1);
    op(&f, "ecall", 0, 0, 0, 0);
    op_begin(p);
    op_csrw(p, STVEC, (uint32_t)PAGE_B);
    op_li(p, S0, ROUNDS);
    op_li(p, A1, 0);
    op_li(p, A2, 1u << CAUSE_BREAKPOINT);
    op_li(p, A7, MSTATUS_MPP);
    op_li(p, S11, (uint32_t)LOOP + 0x80);
    op_jump(p, LOOP);
    p->at = LOOP;
    op(p, "xor", A1, A1, A2, 0);
    op(p, "csrrw", ZERO, A1, 0, MEDELEG);
    op_enter(p, PRIV_S, PAGE_A);
    p->at = LOOP + 0x80;
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_delegation(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S2), ROUNDS);
    ck_assert_uint_eq(reg(m, S3), ROUNDS / 2);
    ck_assert_uint_eq(guest_logs(m), ROUNDS);
    ck_assert_uint_eq(guest_log(m, 0).cause, CAUSE_ECALL_S);
    ck_assert_uint_eq(guest_log(m, 1).cause, CAUSE_BREAKPOINT);
    ck_assert_uint_eq(m->harts[0].stats.exceptions[CAUSE_BREAKPOINT], ROUNDS);
}

START_TEST(medeleg_holds_for_the_next_trap)
{
    guest_runs_alike(
        &(struct guest){.write = write_delegation, .check = check_delegation});
}
END_TEST

/* ---- the six instructions ---- */

/* The same register as source and destination, x0 as each, and immediates. */
static void write_six(struct program *p, int arg)
{
    (void)arg;
    op_begin(p);
    op_li(p, S0, ROUNDS);
    op_li(p, S2, 0x123);
    op_jump(p, LOOP);
    p->at = LOOP;
    op(p, "csrrw", S2, S2, 0, MSCRATCH); /* s2 0, then what it was */
    op(p, "csrrs", S3, ZERO, 0, MSCRATCH);
    op(p, "csrrsi", ZERO, 0x1c, 0, MSCRATCH);
    op(p, "csrrci", S4, 0x03, 0, MSCRATCH);
    op(p, "csrrwi", S5, 0x11, 0, SSCRATCH);
    op(p, "csrrwi", S6, 0, 0, SSCRATCH);
    op(p, "csrrc", S7, S4, 0, MSCRATCH);
    op(p, "csrrs", ZERO, S3, 0, MSCRATCH);
    op(p, "csrrw", ZERO, ZERO, 0, SSCRATCH);
    op(p, "csrrsi", S8, 0, 0, MSCRATCH);
    op(p, "csrrw", S2, S3, 0, MSCRATCH);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_six(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S3), 0x123);
    ck_assert_uint_eq(reg(m, S4), 0x13f);
    ck_assert_uint_eq(reg(m, S5), 0);
    ck_assert_uint_eq(reg(m, S6), 0x11);
    ck_assert_uint_eq(reg(m, S7), 0x13c);
    ck_assert_uint_eq(reg(m, S8), 0x123);
    ck_assert_uint_eq(reg(m, S2), 0x123);
}

START_TEST(the_six_instructions_read_before_they_write)
{
    guest_runs_alike(&(struct guest){.write = write_six, .check = check_six});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine_csrs");
    TCase *tc = tcase_create("engine_csrs");

    tcase_add_unchecked_fixture(tc, NULL, guests_free);
    tcase_add_loop_test(tc, sum_and_mxr_hold_for_the_next_load, 0, 2);
    tcase_add_test(tc, mprv_holds_for_the_next_load_and_store);
    tcase_add_test(tc, a_pmp_entry_holds_for_the_next_load);
    tcase_add_test(tc, mtvec_holds_for_the_next_trap);
    tcase_add_test(tc, medeleg_holds_for_the_next_trap);
    tcase_add_test(tc, the_six_instructions_read_before_they_write);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
