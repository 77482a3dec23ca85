/*
 * The latency of disks: every number here is worked out from the formulas of
 * docs/machine.md.
 */
#include "devices/latency.h"

#include "tests/unit.h"

static struct latency of(const char *text)
{
    struct latency latency;

    ck_assert_msg(latency_parse(text, &latency), "'%s'", text);
    return latency;
}

START_TEST(a_latency_is_fixed_or_a_model)
{
    static const char *const bad[] = {
        "",           "fixed",       "fixed:",
        "fixed:5",    "fixed:0s",    "fixed:1m",
        "fixed:5msx", "fixed:-1s",   "ssd:1ms",
        "spin",       "tape",        "fixed: 1ns",
        "fixed:1 ns", "ssd ",        "fixed:11s",
        "5ms",        "fixed:0x5ms", "fixed:99999999999999999999ns"};
    struct latency latency;

    ck_assert_int_eq(of("ssd").model, LATENCY_SSD);
    ck_assert_int_eq(of("spinning").model, LATENCY_SPINNING);
    ck_assert_uint_eq(of("fixed:7ns").fixed_ns, 7);
    ck_assert_uint_eq(of("fixed:7us").fixed_ns, 7000);
    ck_assert_uint_eq(of("fixed:7ms").fixed_ns, 7000000);
    ck_assert_uint_eq(of("fixed:10s").fixed_ns, LATENCY_MAX_NS);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        ck_assert_msg(!latency_parse(bad[i], &latency), "'%s'", bad[i]);
}
END_TEST

START_TEST(a_fixed_latency_looks_at_nothing)
{
    struct latency fixed = of("fixed:5us"), unset = {LATENCY_FIXED, 0, 0};

    for (unsigned work = WORK_NONE; work <= WORK_DISCARD; work++) {
        ck_assert_uint_eq(latency_take(&fixed, work, 7, 9, 123), 5000);
        ck_assert_uint_eq(latency_take(&unset, work, 7, 9, 123), 20000);
    }
}
END_TEST

START_TEST(a_solid_state_drive_counts_blocks)
{
    static const struct {
        enum disk_work work;
        uint64_t lba, sectors, ns;
    } want[] = {
        {WORK_NONE, 0, 99, 20000},     {WORK_FLUSH, 0, 0, 420000},
        {WORK_READ, 0, 1, 62000},      {WORK_READ, 0, 8, 62000},
        {WORK_READ, 7, 1, 62000},      {WORK_READ, 7, 2, 64000},
        {WORK_READ, 8, 64, 76000},     {WORK_READ, 9, 64, 78000},
        {WORK_WRITE, 0, 8, 38000},     {WORK_WRITE, 4, 8, 46000},
        {WORK_DISCARD, 0, 800, 90000}, {WORK_DISCARD, 5, 1, 80100},
    };

    for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
        struct latency ssd = of("ssd");

        ck_assert_uint_eq(latency_take(&ssd, want[i].work, want[i].lba,
                                       want[i].sectors, 12345 * i),
                          want[i].ns);
    }
}
END_TEST

/* A command at `now_ns`, with the head on `track`. */
static uint64_t spin(uint64_t track, uint64_t lba, uint64_t sectors,
                     uint64_t now_ns)
{
    struct latency drive = of("spinning");

    drive.track = track;
    return latency_take(&drive, WORK_READ, lba, sectors, now_ns);
}

START_TEST(a_spinning_drive_waits_for_its_sector)
{
    /* Sector 0 passes at 0, 8333333.3, 16666666.6 .. ns, and takes 4166.6. */
    ck_assert_uint_eq(spin(0, 0, 1, 0), 8337500);
    ck_assert_uint_eq(spin(0, 0, 1, 8000000), 337500);
    ck_assert_uint_eq(spin(0, 0, 1, 8313333), 24167);   /* just in time */
    ck_assert_uint_eq(spin(0, 0, 1, 8313334), 8357500); /* just too late */
    ck_assert_uint_eq(spin(0, 0, 3, 0), 8345834);
    ck_assert_uint_eq(spin(0, 1000, 1, 0), 4170834);
    ck_assert_uint_eq(spin(0, 1999, 1, 0), 8333334);
    /* Three revolutions are 25 ms exactly; time far ahead does not matter. */
    ck_assert_uint_eq(spin(0, 1000, 1, UINT64_C(25000000) * 123456789),
                      4170834);
}
END_TEST

START_TEST(a_spinning_drive_seeks_by_distance)
{
    /* From the head over track 100 (0.5 + 1 ms), sector 0 is next at
     * 16666666.6 ns; from track 101 (0.5 + 1.004 ms) too. */
    ck_assert_uint_eq(spin(0, 200000, 1, 8000000), 8670834);
    ck_assert_uint_eq(spin(101, 0, 1, 8000000), 8670834);
    /* A seek that ends in front of its sector, and one that does not: one
     * track is 0.6 ms, 99 tracks are 0.5 + 0.994 ms. */
    ck_assert_uint_eq(spin(0, 2000, 1, 7713333), 624167);
    ck_assert_uint_eq(spin(0, 2000, 1, 7713334), 8957500);
    ck_assert_uint_eq(spin(99, 0, 1, 6819333), 1518167);
    ck_assert_uint_eq(spin(99, 0, 1, 6819334), 9851500);
    /* Never longer than 15 ms: sector 0 comes at 16666666.6. */
    ck_assert_uint_eq(spin(UINT64_C(1) << 40, 0, 1, 1646666), 15024168);
    ck_assert_uint_eq(spin(UINT64_C(1) << 40, 0, 1, 1646667), 23357500);
}
END_TEST

START_TEST(the_head_stays_where_the_last_command_ended)
{
    struct latency drive = of("spinning");

    ck_assert_uint_gt(latency_take(&drive, WORK_WRITE, 1999, 2002, 0), 0);
    ck_assert_uint_eq(drive.track, 2);
    ck_assert_uint_eq(latency_take(&drive, WORK_FLUSH, 0, 0, 0), 20000);
    ck_assert_uint_eq(latency_take(&drive, WORK_NONE, 9999, 1, 0), 20000);
    ck_assert_uint_eq(drive.track, 2);
    /* 500 + root of 20000 is 641 us. */
    ck_assert_uint_eq(latency_take(&drive, WORK_DISCARD, 0, 1, 7672333),
                      665167);
    ck_assert_uint_eq(drive.track, 0);
}
END_TEST

START_TEST(the_heads_place_is_state)
{
    struct latency drive = of("spinning"), other = of("spinning");
    struct archive *a = archive_new_save(), *b;
    const void *data;
    size_t size;

    drive.track = 77;
    latency_archive(&drive, a);
    data = archive_data(a, &size);
    b = archive_new_load(data, size);
    latency_archive(&other, b);
    ck_assert_ptr_null(archive_error(b));
    ck_assert_uint_eq(other.track, 77);
    archive_free(a);
    archive_free(b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("latency");
    TCase *tc = tcase_create("latency");

    tcase_add_test(tc, a_latency_is_fixed_or_a_model);
    tcase_add_test(tc, a_fixed_latency_looks_at_nothing);
    tcase_add_test(tc, a_solid_state_drive_counts_blocks);
    tcase_add_test(tc, a_spinning_drive_waits_for_its_sector);
    tcase_add_test(tc, a_spinning_drive_seeks_by_distance);
    tcase_add_test(tc, the_head_stays_where_the_last_command_ended);
    tcase_add_test(tc, the_heads_place_is_state);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
