/*
 * Loads, or stores, of one size that follow each other from one base: the
 * translator asks once where all of them are. Here they walk through memory, so
 * that their lines and pages are new again and again, lie across two, or are
 * absent for some of them.
 */
#include "tests/engine_rig.h"

#define WORDS 4
#define PAGES 15

static const struct tour {
    unsigned stride, rounds;
    bool is_paged; /* and each third page is absent */
} tours[] = {
    {8, 200, false},
    {52, 200, false},
    {1020, 60, false},
    {4092, 15, false},
    {8, 200, true},
    {1020, 60, true},
    {4092, 15, true},
};

static uint32_t base_of(const struct tour *w)
{
    return (w->is_paged ? VA : DATA) + MMU_PAGE_SIZE - 8;
}

static bool is_absent(const struct tour *w, uint32_t va)
{
    return w->is_paged && (va - VA) / MMU_PAGE_SIZE % 3 == 1;
}

static void write_tour(struct program *p, int arg)
{
    const struct tour *w = &tours[arg];
    uint64_t top = PAGE_A;

    for (uint32_t page = 0; w->is_paged && page <= PAGES; page++) {
        uint32_t offset = page * (uint32_t)MMU_PAGE_SIZE;

        if (!is_absent(w, VA + offset))
            map(p->m, VA + offset, DATA + offset, RWX);
    }
    op_begin(p);
    op_li(p, S0, w->rounds);
    op_li(p, S7, base_of(w));
    op_li(p, S5, w->stride);
    op_li(p, S8, 0);
    if (w->is_paged)
        op_supervise(p, top);
    else
        op_jump(p, top);
    p->at = top;
    for (int32_t i = 0; i < WORDS; i++)
        op(p, "sw", 0, S7, i % 2 ? S7 : S0, 4 * i);
    for (int32_t i = WORDS; i-- > 0;)
        op(p, "lw", (unsigned)(T3 + i), S7, 0, 4 * i);
    for (unsigned i = 0; i < WORDS; i++)
        op(p, "add", S8, S8, T3 + i, 0);
    op(p, "add", S7, S7, S5, 0);
    op_loop(p, S0, top);
    op_pass(p);
}

/* What the loads bring in all, where none of them fails. */
static uint32_t expected_sum(const struct tour *w)
{
    uint32_t sum = 0, at = base_of(w);

    for (uint32_t n = w->rounds; n; n--, at += w->stride)
        sum += WORDS / 2 * (n + at);
    return sum;
}

static unsigned expected_faults(const struct tour *w)
{
    unsigned n = 0;

    for (uint32_t round = 0; round < w->rounds; round++) {
        for (uint32_t i = 0; i < WORDS; i++)
            n += 2 * is_absent(w, base_of(w) + round * w->stride + 4 * i);
    }
    return n;
}

static void check_tour(struct machine *m, int arg)
{
    const struct tour *w = &tours[arg];
    uint32_t end = base_of(w) + w->rounds * w->stride;

    ck_assert_uint_eq(reg(m, S7), end);
    ck_assert_uint_eq(guest_logs(m), expected_faults(w));
    if (w->is_paged)
        ck_assert_uint_ne(guest_logs(m), 0);
    else
        ck_assert_uint_eq(reg(m, S8), expected_sum(w));
}

START_TEST(a_group_is_its_accesses_one_by_one)
{
    guest_runs_alike(&(struct guest){.write = write_tour,
                                     .check = check_tour,
                                     .arg = _i,
                                     .shapes = SHAPES_ALL});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine_groups");
    TCase *tc = tcase_create("engine_groups");

    tcase_add_unchecked_fixture(tc, NULL, guests_free);
    tcase_add_loop_test(tc, a_group_is_its_accesses_one_by_one, 0,
                        ARRAY_SIZE(tours));
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
