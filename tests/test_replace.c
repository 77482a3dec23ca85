/*
 * How caches choose their victims, and what their stores do below them, policy
 * by policy; and which shapes there are.
 */
#include "mmu/replace.h"

#include "base/random.h"
#include "tests/models_rig.h"

/* What start_other() starts: a test changes the small ones in them. */
static struct mmu_config other;
static struct cache_geometry other_l2;

static void setup_others(void)
{
    setup();
    other = small;
    other_l2 = small_l2;
}

static void start_other(void)
{
    start_again(&other, &other_l2);
}

/* L1D with one set: lines are named by number. */
static void one_set(enum replacement replacement, unsigned ways)
{
    other.l1d =
        (struct cache_geometry){64 * ways, ways, 64, replacement, false, false};
    start_other();
}

static bool hits(unsigned line)
{
    uint64_t before;

    count();
    before = counts.l1d.misses;
    load(DATA + UINT64_C(64) * line);
    count();
    return counts.l1d.misses == before;
}

static void fill_lines(unsigned n)
{
    for (unsigned line = 0; line < n; line++)
        ck_assert(!hits(line));
}

START_TEST(fifo_forgets_the_first_that_came)
{
    one_set(REPLACE_FIFO, 4);
    fill_lines(4);
    ck_assert(hits(0));
    ck_assert(!hits(4)); /* for 0, touched or not */
    ck_assert(hits(1) && hits(2) && hits(3));
    ck_assert(!hits(0)); /* for 1 */
    ck_assert(hits(2) && !hits(1));
}
END_TEST

START_TEST(plru_follows_its_tree)
{
    one_set(REPLACE_PLRU, 4);
    fill_lines(4);
    ck_assert(hits(0));  /* the root points up, its upper node to 2 */
    ck_assert(!hits(4)); /* for 2, though 1 is older */
    ck_assert(hits(1) && hits(3));
    ck_assert(!hits(5)); /* root: lower; 1 was touched last there: for 0 */
    ck_assert(hits(4) && hits(3) && hits(1) && hits(5));
}
END_TEST

START_TEST(invalidation_leaves_the_tree_alone)
{
    one_set(REPLACE_PLRU, 4);
    fill_lines(4); /* all bits 0 now */
    ck_assert(hits(0));
    mmu_snoop_dma_write(&mmu, DATA, 64);
    ck_assert(!hits(4)); /* into way 0, the invalid one */
    ck_assert(!hits(5)); /* for 2, as if 0 was touched last */
    ck_assert(hits(1) && hits(3) && hits(4) && hits(5));
}
END_TEST

START_TEST(random_follows_its_sequence)
{
    uint32_t x = (7 + 1) * 2654435769u + 1 * 40503u;
    unsigned line_of_way[5] = {0, 1, 2, 3, 4};

    other.seed = 7;
    other.l1d =
        (struct cache_geometry){320, 5, 64, REPLACE_RANDOM, false, false};
    start_other();
    fill_lines(5);
    for (unsigned line = 5; line < 50; line++) {
        ck_assert(!hits(line));
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        line_of_way[x % 5] = line;
        for (unsigned i = 0; i < 5; i++)
            ck_assert(hits(line_of_way[i]));
    }
}
END_TEST

START_TEST(a_store_written_through_leaves_no_dirt)
{
    other.l1d.is_write_through = true;
    start_other();
    for (unsigned i = 0; i < 10; i++)
        store(DATA + 4 * i);
    count();
    ck_assert_uint_eq(counts.l1d.accesses, 10);
    ck_assert_uint_eq(counts.l1d.misses, 1);
    ck_assert_uint_eq(counts.l1d.writethroughs, 10);
    ck_assert_uint_eq(l2->stats.accesses, 11);
    load(DATA + 4096);
    load(DATA + 8192);
    count();
    ck_assert_uint_eq(counts.l1d.writebacks, 0);
    ck_assert_uint_eq(l2->stats.writethroughs, 0);
}
END_TEST

START_TEST(a_store_that_fills_nothing_passes_on)
{
    other.l1d.is_no_allocate = true;
    start_other();
    store(DATA);
    store(DATA + 4);
    count();
    ck_assert_uint_eq(counts.l1d.misses, 2);
    ck_assert_uint_eq(counts.l1d.writethroughs, 2);
    ck_assert_uint_eq(l2->stats.accesses, 2);
    ck_assert_uint_eq(l2->stats.misses, 1);
    load(DATA); /* fills, and then stores make it dirty */
    store(DATA);
    count();
    ck_assert_uint_eq(counts.l1d.misses, 3);
    ck_assert_uint_eq(counts.l1d.writethroughs, 2);
}
END_TEST

START_TEST(l2_passes_on_too)
{
    other.l1d = (struct cache_geometry){64, 1, 64, REPLACE_LRU, false, false};
    other_l2.is_no_allocate = true;
    start_other();
    store(DATA);     /* both fill: the L2 by a read */
    load(DATA + 64); /* the write-back hits there */
    ck_assert_uint_eq(l2->stats.writethroughs, 0);
    store(DATA + 64);
    mmu_snoop_dma_write(&mmu, DATA, 1);
    cache_empty(l2);
    load(DATA); /* the write-back of the other line misses in the L2 */
    ck_assert_uint_eq(l2->stats.writethroughs, 1);
    ck_assert_uint_eq(l2->stats.writebacks, 0);
}
END_TEST

/* One set of 32 is kept in a queue that follows the stamps when a victim is
 * wanted. Uses of an entry come to its stamp late, as the filter brings them. */
enum { QUEUED = 32 };

struct queue_rig {
    struct replace r;
    uint64_t now, late[QUEUED];
    uint64_t expected[QUEUED]; /* when it was filled or used; 0: invalid */
    struct random rng;
};

static void use(struct queue_rig *q, uint32_t i, uint64_t when)
{
    if (q->r.policy == REPLACE_LRU && when > q->expected[i])
        q->expected[i] = when;
}

static void settle(struct queue_rig *q, uint32_t i)
{
    if (q->late[i] > q->r.touched[i])
        q->r.touched[i] = q->late[i];
    use(q, i, q->late[i]);
    q->late[i] = 0;
}

static void invalidate(struct queue_rig *q, uint32_t i)
{
    replace_invalidate(&q->r, i);
    q->late[i] = q->expected[i] = 0;
}

static void take_one(struct queue_rig *q)
{
    uint32_t i = replace_victim(&q->r, 0), least = 0;

    for (uint32_t k = 1; k < QUEUED; k++)
        least = q->expected[k] < q->expected[least] ? k : least;
    if (i != least)
        ck_abort_msg("entry %u goes, not %u", i, least);
    if (random_below(&q->rng, 2))
        invalidate(q, i);
    replace_fill(&q->r, i, ++q->now);
    q->late[i] = 0;
    q->expected[i] = q->now;
}

/* In order, from no entry later than its stamp, and the invalid ones known. */
static bool queue_is_right(const struct replace *r)
{
    const struct replace_place *place = r->place;
    uint32_t n_invalid = 0, i = r->oldest;
    bool ok = true;

    for (uint32_t n = 0; n < QUEUED; n++) {
        uint32_t later = place[i].later;

        ok &= place[later].earlier == i;
        ok &= later == r->oldest || place[i].stamp <= place[later].stamp;
        ok &= !r->stamp[i] || place[i].stamp <= r->stamp[i];
        ok &= r->stamp[i] || i >= r->lowest;
        n_invalid += !r->stamp[i];
        i = later;
    }
    return ok && i == r->oldest && n_invalid == r->n_invalid;
}

static void restore(struct queue_rig *q)
{
    struct archive *a = archive_new_hash();

    for (uint32_t i = 0; i < QUEUED; i++)
        settle(q, i);
    replace_archive(&q->r, a);
    archive_free(a);
    ck_assert(replace_is_consistent(&q->r));
    ck_assert(queue_is_right(&q->r));
}

static void step(struct queue_rig *q)
{
    uint32_t i = (uint32_t)random_below(&q->rng, QUEUED);

    switch (random_below(&q->rng, 8)) {
    case 0:
        invalidate(q, i);
        break;
    case 1:
    case 2:
        if (q->r.stamp[i])
            q->late[i] = ++q->now;
        break;
    case 3:
        settle(q, i);
        break;
    case 4:
        if (q->r.stamp[i]) {
            replace_touch(&q->r, i, ++q->now);
            use(q, i, q->now);
        }
        break;
    default:
        take_one(q);
        break;
    }
}

static void follow_queue(enum replacement policy)
{
    struct queue_rig q = {.now = REPLACE_MAX_WAYS};

    random_seed(&q.rng, 1);
    replace_init(&q.r, policy, QUEUED, QUEUED, 1);
    for (unsigned n = 0; n < 100000; n++) {
        step(&q);
        ck_assert(queue_is_right(&q.r));
        if (n % 1000 == 999)
            restore(&q);
    }
    replace_clear(&q.r);
    memset(q.late, 0, sizeof q.late);
    memset(q.expected, 0, sizeof q.expected);
    for (uint32_t i = 0; i < QUEUED; i++)
        take_one(&q);
    replace_free(&q.r);
}

START_TEST(a_queue_finds_what_a_scan_would)
{
    follow_queue(REPLACE_LRU);
    follow_queue(REPLACE_FIFO);
}
END_TEST

START_TEST(shapes_are_checked)
{
    struct cache_geometry odd = small.l1d, line = small.l1d;
    struct cache_geometry ways = small.l1d, huge = small.l1d;
    struct cache_geometry three = {12288, 3, 64, REPLACE_FIFO, true, true};
    struct tlb_geometry sets = {24, 4, REPLACE_LRU}, none = {.entries = 0};
    struct tlb_geometry many = {2048, 2048, REPLACE_LRU};
    struct tlb_geometry six = {6, 6, REPLACE_RANDOM};

    odd.size_bytes = 3000;
    line.line_bytes = 48;
    ways.ways = 0;
    huge.line_bytes = 8192;

    ck_assert_ptr_null(cache_geometry_check(&small.l1d));
    ck_assert_ptr_nonnull(cache_geometry_check(&odd));
    ck_assert_ptr_nonnull(cache_geometry_check(&line));
    ck_assert_ptr_nonnull(cache_geometry_check(&ways));
    ck_assert_ptr_nonnull(cache_geometry_check(&huge));
    ck_assert_ptr_null(tlb_geometry_check(&small.l2tlb));
    ck_assert_ptr_null(tlb_geometry_check(&none));
    ck_assert_ptr_nonnull(tlb_geometry_check(&sets));
    ck_assert_ptr_nonnull(tlb_geometry_check(&many));
    ck_assert_ptr_null(cache_geometry_check(&three));
    ck_assert_ptr_null(tlb_geometry_check(&six));
    three.replacement = six.replacement = REPLACE_PLRU;
    ck_assert_ptr_nonnull(cache_geometry_check(&three));
    ck_assert_ptr_nonnull(tlb_geometry_check(&six));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("replace");
    TCase *tc = tcase_create("replace");

    tcase_add_checked_fixture(tc, setup_others, teardown);
    tcase_add_test(tc, fifo_forgets_the_first_that_came);
    tcase_add_test(tc, plru_follows_its_tree);
    tcase_add_test(tc, invalidation_leaves_the_tree_alone);
    tcase_add_test(tc, random_follows_its_sequence);
    tcase_add_test(tc, a_store_written_through_leaves_no_dirt);
    tcase_add_test(tc, a_store_that_fills_nothing_passes_on);
    tcase_add_test(tc, l2_passes_on_too);
    tcase_add_test(tc, a_queue_finds_what_a_scan_would);
    tcase_add_test(tc, shapes_are_checked);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
