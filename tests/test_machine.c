/*
 * The machine as a whole: its ends, its time, what it asks of the host, and
 * that a run may be cut into slices anywhere.
 */
#include "machine/machine.h"

#include "tests/machine_programs.h"

START_TEST(the_finisher_passes)
{
    struct machine *m =
        MAKE(LUI_T0_FINISHER, LUI_T1_5, ADDI_T1_555, SW_T1_T0, JUMP_TO_SELF);

    ck_assert_int_eq(machine_run(m, 1000), STOP_PASS);
    ck_assert_uint_eq(machine_steps(m), 6 + 4);
    ck_assert_int_eq(machine_run(m, 1000), STOP_PASS);
    ck_assert_uint_eq(machine_steps(m), 6 + 4);
    machine_free(m);
}
END_TEST

START_TEST(the_finisher_fails_with_a_code)
{
    struct machine *m =
        MAKE(LUI_T0_FINISHER, LUI_T1_33, ADDI_T1_333, SW_T1_T0, JUMP_TO_SELF);

    ck_assert_int_eq(machine_run(m, 1000), STOP_FAIL);
    ck_assert_uint_eq(m->fail_code, 3);
    machine_free(m);
}
END_TEST

START_TEST(a_reset_starts_over_and_time_goes_on)
{
    struct machine *m =
        MAKE(LUI_T0_FINISHER, LUI_T1_7, ADDI_T1_777, SW_T1_T0, JUMP_TO_SELF);

    ck_assert_int_eq(machine_run(m, 35), STOP_STEPS);
    ck_assert_uint_eq(machine_steps(m), 35);
    ck_assert_uint_eq(m->clock.now, 35);
    ck_assert_uint_eq(m->resets, 3);
    ck_assert_uint_eq(m->harts[0].pc, BOOTROM_BASE + 0x14);
    machine_free(m);
}
END_TEST

START_TEST(waiting_for_nothing_is_death)
{
    struct machine *m = MAKE(WFI, JUMP_TO_SELF);

    ck_assert_int_eq(machine_run(m, 1000), STOP_DEAD);
    ck_assert_uint_eq(machine_steps(m), 6 + 1);
    machine_free(m);
}
END_TEST

START_TEST(a_trap_that_traps_to_itself_is_death)
{
    struct machine *m = MAKE(NOTHING);

    ck_assert_int_eq(machine_run(m, 1000), STOP_DEAD);
    machine_free(m);
}
END_TEST

START_TEST(death_comes_at_the_same_step_however_the_run_is_cut)
{
    struct machine *whole = MAKE(NOTHING), *cut = MAKE(NOTHING);

    ck_assert_int_eq(machine_run(whole, 1000), STOP_DEAD);
    while (machine_run(cut, 1) != STOP_DEAD)
        ck_assert_uint_lt(machine_steps(cut), 1000);
    ck_assert_uint_eq(machine_steps(cut), machine_steps(whole));
    ck_assert_uint_eq(machine_hash(cut), machine_hash(whole));
    machine_free(whole);
    machine_free(cut);
}
END_TEST

START_TEST(a_loop_is_not_death)
{
    struct machine *m = MAKE(JUMP_TO_SELF);

    ck_assert_int_eq(machine_run(m, 3 << 20), STOP_STEPS);
    ck_assert_uint_eq(machine_steps(m), 3 << 20);
    machine_free(m);
}
END_TEST

START_TEST(time_jumps_while_all_wait)
{
    struct machine *m = MAKE(SLEEP, PASS);

    ck_assert_int_eq(machine_run(m, 1000), STOP_PASS);
    /* 1000 ticks of 10 MHz are 100,000 cycles of 1 GHz. */
    ck_assert_uint_eq(m->clock.now, 100000 + 4);
    ck_assert_uint_eq(machine_steps(m), 6 + 7 + 4);
    machine_free(m);
}
END_TEST

/* An idle hook that counts, and answers as it is told. */
struct host {
    unsigned calls;
    uint64_t cycles;
    enum idle_answer answer;
};

static enum idle_answer count_idle(void *ctx, uint64_t cycles)
{
    struct host *host = ctx;

    host->calls++;
    host->cycles = cycles;
    return host->answer;
}

START_TEST(the_host_is_asked_before_time_jumps)
{
    struct host host = {.answer = IDLE_STOP};
    struct machine *m = MAKE(SLEEP, PASS);

    machine_set_hooks(
        m, &(struct machine_hooks){.idle = count_idle, .ctx = &host});
    ck_assert_int_eq(machine_run(m, 1000), STOP_REQUESTED);
    ck_assert_uint_eq(host.calls, 1);
    ck_assert_uint_eq(host.cycles, 100000 - 13);
    host.answer = IDLE_OVER;
    ck_assert_int_eq(machine_run(m, 1000), STOP_PASS);
    ck_assert_uint_eq(m->clock.now, 100000 + 4);
    machine_free(m);
}
END_TEST

START_TEST(death_is_asked_for_too)
{
    struct host host = {.answer = IDLE_OVER};
    struct machine *m = MAKE(WFI);

    machine_set_hooks(
        m, &(struct machine_hooks){.idle = count_idle, .ctx = &host});
    ck_assert_int_eq(machine_run(m, 1000), STOP_DEAD);
    ck_assert_uint_eq(host.cycles, CLOCK_NEVER);
    machine_free(m);
}
END_TEST

START_TEST(input_waits_until_the_guest_looks_for_it)
{
    struct machine *m = MAKE(LUI_T0_UART, LI_T1_1, SB_T1_1_T0, JUMP_TO_SELF);

    ck_assert_uint_eq(machine_console_room(m), 0);
    machine_run(m, 100);
    ck_assert_uint_eq(machine_console_room(m), 1);
    ck_assert_uint_eq(machine_console_input(m, (const uint8_t *)"ab", 2), 1);
    ck_assert_uint_eq(machine_console_room(m), 0);
    machine_free(m);
}
END_TEST

START_TEST(a_guest_that_polls_looks_for_input)
{
    struct machine *m = MAKE(LUI_T0_UART, LB_T1_5_T0, LB_T1_5_T0, JUMP_TO_SELF);

    machine_run(m, 6 + 2);
    ck_assert_uint_eq(machine_console_room(m), 0);
    machine_run(m, 1);
    ck_assert_uint_eq(machine_console_room(m), 1);
    machine_free(m);
}
END_TEST

START_TEST(the_boot_rom_hands_over_hart_tree_and_next_stage)
{
    struct machine *m = MAKE(JUMP_TO_SELF);
    uint32_t fdt_pa, magic;

    machine_run(m, 10);
    ck_assert_uint_eq(m->harts[0].pc, DRAM_BASE);
    ck_assert_uint_eq(m->harts[0].x[10], 0);
    fdt_pa = (uint32_t)m->harts[0].x[11];
    ck_assert(bus_ram(&m->bus, fdt_pa, 4096));
    ck_assert(machine_peek(m, (uint32_t)m->harts[0].x[12], &magic, 4));
    ck_assert_uint_eq(magic, 0x4942534f);
    machine_free(m);
}
END_TEST

START_TEST(peeks_see_memory_and_nothing_else)
{
    struct machine *m = MAKE(WFI);
    uint32_t word;

    ck_assert(machine_peek(m, DRAM_BASE, &word, 4));
    ck_assert_uint_eq(word, WFI);
    ck_assert(machine_peek(m, BOOTROM_BASE, &word, 4));
    ck_assert(!machine_peek(m, UART_BASE, &word, 4));
    ck_assert(!machine_peek(m, DRAM_BASE + (1 << 20) - 2, &word, 4));
    ck_assert(!machine_peek(m, UINT64_MAX, &word, 4));
    ck_assert(machine_peek_virtual(m, 0, DRAM_BASE, &word, 4));
    machine_free(m);
}
END_TEST

START_TEST(a_run_may_be_cut_anywhere)
{
    struct machine *whole = make_rom(&busy_roms[_i]);
    struct machine *cut = make_rom(&busy_roms[_i]);
    uint64_t seed = 1;

    ck_assert_int_eq(machine_run(whole, UINT64_MAX), STOP_PASS);
    while (!cut->has_finished) {
        seed = seed * UINT64_C(6364136223846793005) + 1;
        machine_run(cut, seed >> 33 & (seed >> 63 ? 0x3f : 0x1fff));
    }
    ck_assert_uint_eq(machine_steps(cut), machine_steps(whole));
    ck_assert_uint_eq(machine_hash(cut), machine_hash(whole));
    machine_free(whole);
    machine_free(cut);
}
END_TEST

static unsigned i_rom;

/* Steps, time and the caches, which timing makes state, all at once. */
static uint64_t timed_hash(unsigned block_limit, bool is_cut)
{
    uint64_t seed = 1, hash;
    struct machine *m;

    how.block_limit = block_limit;
    m = make_rom(&busy_roms[i_rom]);
    while (!m->has_finished) {
        seed = seed * UINT64_C(6364136223846793005) + 1;
        machine_run(m, is_cut ? seed >> 33 & 0x3ff : UINT64_MAX);
    }
    ck_assert_int_eq(m->verdict, STOP_PASS);
    ck_assert_uint_gt(hart_cycles(&m->harts[0]), m->harts[0].steps);
    hash = machine_hash(m);
    machine_free(m);
    return hash;
}

static void time_all_ways(void)
{
    uint64_t whole = timed_hash(0, false);

    ck_assert_uint_eq(timed_hash(1, false), whole);
    ck_assert_uint_eq(timed_hash(3, true), whole);
    ck_assert_uint_eq(timed_hash(0, true), whole);
}

START_TEST(time_knows_neither_cuts_nor_blocks)
{
    i_rom = (unsigned)_i;
    how.is_timed = true;
    time_all_ways();
    how.models_from = 1000;
    how.models_to = 20001;
    time_all_ways();
}
END_TEST

START_TEST(models_count_between_two_steps_alone)
{
    struct mmu_counts counts, later;
    struct machine *m;

    how.models_from = 1000;
    how.models_to = 3000;
    m = make_rom(&busy_roms[0]);
    machine_run(m, 1000);
    mmu_count(&m->harts[0].mmu, &counts);
    ck_assert_uint_eq(counts.l1i.accesses, 0);
    machine_run(m, 2000);
    mmu_count(&m->harts[0].mmu, &counts);
    ck_assert_uint_ge(counts.l1i.accesses, 2000);
    ck_assert_uint_le(counts.l1i.accesses, 2400); /* some straddle */
    machine_run(m, 5000);
    mmu_count(&m->harts[0].mmu, &later);
    ck_assert_int_eq(memcmp(&later, &counts, sizeof counts), 0);
    machine_free(m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("machine");
    TCase *tc = tcase_create("machine");

    tcase_set_timeout(tc, 0);
    tcase_add_checked_fixture(tc, as_by_default, NULL);
    tcase_add_test(tc, the_finisher_passes);
    tcase_add_test(tc, the_finisher_fails_with_a_code);
    tcase_add_test(tc, a_reset_starts_over_and_time_goes_on);
    tcase_add_test(tc, waiting_for_nothing_is_death);
    tcase_add_test(tc, a_trap_that_traps_to_itself_is_death);
    tcase_add_test(tc, death_comes_at_the_same_step_however_the_run_is_cut);
    tcase_add_test(tc, a_loop_is_not_death);
    tcase_add_test(tc, time_jumps_while_all_wait);
    tcase_add_test(tc, the_host_is_asked_before_time_jumps);
    tcase_add_test(tc, death_is_asked_for_too);
    tcase_add_test(tc, input_waits_until_the_guest_looks_for_it);
    tcase_add_test(tc, a_guest_that_polls_looks_for_input);
    tcase_add_test(tc, the_boot_rom_hands_over_hart_tree_and_next_stage);
    tcase_add_test(tc, peeks_see_memory_and_nothing_else);
    tcase_add_loop_test(tc, a_run_may_be_cut_anywhere, 0,
                        ARRAY_SIZE(busy_roms));
    tcase_add_loop_test(tc, time_knows_neither_cuts_nor_blocks, 0,
                        ARRAY_SIZE(busy_roms));
    tcase_add_test(tc, models_count_between_two_steps_alone);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
