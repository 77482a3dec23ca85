/*
 * Snapshots at the awkward moments: restored, a machine goes on as the one
 * that was not saved, in its state and in every count. Row 130 of the list of
 * corner cases.
 */
#include "machine/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "machine/stats.h"
#include "tests/machine_rig.h"
#include "tests/snapshot_scenes.h"

#define POLICIES ((unsigned)REPLACE_RANDOM + 1)

/* All of -stats; the caller frees it. */
static char *stats_of(struct machine *m)
{
    const struct stats_end end = {"test", 0};
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);

    ck_assert_ptr_nonnull(f);
    ck_assert(stats_write(m, &end, STATS_CSV, f));
    fclose(f);
    return text;
}

/* From the start of the line in which they differ. */
static const char *difference(const char *a, const char *b)
{
    const char *line = a;

    for (; *a && *a == *b; a++, b++)
        if (*a == '\n')
            line = a + 1;
    return line;
}

static void compare(struct machine *one, struct machine *two)
{
    char *a = stats_of(one), *b = stats_of(two);

    ck_assert_msg(!strcmp(a, b), "%.60s", difference(a, b));
    ck_assert_uint_eq(machine_hash(one), machine_hash(two));
    free(a);
    free(b);
}

/* To the end, two of them in other slices. */
static void go_on(struct machine *one, struct machine *two)
{
    for (unsigned n = 0; !one->has_finished; n++) {
        machine_run(one, 113);
        machine_run(two, 1);
        machine_run(two, 7);
        machine_run(two, 105);
        compare(one, two);
        ck_assert_uint_lt(n, 1000);
    }
    ck_assert_int_eq(one->verdict, STOP_PASS);
    ck_assert_int_eq(two->verdict, STOP_PASS);
}

/* Where the machine that is restored into stands: a machine of the same shape
 * at its start, a little before, a little after, or at its end. */
enum { AT_START, BEFORE, AFTER, AT_END, STANDINGS };

static void stand(struct machine *m, unsigned where, uint64_t steps)
{
    const uint64_t at[] = {[AT_START] = 0,
                           [BEFORE] = steps - 8,
                           [AFTER] = steps + 40,
                           [AT_END] = 1000000};

    if (at[where])
        machine_run(m, at[where]);
}

static void try_scene(const struct scene *scene, enum replacement policy,
                      unsigned where)
{
    struct machine *one = scene_make(scene, policy);
    struct machine *two = scene_make(scene, policy);
    const char *why;

    scene_reach(scene, one);
    stand(two, where, machine_steps(one));
    why = transfer(one, two);
    ck_assert_msg(!why, "%s: %s", scene->name, why);
    scene->check(two);
    ck_assert_uint_eq(two->harts[0].pc, one->harts[0].pc);
    compare(one, two);
    go_on(one, two);
    scene->check_end(one);
    scene->check_end(two);
    machine_free(one);
    machine_free(two);
}

START_TEST(a_machine_restored_within_something_goes_on_alike)
{
    for (unsigned where = 0; where < STANDINGS; where++)
        try_scene(find_scene((unsigned)_i),
                  (enum replacement)(where % POLICIES), where);
}
END_TEST

START_TEST(so_it_does_with_every_policy)
{
    for (unsigned policy = 0; policy < POLICIES; policy++)
        try_scene(find_scene(count_scenes() - 1), (enum replacement)policy,
                  (unsigned)_i);
}
END_TEST

/* A machine that was not saved at all does the same. */
START_TEST(saving_changes_nothing)
{
    const struct scene *scene = find_scene((unsigned)_i);
    struct machine *one = scene_make(scene, REPLACE_LRU);
    struct machine *two = scene_make(scene, REPLACE_LRU);
    struct archive *a = archive_new_save();

    scene_reach(scene, one);
    scene_reach(scene, two);
    machine_archive(one, a);
    archive_free(a);
    go_on(one, two);
    scene->check_end(one);
    machine_free(one);
    machine_free(two);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("snapshot");
    TCase *tc = tcase_create("snapshot");

    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, a_machine_restored_within_something_goes_on_alike,
                        0, (int)count_scenes());
    tcase_add_loop_test(tc, so_it_does_with_every_policy, 0, STANDINGS);
    tcase_add_loop_test(tc, saving_changes_nothing, 0, (int)count_scenes());
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
