/*
 * HTIF: when a command is looked at, what it does, and what it may not.
 */
#include "devices/htif.h"

#include "tests/rig.h"

#define TOHOST 0x3fc /* halves, and the words, straddle lines */
#define FROMHOST 0x404
#define BLOCK 0x800
#define TEXT 0x900

static struct rig rig;
static struct htif htif;
static int exit_code; /* -1 before */

static void note_exit(void *ctx, unsigned code)
{
    (void)ctx;
    exit_code = (int)code;
}

static void setup(void)
{
    rig_init(&rig);
    htif_init(&htif, &rig.clock, &rig.bus, DRAM_BASE + TOHOST,
              DRAM_BASE + FROMHOST);
    htif.put = rig_put;
    htif.put_ctx = &rig;
    htif.exit = note_exit;
    exit_code = -1;
    rig_attach(&rig, &htif.device, 0);
}

static void teardown(void)
{
    rig_free(&rig);
}

static void store(uint64_t at, unsigned size, uint64_t value)
{
    store_le(rig_ram(&rig, at), size, value);
    htif_stored(&htif, DRAM_BASE + at, size);
}

static uint64_t word(uint64_t at)
{
    return load_le(rig_ram(&rig, at), 8);
}

static void command(uint64_t value)
{
    store(TOHOST, 8, value);
    rig_run(&rig, 0);
}

static int64_t call(uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
    const uint64_t block[4] = {number, a, b, c};

    memcpy(rig_ram(&rig, BLOCK), block, sizeof block);
    command(DRAM_BASE + BLOCK);
    return (int64_t)word(BLOCK);
}

START_TEST(a_whole_word_is_looked_at_at_once)
{
    command(7 << 1 | 1);
    ck_assert_int_eq(exit_code, 7);
    ck_assert_uint_eq(word(TOHOST), 0);
}
END_TEST

START_TEST(halves_are_looked_at_when_both_are_there)
{
    store(TOHOST, 4, 1);
    rig_run(&rig, 100);
    ck_assert_int_eq(exit_code, -1);
    store(TOHOST + 4, 4, 0);
    rig_run(&rig, 0);
    ck_assert_int_eq(exit_code, 0);
}
END_TEST

START_TEST(the_upper_half_may_be_the_first)
{
    store(TOHOST + 4, 4, 0x01010000);
    rig_run(&rig, 100);
    ck_assert_uint_eq(rig.n_console, 0);
    store(TOHOST, 4, 'x');
    rig_run(&rig, 0);
    ck_assert_str_eq(rig.console, "x");
}
END_TEST

START_TEST(a_half_alone_is_looked_at_after_a_while)
{
    store(TOHOST, 4, 3 << 1 | 1);
    rig_run(&rig, 100);
    store(TOHOST, 4, 3 << 1 | 1); /* puts nothing off */
    rig_run(&rig, HTIF_POLL_NS - 101);
    ck_assert_int_eq(exit_code, -1);
    rig_run(&rig, 1);
    ck_assert_int_eq(exit_code, 3);
}
END_TEST

START_TEST(a_store_that_reaches_over_an_edge_counts_its_bytes)
{
    store(TOHOST - 2, 4, 1 << 16);
    store(TOHOST + 2, 4, 0);
    rig_run(&rig, 0);
    ck_assert_int_eq(exit_code, -1);
    store(TOHOST + 6, 2, 0);
    rig_run(&rig, 0);
    ck_assert_int_eq(exit_code, 0);
}
END_TEST

START_TEST(nothing_is_no_command)
{
    command(0);
    rig_run(&rig, 2 * HTIF_POLL_NS);
    ck_assert_int_eq(exit_code, -1);
    ck_assert_uint_eq(htif.due, CLOCK_NEVER);
}
END_TEST

START_TEST(input_answers_a_read)
{
    ck_assert(!htif_is_reading(&htif));
    command(UINT64_C(1) << 56);
    ck_assert(htif_is_reading(&htif));
    htif_receive(&htif, 'q');
    ck_assert_uint_eq(word(FROMHOST), UINT64_C(1) << 56 | 0x100 | 'q');
    ck_assert(!htif_is_reading(&htif));
}
END_TEST

START_TEST(a_response_waits_until_the_last_one_is_taken)
{
    store(FROMHOST, 8, 5);
    command(UINT64_C(1) << 56);
    htif_receive(&htif, 'q');
    ck_assert_uint_eq(word(FROMHOST), 5);
    command(UINT64_C(1) << 56 | UINT64_C(1) << 48 | 'p'); /* waits too */
    ck_assert_uint_eq(rig.n_console, 0);
    store(FROMHOST, 8, 0);
    rig_run(&rig, HTIF_POLL_NS);
    ck_assert_uint_eq(word(FROMHOST), UINT64_C(1) << 56 | 0x100 | 'q');
    ck_assert_str_eq(rig.console, "p");
}
END_TEST

START_TEST(write_writes_to_the_console_alone)
{
    memcpy(rig_ram(&rig, TEXT), "text", 4);
    ck_assert_int_eq(call(64, 1, DRAM_BASE + TEXT, 4), 4);
    ck_assert_uint_eq(word(FROMHOST), 1);
    store(FROMHOST, 8, 0);
    ck_assert_int_eq(call(64, 3, DRAM_BASE + TEXT, 4), -9);
    store(FROMHOST, 8, 0);
    ck_assert_int_eq(call(64, 1, DRAM_BASE + RIG_RAM - 1, 2), -14);
    store(FROMHOST, 8, 0);
    ck_assert_int_eq(call(64, 1, DRAM_BASE, UINT64_MAX), -14);
    store(FROMHOST, 8, 0);
    ck_assert_int_eq(call(56, 1, DRAM_BASE, 0), -38);
    ck_assert_str_eq(rig.console, "text");
}
END_TEST

static void count_byte(void *ctx, uint8_t byte)
{
    (void)byte;
    ++*(unsigned *)ctx;
}

START_TEST(a_write_takes_a_page_at_most)
{
    unsigned n = 0;

    htif.put = count_byte;
    htif.put_ctx = &n;
    ck_assert_int_eq(call(64, 1, DRAM_BASE, RIG_RAM), 4096);
    ck_assert_uint_eq(n, 4096);
}
END_TEST

START_TEST(exit_ends_the_run)
{
    call(93, 4, 0, 0);
    ck_assert_int_eq(exit_code, 4);
}
END_TEST

START_TEST(what_is_unknown_is_taken_and_does_nothing)
{
    static const uint64_t commands[] = {
        2, /* a block at 2 */
        DRAM_BASE + RIG_RAM - 8,
        UINT64_C(9) << 48 | 1,
        UINT64_C(1) << 56 | UINT64_C(7) << 48,
        UINT64_C(200) << 56 | 1,
    };

    for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
        command(commands[i]);
        ck_assert_uint_eq(word(TOHOST), 0);
    }
    ck_assert_int_eq(exit_code, -1);
    ck_assert_uint_eq(rig.n_console + word(FROMHOST), 0);
}
END_TEST

START_TEST(without_fromhost_there_are_no_responses)
{
    htif.fromhost_pa = 0;
    ck_assert_int_eq(call(64, 1, DRAM_BASE + TEXT, 0), 0);
    command(UINT64_C(1) << 56);
    ck_assert(!htif_is_reading(&htif));
    htif_receive(&htif, 'q');
    ck_assert(!htif.has_response);
}
END_TEST

static void save_to(uint8_t **bytes, size_t *size)
{
    struct archive *a = archive_new_save();
    const uint8_t *from;

    htif_class.archive(&htif.device, a);
    from = archive_data(a, size);
    *bytes = malloc(*size);
    memcpy(*bytes, from, *size);
    archive_free(a);
}

START_TEST(all_state_is_saved_and_restored)
{
    struct archive *a;
    struct htif fresh = htif;
    uint8_t *bytes;
    size_t size;

    store(FROMHOST, 8, 5);
    command(UINT64_C(1) << 56);
    command(UINT64_C(1) << 56);
    htif_receive(&htif, 'q');
    store(TOHOST, 4, 1);
    save_to(&bytes, &size);
    a = archive_new_load(bytes, size);
    htif_class.archive(&fresh.device, a);
    ck_assert(!archive_error(a));
    archive_free(a);
    free(bytes);
    ck_assert_uint_eq(fresh.due, htif.due);
    ck_assert_uint_eq(fresh.written, 0x0f);
    ck_assert_uint_eq(fresh.reads, 1);
    ck_assert(fresh.has_response);
    ck_assert_uint_eq(fresh.response, UINT64_C(1) << 56 | 0x100 | 'q');
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("htif");
    TCase *tc = tcase_create("htif");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_whole_word_is_looked_at_at_once);
    tcase_add_test(tc, halves_are_looked_at_when_both_are_there);
    tcase_add_test(tc, the_upper_half_may_be_the_first);
    tcase_add_test(tc, a_half_alone_is_looked_at_after_a_while);
    tcase_add_test(tc, a_store_that_reaches_over_an_edge_counts_its_bytes);
    tcase_add_test(tc, nothing_is_no_command);
    tcase_add_test(tc, input_answers_a_read);
    tcase_add_test(tc, a_response_waits_until_the_last_one_is_taken);
    tcase_add_test(tc, write_writes_to_the_console_alone);
    tcase_add_test(tc, a_write_takes_a_page_at_most);
    tcase_add_test(tc, exit_ends_the_run);
    tcase_add_test(tc, what_is_unknown_is_taken_and_does_nothing);
    tcase_add_test(tc, without_fromhost_there_are_no_responses);
    tcase_add_test(tc, all_state_is_saved_and_restored);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
