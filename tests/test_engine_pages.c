/*
 * Code that runs from one page into the next, while the translation or the
 * protection of the second page changes: every fence takes effect, and where
 * none is given, a modelled TLB goes on using its entry.
 */
#include "tests/engine_rig.h"

#define ROUNDS 24
#define CALLS 4 /* in a round, before the page changes */

#define FIRST (VA + 0x1000)
#define SECOND (VA + 0x2000)
#define LOOP PAGE_D

/* How the first page gets into the second. */
enum way { FALL_2, FALL_4, ACROSS, BRANCH, DIRECT, INDIRECT };
/* What the second page is in every other round. */
enum change { REMAPPED, UNMAPPED, NO_X, FOR_U };
enum fence { BY_PAGE, BY_ASID, BY_BOTH, WHOLE, BY_WRITE, NO_FENCE };

struct crossing {
    enum way way;
    enum change change;
    enum fence fence;
};

static const struct crossing crossings[] = {
    {FALL_2, REMAPPED, BY_PAGE},    {FALL_4, REMAPPED, WHOLE},
    {ACROSS, REMAPPED, BY_PAGE},    {BRANCH, REMAPPED, BY_ASID},
    {DIRECT, REMAPPED, BY_BOTH},    {INDIRECT, REMAPPED, WHOLE},
    {FALL_2, UNMAPPED, BY_ASID},    {FALL_4, UNMAPPED, BY_PAGE},
    {ACROSS, UNMAPPED, WHOLE},      {BRANCH, UNMAPPED, BY_PAGE},
    {DIRECT, UNMAPPED, WHOLE},      {INDIRECT, UNMAPPED, BY_PAGE},
    {FALL_2, NO_X, WHOLE},          {FALL_4, NO_X, BY_BOTH},
    {ACROSS, NO_X, BY_PAGE},        {DIRECT, NO_X, BY_PAGE},
    {INDIRECT, NO_X, BY_ASID},      {FALL_4, FOR_U, BY_PAGE},
    {ACROSS, FOR_U, WHOLE},         {ACROSS, REMAPPED, BY_ASID},
    {FALL_2, REMAPPED, NO_FENCE},   {FALL_4, REMAPPED, NO_FENCE},
    {ACROSS, REMAPPED, NO_FENCE},   {BRANCH, UNMAPPED, NO_FENCE},
    {DIRECT, NO_X, NO_FENCE},       {INDIRECT, REMAPPED, NO_FENCE},
    {INDIRECT, REMAPPED, BY_WRITE},
};

/* Where the first page is entered so that its last byte is executed, if it
 * falls through. */
static uint64_t entry_of(enum way way)
{
    static const uint64_t entries[] = {0xff8, 0xff8, 0xff8,
                                       0xff0, 0x800, 0x800};

    return FIRST + entries[way];
}

/* Where the second page is entered, and its instruction that adds to s2 is. */
static uint64_t landing_of(enum way way)
{
    return way < BRANCH || way == INDIRECT ? SECOND : SECOND + 0x40;
}

static void write_first(struct machine *m, enum way way)
{
    uint64_t landing = landing_of(way);
    struct program p = {m, PAGE_A + (entry_of(way) & 4095)};
    int32_t distance;

    op(&p, "addi", S4, S4, 0, 1);
    distance = (int32_t)(landing - FIRST - (p.at & 4095));
    switch (way) {
    case FALL_2:
        op_c(&p, "c.addi", S4, S4, 0, 1);
        op_c(&p, "c.addi", S4, S4, 0, 1);
        break;
    case FALL_4:
        op(&p, "addi", S4, S4, 0, 2);
        break;
    case ACROSS:
        op_c(&p, "c.addi", S4, S4, 0, 2);
        poke(m, p.at, 2, encode("addi", S2, S2, 0, 0) & 0xffff);
        break;
    case BRANCH:
        op(&p, "addi", S4, S4, 0, 2);
        op(&p, "bne", 0, S4, ZERO, distance - 4);
        break;
    case DIRECT:
        op(&p, "addi", S4, S4, 0, 2);
        op(&p, "jal", ZERO, 0, 0, distance - 4);
        break;
    case INDIRECT:
        op(&p, "addi", S4, S4, 0, 2);
        op(&p, "jalr", ZERO, S7, 0, 0);
    }
}

/* s2 += n, back. */
static void write_second(struct machine *m, uint64_t page, enum way way,
                         int32_t n)
{
    struct program p = {m, page + (landing_of(way) & 4095)};
    uint32_t bits = encode("addi", S2, S2, 0, n);

    if (way == ACROSS)
        poke(m, p.at, 2, bits >> 16), p.at += 2;
    else
        op(&p, "addi", S2, S2, 0, n);
    op_c(&p, "c.jr", 0, RA, 0, 0);
}

static uint32_t other_pte(const struct crossing *c)
{
    switch (c->change) {
    case REMAPPED:
        return pte_to(PAGE_C, RWX);
    case UNMAPPED:
        return pte_to(PAGE_B, RWX & ~PTE_V);
    case NO_X:
        return pte_to(PAGE_B, RWX & ~PTE_X);
    default:
        return pte_to(PAGE_B, RWX | PTE_U);
    }
}

static void op_fence(struct program *p, enum fence fence)
{
    bool has_va = fence == BY_PAGE || fence == BY_BOTH;
    bool has_asid = fence == BY_ASID || fence == BY_BOTH;

    if (fence == NO_FENCE)
        return;
    if (fence == BY_WRITE) { /* another ASID instead, which has seen nothing */
        op(p, "add", A4, A4, A5, 0);
        op(p, "csrrw", ZERO, A4, 0, SATP);
        return;
    }
    op(p, "sfence.vma", 0, has_va ? S7 : ZERO, has_asid ? S8 : ZERO, 0);
}

static void write_crossing(struct program *p, int arg)
{
    const struct crossing *c = &crossings[arg];
    uint64_t top = LOOP, calls;

    map(p->m, FIRST, PAGE_A, RWX);
    map(p->m, SECOND, PAGE_B, RWX);
    write_first(p->m, c->way);
    write_second(p->m, PAGE_B, c->way, 1);
    write_second(p->m, PAGE_C, c->way, 100);
    op_begin(p);
    op_li(p, S0, ROUNDS);
    op_li(p, A1, pte_to(PAGE_B, RWX));
    op_li(p, A2, pte_to(PAGE_B, RWX) ^ other_pte(c));
    op_li(p, A3, (uint32_t)leaf_of(SECOND));
    op_li(p, A4, SATP_ON(0));
    op_li(p, A5, 1u << 22);
    op_li(p, S6, (uint32_t)entry_of(c->way));
    op_li(p, S7, (uint32_t)landing_of(c->way));
    op_supervise(p, top);
    p->at = top;
    op(p, "addi", S5, ZERO, 0, CALLS);
    calls = p->at;
    op_li(p, S11, (uint32_t)calls + 12);
    op(p, "jalr", RA, S6, 0, 0);
    ck_assert_uint_eq(p->at, calls + 12);
    op_loop(p, S5, calls);
    op(p, "xor", A1, A1, A2, 0);
    op(p, "sw", 0, A3, A1, 0);
    op_fence(p, c->fence);
    op_loop(p, S0, top);
    op_pass(p);
}

static void check_faults(struct machine *m, const struct crossing *c)
{
    struct logged last = guest_log(m, ROUNDS / 2 * CALLS - 1);

    ck_assert_uint_eq(guest_logs(m), ROUNDS / 2 * CALLS);
    ck_assert_uint_eq(reg(m, S2), ROUNDS / 2 * CALLS);
    ck_assert_uint_eq(last.cause, CAUSE_FETCH_PAGE);
    ck_assert_uint_eq(last.tval, landing_of(c->way));
    ck_assert_uint_eq(last.epc,
                      c->way == ACROSS ? SECOND - 2 : landing_of(c->way));
}

static void check_crossing(struct machine *m, int arg)
{
    const struct crossing *c = &crossings[arg];
    enum shape shape = guest_shape();

    ck_assert_uint_eq(reg(m, S4), 3 * ROUNDS * CALLS);
    if (c->fence == NO_FENCE) {
        /* Enough entries: the first is never forgotten. */
        if (shape == SHAPE_DEFAULT || shape == SHAPE_TLB)
            ck_assert_uint_eq(reg(m, S2), ROUNDS * CALLS);
    } else if (c->change == REMAPPED) {
        ck_assert_uint_eq(reg(m, S2), ROUNDS / 2 * CALLS * 101);
    } else {
        check_faults(m, c);
    }
}

START_TEST(the_page_that_follows_is_what_it_now_is)
{
    const struct crossing *c = &crossings[_i];

    guest_runs_alike(&(struct guest){
        .write = write_crossing,
        .check = check_crossing,
        .arg = _i,
        .shapes = c->fence == NO_FENCE ? SHAPES_WITH_TLB
                  : _i % 3             ? 1u << SHAPE_OFF | 1u << (1 + _i % 4)
                                       : 0});
}
END_TEST

/* ---- PMP, which needs no fence ---- */

/* M-mode takes X from the second page in every other round; S-mode or U-mode,
 * translated or not, falls into it. */
struct protection {
    enum way way;
    enum privilege priv;
    bool is_translated;
};

static const struct protection protections[] = {
    {FALL_2, PRIV_S, false},  {FALL_4, PRIV_U, false},  {ACROSS, PRIV_U, false},
    {FALL_2, PRIV_U, true},   {FALL_4, PRIV_S, true},   {ACROSS, PRIV_S, true},
    {DIRECT, PRIV_S, true},   {INDIRECT, PRIV_U, true}, {BRANCH, PRIV_U, false},
    {INDIRECT, PRIV_S, false}};

static uint64_t place_of(const struct protection *k, uint64_t va)
{
    return k->is_translated ? va : va - FIRST + PAGE_A;
}

static void write_protected(struct program *p, int arg)
{
    const struct protection *k = &protections[arg];
    unsigned bits = k->priv == PRIV_U ? RWX | PTE_U : RWX;
    uint64_t top = LOOP, back;

    map_dram(p->m);
    map(p->m, FIRST, PAGE_A, bits);
    map(p->m, SECOND, PAGE_B, bits);
    write_first(p->m, k->way);
    write_second(p->m, PAGE_B, k->way, 1);
    poke(p->m,
         PAGE_B + (landing_of(k->way) & 4095) + (k->way == ACROSS ? 2 : 4), 4,
         encode("ecall", 0, 0, 0, 0));
    op_begin(p);
    op_csrw(p, SATP, k->is_translated ? SATP_ON(0) : 0);
    op_csrw(p, PMPADDR0, PAGE_B >> 2 | 0x1ff);
    op_csrw(p, PMPADDR0 + 1, UINT32_MAX);
    op_li(p, S0, ROUNDS);
    op_li(p, A1, 0x1f1f);
    op_li(p, A7, MSTATUS_MPP);
    op_li(p, S7, (uint32_t)place_of(k, landing_of(k->way)));
    op_jump(p, top);
    p->at = top;
    op(p, "xori", A1, A1, 0, PMP_X | PMP_W);
    op(p, "csrrw", ZERO, A1, 0, PMPCFG0);
    back = p->at + 8 + 10 * 4;
    op_li(p, S11, (uint32_t)back);
    op_enter(p, k->priv, place_of(k, entry_of(k->way)));
    ck_assert_uint_eq(p->at, back);
    op_loop(p, S0, top);
    op_pass(p);
}

/* Of two traps, one a round: the ecall behind the sum, or the refused fetch. */
static void check_protected(struct machine *m, int arg)
{
    const struct protection *k = &protections[arg];
    uint64_t landing = place_of(k, landing_of(k->way));
    struct logged refused = guest_log(m, ROUNDS - 2);
    struct logged called = guest_log(m, ROUNDS - 1);

    ck_assert_uint_eq(guest_logs(m), ROUNDS);
    ck_assert_uint_eq(reg(m, S4), 3 * ROUNDS);
    ck_assert_uint_eq(reg(m, S2), ROUNDS / 2);
    ck_assert_uint_eq(refused.cause, CAUSE_FETCH_ACCESS);
    ck_assert_uint_eq(refused.tval, landing);
    ck_assert_uint_eq(refused.epc, k->way == ACROSS ? landing - 2 : landing);
    ck_assert_uint_eq(called.cause, CAUSE_ECALL_U + k->priv);
    ck_assert_uint_eq(called.epc, landing + (k->way == ACROSS ? 2 : 4));
}

START_TEST(a_page_that_pmp_takes_away_is_not_run_into)
{
    guest_runs_alike(
        &(struct guest){.write = write_protected,
                        .check = check_protected,
                        .arg = _i,
                        .shapes = 1u << SHAPE_OFF | 1u << (1 + _i % 4)});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine_pages");
    TCase *tc = tcase_create("engine_pages");

    tcase_add_unchecked_fixture(tc, NULL, guests_free);
    tcase_add_loop_test(tc, the_page_that_follows_is_what_it_now_is, 0,
                        ARRAY_SIZE(crossings));
    tcase_add_loop_test(tc, a_page_that_pmp_takes_away_is_not_run_into, 0,
                        ARRAY_SIZE(protections));
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
