/*
 * Several harts: code that another one stores to, locks, reservations,
 * interrupts from each other, and translations that each has of its own.
 */
#include "tests/engine_rig.h"

#define LOOP PAGE_A
#define OTHERS PAGE_C            /* the program of the harts but the first */
#define FUNCTION (PAGE_B + 0x3c) /* its second instruction in the next line */
#define FLAG DATA
#define COUNT (DATA + 0x40)
#define LOCK (DATA + 0x80)
#define DONE (DATA + 0xc0)
#define SEEN (DATA + 0x100)

static void op_call(struct program *p, uint64_t target)
{
    op(p, "jal", RA, 0, 0, (int32_t)(target - p->at));
}

/* All but hart 0 go to OTHERS. */
static void op_part(struct program *p)
{
    op_begin(p);
    op(p, "csrrs", A0, ZERO, 0, MHARTID);
    op(p, "beq", 0, A0, ZERO, 8);
    op_jump(p, OTHERS);
}

/* Hart 0 waits until `count` others are done, and ends the run. */
static void op_finish(struct program *p, unsigned count)
{
    uint64_t wait;

    op_li(p, A3, DONE);
    op_li(p, A5, count);
    wait = p->at;
    op(p, "lw", A4, A3, 0, 0);
    op_to(p, "bne", A4, A5, wait);
    op_pass(p);
}

/* The others say so, and sleep. */
static void op_done(struct program *p)
{
    op_li(p, A3, DONE);
    op_li(p, A4, 1);
    op(p, "amoadd.w", ZERO, A3, A4, 0);
    op(p, "wfi", 0, 0, 0, 0);
    op_jump(p, p->at - 4);
}

/* ---- code of another ---- */

#define PATCHES 20

/* Hart 1 replaces an instruction of the function that hart 0 calls all the
 * time, by s2 = 1, 2, .. in turn, and waits each time until that was seen. */
static void write_patch(struct program *p, int has_fence)
{
    struct program f = {p->m, FUNCTION}, o = {p->m, OTHERS};
    uint64_t top, wait;

    op(&f, "addi", S3, S3, 0, 1);
    op(&f, "addi", S2, ZERO, 0, 0); /* replaced */
    op(&f, "sw", 0, A3, S2, 0);
    op_c(&f, "c.jr", 0, RA, 0, 0);
    op_part(p);
    op_li(p, A3, SEEN);
    op_li(p, A5, PATCHES);
    op_jump(p, LOOP);
    p->at = LOOP;
    if (has_fence)
        op(p, "fence.i", 0, 0, 0, 0);
    op_call(p, FUNCTION);
    op_to(p, "bne", S2, A5, LOOP);
    op_finish(p, 1);
    op_li(&o, A1, encode("addi", S2, ZERO, 0, 0));
    op_li(&o, A2, 1u << 20);
    op_li(&o, A3, SEEN);
    op_li(&o, A5, FUNCTION + 4);
    op_li(&o, S0, PATCHES);
    top = o.at;
    op(&o, "add", A1, A1, A2, 0);
    op(&o, "sw", 0, A5, A1, 0);
    op(&o, "addi", S4, S4, 0, 1);
    wait = o.at;
    op(&o, "lw", A4, A3, 0, 0);
    op_to(&o, "bne", A4, S4, wait);
    op_loop(&o, S0, top);
    op_done(&o);
}

static void check_patch(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S2), PATCHES);
    ck_assert_uint_eq(word(m, SEEN), PATCHES);
}

START_TEST(code_that_another_hart_stores_to_is_the_new_one)
{
    guest_runs_alike(&(struct guest){.write = write_patch,
                                     .check = check_patch,
                                     .arg = _i,
                                     .harts = 2,
                                     .shapes = SHAPES_ALL});
}
END_TEST

/* ---- locks ---- */

#define TURNS 30u

static void op_count(struct program *p, int is_conditional)
{
    uint64_t top = p->at, again;

    op_li(p, A1, COUNT);
    op_li(p, A2, LOCK);
    again = p->at;
    if (is_conditional) {
        op(p, "lr.w", A4, A1, 0, 0);
        op(p, "addi", A4, A4, 0, 1);
        op(p, "addi", S3, S3, 0, 1);
        op(p, "sc.w", A5, A1, A4, 0);
        op_to(p, "bne", A5, ZERO, again);
    } else {
        op(p, "addi", A5, ZERO, 0, 1);
        op(p, "amoswap.w", A5, A2, A5, 0);
        op_to(p, "bne", A5, ZERO, again);
        op(p, "lw", A4, A1, 0, 0);
        op(p, "addi", S3, S3, 0, 1);
        op(p, "addi", A4, A4, 0, 1);
        op(p, "sw", 0, A1, A4, 0);
        op(p, "fence", 0, 0, 0, 0);
        op(p, "sw", 0, A2, ZERO, 0);
    }
    op_loop(p, S0, top);
}

/* All harts count one word, by LR and SC or under a lock. arg: 2 * harts + 1
 * for the former. */
static void write_locks(struct program *p, int arg)
{
    struct program o = {p->m, OTHERS};
    unsigned harts = (unsigned)arg / 2;

    op_part(p);
    op_li(p, S0, TURNS);
    op_jump(p, LOOP);
    p->at = LOOP;
    op_count(p, arg & 1);
    op_finish(p, harts - 1);
    op_li(&o, S0, TURNS);
    op_count(&o, arg & 1);
    op_done(&o);
}

static void check_locks(struct machine *m, int arg)
{
    ck_assert_uint_eq(word(m, COUNT), TURNS * (unsigned)(arg / 2));
}

START_TEST(harts_count_one_word_together)
{
    static const int args[] = {4, 5, 8, 9};

    guest_runs_alike(&(struct guest){.write = write_locks,
                                     .check = check_locks,
                                     .arg = args[_i],
                                     .harts = (unsigned)args[_i] / 2,
                                     .shapes = SHAPES_ALL});
}
END_TEST

/* ---- interrupts of each other ---- */

#define IPIS 15

/* Each hart but 0 waits for its own MSIP, in WFI or in a loop, counts and
 * clears it; hart 0 sends them in turn and waits until they are clear. */
static void write_ipis(struct program *p, int is_asleep)
{
    struct program o = {p->m, OTHERS};
    uint64_t top, wait, inner;

    op_part(p);
    op_li(p, S0, IPIS);
    op_jump(p, LOOP);
    p->at = LOOP;
    for (uint32_t hart = 1; hart < 4; hart++) {
        op_li(p, A1, CLINT_BASE + CLINT_MSIP + 4 * hart);
        op(p, "addi", A2, ZERO, 0, 1);
        op(p, "sw", 0, A1, A2, 0);
        wait = p->at;
        op(p, "lw", A2, A1, 0, 0);
        op_to(p, "bne", A2, ZERO, wait);
    }
    op_loop(p, S0, LOOP);
    op_finish(p, 3);
    op(&o, "slli", A1, A0, 0, 2);
    op_li(&o, A2, CLINT_BASE + CLINT_MSIP);
    op(&o, "add", A1, A1, A2, 0);
    op(&o, "slli", TP, A0, 0, 12); /* a log of its own */
    op_li(&o, A3, LOG);
    op(&o, "add", TP, TP, A3, 0);
    op_li(&o, S0, IPIS);
    op_li(&o, A2, 1u << IRQ_MSI);
    op(&o, "csrrsi", ZERO, is_asleep ? 0 : MSTATUS_MIE, 0, MSTATUS);
    top = o.at;
    op(&o, "csrrw", ZERO, A2, 0, MIE);
    inner = o.at;
    if (is_asleep)
        op(&o, "wfi", 0, 0, 0, 0);
    op(&o, "addi", S2, S2, 0, 1);
    op(&o, "csrrs", A4, ZERO, 0, MIP);
    op(&o, "and", A4, A4, A2, 0);
    op_to(&o, "beq", A4, ZERO, inner);
    op(&o, "sw", 0, A1, ZERO, 0);
    op_loop(&o, S0, top);
    op_done(&o);
}

static void check_ipis(struct machine *m, int is_asleep)
{
    for (unsigned i = 1; i < 4; i++) {
        const struct hart_stats *stats = &m->harts[i].stats;

        ck_assert_uint_eq(stats->interrupts[IRQ_MSI], is_asleep ? 0 : IPIS);
        if (is_asleep)
            ck_assert_uint_le(m->harts[i].x[S2], IPIS + 1);
    }
}

START_TEST(harts_interrupt_each_other)
{
    guest_runs_alike(&(struct guest){.write = write_ipis,
                                     .check = check_ipis,
                                     .arg = _i,
                                     .harts = 4,
                                     .shapes = SHAPES_ALL});
}
END_TEST

/* ---- translations ---- */

/* Both harts call a function at one address; hart 0 maps another page there and
 * fences for itself alone: hart 1 goes on with the old one where TLBs are
 * modelled, until its own fence. Its s2 counts 1 or 100. */
static void write_fences(struct program *p, int arg)
{
    struct program a = {p->m, PAGE_B}, b = {p->m, PAGE_D}, o = {p->m, OTHERS};
    uint64_t wait;

    (void)arg;
    map(p->m, VA, PAGE_B, RWX);
    op(&a, "addi", S2, S2, 0, 1);
    op_c(&a, "c.jr", 0, RA, 0, 0);
    op(&b, "addi", S2, S2, 0, 100);
    op_c(&b, "c.jr", 0, RA, 0, 0);
    op_part(p);
    op_supervise(p, LOOP);
    p->at = LOOP;
    op_li(p, A1, VA);
    op(p, "jalr", RA, A1, 0, 0);
    op_li(p, A3, FLAG);
    wait = p->at;
    op(p, "lw", A4, A3, 0, 0); /* hart 1 has called it */
    op_to(p, "beq", A4, ZERO, wait);
    op_write(p, (uint32_t)leaf_of(VA), pte_to(PAGE_D, RWX));
    op(p, "sfence.vma", 0, ZERO, ZERO, 0);
    op(p, "jalr", RA, A1, 0, 0);
    op_write(p, FLAG, 2);
    op_finish(p, 1);
    op_supervise(&o, OTHERS + 0x100);
    o.at = OTHERS + 0x100;
    op_li(&o, A1, VA);
    op_li(&o, A2, 2);
    op_li(&o, A3, FLAG);
    op(&o, "jalr", RA, A1, 0, 0);
    op(&o, "addi", A4, ZERO, 0, 1);
    op(&o, "sw", 0, A3, A4, 0);
    wait = o.at;
    op(&o, "lw", A4, A3, 0, 0);
    op_to(&o, "bne", A4, A2, wait);
    op(&o, "jalr", RA, A1, 0, 0); /* stale */
    op(&o, "addi", S3, S2, 0, 0);
    op(&o, "sfence.vma", 0, ZERO, ZERO, 0);
    op(&o, "jalr", RA, A1, 0, 0);
    op_done(&o);
}

static void check_fences(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S2), 101);
    if (guest_shape() != SHAPE_TINY) /* of one entry */
        ck_assert_uint_eq(m->harts[1].x[S3], 2);
    ck_assert_uint_eq(m->harts[1].x[S2], m->harts[1].x[S3] + 100);
}

START_TEST(a_fence_is_of_one_hart)
{
    guest_runs_alike(&(struct guest){.write = write_fences,
                                     .check = check_fences,
                                     .harts = 2,
                                     .shapes = SHAPES_WITH_TLB});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine_harts");
    TCase *tc = tcase_create("engine_harts");

    tcase_add_unchecked_fixture(tc, NULL, guests_free);
    tcase_add_loop_test(tc, code_that_another_hart_stores_to_is_the_new_one, 0,
                        2);
    tcase_add_loop_test(tc, harts_count_one_word_together, 0, 4);
    tcase_add_loop_test(tc, harts_interrupt_each_other, 0, 2);
    tcase_add_test(tc, a_fence_is_of_one_hart);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
