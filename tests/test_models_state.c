/*
 * The state of TLBs and caches in hashes and snapshots: all of it is there, and
 * a damaged snapshot does no harm.
 */
#include "tests/models_rig.h"

static struct archive *save(void)
{
    struct archive *a = archive_new_save();

    mmu_archive(&mmu, a);
    cache_archive(l2, a);
    return a;
}

/* A snapshot is taken after some work; what comes after it is the same again
 * once it is restored. */
static void expect_same_after_restore(void)
{
    struct mmu_counts straight;
    struct cache_stats l2_straight;
    struct archive *saved, *load_it;
    const void *data;
    uint64_t after;
    size_t size;

    enter(0);
    work(1);
    saved = save();
    work(2);
    mmu_count(&mmu, &straight);
    l2_straight = l2->stats;
    after = hash();
    mmu_reset(&mmu);
    cache_clear(l2);
    data = archive_data(saved, &size);
    load_it = archive_new_load(data, size);
    mmu_archive(&mmu, load_it);
    cache_archive(l2, load_it);
    ck_assert_ptr_null(archive_error(load_it));
    enter(0);
    work(2);
    count();
    ck_assert_int_eq(memcmp(&counts, &straight, sizeof counts), 0);
    ck_assert_int_eq(memcmp(&l2->stats, &l2_straight, sizeof l2->stats), 0);
    ck_assert_uint_eq(hash(), after);
    archive_free(load_it);
    archive_free(saved);
}

START_TEST(what_was_restored_continues_with_the_same_counts)
{
    expect_same_after_restore();
}
END_TEST

START_TEST(every_policy_is_in_an_archive)
{
    for (unsigned p = REPLACE_LRU; p <= REPLACE_RANDOM; p++) {
        enum replacement policy = (enum replacement)p;
        struct cache_geometry other_l2 = small_l2;
        struct mmu_config other = small;

        other.itlb.replacement = other.dtlb.replacement = policy;
        other.l2tlb.replacement = other.l1i.replacement = policy;
        other.l1d.replacement = policy;
        other_l2.replacement = policy;
        start_again(&other, &other_l2);
        expect_same_after_restore();
    }
}
END_TEST

START_TEST(a_hash_disturbs_nothing)
{
    struct mmu_counts once;

    enter(0);
    work(1);
    work(2);
    mmu_count(&mmu, &once);
    teardown();
    setup();
    enter(0);
    work(1);
    hash();
    hash();
    work(2);
    count();
    ck_assert_int_eq(memcmp(&counts, &once, sizeof counts), 0);
}
END_TEST

START_TEST(caches_enter_the_hash)
{
    struct mmu_config without = small;
    uint64_t h;

    enter(0);
    work(1);
    h = hash();
    teardown();
    setup();
    mmu_free(&mmu);
    without.l1i.size_bytes = without.l1d.size_bytes = 0;
    mmu_init(&mmu, &without, &bus, NULL);
    enter(0);
    work(1);
    ck_assert_uint_ne(hash(), h);
    h = hash();
    load(30 << 12); /* an entry of the TLB does */
    ck_assert_uint_ne(hash(), h);
}
END_TEST

START_TEST(recency_is_state)
{
    uint64_t h;

    enter(0);
    load(0); /* after the walks, only the data's order changes */
    load(0x1000);
    load(0);
    load(0x1000);
    h = hash();
    load(0);
    ck_assert_uint_ne(hash(), h);
    load(0x1000);
    ck_assert_uint_eq(hash(), h);
}
END_TEST

START_TEST(hostile_archives_are_refused_or_harmless)
{
    struct archive *saved;
    const uint8_t *data;
    uint8_t *copy;
    size_t size;

    enter(0);
    work(1);
    saved = save();
    data = archive_data(saved, &size);
    copy = malloc(size);
    for (size_t at = 0; at < size; at += 3) {
        struct archive *a = archive_new_load(copy, size);
        struct fault f;
        uint64_t v;

        memcpy(copy, data, size);
        copy[at] ^= (uint8_t)(1 + at % 255);
        mmu_archive(&mmu, a);
        cache_archive(l2, a);
        archive_free(a);
        enter(0);
        for (uint64_t page = 0; page < 4; page++) {
            if (!mmu_load(&mmu, page << 12, 4, &v, &f))
                continue;
        }
    }
    free(copy);
    archive_free(saved);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("models_state");
    TCase *tc = tcase_create("models_state");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, what_was_restored_continues_with_the_same_counts);
    tcase_add_test(tc, every_policy_is_in_an_archive);
    tcase_add_test(tc, a_hash_disturbs_nothing);
    tcase_add_test(tc, caches_enter_the_hash);
    tcase_add_test(tc, recency_is_state);
    tcase_add_test(tc, hostile_archives_are_refused_or_harmless);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
