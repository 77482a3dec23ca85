/*
 * Faults in the middle of a block, at any place in it: what stands before has
 * retired, what stands behind has not, and pc, tval, the registers and minstret
 * are exactly those of the instruction.
 */
#include "tests/engine_rig.h"

#define ROUNDS 30
#define LOOP PAGE_A
#define BEFORE 4   /* at most, in a block */
#define AROUND 5   /* instructions of the loop besides */
#define TRAPPED 18 /* instructions of the handler */

/* Where the faults are. */
#define NOWHERE (VA + 0x10000) /* not mapped */
#define NOTHING (VA + 0x11000) /* mapped to no memory */
#define READ_ONLY (VA + 0x12000)
#define EXECUTE_ONLY (VA + 0x13000)
#define FOR_U (VA + 0x14000)
#define NO_NEXT (VA + 0x15ffe) /* a word that goes on in a page that is not */
#define NEXT (VA + 0x16000)

enum { OWN_BITS = 1, OWN_PC = 2 }; /* instead of an address: tval */

struct kind {
    const char *name; /* NULL: the bits in `va` */
    unsigned rd, rs2;
    uint32_t va; /* in a3 */
    enum cause cause;
    uint32_t tval;
};

static const struct kind kinds[] = {
    {"lw", A4, 0, NOWHERE, CAUSE_LOAD_PAGE, NOWHERE},
    {"lw", A3, 0, NOWHERE + 1, CAUSE_LOAD_PAGE, NOWHERE + 1},
    {"lbu", ZERO, 0, NOWHERE + 7, CAUSE_LOAD_PAGE, NOWHERE + 7},
    {"lh", A3, 0, EXECUTE_ONLY, CAUSE_LOAD_PAGE, EXECUTE_ONLY},
    {"lb", A4, 0, FOR_U, CAUSE_LOAD_PAGE, FOR_U},
    {"lw", A3, 0, NO_NEXT, CAUSE_LOAD_PAGE, NEXT},
    {"lw", ZERO, 0, NOTHING, CAUSE_LOAD_ACCESS, NOTHING},
    {"lw", A3, 0, CLINT_BASE + 1, CAUSE_LOAD_ACCESS, CLINT_BASE + 1},
    {"sw", 0, A4, NOWHERE, CAUSE_STORE_PAGE, NOWHERE},
    {"sb", 0, A4, READ_ONLY + 3, CAUSE_STORE_PAGE, READ_ONLY + 3},
    {"sh", 0, A4, FOR_U, CAUSE_STORE_PAGE, FOR_U},
    {"sw", 0, A4, NO_NEXT, CAUSE_STORE_PAGE, NEXT},
    {"sw", 0, A4, NOTHING, CAUSE_STORE_ACCESS, NOTHING},
    {"sh", 0, A4, CLINT_BASE, CAUSE_STORE_ACCESS, CLINT_BASE},
    {"lr.w", A3, 0, NOWHERE, CAUSE_LOAD_PAGE, NOWHERE},
    {"lr.w", A4, 0, DATA + 2, CAUSE_LOAD_MISALIGNED, DATA + 2},
    {"lr.w", A4, 0, CLINT_BASE, CAUSE_LOAD_ACCESS, CLINT_BASE},
    {"sc.w", A3, A4, DATA + 1, CAUSE_STORE_MISALIGNED, DATA + 1},
    {"amoadd.w", A3, A4, NOWHERE, CAUSE_STORE_PAGE, NOWHERE},
    {"amoor.w", ZERO, A4, READ_ONLY, CAUSE_STORE_PAGE, READ_ONLY},
    {"amoswap.w", A4, A4, DATA + 3, CAUSE_STORE_MISALIGNED, DATA + 3},
    {"amomaxu.w", A3, A4, CLINT_BASE, CAUSE_STORE_ACCESS, CLINT_BASE},
    {"cbo.zero", 0, 0, READ_ONLY, CAUSE_STORE_PAGE, READ_ONLY},
    {NULL, 0, 0, UINT32_MAX, CAUSE_ILLEGAL, OWN_BITS},
    {NULL, 0, 0, 0x30001073, CAUSE_ILLEGAL, OWN_BITS}, /* csrw mstatus, x0 */
    {NULL, 0, 0, 0xc0001073, CAUSE_ILLEGAL, OWN_BITS}, /* csrw cycle, x0 */
    {"mret", 0, 0, 0, CAUSE_ILLEGAL, OWN_BITS},
    {"ecall", 0, 0, 0, CAUSE_ECALL_S, 0},
    {"ebreak", 0, 0, 0, CAUSE_BREAKPOINT, OWN_PC},
};

static uint32_t bits_of(const struct kind *k)
{
    return k->name ? encode(k->name, k->rd, A3, k->rs2, 0) : k->va;
}

static void map_faults(struct machine *m)
{
    map_dram(m);
    map(m, NOTHING, 0x70000000, RWX);
    map(m, READ_ONLY, DATA + 0x1000, RWX & ~PTE_W);
    map(m, EXECUTE_ONLY, DATA + 0x1000, PTE_V | PTE_X | PTE_A);
    map(m, FOR_U, DATA + 0x1000, RWX | PTE_U);
    map(m, NO_NEXT, DATA + 0x1000, RWX);
}

/* arg: the kind, and how many instructions stand before it in its block. */
static void write_fault(struct program *p, int arg)
{
    const struct kind *k = &kinds[arg / (BEFORE + 1)];
    int before = arg % (BEFORE + 1);

    map_faults(p->m);
    op_begin(p);
    op_csrw(p, 0x30a, 0x80); /* menvcfg: cbo.zero */
    op_li(p, S0, ROUNDS);
    op_li(p, S6, k->va);
    op_supervise(p, LOOP);
    p->at = LOOP;
    op(p, "addi", A3, S6, 0, 0);
    op(p, "addi", A4, S0, 0, 0);
    op(p, "beq", 0, ZERO, ZERO, 4); /* a block ends */
    for (int i = 0; i < before; i++)
        op(p, "addi", S2, S2, 0, 1);
    poke(p->m, p->at, 4, bits_of(k));
    p->at += 4;
    for (int i = before; i < BEFORE; i++)
        op(p, "addi", S2, S2, 0, 1);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_fault(struct machine *m, int arg)
{
    const struct kind *k = &kinds[arg / (BEFORE + 1)];
    uint32_t epc = (uint32_t)LOOP + 12 + 4 * (uint32_t)(arg % (BEFORE + 1));

    ck_assert_uint_eq(guest_logs(m), ROUNDS);
    ck_assert_uint_eq(reg(m, S2), BEFORE * ROUNDS);
    ck_assert_uint_eq(reg(m, A3), k->va);
    ck_assert_uint_eq(reg(m, A4), 1);
    ck_assert_uint_eq(word(m, DATA + 0x1000), 0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct logged l = guest_log(m, i);

        ck_assert_uint_eq(l.cause, k->cause);
        ck_assert_uint_eq(l.epc, epc);
        ck_assert_uint_eq(l.tval, k->tval == OWN_BITS ? bits_of(k)
                                  : k->tval == OWN_PC ? epc
                                                      : k->tval);
        if (i)
            ck_assert_uint_eq(l.instret - guest_log(m, i - 1).instret,
                              BEFORE + AROUND + TRAPPED);
    }
}

START_TEST(a_fault_leaves_the_state_before_its_instruction)
{
    guest_runs_alike(
        &(struct guest){.write = write_fault,
                        .check = check_fault,
                        .arg = _i * (BEFORE + 1) + _i % (BEFORE + 1),
                        .shapes = 1u << SHAPE_OFF | 1u << (1 + _i % 5)});
}
END_TEST

START_TEST(a_fault_may_stand_anywhere_in_its_block)
{
    static const int places[] = {0, 5, 8, 18};

    for (int before = 0; before <= BEFORE; before++)
        guest_runs_alike(&(struct guest){
            .write = write_fault,
            .check = check_fault,
            .arg = places[_i] * (BEFORE + 1) + before,
            .shapes = 1u << (before % N_SHAPES) | 1u << SHAPE_TINY});
}
END_TEST

/* ---- delegated, to S-mode ---- */

/* As above, but the handler is S-mode's own, in the page of the code: it adds
 * scause and stval to s4 and s5, and goes on 4 bytes behind. */
static void write_delegated(struct program *p, int arg)
{
    const struct kind *k = &kinds[arg];
    uint64_t handler = LOOP + 0x200;

    map_faults(p->m);
    op_begin(p);
    op_csrw(p, 0x30a, 0x80); /* menvcfg: cbo.zero */
    op_csrw(p, MEDELEG, 1u << k->cause);
    op_csrw(p, STVEC, (uint32_t)handler);
    op_li(p, S0, ROUNDS);
    op_li(p, S6, k->va);
    op_supervise(p, LOOP);
    p->at = LOOP;
    op(p, "addi", A3, S6, 0, 0);
    op(p, "addi", S2, S2, 0, 1);
    poke(p->m, p->at, 4, bits_of(k));
    p->at += 4;
    op(p, "addi", S3, S3, 0, 1);
    op_loop(p, S0, LOOP);
    op_pass(p);
    p->at = handler;
    op(p, "csrrs", A5, ZERO, 0, SCAUSE);
    op(p, "add", S4, S4, A5, 0);
    op(p, "csrrs", A5, ZERO, 0, STVAL);
    op(p, "add", S5, S5, A5, 0);
    op(p, "csrrs", A5, ZERO, 0, SEPC);
    op(p, "addi", A5, A5, 0, 4);
    op(p, "csrrw", ZERO, A5, 0, SEPC);
    op(p, "sret", 0, 0, 0, 0);
}

static void check_delegated(struct machine *m, int arg)
{
    const struct kind *k = &kinds[arg];
    uint32_t tval = k->tval == OWN_BITS ? bits_of(k)
                    : k->tval == OWN_PC ? (uint32_t)LOOP + 8
                                        : k->tval;

    ck_assert_uint_eq(guest_logs(m), 0);
    ck_assert_uint_eq(reg(m, S2), ROUNDS);
    ck_assert_uint_eq(reg(m, S3), ROUNDS);
    ck_assert_uint_eq(reg(m, S4), ROUNDS * (uint32_t)k->cause);
    ck_assert_uint_eq(reg(m, S5), ROUNDS * tval);
}

START_TEST(a_delegated_fault_returns_by_sret)
{
    const struct kind *k = &kinds[_i];

    if (k->cause == CAUSE_ECALL_S)
        return; /* would not change the mode: the rest is the same */
    guest_runs_alike(&(struct guest){.write = write_delegated,
                                     .check = check_delegated,
                                     .arg = _i,
                                     .shapes = 1u << (_i % N_SHAPES)});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine_faults");
    TCase *tc = tcase_create("engine_faults");

    tcase_add_unchecked_fixture(tc, NULL, guests_free);
    tcase_add_loop_test(tc, a_fault_leaves_the_state_before_its_instruction, 0,
                        ARRAY_SIZE(kinds));
    tcase_add_loop_test(tc, a_fault_may_stand_anywhere_in_its_block, 0, 4);
    tcase_add_loop_test(tc, a_delegated_fault_returns_by_sret, 0,
                        ARRAY_SIZE(kinds));
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
