/*
 * Code at the edges of memory and of the address space, in the boot ROM, and
 * in pages that PMP divides.
 */
#include "tests/engine_rig.h"

#define LOOP PAGE_D
#define END_OF_RAM (DRAM_BASE + GUEST_RAM)

/* ---- the end of DRAM ---- */

enum { RETURNS, RUNS_OUT, HALF_INSN };

/* A function of the last bytes of DRAM, which returns with the very last, runs
 * out of memory, or ends in half an instruction. */
static void write_last(struct program *p, int kind)
{
    op_begin(p);
    op_li(p, S0, 60);
    op_li(p, S7, (uint32_t)(END_OF_RAM - 10));
    op_jump(p, LOOP);
    p->at = LOOP;
    op_li(p, S11, (uint32_t)LOOP + 12);
    op(p, "jalr", RA, S7, 0, 0);
    op_loop(p, S0, LOOP);
    op_pass(p);
    p->at = END_OF_RAM - 10;
    op(p, "addi", S2, S2, 0, 1);
    op(p, "addi", S3, S3, 0, 1);
    if (kind == RETURNS)
        op_c(p, "c.jr", 0, RA, 0, 0);
    else
        poke(p->m, p->at, 2,
             encode(kind == RUNS_OUT ? "c.addi" : "addi", S4, S4, 0, 1) &
                 0xffff);
}

static void check_last(struct machine *m, int kind)
{
    ck_assert_uint_eq(reg(m, S2), 60);
    ck_assert_uint_eq(reg(m, S3), 60);
    ck_assert_uint_eq(guest_logs(m), kind == RETURNS ? 0 : 60);
    if (kind == RETURNS)
        return;
    ck_assert_uint_eq(guest_log(m, 9).cause, CAUSE_FETCH_ACCESS);
    ck_assert_uint_eq(guest_log(m, 9).tval, END_OF_RAM);
    ck_assert_uint_eq(guest_log(m, 9).epc,
                      END_OF_RAM - (kind == HALF_INSN ? 2 : 0));
}

START_TEST(code_may_reach_to_the_last_byte_of_dram)
{
    guest_runs_alike(&(struct guest){.write = write_last,
                                     .check = check_last,
                                     .arg = _i,
                                     .shapes = SHAPES_ALL});
}
END_TEST

/* ---- the end of the address space ---- */

/* S-mode runs from the last page into the first: by an instruction that ends
 * with it, and by one that lies across. */
static void write_wrap(struct program *p, int is_across)
{
    map_dram(p->m);
    poke(p->m, ROOT + 4 * 1023, 4, pte_to(LEAVES + 0x1000, PTE_V));
    poke(p->m, LEAVES + 0x1000 + 4 * 1023, 4, pte_to(PAGE_A, RWX));
    poke(p->m, ROOT, 4, pte_to(LEAVES + 0x2000, PTE_V));
    poke(p->m, LEAVES + 0x2000, 4, pte_to(PAGE_B, RWX));
    poke(p->m, LEAVES + 0x2000 + 4 * (FINISHER_BASE >> 12), 4,
         pte_to(FINISHER_BASE, RWX));
    op_begin(p);
    op_csrw(p, SATP, SATP_ON(0));
    op_li(p, S0, 60);
    op_li(p, S7, 0xfffffff6);
    op_enter(p, PRIV_S, LOOP);
    p->at = LOOP;
    op(p, "jalr", RA, S7, 0, 0);
    op_loop(p, S0, LOOP);
    op_pass(p);
    p->at = PAGE_A + 0xff6;
    op(p, "addi", S2, S2, 0, 1);
    if (is_across) {
        op(p, "auipc", S4, 0, 0, 0);
        op(p, "auipc", S5, 0, 0, 0x1000); /* to 0xffe */
    } else {
        op_c(p, "c.addi", S3, S3, 0, 1);
        op(p, "auipc", S4, 0, 0, 0x1000);
    }
    if (is_across)
        poke(p->m, PAGE_B, 2, peek(p->m, p->at - 2, 2));
    p->at = PAGE_B + (is_across ? 2 : 0);
    op(p, "jal", S6, 0, 0, 4);
    op_c(p, "c.jr", 0, RA, 0, 0);
}

static void check_wrap(struct machine *m, int is_across)
{
    ck_assert_uint_eq(reg(m, S2), 60);
    ck_assert_uint_eq(reg(m, S4), is_across ? 0xfffffffa : 0xffc);
    ck_assert_uint_eq(reg(m, S5), is_across ? 0xffe : 0);
    ck_assert_uint_eq(reg(m, S6), is_across ? 6 : 4);
    ck_assert_uint_eq(guest_logs(m), 0);
}

START_TEST(code_runs_from_the_last_address_to_the_first)
{
    guest_runs_alike(
        &(struct guest){.write = write_wrap, .check = check_wrap, .arg = _i});
}
END_TEST

/* ---- the boot ROM ---- */

/* It is entered again and again, with a word in DRAM for the count, as it
 * clears registers or not; a store to it in between is refused. */
static void write_rom(struct program *p, int arg)
{
    (void)arg;
    op_begin(p);
    op_li(p, A3, BOOTROM_BASE);
    op(p, "sw", 0, A3, A3, 0);
    op_li(p, A5, DATA);
    op(p, "lw", A4, A5, 0, 0);
    op(p, "addi", A4, A4, 0, 1);
    op(p, "sw", 0, A5, A4, 0);
    op(p, "addi", A4, A4, 0, -50);
    op(p, "beq", 0, A4, ZERO, 8);
    op(p, "jalr", ZERO, A3, 0, 0);
    op_pass(p);
}

static void check_rom(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(word(m, DATA), 50);
    ck_assert_uint_eq(m->harts[0].stats.exceptions[CAUSE_STORE_ACCESS], 50);
}

START_TEST(the_boot_rom_runs_as_dram_does)
{
    guest_runs_alike(&(struct guest){
        .write = write_rom, .check = check_rom, .shapes = SHAPES_ALL});
}
END_TEST

/* ---- PMP inside a page ---- */

struct division {
    uint32_t offset; /* in the page of code: where 64 bytes begin */
    uint32_t rights; /* that they have, besides R */
    enum privilege priv;
    bool is_translated;
};

static const struct division divisions[] = {
    {0x100, PMP_X, PRIV_S, false}, {0x100, 0, PRIV_S, false},
    {0x140, 0, PRIV_U, false},     {0xfc0, 0, PRIV_S, false},
    {0, PMP_X, PRIV_U, false},     {0x140, PMP_L, PRIV_M, false},
    {0x100, PMP_X, PRIV_S, true},  {0x140, 0, PRIV_S, true},
    {0xfc0, 0, PRIV_S, true},      {0x100, PMP_L | PMP_X, PRIV_M, false}};

/* A run of 64 instructions of 4 bytes from 0x0e2 on, into, through and behind
 * the 64 bytes; the one at 0x13e or 0x0fe lies across their border. */
static void write_divided(struct program *p, int arg)
{
    const struct division *d = &divisions[arg];

    map_dram(p->m);
    map(p->m, VA, PAGE_A, RWX);
    op_begin(p);
    op_csrw(p, SATP, d->is_translated ? SATP_ON(0) : 0);
    op_csrw(p, PMPADDR0 + 1, UINT32_MAX);
    op_csrw(p, PMPADDR0, ((uint32_t)PAGE_A + d->offset) >> 2 | 7);
    op_csrw(p, PMPCFG0,
            (PMP_NAPOT | PMP_R | PMP_W | PMP_X) << 8 | PMP_NAPOT | PMP_R |
                d->rights);
    op_li(p, S0, 20);
    op_li(p, A7, MSTATUS_MPP);
    op_li(p, S11, (uint32_t)LOOP + 0x80);
    op_jump(p, LOOP);
    p->at = LOOP;
    op_enter(p, d->priv, (d->is_translated ? VA : PAGE_A) + 0xe2);
    p->at = LOOP + 0x80;
    op_loop(p, S0, LOOP);
    op_pass(p);
    p->at = PAGE_A + 0xe2;
    for (int i = 0; i < 64; i++)
        op(p, "addi", S2, S2, 0, 1);
    op(p, "ecall", 0, 0, 0, 0);
}

static void check_divided(struct machine *m, int arg)
{
    const struct division *d = &divisions[arg];
    uint64_t page = d->is_translated ? VA : PAGE_A;
    struct logged l = guest_log(m, 19);
    uint32_t inside = (d->offset - 2 - 0xe2) / 4; /* before it is entered */

    ck_assert_uint_eq(guest_logs(m), 20);
    if (d->rights & PMP_X || d->offset == 0xfc0) {
        ck_assert_uint_eq(l.cause, CAUSE_ECALL_U + d->priv);
        ck_assert_uint_eq(reg(m, S2), 20 * 64);
        return;
    }
    ck_assert_uint_eq(l.cause, CAUSE_FETCH_ACCESS);
    ck_assert_uint_eq(l.epc, page + d->offset - 2);
    ck_assert_uint_eq(l.tval, page + d->offset);
    ck_assert_uint_eq(reg(m, S2), 20 * inside);
}

START_TEST(pmp_may_divide_a_page_of_code)
{
    guest_runs_alike(&(struct guest){.write = write_divided,
                                     .check = check_divided,
                                     .arg = _i,
                                     .shapes = SHAPES_ALL});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine_places");
    TCase *tc = tcase_create("engine_places");

    tcase_add_unchecked_fixture(tc, NULL, guests_free);
    tcase_add_loop_test(tc, code_may_reach_to_the_last_byte_of_dram, 0, 3);
    tcase_add_loop_test(tc, code_runs_from_the_last_address_to_the_first, 0, 2);
    tcase_add_test(tc, the_boot_rom_runs_as_dram_does);
    tcase_add_loop_test(tc, pmp_may_divide_a_page_of_code, 0,
                        ARRAY_SIZE(divisions));
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
