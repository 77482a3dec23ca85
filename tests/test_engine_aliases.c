/*
 * One piece of code in several guises: at several addresses, and in several
 * modes, each of which sees its own pc, its own rights and its own causes.
 */
#include "tests/engine_rig.h"

#define ROUNDS 60
#define LOOP PAGE_D
#define FIRST (VA + 0x1000)
#define OTHER_VA (VA + 0x5000)
#define UNMAPPED_VA (VA + 0x3f000)
#define U_DATA (VA + 0x10000)
#define S_DATA (VA + 0x11000)

enum { MSCRATCH_VALUE = 5, SSCRATCH_VALUE = 9, SSCRATCH = 0x140 };

static void op_call(struct program *p, unsigned at)
{
    op(p, "jalr", RA, at, 0, 0);
}

static void op_return(struct program *p)
{
    op_c(p, "c.jr", 0, RA, 0, 0);
}

/* ---- one page at several addresses ---- */

static const uint64_t aliases[] = {FIRST, OTHER_VA, PAGE_A};

static void write_aliases(struct program *p, int arg)
{
    struct program f = {p->m, PAGE_A};

    (void)arg;
    map(p->m, FIRST, PAGE_A, RWX);
    map(p->m, OTHER_VA, PAGE_A, RWX);
    op(&f, "auipc", S4, 0, 0, 0);
    op(&f, "add", S2, S2, S4, 0);
    op(&f, "jal", S5, 0, 0, 4);
    op(&f, "add", S2, S2, S5, 0);
    op(&f, "lw", S8, S6, 0, 0); /* faults */
    op(&f, "addi", S3, S3, 0, 1);
    op_return(&f);
    op_begin(p);
    op_li(p, S0, ROUNDS);
    op_li(p, S6, UNMAPPED_VA);
    op_li(p, A3, FIRST);
    op_li(p, A4, OTHER_VA);
    op_li(p, A5, PAGE_A);
    op_supervise(p, LOOP);
    p->at = LOOP;
    op_call(p, A3);
    op_call(p, A4);
    op_call(p, A5);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_aliases(struct machine *m, int arg)
{
    uint32_t sum = 0;

    (void)arg;
    for (unsigned i = 0; i < 3; i++)
        sum += (uint32_t)(2 * aliases[i] + 12);
    ck_assert_uint_eq(reg(m, S2), sum * ROUNDS);
    ck_assert_uint_eq(reg(m, S3), 3 * ROUNDS);
    ck_assert_uint_eq(guest_logs(m), 3 * ROUNDS);
    for (unsigned i = 0; i < 3 * ROUNDS; i++) {
        struct logged l = guest_log(m, i);

        ck_assert_uint_eq(l.cause, CAUSE_LOAD_PAGE);
        ck_assert_uint_eq(l.epc, aliases[i % 3] + 16);
        ck_assert_uint_eq(l.tval, UNMAPPED_VA);
    }
}

START_TEST(one_page_at_three_addresses_knows_each_of_them)
{
    guest_runs_alike(
        &(struct guest){.write = write_aliases, .check = check_aliases});
}
END_TEST

/* Runs at one address and is stored to by another. */
static void write_alias_store(struct program *p, int arg)
{
    struct program f = {p->m, PAGE_A + 0x100};
    uint32_t one = encode("addi", S2, S2, 0, 1);

    map(p->m, FIRST, PAGE_A, RWX);
    map(p->m, OTHER_VA, PAGE_A, RWX);
    op(&f, "sw", 0, A3, A1, 0x104);
    op(&f, "addi", S2, S2, 0, 1);
    op(&f, "xor", A1, A1, A2, 0);
    op_return(&f);
    op_begin(p);
    op_li(p, S0, ROUNDS);
    op_li(p, A1, one);
    op_li(p, A2, one ^ encode("addi", S2, S2, 0, 2));
    op_li(p, A3, (uint32_t)aliases[arg]);
    op_li(p, S7, FIRST + 0x100);
    op_supervise(p, LOOP);
    p->at = LOOP;
    op_call(p, S7);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_alias_store(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S2), ROUNDS / 2 * 3);
}

START_TEST(code_is_stored_to_by_any_of_its_addresses)
{
    guest_runs_alike(&(struct guest){
        .write = write_alias_store, .check = check_alias_store, .arg = _i});
}
END_TEST

/* ---- one piece of code in three modes ---- */

static const uint32_t modes[] = {PRIV_M << MSTATUS_MPP_SHIFT,
                                 PRIV_S << MSTATUS_MPP_SHIFT,
                                 PRIV_U << MSTATUS_MPP_SHIFT};

/* Enters the mode that the word at s8 says, at the address in the word behind
 * it, and lets s8 point behind both, for three rounds; ra = `back`. */
static void op_enter_next(struct program *p, uint64_t back)
{
    op_li(p, T1, MSTATUS_MPP);
    op(p, "csrrc", ZERO, T1, 0, MSTATUS);
    op(p, "lw", T1, S8, 0, 0);
    op(p, "csrrs", ZERO, T1, 0, MSTATUS);
    op(p, "lw", T1, S8, 0, 4);
    op(p, "csrrw", ZERO, T1, 0, MEPC);
    op(p, "addi", S8, S8, 0, 8);
    op_li(p, RA, (uint32_t)back);
    op(p, "mret", 0, 0, 0, 0);
}

/* Calls what the modes are to do, ROUNDS times each; s4 and s5 are 0 then, and
 * come to s2 and s3 afterwards. */
static void write_rounds(struct program *p, const uint64_t at[3])
{
    const uint64_t back = LOOP + 0xf8;
    uint64_t round;

    for (uint32_t i = 0; i < 3; i++) {
        poke(p->m, DATA + 8 * i, 4, modes[i]);
        poke(p->m, DATA + 8 * i + 4, 4, at[i]);
    }
    op_li(p, S0, ROUNDS);
    op_jump(p, LOOP);
    p->at = LOOP;
    op_li(p, S8, DATA);
    op(p, "addi", S9, ZERO, 0, 3);
    round = p->at;
    op(p, "addi", S4, ZERO, 0, 0);
    op(p, "addi", S5, ZERO, 0, 0);
    op_enter_next(p, back);
    p->at = back;
    op(p, "addi", S11, ZERO, 0, 0);
    op(p, "addi", A7, ZERO, 0, 0);
    op(p, "add", S2, S2, S4, 0);
    op(p, "add", S3, S3, S5, 0);
    op_loop(p, S9, round);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

/* Untranslated, at one address: registers that a mode may not read. */
static void write_modes(struct program *p, int arg)
{
    const uint64_t at[] = {PAGE_A, PAGE_A, PAGE_A};
    struct program f = {p->m, PAGE_A};

    (void)arg;
    op(&f, "csrrs", S4, ZERO, 0, MSCRATCH);
    op(&f, "csrrs", S5, ZERO, 0, SSCRATCH);
    op_leave(&f);
    op_return(&f);
    op_begin(p);
    op_csrw(p, MSCRATCH, MSCRATCH_VALUE);
    op_csrw(p, SSCRATCH, SSCRATCH_VALUE);
    write_rounds(p, at);
}

static void check_modes(struct machine *m, int arg)
{
    static const struct {
        uint32_t cause, epc;
    } want[] = {{CAUSE_ECALL_M, 16}, {CAUSE_ILLEGAL, 0}, {CAUSE_ECALL_S, 16},
                {CAUSE_ILLEGAL, 0},  {CAUSE_ILLEGAL, 4}, {CAUSE_ECALL_U, 16}};

    (void)arg;
    ck_assert_uint_eq(reg(m, S2), ROUNDS * MSCRATCH_VALUE);
    ck_assert_uint_eq(reg(m, S3), ROUNDS * 2 * SSCRATCH_VALUE);
    ck_assert_uint_eq(guest_logs(m), 6 * ROUNDS);
    for (unsigned i = 0; i < 6 * ROUNDS; i++) {
        ck_assert_uint_eq(guest_log(m, i).cause, want[i % 6].cause);
        ck_assert_uint_eq(guest_log(m, i).epc, PAGE_A + want[i % 6].epc);
    }
}

START_TEST(the_same_code_is_legal_in_one_mode_and_illegal_in_another)
{
    guest_runs_alike(&(struct guest){
        .write = write_modes, .check = check_modes, .shapes = SHAPES_ALL});
}
END_TEST

/* Translated, at an address for S and one for U (and none for M): each may
 * load from pages of its own. The last ecall ends in M-mode, behind the same
 * code at its physical address. */
static void write_rights(struct program *p, int has_sum)
{
    const uint64_t at[] = {PAGE_A, FIRST, OTHER_VA};
    struct program f = {p->m, PAGE_A};

    map_dram(p->m);
    map(p->m, FIRST, PAGE_A, RWX);
    map(p->m, OTHER_VA, PAGE_A, RWX | PTE_U);
    map(p->m, U_DATA, DATA + 0x1000, RWX | PTE_U);
    map(p->m, S_DATA, DATA + 0x2000, RWX);
    poke(p->m, DATA + 0x1000, 4, 1);
    poke(p->m, DATA + 0x2000, 4, 100);
    op(&f, "lw", S4, A4, 0, 0);
    op(&f, "lw", S5, A5, 0, 0);
    op(&f, "addi", S11, RA, 0, 0);
    op_leave(&f);
    op_begin(p);
    op_csrw(p, SATP, SATP_ON(0));
    op_csrw(p, MSTATUS, has_sum ? MSTATUS_SUM : 0);
    op_li(p, A4, U_DATA);
    op_li(p, A5, S_DATA);
    write_rounds(p, at);
}

static void check_rights(struct machine *m, int has_sum)
{
    ck_assert_uint_eq(reg(m, S2), ROUNDS * (has_sum ? 2 : 1));
    ck_assert_uint_eq(reg(m, S3), ROUNDS * 100);
    /* M has neither page: 2 faults; S one without SUM; U one; and 3 ecalls. */
    ck_assert_uint_eq(guest_logs(m), ROUNDS * (has_sum ? 6 : 7));
    ck_assert_uint_eq(guest_log(m, 0).cause, CAUSE_LOAD_ACCESS);
    ck_assert_uint_eq(guest_log(m, 3).cause,
                      has_sum ? CAUSE_ECALL_S : CAUSE_LOAD_PAGE);
    ck_assert_uint_eq(guest_log(m, 3).epc, FIRST + (has_sum ? 20 : 0));
    ck_assert_uint_eq(guest_log(m, has_sum ? 4 : 5).epc, OTHER_VA + 4);
}

START_TEST(the_same_code_loads_with_the_rights_of_its_mode)
{
    guest_runs_alike(&(struct guest){.write = write_rights,
                                     .check = check_rights,
                                     .arg = _i,
                                     .shapes = SHAPES_ALL});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine_aliases");
    TCase *tc = tcase_create("engine_aliases");

    tcase_add_unchecked_fixture(tc, NULL, guests_free);
    tcase_add_test(tc, one_page_at_three_addresses_knows_each_of_them);
    tcase_add_loop_test(tc, code_is_stored_to_by_any_of_its_addresses, 0, 3);
    tcase_add_test(tc,
                   the_same_code_is_legal_in_one_mode_and_illegal_in_another);
    tcase_add_loop_test(tc, the_same_code_loads_with_the_rights_of_its_mode, 0,
                        2);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
