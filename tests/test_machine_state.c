/*
 * The state of a machine is complete: saved and restored it goes on alike, one
 * bit flipped is another state, and what is damaged is refused.
 */
#include "tests/machine_programs.h"

#define RESTORES 12

/* How many steps the ROM takes to pass. */
static uint64_t rom_steps(const struct rom *rom)
{
    struct machine *m = make_rom(rom);
    uint64_t steps;

    ck_assert_int_eq(machine_run(m, UINT64_C(100000000)), STOP_PASS);
    steps = machine_steps(m);
    machine_free(m);
    return steps;
}

/* Saves m and restores it into `to`. */
static void transfer(struct machine *m, struct machine *to)
{
    struct archive *save = archive_new_save(), *load;
    size_t size;
    const void *data;

    machine_archive(m, save);
    data = archive_data(save, &size);
    load = archive_new_load(data, size);
    machine_archive(to, load);
    ck_assert_msg(!archive_error(load), "%s", archive_error(load));
    archive_free(load);
    archive_free(save);
}

START_TEST(a_restored_machine_goes_on_as_if_uninterrupted)
{
    uint64_t step = rom_steps(&busy_roms[_i]) / RESTORES;
    struct machine *one = make_rom(&busy_roms[_i]);
    struct machine *two = make_rom(&busy_roms[_i]);

    while (!one->has_finished) {
        machine_run(two, step + 77); /* it stands elsewhere */
        transfer(one, two);
        ck_assert_uint_eq(machine_hash(two), machine_hash(one));
        ck_assert_int_eq(machine_run(one, step), machine_run(two, step));
        ck_assert_uint_eq(machine_hash(two), machine_hash(one));
    }
    machine_free(one);
    machine_free(two);
}
END_TEST

START_TEST(a_timed_machine_goes_on_after_a_restore)
{
    const struct rom *rom = &busy_roms[_i];
    struct machine *one, *two;
    uint64_t step;

    how.is_timed = true;
    how.models_from = 3000;
    how.models_to = 60000;
    step = rom_steps(rom) / RESTORES;
    one = make_rom(rom);
    two = make_rom(rom);
    while (!one->has_finished) {
        machine_run(two, step + 77);
        transfer(one, two);
        ck_assert_int_eq(machine_run(one, step), machine_run(two, step));
        ck_assert_uint_eq(machine_hash(two), machine_hash(one));
    }
    machine_free(one);
    machine_free(two);
}
END_TEST

/* Octavo, copying pages on write in little memory. */
static struct machine *make_octavo(void)
{
    static char bios[512], kernel[512], image[512];
    const char *folder = getenv("top_builddir");
    struct machine_config config = small_config();

    folder = folder ? folder : ".";
    snprintf(bios, sizeof bios, "%s/firmware32.elf", folder);
    snprintf(kernel, sizeof kernel, "%s/octavo32.elf", folder);
    snprintf(image, sizeof image, "%s/octavo32.img", folder);
    config.ram_bytes = UINT64_C(16) << 20;
    config.bios = bios;
    config.kernel = kernel;
    config.append = "init=/bin/cow -- -m 2 -c 2 -s 1";
    config.n_drives = 1;
    config.drives[0] =
        (struct drive_config){.file = image, .is_readonly = true};
    return machine_create(&config);
}

START_TEST(octavo_goes_on_after_a_restore)
{
    const uint64_t step = 1234567;
    struct machine *one = make_octavo(), *two = make_octavo();
    unsigned n = 0;

    for (; !one->has_finished; n++) {
        machine_run(two, step / 2);
        transfer(one, two);
        ck_assert_uint_eq(machine_hash(two), machine_hash(one));
        ck_assert_int_eq(machine_run(one, step), machine_run(two, step));
        ck_assert_uint_eq(machine_hash(two), machine_hash(one));
    }
    ck_assert_int_eq(one->verdict, STOP_PASS);
    ck_assert_uint_gt(n, 5);
    machine_free(one);
    machine_free(two);
}
END_TEST

START_TEST(a_damaged_snapshot_is_refused)
{
    struct machine *m = MAKE(SLEEP, PASS);
    struct archive *save = archive_new_save();
    size_t size;
    const char *data;

    machine_run(m, 9);
    machine_archive(m, save);
    data = archive_data(save, &size);
    for (size_t n = 0; n < size; n += n < 4000 ? 97 : 1009) {
        struct archive *load = archive_new_load(data, n);

        machine_archive(m, load);
        ck_assert_ptr_nonnull(archive_error(load));
        archive_free(load);
    }
    archive_free(save);
    machine_free(m);
}
END_TEST

START_TEST(a_turn_longer_than_turns_are_is_refused)
{
    struct machine *m = MAKE(WFI);
    struct archive *save = archive_new_save(), *load;
    size_t size;
    const void *data;

    m->turn_steps = machine_quantum(m) + 1;
    machine_archive(m, save);
    data = archive_data(save, &size);
    load = archive_new_load(data, size);
    machine_archive(m, load);
    ck_assert_ptr_nonnull(archive_error(load));
    archive_free(load);
    archive_free(save);
    machine_free(m);
}
END_TEST

/* Flips the field and returns its name in `name`; false past the last. */
static bool flip(struct machine *m, uint64_t field, unsigned at, char *name,
                 size_t size)
{
    struct archive *a = archive_new_flip(field, at);
    const char *flipped;

    machine_archive(m, a);
    flipped = archive_flipped(a);
    snprintf(name, size, "%s", flipped ? flipped : "");
    archive_free(a);
    return name[0];
}

/* Stamps of recency are ranks in the hash: one that stays the oldest, or the
 * newest, is the same state. */
static bool is_same_rank(const char *name, unsigned at)
{
    return at && strstr(name, ".stamp");
}

START_TEST(flipping_any_bit_of_state_changes_the_hash)
{
    struct machine *m = MAKE(SLEEP, PASS), *victim = MAKE(WFI);
    char name[96];
    uint64_t before, field = 0;

    machine_run(m, 10);
    before = machine_hash(m);
    do {
        for (unsigned at = 0; at < 64; at += 13) {
            transfer(m, victim);
            ck_assert_uint_eq(machine_hash(victim), before);
            if (!flip(victim, field, at, name, sizeof name))
                break;
            ck_assert_msg(machine_hash(victim) != before ||
                              is_same_rank(name, at),
                          "%s, bit %u", name, at);
        }
        field++;
    } while (name[0]);
    /* 31 registers, CSRs, devices, memory: this many at the very least. */
    ck_assert_uint_gt(field, 200);
    machine_free(m);
    machine_free(victim);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("machine_state");
    TCase *tc = tcase_create("machine_state");

    tcase_set_timeout(tc, 0);
    tcase_add_checked_fixture(tc, as_by_default, NULL);
    tcase_add_loop_test(tc, a_restored_machine_goes_on_as_if_uninterrupted, 0,
                        ARRAY_SIZE(busy_roms));
    tcase_add_loop_test(tc, a_timed_machine_goes_on_after_a_restore, 0,
                        ARRAY_SIZE(busy_roms));
    tcase_add_test(tc, octavo_goes_on_after_a_restore);
    tcase_add_test(tc, a_damaged_snapshot_is_refused);
    tcase_add_test(tc, a_turn_longer_than_turns_are_is_refused);
    tcase_add_test(tc, flipping_any_bit_of_state_changes_the_hash);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
