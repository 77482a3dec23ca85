/*
 * The page-table walk: every combination of flags, access and state against a
 * second formulation of the rules, wide physical addresses, and entries that
 * lie where no entry may lie.
 */
#include "mmu/walk.h"

#include <string.h>

#include "base/bits.h"
#include "tests/unit.h"

#define RAM UINT64_C(0x80000000)
#define RAM_SIZE (UINT64_C(1) << 32) /* up to 0x180000000 */
#define ROOT (RAM + 0x1000)
#define LEAVES (RAM + 0x2000)
#define VA UINT64_C(0x00c03abc) /* root entry 3, leaf entry 3 */

static struct bus bus;
static struct pmp pmp;

static void setup(void)
{
    bus_init(&bus, RAM, RAM_SIZE, 0, 0);
    pmp_reset(&pmp);
}

static void teardown(void)
{
    bus_free(&bus);
}

static void poke(uint64_t pa, uint64_t v)
{
    store_le(bus_ram(&bus, pa, 4), 4, v);
}

static uint64_t peek(uint64_t pa)
{
    return load_le(bus_ram(&bus, pa, 4), 4);
}

static uint64_t pte(uint64_t pa, unsigned flags)
{
    return pa >> 12 << 10 | flags;
}

static struct walk_request request(enum access access, enum privilege priv)
{
    struct walk_request q = {
        .scheme = &walk_schemes32[0],
        .bus = &bus,
        .root_ppn = ROOT >> 12,
        .va = VA,
        .access = access,
        .rights = {.priv = priv},
    };

    return q;
}

/* The rules again, in the words of a table: what a leaf of these R, W and X
 * lets one do (' ' for what makes it no leaf, '!' for what is reserved). */
static bool expect_good(unsigned flags, enum access access, enum privilege priv,
                        bool sum, bool mxr)
{
    static const char *const meaning[8] = {" ", "r",  "!", "rw",
                                           "x", "rx", "!", "rwx"};
    const char *can = meaning[flags >> 1 & 7];
    bool is_user_page = flags & PTE_U;
    char wanted = "xrw"[access];

    if (!(flags & PTE_V) || *can == ' ' || *can == '!')
        return false;
    if (!strchr(can, wanted) && !(mxr && wanted == 'r' && strchr(can, 'x')))
        return false;
    if (priv == PRIV_U)
        return is_user_page;
    if (is_user_page)
        return sum && wanted != 'x';
    return true;
}

struct state {
    unsigned flags, level;
    enum access access;
    enum privilege priv;
    bool sum, mxr, svade;
};

/* Unpacks combination number n of all that matters. */
static struct state state_of(unsigned n)
{
    struct state s = {
        .flags = n & 255,
        .level = n >> 8 & 1,
        .priv = n >> 9 & 1 ? PRIV_S : PRIV_U,
        .sum = n >> 10 & 1,
        .mxr = n >> 11 & 1,
        .svade = n >> 12 & 1,
        .access = (enum access)(n >> 13),
    };

    return s;
}

static void check_state(const struct state *s)
{
    unsigned wanted = s->access == ACCESS_STORE ? PTE_A | PTE_D : PTE_A;
    struct walk_request q = request(s->access, s->priv);
    uint64_t at = s->level ? ROOT + 12 : LEAVES + 12;
    uint64_t target = s->level ? RAM + 0x400000 : RAM + 0x7000;
    bool good = expect_good(s->flags, s->access, s->priv, s->sum, s->mxr);
    bool lacks = (s->flags & wanted) != wanted;
    struct walk w;

    q.rights.sum = s->sum;
    q.rights.mxr = s->mxr;
    q.is_svade = s->svade;
    poke(ROOT + 12, pte(LEAVES, PTE_V));
    poke(at, pte(target, s->flags));
    if (s->svade && lacks)
        good = false;
    ck_assert_int_eq(walk(&q, &w) == WALK_OK, good);
    ck_assert_int_eq(w.was_updated, good && lacks);
    ck_assert_uint_eq(peek(at),
                      pte(target, s->flags | (good && lacks ? wanted : 0)));
    if (!good)
        return;
    ck_assert_uint_eq(w.page_pa, s->level ? target + 0x3000 : target);
    ck_assert_uint_eq(w.level, s->level);
    ck_assert_uint_eq(w.n_reads, 2 - s->level);
}

START_TEST(rights_are_those_of_the_manual)
{
    for (unsigned n = 0; n < 3u << 13; n++) {
        struct state s = state_of(n);
        bool is_pointer = (s.flags & 0xf) == PTE_V;

        /* A pointer where a superpage could be is another test's. */
        if (!(is_pointer && s.level))
            check_state(&s);
    }
}
END_TEST

START_TEST(a_pointer_with_a_d_or_u_is_a_page_fault)
{
    struct walk_request q = request(ACCESS_LOAD, PRIV_S);
    struct walk w;

    poke(LEAVES + 12, pte(RAM, 0xcf));
    for (unsigned flags = 0; flags < 256; flags++) {
        if ((flags & 0xf) != PTE_V)
            continue;
        poke(ROOT + 12, pte(LEAVES, flags));
        ck_assert_int_eq(walk(&q, &w), flags & (PTE_A | PTE_D | PTE_U)
                                           ? WALK_PAGE_FAULT
                                           : WALK_OK);
    }
}
END_TEST

START_TEST(a_pointer_makes_all_below_it_global)
{
    struct walk_request q = request(ACCESS_LOAD, PRIV_S);
    struct walk w;

    poke(ROOT + 12, pte(LEAVES, PTE_V | PTE_G));
    poke(LEAVES + 12, pte(RAM, 0xcf));
    ck_assert_int_eq(walk(&q, &w), WALK_OK);
    ck_assert(w.is_global);
}
END_TEST

START_TEST(a_misaligned_megapage_is_a_page_fault)
{
    struct walk_request q = request(ACCESS_LOAD, PRIV_S);
    struct walk w;

    for (unsigned n = 0; n < 10; n++) {
        poke(ROOT + 12, pte(RAM + (UINT64_C(0x1000) << n), 0xcf));
        ck_assert_int_eq(walk(&q, &w), WALK_PAGE_FAULT);
    }
    poke(ROOT + 12, pte(RAM + 0x400000, 0xcf));
    ck_assert_int_eq(walk(&q, &w), WALK_OK);
}
END_TEST

START_TEST(physical_addresses_have_34_bits)
{
    struct walk_request q = request(ACCESS_STORE, PRIV_S);
    uint64_t table = UINT64_C(0x123456000), page = UINT64_C(0x17ffff000);
    struct walk w;

    poke(ROOT + 12, pte(table, PTE_V));
    poke(table + 12, pte(page, PTE_V | PTE_R | PTE_W));
    ck_assert_int_eq(walk(&q, &w), WALK_OK);
    ck_assert_uint_eq(w.page_pa, page);
    ck_assert_uint_eq(w.read_pa[1], table + 12);
    poke(table + 12, pte(UINT64_C(0x3fffff000), 0xcf));
    ck_assert_int_eq(walk(&q, &w), WALK_OK);
    ck_assert_uint_eq(w.page_pa, UINT64_C(0x3fffff000));
    poke(ROOT + 12, pte(UINT64_C(0x3ffc00000), 0xcf));
    ck_assert_int_eq(walk(&q, &w), WALK_OK);
    ck_assert_uint_eq(w.page_pa, UINT64_C(0x3ffc03000));
}
END_TEST

START_TEST(a_table_outside_dram_is_an_access_fault)
{
    /* Below DRAM, above it, and where 32 bits would wrap into it. */
    static const uint64_t tables[] = {0, 0x10000000, UINT64_C(0x180000000),
                                      UINT64_C(0x280002000)};
    struct walk_request q = request(ACCESS_FETCH, PRIV_S);
    struct walk w;

    poke(LEAVES + 12, pte(RAM, 0xcf));
    for (unsigned i = 0; i < ARRAY_SIZE(tables); i++) {
        poke(ROOT + 12, pte(tables[i], PTE_V));
        ck_assert_int_eq(walk(&q, &w), WALK_ACCESS_FAULT);
        ck_assert_uint_eq(w.n_reads, 1);
    }
    q.root_ppn = 0x280000;
    ck_assert_int_eq(walk(&q, &w), WALK_ACCESS_FAULT);
    ck_assert_uint_eq(w.n_reads, 0);
}
END_TEST

START_TEST(pmp_judges_a_walk_as_supervisor)
{
    struct walk_request q = request(ACCESS_STORE, PRIV_U);
    struct walk w;

    q.pmp = &pmp;
    poke(ROOT + 12, pte(LEAVES, PTE_V));
    poke(LEAVES + 12, pte(RAM, PTE_V | PTE_R | PTE_W | PTE_U));
    ck_assert_int_eq(walk(&q, &w), WALK_ACCESS_FAULT);
    /* Readable but not writable: A and D cannot be set. */
    pmp_set(&pmp, 0, PMP_NAPOT | PMP_R, UINT64_MAX >> 10);
    ck_assert_int_eq(walk(&q, &w), WALK_ACCESS_FAULT);
    ck_assert(!w.was_updated);
    ck_assert_uint_eq(peek(LEAVES + 12) & PTE_A, 0);
    pmp_set(&pmp, 0, PMP_NAPOT | PMP_R | PMP_W, UINT64_MAX >> 10);
    ck_assert_int_eq(walk(&q, &w), WALK_OK);
}
END_TEST

START_TEST(a_peek_changes_nothing)
{
    struct walk_request q = request(ACCESS_STORE, PRIV_S);
    uint64_t leaf = pte(RAM, PTE_V | PTE_R | PTE_W);
    struct walk w;

    q.is_peek = true;
    poke(ROOT + 12, pte(LEAVES, PTE_V));
    poke(LEAVES + 12, leaf);
    ck_assert_int_eq(walk(&q, &w), WALK_OK);
    ck_assert_uint_eq(peek(LEAVES + 12), leaf);
}
END_TEST

START_TEST(satp_selects_bare_or_sv32)
{
    ck_assert_ptr_null(walk_scheme_of(0x7fffffff, 32));
    ck_assert_ptr_eq(walk_scheme_of(0x80000000, 32), &walk_schemes32[0]);
    ck_assert_uint_eq(satp_asid(&walk_schemes32[0], 0xffc00000), 0x1ff);
    ck_assert_uint_eq(satp_ppn(&walk_schemes32[0], 0xffffffff), 0x3fffff);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("walk");
    TCase *tc = tcase_create("walk");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, rights_are_those_of_the_manual);
    tcase_add_test(tc, a_pointer_with_a_d_or_u_is_a_page_fault);
    tcase_add_test(tc, a_pointer_makes_all_below_it_global);
    tcase_add_test(tc, a_misaligned_megapage_is_a_page_fault);
    tcase_add_test(tc, physical_addresses_have_34_bits);
    tcase_add_test(tc, a_table_outside_dram_is_an_access_fault);
    tcase_add_test(tc, pmp_judges_a_walk_as_supervisor);
    tcase_add_test(tc, a_peek_changes_nothing);
    tcase_add_test(tc, satp_selects_bare_or_sv32);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
