/*
 * Fault rules by themselves: how they are written, and whom they meet.
 */
#include "devices/faults.h"

#include <string.h>

#include "tests/unit.h"

static struct faults faults;

static void rules(const char *text)
{
    char error[320] = "";

    ck_assert_msg(faults_parse(&faults, text, error, sizeof error), "%s",
                  error);
}

START_TEST(rules_have_their_parts)
{
    const struct fault_rule *rule = faults.rules;

    rules("read:eio@lba=100-200;write:torn=3@every=5@lba=7-7;flush:drop;"
          "read:short=0;flush:latency=5ms@every=2");
    ck_assert_uint_eq(faults.n, 5);
    ck_assert_int_eq(rule[0].work, WORK_READ);
    ck_assert_int_eq(rule[0].kind, FAULT_EIO);
    ck_assert_uint_eq(rule[0].first, 100);
    ck_assert_uint_eq(rule[0].last, 200);
    ck_assert_uint_eq(rule[0].every, 1);
    ck_assert_int_eq(rule[1].kind, FAULT_TORN);
    ck_assert_uint_eq(rule[1].amount, 3);
    ck_assert_uint_eq(rule[1].every, 5);
    ck_assert_uint_eq(rule[1].first, 7);
    ck_assert(faults_can_drop(&faults));
    ck_assert_uint_eq(rule[3].last, UINT64_MAX);
    ck_assert_uint_eq(rule[4].amount, 5000000);
    rules("flush:eio");
    ck_assert(!faults_can_drop(&faults));
}
END_TEST

START_TEST(rules_that_make_no_sense_are_refused)
{
    static const char *const bad[] = {"",
                                      ";",
                                      "read",
                                      "read:",
                                      "read:eio@",
                                      "read:eio@lba=",
                                      "read:eio@lba=1",
                                      "read:eio@lba=1-",
                                      "read:eio@lba=2-1",
                                      "read:eio@lba=-1-2",
                                      "read:eio@lba=1-2;",
                                      "read:eio@lba=1-2x",
                                      "seek:eio@lba=1-2",
                                      "read:eio@lba= 1-2",
                                      "read:eio=5",
                                      "read:torn=1",
                                      "write:short=1",
                                      "read:drop",
                                      "flush:drop@lba=1-2",
                                      "write:torn",
                                      "write:torn=",
                                      "write:torn=x",
                                      "read:short=-1",
                                      "read:eio@every=0",
                                      "read:eio@every=",
                                      "read:eio@every=1@every=2",
                                      "read:eio@lba=1-2@lba=1-2",
                                      "read:latency=5",
                                      "read:latency=11s",
                                      "read:latency=",
                                      "flush:torn=1",
                                      "discard:eio",
                                      "read:eio@lba=0-99999999999999999999"};
    char error[320], many[1024] = "";

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        ck_assert_msg(!faults_parse(&faults, bad[i], error, sizeof error),
                      "'%s'", bad[i]);
    for (unsigned i = 0; i < FAULTS_MAX; i++)
        strcat(many, i ? ";write:eio@lba=0-9" : "write:eio@lba=0-9");
    rules(many);
    ck_assert_uint_eq(faults.n, FAULTS_MAX);
    strcat(many, ";write:eio@lba=0-9");
    ck_assert(!faults_parse(&faults, many, error, sizeof error));
}
END_TEST

START_TEST(a_rule_meets_what_touches_its_sectors)
{
    static const struct {
        enum disk_work work;
        uint64_t lba, sectors;
        bool is_met;
    } want[] = {
        {WORK_READ, 8, 2, false},  {WORK_READ, 9, 2, true},
        {WORK_READ, 11, 1, true},  {WORK_READ, 12, 1, false},
        {WORK_READ, 0, 64, true},  {WORK_WRITE, 10, 1, false},
        {WORK_FLUSH, 0, 0, false}, {WORK_DISCARD, 10, 1, false},
        {WORK_NONE, 10, 1, false},
    };

    rules("read:eio@lba=10-11");
    for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
        struct fault_effect effect =
            faults_meet(&faults, want[i].work, want[i].lba, want[i].sectors);

        ck_assert_msg(effect.is_failed == want[i].is_met, "%zu", i);
        ck_assert_uint_eq(effect.sectors, UINT64_MAX);
    }
}
END_TEST

START_TEST(every_nth_command_suffers)
{
    rules("write:eio@lba=5-5@every=3");
    for (unsigned i = 1; i <= 9; i++) {
        ck_assert(!faults_meet(&faults, WORK_WRITE, 6, 1).is_failed);
        ck_assert(!faults_meet(&faults, WORK_READ, 5, 1).is_failed);
        ck_assert(faults_meet(&faults, WORK_WRITE, 5, 1).is_failed ==
                  (i % 3 == 0));
    }
}
END_TEST

START_TEST(rules_add_up)
{
    struct fault_effect effect;

    rules("write:torn=5;write:torn=2;write:torn=9;"
          "write:latency=1us;write:latency=2us@every=2;flush:drop");
    effect = faults_meet(&faults, WORK_WRITE, 0, 10);
    ck_assert_uint_eq(effect.sectors, 2);
    ck_assert_uint_eq(effect.delay_ns, 1000);
    ck_assert(!effect.is_failed && !effect.is_dropped);
    ck_assert_uint_eq(faults_meet(&faults, WORK_WRITE, 0, 10).delay_ns, 3000);
    ck_assert(faults_meet(&faults, WORK_FLUSH, 0, 0).is_dropped);
}
END_TEST

START_TEST(the_counts_are_state)
{
    struct archive *a = archive_new_save(), *b;
    const void *data;
    size_t size;

    rules("read:eio@every=3");
    ck_assert(!faults_meet(&faults, WORK_READ, 0, 1).is_failed);
    ck_assert(!faults_meet(&faults, WORK_READ, 0, 1).is_failed);
    faults_archive(&faults, a);
    rules("read:eio@every=3");
    data = archive_data(a, &size);
    b = archive_new_load(data, size);
    faults_archive(&faults, b);
    ck_assert_ptr_null(archive_error(b));
    ck_assert(faults_meet(&faults, WORK_READ, 0, 1).is_failed);
    archive_free(a);
    archive_free(b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults");
    TCase *tc = tcase_create("faults");

    tcase_add_test(tc, rules_have_their_parts);
    tcase_add_test(tc, rules_that_make_no_sense_are_refused);
    tcase_add_test(tc, a_rule_meets_what_touches_its_sectors);
    tcase_add_test(tc, every_nth_command_suffers);
    tcase_add_test(tc, rules_add_up);
    tcase_add_test(tc, the_counts_are_state);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
