/*
 * Interrupts in the middle of a block: taken before the exact instruction,
 * whatever makes them pending and whatever enables them.
 */
#include "tests/engine_rig.h"

#define ROUNDS 40
#define LOOP PAGE_A
#define MSIP_0 (CLINT_BASE + CLINT_MSIP)
#define MTIMECMP_0 (CLINT_BASE + CLINT_MTIMECMP)
#define MTIME (CLINT_BASE + CLINT_MTIME)
#define CYCLES_A_TICK 100
#define INTERRUPT 0x80000000u

enum { SSIE = 1 << IRQ_SSI, MSIE = 1 << IRQ_MSI, MTIE = 1 << IRQ_MTI };
enum { MENVCFGH = 0x31a, STIMECMP = 0x14d, STIMECMPH = 0x15d };

static uint32_t distance(const struct logged *l)
{
    return l[1].instret - l[0].instret;
}

/* ---- by a write of a register, or a store to a device ---- */

/* The last thing that was missing. The handler clears mie. */
enum last { PENDING, ENABLE, GLOBAL, DEVICE, TIMER, RETURN, N_LAST };

static void op_last(struct program *p, enum last last)
{
    switch (last) {
    case PENDING:
        op(p, "csrrsi", ZERO, SSIE, 0, MIP);
        break;
    case ENABLE:
        op(p, "csrrw", ZERO, A1, 0, MIE);
        break;
    case GLOBAL:
        op(p, "csrrsi", ZERO, MSTATUS_MIE, 0, MSTATUS);
        break;
    case RETURN: /* to the next instruction */
        op(p, "csrrw", ZERO, A5, 0, MEPC);
        op(p, "mret", 0, 0, 0, 0);
        break;
    default:
        op(p, "sw", 0, A3, A4, 0);
    }
}

/* s2 counts before, s3 behind it. */
static void write_last(struct program *p, int arg)
{
    uint64_t next;

    op_begin(p);
    op_li(p, S0, ROUNDS);
    op_li(p, A1, SSIE | MSIE | MTIE);
    op_li(p, A3, arg == DEVICE ? MSIP_0 : MTIMECMP_0 + 4);
    op(p, "addi", A4, ZERO, 0, arg == DEVICE);
    op_li(p, A6, MSTATUS_MPIE | MSTATUS_MPP);
    if (arg == TIMER) /* low half 0: in the past as soon as the high one is */
        op_write(p, MTIMECMP_0, 0);
    op_jump(p, LOOP);
    p->at = LOOP;
    op(p, "csrrci", ZERO, MSTATUS_MIE, 0, MSTATUS);
    op(p, "csrrw", ZERO, A1, 0, MIE);
    op(p, "csrrs", ZERO, A6, 0, MSTATUS);
    if (arg == DEVICE || arg == TIMER) { /* undo it */
        op(p, "addi", A5, ZERO, 0, arg == DEVICE ? 0 : -1);
        op(p, "sw", 0, A3, A5, 0);
    } else {
        op(p, "csrrci", ZERO, SSIE, 0, MIP);
    }
    if (arg != GLOBAL && arg != RETURN)
        op(p, "csrrsi", ZERO, MSTATUS_MIE, 0, MSTATUS);
    if (arg == ENABLE)
        op(p, "csrrw", ZERO, ZERO, 0, MIE);
    if (arg == ENABLE || arg == GLOBAL || arg == RETURN)
        op(p, "csrrsi", ZERO, SSIE, 0, MIP);
    op_li(p, A5, (uint32_t)LOOP + 0x58);
    op(p, "addi", S2, S2, 0, 1);
    while (p->at < LOOP + (arg == RETURN ? 0x50 : 0x54))
        op(p, "addi", S4, S4, 0, 1);
    op_last(p, (enum last)arg);
    next = p->at;
    ck_assert_uint_eq(next, LOOP + 0x58);
    op(p, "addi", S3, S3, 0, 1);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_last(struct machine *m, int arg)
{
    uint32_t number = arg == DEVICE  ? IRQ_MSI
                      : arg == TIMER ? IRQ_MTI
                                     : IRQ_SSI;
    struct logged two[2];

    ck_assert_uint_eq(reg(m, S2), ROUNDS);
    ck_assert_uint_eq(reg(m, S3), ROUNDS);
    ck_assert_uint_eq(guest_logs(m), ROUNDS);
    for (unsigned i = 0; i < ROUNDS; i++) {
        two[0] = guest_log(m, i ? i - 1 : 0);
        two[1] = guest_log(m, i);
        ck_assert_uint_eq(two[1].cause, INTERRUPT | number);
        ck_assert_uint_eq(two[1].epc, LOOP + 0x58);
        ck_assert_uint_eq(two[1].tval, 0);
        /* 0x64 bytes of loop, and 13 instructions of the handler */
        if (i)
            ck_assert_uint_eq(distance(two), 0x64 / 4 + 13);
    }
}

START_TEST(an_interrupt_comes_before_the_next_instruction)
{
    guest_runs_alike(&(struct guest){
        .write = write_last,
        .check = check_last,
        .arg = _i,
        .shapes = 1u << SHAPE_OFF | 1u << (1 + _i % 5) | 1u << SHAPE_TIMED});
}
END_TEST

/* ---- by the deadline ---- */

#define STRAIGHT 500 /* instructions */

/* Each round sets mtimecmp 1 to 4 ticks ahead and runs straight on; the ones
 * between may be of 2 bytes, or loads. */
static void write_deadline(struct program *p, int kind)
{
    op_begin(p);
    op_write(p, MTIMECMP_0 + 4, 0);
    op_li(p, S0, 4);
    op_li(p, A1, MTIE);
    op_li(p, A3, MTIME);
    op_li(p, A4, MTIMECMP_0);
    op_li(p, A5, DATA);
    op(p, "csrrsi", ZERO, MSTATUS_MIE, 0, MSTATUS);
    op_jump(p, LOOP);
    p->at = LOOP;
    op(p, "lw", S4, A3, 0, 0);
    op(p, "andi", S5, S0, 0, 3);
    op(p, "add", S4, S4, S5, 0);
    op(p, "addi", S4, S4, 0, 1);
    op(p, "sw", 0, A4, S4, 0);
    op(p, "csrrw", ZERO, A1, 0, MIE);
    for (int i = 0; i < STRAIGHT; i++) {
        if (kind == 1)
            op_c(p, "c.addi", S2, S2, 0, 1);
        else if (kind == 2 && i % 3)
            op(p, "lw", S6, A5, 0, 4 * (i & 255));
        else
            op(p, "addi", S2, S2, 0, 1);
    }
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_deadline(struct machine *m, int kind)
{
    ck_assert_uint_eq(guest_logs(m), 4);
    if (kind != 2)
        ck_assert_uint_eq(reg(m, S2), 4 * STRAIGHT);
    for (unsigned i = 0; i < 4; i++) {
        struct logged l = guest_log(m, i);

        ck_assert_uint_eq(l.cause, INTERRUPT | IRQ_MTI);
        /* With a cycle a step it is taken where mtime came to be. The handler
         * has done 6 instructions when it reads instret. */
        if (guest_shape() != SHAPE_TIMED)
            ck_assert_uint_eq((l.instret - 6) % CYCLES_A_TICK, 0);
    }
}

START_TEST(the_deadline_ends_a_long_block_at_its_cycle)
{
    guest_runs_alike(&(struct guest){.write = write_deadline,
                                     .check = check_deadline,
                                     .arg = _i,
                                     .shapes = SHAPES_ALL});
}
END_TEST

/* A loop that only the timer ends: of one jump, of a branch, of a call. */
static void write_endless(struct program *p, int kind)
{
    op_begin(p);
    op_write(p, MTIMECMP_0 + 4, 0);
    op_write(p, MTIMECMP_0, 17);
    op_csrw(p, MIE, MTIE);
    op_csrw(p, MTVEC, (uint32_t)PAGE_B);
    op(p, "csrrsi", ZERO, MSTATUS_MIE, 0, MSTATUS);
    op_jump(p, LOOP);
    p->at = LOOP;
    if (kind == 0)
        op(p, "jal", ZERO, 0, 0, 0);
    else if (kind == 1)
        op(p, "beq", 0, S2, S2, 0);
    else if (kind == 2)
        op_c(p, "c.j", 0, 0, 0, 0);
    else
        op(p, "jal", RA, 0, 0, 4), op(p, "addi", S2, S2, 0, 1),
            op(p, "jalr", S3, RA, 0, 0);
    p->at = PAGE_B;
    op(p, "csrrs", S4, ZERO, 0, MINSTRET);
    op(p, "csrrs", S5, ZERO, 0, MEPC);
    op_pass(p);
}

static void check_endless(struct machine *m, int kind)
{
    if (guest_shape() != SHAPE_TIMED)
        ck_assert_uint_eq(reg(m, S4), 17 * CYCLES_A_TICK);
    if (kind < 3)
        ck_assert_uint_eq(reg(m, S5), LOOP);
}

START_TEST(the_deadline_ends_a_loop_of_one_instruction)
{
    guest_runs_alike(
        &(struct guest){.write = write_endless,
                        .check = check_endless,
                        .arg = _i,
                        .shapes = 1u << SHAPE_OFF | 1u << SHAPE_TIMED});
}
END_TEST

/* ---- delegated ---- */

/* S-mode interrupts itself, by sip or by stimecmp; its handler counts s3, and
 * adds sepc to s4. arg: 0 sip, 1 stimecmp, 2 the same with vectors. */
static void write_delegated(struct program *p, int arg)
{
    uint64_t handler = PAGE_B, entry = handler;

    op_begin(p);
    op_csrw(p, MIDELEG, SSIE | 1u << IRQ_STI);
    op_csrw(p, MCOUNTEREN, 2); /* S-mode may use stimecmp */
    op_csrw(p, MENVCFGH, 1u << 31);
    op_csrw(p, STVEC, (uint32_t)handler | (arg == 2));
    op_csrw(p, STIMECMPH, 0);
    op_li(p, S0, ROUNDS);
    op_li(p, A1, SSIE | 1u << IRQ_STI);
    op_csrw(p, SIE, SSIE | 1u << IRQ_STI);
    op_supervise(p, LOOP);
    p->at = LOOP;
    op(p, "csrrsi", ZERO, MSTATUS_SIE, 0, SSTATUS);
    op(p, "addi", S2, S2, 0, 1);
    if (arg)
        op(p, "csrrw", ZERO, ZERO, 0, STIMECMP);
    else
        op(p, "csrrsi", ZERO, SSIE, 0, SIP);
    op_loop(p, S0, LOOP);
    op_pass(p);
    if (arg == 2)
        entry += 4 * IRQ_STI;
    p->at = entry;
    op(p, "addi", S3, S3, 0, 1);
    op(p, "csrrs", S5, ZERO, 0, SEPC);
    op(p, "add", S4, S4, S5, 0);
    op(p, "addi", A5, ZERO, 0, -1);
    op(p, "csrrw", ZERO, A5, 0, STIMECMP);
    op(p, "csrrci", ZERO, SSIE, 0, SIP);
    op(p, "sret", 0, 0, 0, 0);
}

static void check_delegated(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S2), ROUNDS);
    ck_assert_uint_eq(reg(m, S3), ROUNDS);
    ck_assert_uint_eq(reg(m, S4), (uint32_t)(ROUNDS * (LOOP + 12)));
}

START_TEST(a_delegated_interrupt_comes_before_the_next_instruction)
{
    guest_runs_alike(&(struct guest){.write = write_delegated,
                                     .check = check_delegated,
                                     .arg = _i,
                                     .shapes = SHAPES_ALL});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine_interrupts");
    TCase *tc = tcase_create("engine_interrupts");

    tcase_add_unchecked_fixture(tc, NULL, guests_free);
    tcase_add_loop_test(tc, an_interrupt_comes_before_the_next_instruction, 0,
                        N_LAST);
    tcase_add_loop_test(tc, the_deadline_ends_a_long_block_at_its_cycle, 0, 3);
    tcase_add_loop_test(tc, the_deadline_ends_a_loop_of_one_instruction, 0, 4);
    tcase_add_loop_test(
        tc, a_delegated_interrupt_comes_before_the_next_instruction, 0, 3);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
