/*
 * A warm reset, seen by a guest that looks at once: no reservation, no
 * translation and no line of its own caches survives; DRAM does. Row 131 of
 * the list of corner cases. (The ROMs' start code does too much to see it.)
 */
#include "machine/machine.h"

#include <string.h>

#include "mmu/tlb.h"
#include "tests/machine_rig.h"

#define WORD 0x80020000u
#define SEEN 0x80022000u
#define FLAG 0x80023000u
#define ROOT 0x80030000u
#define LEAVES 0x80031000u
#define LEAF_PA (LEAVES + 4 * (PAGE_VA >> 12 & 1023))
#define OLD 0x80040000u
#define NEW 0x80041000u
#define PAGE_VA 0x40005000u /* not where the code is, modulo anything */

enum { LEAF = 0xcf }; /* V R W X A D */

static struct machine *make(bool has_models)
{
    struct machine_config config = small_config(REPLACE_LRU);

    config.hart.mmu.has_pmp = false; /* writes to it forget translations */
    if (!has_models)
        config.models_from = config.models_to = UINT64_MAX;
    return machine_create(&config);
}

/* The second run goes to the instructions after this; the first on, to what
 * stands at the result. */
static uint64_t op_fork(struct program *p)
{
    op_read(p, A0, FLAG);
    op(p, "bne", 0, A0, ZERO, 8);
    op(p, "jal", ZERO, 0, 0, 0x400);
    return p->at - 4 + 0x400;
}

static void op_reset(struct program *p)
{
    op_write(p, FLAG, 1);
    op_write(p, FINISHER_BASE, FINISHER_RESET);
    op(p, "jal", ZERO, 0, 0, 0);
}

static void run_both(struct machine *m)
{
    ck_assert_int_eq(machine_run(m, 10000), STOP_PASS);
    ck_assert_uint_eq(m->resets, 1);
}

START_TEST(a_reservation_does_not_survive)
{
    struct machine *m = make(_i);
    struct program p = {m, DRAM_BASE}, first = {m, 0};

    first.at = op_fork(&p);
    op_li(&p, S0, WORD);
    op(&p, "sc.w", A1, S0, A0, 0);
    op_save(&p, SEEN, A1);
    op_pass(&p);
    op_li(&first, S0, WORD);
    op(&first, "lr.w", A1, S0, 0, 0);
    op_reset(&first);
    poke(m, WORD, 4, 55);
    poke(m, SEEN, 4, 9);
    run_both(m);
    ck_assert_uint_eq(peek(m, SEEN, 4), 1);
    ck_assert_uint_eq(peek(m, WORD, 4), 55); /* and DRAM does */
    machine_free(m);
}
END_TEST

static void map(struct machine *m)
{
    poke(m, ROOT, 4, LEAF); /* devices */
    poke(m, ROOT + 4 * (DRAM_BASE >> 22), 4, DRAM_BASE >> 2 | LEAF);
    poke(m, ROOT + 4 * (PAGE_VA >> 22), 4, LEAVES >> 2 | 1);
    poke(m, LEAF_PA, 4, OLD >> 2 | LEAF);
    poke(m, OLD, 4, 0x0001d0);
    poke(m, NEW, 4, 0x0002e3);
}

/* To S-mode with translation, without a fence. */
static void op_supervisor(struct program *p)
{
    op_csrw(p, SATP, 0x80000000 | ROOT >> 12);
    op_csrw(p, MSTATUS, PRIV_S << MSTATUS_MPP_SHIFT);
    op_csrw(p, MEPC, (uint32_t)p->at + 4 * 4);
    op(p, "mret", 0, 0, 0, 0);
}

/* The first run caches PAGE_VA's translation, changes the table without a
 * fence, sees the old page still, and resets. */
START_TEST(a_translation_does_not_survive)
{
    struct machine *m = make(_i);
    struct program p = {m, DRAM_BASE}, first = {m, 0};

    map(m);
    first.at = op_fork(&p);
    op_supervisor(&p);
    op_read(&p, A1, PAGE_VA);
    op_save(&p, SEEN + 4, A1);
    op_pass(&p);
    op_supervisor(&first);
    op_read(&first, A1, PAGE_VA);
    op_write(&first, LEAF_PA, NEW >> 2 | LEAF);
    op_read(&first, A1, PAGE_VA);
    op_save(&first, SEEN, A1);
    op_reset(&first);
    run_both(m);
    ck_assert_uint_eq(peek(m, SEEN, 4), 0x0001d0);
    ck_assert_uint_eq(peek(m, SEEN + 4, 4), 0x0002e3);
    machine_free(m);
}
END_TEST

/* The same of a page that is executed: `c.li a1, imm; c.jr ra`. */
START_TEST(a_translation_of_fetches_does_not_survive)
{
    struct machine *m = make(_i);
    struct program p = {m, DRAM_BASE}, first = {m, 0};

    map(m);
    poke(m, OLD, 4, 0x80824585); /* 1 */
    poke(m, NEW, 4, 0x80824589); /* 2 */
    first.at = op_fork(&p);
    op_supervisor(&p);
    op_li(&p, T0, PAGE_VA);
    op(&p, "jalr", RA, T0, 0, 0);
    op_save(&p, SEEN + 4, A1);
    op_pass(&p);
    op_supervisor(&first);
    op_li(&first, S0, PAGE_VA);
    op(&first, "jalr", RA, S0, 0, 0);
    op_write(&first, LEAF_PA, NEW >> 2 | LEAF);
    op(&first, "jalr", RA, S0, 0, 0);
    op_save(&first, SEEN, A1);
    op_reset(&first);
    run_both(m);
    ck_assert_uint_eq(peek(m, SEEN, 4), 1);
    ck_assert_uint_eq(peek(m, SEEN + 4, 4), 2);
    machine_free(m);
}
END_TEST

static unsigned valid_lines(const struct mmu *mmu, enum mmu_cache which)
{
    unsigned ways, bytes, n = 0;
    struct cache_view v;

    for (unsigned i = 0; i < mmu_cache_lines(mmu, which, &ways, &bytes); i++) {
        mmu_cache_look(mmu, which, i, &v);
        n += v.is_valid;
    }
    return n;
}

static unsigned valid_entries(const struct mmu *mmu, enum mmu_tlb which)
{
    unsigned ways, n = 0;
    struct tlb_view v;

    for (unsigned i = 0; i < mmu_tlb_entries(mmu, which, &ways); i++) {
        mmu_tlb_look(mmu, which, i, &v);
        n += v.is_valid;
    }
    return n;
}

/* Before the store that resets and right after it; the L2 is not the hart's. */
START_TEST(the_harts_own_structures_are_empty)
{
    struct machine *m = make(true);
    struct program p = {m, DRAM_BASE};
    const struct mmu *mmu = &m->harts[0].mmu;
    uint64_t store;
    unsigned l2;

    map(m);
    op_supervisor(&p);
    op_read(&p, A1, PAGE_VA);
    op_save(&p, PAGE_VA + 64, A1);
    op(&p, "lr.w", A1, T0, 0, 0);
    op_write(&p, FINISHER_BASE, FINISHER_RESET);
    store = p.at - 4;
    run_to(m, store);
    ck_assert(mmu->is_reserved);
    ck_assert_uint_gt(valid_lines(mmu, MMU_L1I), 1);
    ck_assert_uint_gt(valid_lines(mmu, MMU_L1D), 2);
    ck_assert_uint_gt(valid_entries(mmu, MMU_ITLB), 0);
    ck_assert_uint_gt(valid_entries(mmu, MMU_DTLB), 0);
    ck_assert_uint_gt(valid_entries(mmu, MMU_L2TLB), 0);
    l2 = valid_lines(mmu, MMU_L2);
    machine_run(m, 1);
    ck_assert_uint_eq(m->resets, 1);
    ck_assert(!mmu->is_reserved);
    ck_assert_uint_eq(valid_lines(mmu, MMU_L1I), 0);
    ck_assert_uint_eq(valid_lines(mmu, MMU_L1D), 0);
    ck_assert_uint_eq(valid_entries(mmu, MMU_ITLB), 0);
    ck_assert_uint_eq(valid_entries(mmu, MMU_DTLB), 0);
    ck_assert_uint_eq(valid_entries(mmu, MMU_L2TLB), 0);
    ck_assert_uint_ge(valid_lines(mmu, MMU_L2), l2);
    ck_assert_uint_eq(m->harts[0].pc, BOOTROM_BASE);
    machine_free(m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reset");
    TCase *tc = tcase_create("reset");

    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, a_reservation_does_not_survive, 0, 2);
    tcase_add_loop_test(tc, a_translation_does_not_survive, 0, 2);
    tcase_add_loop_test(tc, a_translation_of_fetches_does_not_survive, 0, 2);
    tcase_add_test(tc, the_harts_own_structures_are_empty);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
