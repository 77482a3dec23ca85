/*
 * Page tables and code: a page that takes its own translation away, two
 * address spaces, superpages, and walks all the time.
 */
#include "tests/engine_rig.h"

#define ROUNDS 60
#define LOOP PAGE_D
#define FIRST (VA + 0x1000)
#define OTHER_VA (VA + 0x5000)
/* The second address space. */
#define ROOT_2 (ROOT + 0x2000)
#define LEAVES_2 (LEAVES + 0x2000)
#define SATP_2(asid) (1u << 31 | (asid) << 22 | (uint32_t)(ROOT_2 >> 12))

static void op_call(struct program *p, unsigned at)
{
    op(p, "jalr", RA, at, 0, 0);
}

static void op_return(struct program *p)
{
    op_c(p, "c.jr", 0, RA, 0, 0);
}

/* ---- a page that remaps itself ---- */

/* The store leaves a4 = n to the page that is running if a TLB keeps it, and
 * the fence hands over to the other one. */
static void write_leaver(struct machine *m, uint64_t page, int32_t n,
                         bool is_stale)
{
    struct program p = {m, page + 0x7c};

    op(&p, "sw", 0, A3, A1, 0);
    if (is_stale)
        op(&p, "addi", A4, ZERO, 0, n);
    op(&p, "sfence.vma", 0, S7, ZERO, 0);
    op(&p, "addi", S2, S2, 0, n);
    op_return(&p);
}

static void write_leaving(struct program *p, int is_stale)
{
    map(p->m, FIRST, PAGE_A, RWX);
    write_leaver(p->m, PAGE_A, 1, is_stale);
    write_leaver(p->m, PAGE_B, 100, is_stale);
    op_begin(p);
    op_li(p, S0, ROUNDS);
    op_li(p, A1, pte_to(PAGE_A, RWX));
    op_li(p, A2, (uint32_t)(PAGE_A ^ PAGE_B) >> 2);
    op_li(p, A3, (uint32_t)leaf_of(FIRST));
    op_li(p, S7, FIRST + 0x7c);
    op_supervise(p, LOOP);
    p->at = LOOP;
    op(p, "xor", A1, A1, A2, 0);
    op_call(p, S7);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_leaving(struct machine *m, int is_stale)
{
    ck_assert_uint_eq(reg(m, S2), ROUNDS / 2 * 101);
    if (is_stale) /* the last round began in PAGE_B */
        ck_assert_uint_eq(reg(m, A4), 100);
}

START_TEST(a_page_that_remaps_itself_runs_on_until_the_fence)
{
    guest_runs_alike(&(struct guest){.write = write_leaving,
                                     .check = check_leaving,
                                     .arg = _i,
                                     .shapes = _i ? SHAPES_WITH_TLB : 0});
}
END_TEST

/* ---- address spaces ---- */

static void map_second(struct machine *m, uint64_t va, uint64_t pa)
{
    for (uint64_t i = 0; i < 4096; i += 4)
        poke(m, ROOT_2 + i, 4, word(m, ROOT + i));
    poke(m, ROOT_2 + 4 * (VA >> 22), 4, pte_to(LEAVES_2, PTE_V));
    poke(m, LEAVES_2 + 4 * (va >> 12 & 1023), 4, pte_to(pa, RWX));
}

/* s2 and s3 are counted with n each, in the space that a write of satp in the
 * middle of the code has just chosen. */
static void write_switcher(struct machine *m, uint64_t page, int32_t n,
                           bool has_fence)
{
    struct program p = {m, page};

    op(&p, "csrrw", ZERO, A2, 0, SATP);
    if (has_fence)
        op(&p, "sfence.vma", 0, ZERO, ZERO, 0);
    op(&p, "addi", S2, S2, 0, n);
    op(&p, "lw", A4, A3, 0, 0);
    op(&p, "add", S4, S4, A4, 0);
    op(&p, "csrrw", A5, A1, 0, SATP);
    if (has_fence)
        op(&p, "sfence.vma", 0, ZERO, ZERO, 0);
    op(&p, "addi", S3, S3, 0, n);
    op(&p, "lw", A4, A3, 0, 0);
    op(&p, "add", S5, S5, A4, 0);
    op_return(&p);
}

/* arg: 0 ASIDs differ, 1 they do not but there are fences. */
static void write_spaces(struct program *p, int arg)
{
    poke(p->m, DATA, 4, 7);
    poke(p->m, DATA + 0x1000, 4, 700);
    map_dram(p->m);
    map(p->m, FIRST, PAGE_A, RWX);
    map(p->m, OTHER_VA, DATA, RWX);
    map_second(p->m, FIRST, PAGE_B);
    map_second(p->m, OTHER_VA, DATA + 0x1000);
    write_switcher(p->m, PAGE_A, 1, arg);
    write_switcher(p->m, PAGE_B, 100, arg);
    op_begin(p);
    op_li(p, S0, ROUNDS);
    op_li(p, A1, SATP_ON(0));
    op_li(p, A2, SATP_2(arg ? 0u : 5u));
    op_li(p, A3, OTHER_VA);
    op_li(p, S7, FIRST);
    op_supervise(p, LOOP);
    p->at = LOOP;
    op_call(p, S7);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_spaces(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S2), 100 * ROUNDS);
    ck_assert_uint_eq(reg(m, S3), ROUNDS);
    ck_assert_uint_eq(reg(m, S4), 700 * ROUNDS);
    ck_assert_uint_eq(reg(m, S5), 7 * ROUNDS);
}

START_TEST(a_write_of_satp_holds_for_the_next_fetch_and_load)
{
    guest_runs_alike(&(struct guest){
        .write = write_spaces, .check = check_spaces, .arg = _i});
}
END_TEST

/* ---- superpages and walks ---- */

/* The entry of the root becomes a megapage and a pointer in turn; code runs on
 * over the end of its page in both. */
static void write_superpage(struct program *p, int arg)
{
    const uint64_t offset = PAGE_A - DRAM_BASE,
                   pages[] = {PAGE_A, PAGE_B, PAGE_C};
    uint32_t pointer = pte_to(LEAVES, PTE_V), leaf = pte_to(DRAM_BASE, RWX);

    map(p->m, VA + offset, PAGE_B, RWX);
    map(p->m, VA + offset + 0x1000, PAGE_C, RWX);
    for (unsigned i = 0; i < 3; i++) {
        struct program f = {p->m, pages[i]};

        op(&f, "addi", S3, S3, 0, 1 << 4 * i);
        op_return(&f);
        f.at = pages[i] + 0xffc;
        op(&f, "addi", S2, S2, 0, 1 << 4 * i);
    }
    op_begin(p);
    op_li(p, S0, ROUNDS);
    op_li(p, A1, pointer);
    op_li(p, A2, pointer ^ leaf);
    op_li(p, A3, (uint32_t)(ROOT + 4 * (VA >> 22)));
    op_li(p, S7, VA + (uint32_t)offset + 0xffc);
    op_supervise(p, LOOP);
    p->at = LOOP;
    op(p, "xor", A1, A1, A2, 0);
    op(p, "sw", 0, A3, A1, 0);
    op(p, "sfence.vma", 0, arg ? S7 : ZERO, ZERO, 0);
    if (arg) { /* a fence by address is of one page */
        op(p, "addi", A4, S7, 0, 16);
        op(p, "sfence.vma", 0, A4, ZERO, 0);
    }
    op_call(p, S7);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_superpage(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S2), ROUNDS / 2 * 0x11);
    ck_assert_uint_eq(reg(m, S3), ROUNDS / 2 * 0x110);
}

START_TEST(a_superpage_and_its_pages_take_turns)
{
    guest_runs_alike(&(struct guest){
        .write = write_superpage, .check = check_superpage, .arg = _i});
}
END_TEST

/* A ring of pages, each entered once a round; A and D of each are cleared by a
 * store when it is left, and set again by the walk that follows the fence. */
#define RING 8u
#define RING_ROUNDS 25u

static void write_ring(struct program *p, int has_fences)
{
    for (unsigned i = 0; i < RING; i++) {
        struct program f = {p->m, PAGE_A + 0x100 * i + 4 * i};

        map(p->m, VA + 0x1000 * i, PAGE_A, RWX & ~PTE_D);
        op(&f, "addi", S2, S2, 0, 1);
        op(&f, "sw", 0, A3, S2, 0); /* to its own page, sets D */
        if (has_fences) {
            op(&f, "sw", 0, A4, A5, (int32_t)(4 * i));
            op(&f, "sfence.vma", 0, ZERO, ZERO, 0);
        }
        if (i == RING - 1)
            op_return(&f);
        else
            op(&f, "jal", ZERO, 0, 0,
               (int32_t)(0x1104 - (f.at - PAGE_A - 0x104 * i)));
    }
    op_begin(p);
    op_li(p, S0, RING_ROUNDS);
    op_li(p, A3, VA + 0xf00);
    op_li(p, A4, (uint32_t)leaf_of(VA));
    op_li(p, A5, pte_to(PAGE_A, RWX & ~PTE_A & ~PTE_D));
    op_li(p, S7, VA);
    op_supervise(p, LOOP);
    p->at = LOOP;
    op_call(p, S7);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_ring(struct machine *m, int has_fences)
{
    (void)has_fences;
    ck_assert_uint_eq(reg(m, S2), RING_ROUNDS * RING);
    ck_assert_uint_eq(word(m, PAGE_A + 0xf00), RING_ROUNDS * RING);
    for (unsigned i = 0; i < RING; i++)
        ck_assert_uint_eq(word(m, leaf_of(VA) + 4 * i) & PTE_A, PTE_A);
}

START_TEST(a_ring_of_pages_walks_for_each)
{
    guest_runs_alike(&(struct guest){.write = write_ring,
                                     .check = check_ring,
                                     .arg = _i,
                                     .shapes = SHAPES_ALL});
}
END_TEST

/* ---- more address spaces than there are epochs ---- */

#define SPACES 32
#define SPACE_ROUNDS 256 /* so 8192 times another space: see mmu/mmu.c */

static void op_load_as_supervisor(struct program *p, uint32_t asid)
{
    op_li(p, A6, SATP_ON(asid));
    op(p, "csrrw", ZERO, A6, 0, SATP);
    op_call(p, S7);
}

/* A load, at one place, in a space before all the others and in one after
 * them, where another page is mapped. */
static void write_epochs(struct program *p, int fences)
{
    struct program load = {p->m, PAGE_A};

    map_dram(p->m);
    map(p->m, VA, DATA, RWX);
    poke(p->m, DATA, 4, 1);
    poke(p->m, DATA + 0x1000, 4, 2);
    op(&load, "csrrs", ZERO, A1, 0, MSTATUS);
    op(&load, "lw", A4, A3, 0, 0);
    op(&load, "csrrc", ZERO, A2, 0, MSTATUS);
    op(&load, "jalr", ZERO, RA, 0, 0);
    op_begin(p);
    op_li(p, A1, MSTATUS_MPRV | PRIV_S << MSTATUS_MPP_SHIFT);
    op_li(p, A2, MSTATUS_MPRV);
    op_li(p, A3, VA);
    op_li(p, A5, 1u << 22);
    op_li(p, S0, SPACE_ROUNDS);
    op_li(p, S7, (uint32_t)PAGE_A);
    for (int i = 0; i < fences; i++)
        op(p, "sfence.vma", 0, A3, ZERO, 0);
    op_load_as_supervisor(p, 0);
    op_call(p, S7); /* what hits once is known at its place */
    op(p, "addi", S5, A4, 0, 0);
    op_write(p, (uint32_t)leaf_of(VA), pte_to(DATA + 0x1000, RWX));
    op_li(p, S2, SATP_ON(1));
    op_jump(p, LOOP + 12); /* one less, for the one that comes last */
    p->at = LOOP;
    op_li(p, S2, SATP_ON(1));
    for (unsigned i = 0; i < SPACES; i++) {
        op(p, "csrrw", ZERO, S2, 0, SATP);
        op(p, "add", S2, S2, A5, 0);
    }
    op_loop(p, S0, LOOP);
    op_load_as_supervisor(p, SPACES + 1);
    op(p, "addi", S6, A4, 0, 0);
    op_pass(p);
}

static void check_epochs(struct machine *m, int fences)
{
    (void)fences;
    ck_assert_uint_eq(reg(m, S5), 1);
    ck_assert_uint_eq(reg(m, S6), 2);
}

START_TEST(an_address_space_after_very_many_is_a_new_one)
{
    guest_runs_alike(&(struct guest){.write = write_epochs,
                                     .check = check_epochs,
                                     .arg = _i,
                                     .shapes = 1u << SHAPE_OFF});
}
END_TEST

/* ---- pages that share a place in the host's table ---- */

#define FAR_VA (VA + HOST_PAGES * 0x1000u)
#define FAR_ROUNDS 20

/* A page is loaded from some times, then one that takes its place; meanwhile it
 * is mapped elsewhere without a fence, which the next walk finds. */
static void write_places(struct program *p, int arg)
{
    uint64_t top;

    (void)arg;
    op_begin(p);
    op_li(p, A3, VA);
    op_li(p, A4, FAR_VA);
    op_li(p, A5, (uint32_t)leaf_of(VA));
    op_li(p, A6, pte_to(DATA, RWX));
    op_li(p, S3, pte_to(DATA, 0) ^ pte_to(DATA + 0x1000, 0));
    op_li(p, S0, FAR_ROUNDS);
    op_supervise(p, LOOP);
    map(p->m, VA, DATA, RWX);
    poke(p->m, ROOT + 4 * (FAR_VA >> 22), 4, pte_to(DRAM_BASE, RWX));
    poke(p->m, DATA, 4, 1);
    poke(p->m, DATA + 0x1000, 4, 2);
    p->at = LOOP;
    op(p, "addi", S1, ZERO, 0, 4);
    top = p->at;
    op(p, "lw", A2, A3, 0, 0);
    op(p, "add", S2, S2, A2, 0);
    op_loop(p, S1, top);
    op(p, "lw", A2, A4, 0, 0);
    op(p, "xor", A6, A6, S3, 0);
    op(p, "sw", 0, A5, A6, 0);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_places(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S2), FAR_ROUNDS / 2 * 4 * (1 + 2));
}

START_TEST(a_page_whose_place_is_taken_is_walked_for_again)
{
    guest_runs_alike(&(struct guest){.write = write_places,
                                     .check = check_places,
                                     .shapes = 1u << SHAPE_OFF});
}
END_TEST

/* ---- SUM and fetches ---- */

#define SUM_ROUNDS 30

/* Code clears A of its own page without a fence and changes SUM: no fetch has a
 * reason to walk, however often the hart stops in between. */
static void write_sum(struct program *p, int arg)
{
    struct program loop = {p->m, PAGE_A};

    (void)arg;
    op_begin(p);
    op_li(p, S0, SUM_ROUNDS);
    op_li(p, A1, MSTATUS_SUM | MSTATUS_MXR);
    op_li(p, A3, CLINT_BASE);
    op_li(p, A5, (uint32_t)leaf_of(VA));
    op_li(p, A6, pte_to(PAGE_A, RWX & ~PTE_A));
    op_supervise(p, VA);
    map(p->m, VA, PAGE_A, RWX);
    op(&loop, "sw", 0, A5, A6, 0);
    for (unsigned i = 0; i < 2; i++) {
        op(&loop, i ? "csrrc" : "csrrs", ZERO, A1, 0, SSTATUS);
        op(&loop, "lw", A2, A3, 0, 0);
        op(&loop, "addi", S2, S2, 0, 1);
    }
    op_loop(&loop, S0, PAGE_A);
    op(&loop, "lw", S3, A5, 0, 0);
    op_pass(&loop);
}

static void check_sum(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S2), 2 * SUM_ROUNDS);
    ck_assert_uint_eq(reg(m, S3), pte_to(PAGE_A, RWX & ~PTE_A));
}

START_TEST(a_change_of_sum_lets_no_fetch_walk)
{
    guest_runs_alike(&(struct guest){
        .write = write_sum, .check = check_sum, .shapes = SHAPES_ALL});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine_tables");
    TCase *tc = tcase_create("engine_tables");

    tcase_add_unchecked_fixture(tc, NULL, guests_free);
    tcase_add_loop_test(tc, a_page_that_remaps_itself_runs_on_until_the_fence,
                        0, 2);
    tcase_add_loop_test(tc, a_write_of_satp_holds_for_the_next_fetch_and_load,
                        0, 2);
    tcase_add_loop_test(tc, a_superpage_and_its_pages_take_turns, 0, 2);
    tcase_add_loop_test(tc, a_ring_of_pages_walks_for_each, 0, 2);
    tcase_add_loop_test(tc, an_address_space_after_very_many_is_a_new_one, 0,
                        2);
    tcase_add_test(tc, a_page_whose_place_is_taken_is_walked_for_again);
    tcase_add_test(tc, a_change_of_sum_lets_no_fetch_walk);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
