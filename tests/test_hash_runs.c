/*
 * A machine that is hashed every thousand steps (or a hundred times, in a long
 * program) and one that is hashed only at its end agree, in programs that write
 * in all ways there are.
 */
#include "tests/machine_programs.h"

#define SLICE 1000
#define HASHES 100
#define CHECK_EVERY 50 /* hashes: it reads all of DRAM */

static const struct rom more_roms[] = {
    {"isa/cbo", NO_DRIVE, 1},           {"isa/self_modify", NO_DRIVE, 1},
    {"atomic/amo", NO_DRIVE, 1},        {"mmu/straddle", NO_DRIVE, 1},
    {"mmu/svadu", NO_DRIVE, 1},         {"mmu/refused", NO_DRIVE, 1},
    {"devices/reset", NO_DRIVE, 1},     {"devices/dma_tables", NO_DRIVE, 1},
    {"devices/dma_reset", NO_DRIVE, 1}, {"smp/reset", NO_DRIVE, 2},
    {"smp/reservation", NO_DRIVE, 2},   {"smp/coherence", NO_DRIVE, 4},
};

static uint64_t final_hash(const struct rom *rom, uint64_t *steps)
{
    struct machine *m = make_rom(rom);
    uint64_t hash;

    ck_assert_int_eq(machine_run(m, UINT64_C(100000000)), STOP_PASS);
    *steps = machine_steps(m);
    hash = machine_hash(m);
    machine_free(m);
    return hash;
}

static void compare(const struct rom *rom)
{
    uint64_t steps, once = final_hash(rom, &steps), often = 0;
    uint64_t slice = steps / HASHES;
    struct machine *m = make_rom(rom);

    slice = slice < SLICE ? SLICE : slice;
    for (uint64_t n = 0; !m->has_finished; n++) {
        machine_run(m, slice);
        often = machine_hash(m);
        if (n % CHECK_EVERY == 0)
            ck_assert_msg(machine_hash_check(m), "%s", rom->name);
    }
    ck_assert(machine_hash_check(m));
    ck_assert_uint_eq(machine_steps(m), steps);
    ck_assert_uint_eq(often, once);
    machine_free(m);
}

START_TEST(asking_often_changes_nothing)
{
    how.has_no_models = _i & 1;
    compare(&busy_roms[_i / 2]);
}
END_TEST

START_TEST(nor_where_other_things_are_written)
{
    how.has_no_models = _i & 1;
    compare(&more_roms[_i / 2]);
}
END_TEST

START_TEST(nor_when_misses_take_time)
{
    how.is_timed = true;
    how.models_from = 3000;
    how.models_to = 60000;
    compare(&busy_roms[_i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hash_runs");
    TCase *tc = tcase_create("hash_runs");

    tcase_set_timeout(tc, 0);
    tcase_add_checked_fixture(tc, as_by_default, NULL);
    tcase_add_loop_test(tc, asking_often_changes_nothing, 0,
                        2 * ARRAY_SIZE(busy_roms));
    tcase_add_loop_test(tc, nor_where_other_things_are_written, 0,
                        2 * ARRAY_SIZE(more_roms));
    tcase_add_loop_test(tc, nor_when_misses_take_time, 0,
                        ARRAY_SIZE(busy_roms));
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
