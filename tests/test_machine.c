/*
 * The machine as a whole: its ends, its time, and that its state is complete:
 * saved, restored, cut into slices or flipped in one bit.
 */
#include "machine/machine.h"

#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "abi/platform.h"
#include "base/bits.h"
#include "base/compiler.h"
#include "machine/board.h"
#include "tests/unit.h"

/* What the programs here are made of. */
enum {
    LUI_T0_FINISHER = 0x001002b7,
    LUI_T1_5 = 0x00005337,
    ADDI_T1_555 = 0x55530313,
    LUI_T1_33 = 0x00033337,
    ADDI_T1_333 = 0x33330313,
    LUI_T1_7 = 0x00007337,
    ADDI_T1_777 = 0x77730313,
    SW_T1_T0 = 0x0062a023,
    LUI_T0_MTIMECMP = 0x020042b7,
    LI_T1_1000 = 0x3e800313,
    SW_ZERO_4_T0 = 0x0002a223,
    LI_T2_MTIE = 0x08000393,
    CSRW_MIE_T2 = 0x30439073,
    LUI_T0_UART = 0x100002b7,
    LI_T1_1 = 0x00100313,
    SB_T1_1_T0 = 0x006280a3,
    LB_T1_5_T0 = 0x00528303,
    WFI = 0x10500073,
    JUMP_TO_SELF = 0x0000006f,
    NOTHING = 0,
};

static struct machine_config small_config(void)
{
    struct machine_config config;

    machine_config_default(&config);
    config.ram_bytes = UINT64_C(1) << 20;
    return config;
}

/* A machine of 1 MiB that runs `n` instructions from DRAM_BASE. */
static struct machine *make(const uint32_t *program, size_t n)
{
    const struct machine_config config = small_config();
    struct machine *m = machine_create(&config);

    memcpy(bus_ram(&m->bus, DRAM_BASE, 4 * n), program, 4 * n);
    return m;
}

#define MAKE(...)                                                              \
    make((const uint32_t[]){__VA_ARGS__},                                      \
         sizeof(uint32_t[]){__VA_ARGS__} / sizeof(uint32_t))

/* A ROM that has things in flight, built beside the test. */
struct rom {
    const char *name;
    enum { NO_DRIVE, WITH_QUIRE, WITH_VIRTIO } drive;
    unsigned n_harts;
};

static const struct rom busy_roms[] = {
    {"trap/interrupts", NO_DRIVE, 1},    {"trap/wfi", NO_DRIVE, 1},
    {"mmu/accessed_dirty", NO_DRIVE, 1}, {"atomic/reservation", NO_DRIVE, 1},
    {"devices/clint", NO_DRIVE, 1},      {"devices/plic", NO_DRIVE, 1},
    {"devices/uart", NO_DRIVE, 1},       {"devices/dma", NO_DRIVE, 1},
    {"devices/disk", WITH_QUIRE, 1},     {"devices/virtio_blk", WITH_VIRTIO, 1},
    {"smp/workload", NO_DRIVE, 2},       {"smp/workload", NO_DRIVE, 4},
};

#define ROM_SECTORS 128

/* The disk that the ROMs expect: each sector begins with its number. */
static const char *rom_disk(void)
{
    static char path[] = "test_machine_disk.img";
    uint8_t sector[512] = {0};
    FILE *f = fopen(path, "wb");

    ck_assert_ptr_nonnull(f);
    for (uint32_t i = 0; i < ROM_SECTORS; i++) {
        store_le(sector, 4, i);
        ck_assert_uint_eq(fwrite(sector, sizeof sector, 1, f), 1);
    }
    fclose(f);
    return path;
}

/* How the machines of ROMs differ from the default one. */
static struct {
    bool is_timed;
    unsigned block_limit;
    uint64_t models_from, models_to;
} how;

static void as_by_default(void)
{
    memset(&how, 0, sizeof how);
    how.models_to = UINT64_MAX;
}

static struct machine *make_rom(const struct rom *rom)
{
    static char path[512];
    const char *folder = getenv("top_builddir");
    struct machine_config config = small_config();

    config.ram_bytes = UINT64_C(64) << 20;
    config.hart.mmu.is_timed = how.is_timed;
    config.hart.block_limit = how.block_limit;
    config.models_from = how.models_from;
    config.models_to = how.models_to;
    snprintf(path, sizeof path, "%s/roms/%s.elf", folder ? folder : ".",
             rom->name);
    config.kernel = path;
    config.n_harts = rom->n_harts;
    config.is_snapshot = true;
    if (rom->drive != NO_DRIVE) {
        config.n_drives = 1;
        config.drives[0].file = rom_disk();
        config.drives[0].interface =
            rom->drive == WITH_QUIRE ? DRIVE_QUIRE : DRIVE_VIRTIO;
    }
    return machine_create(&config);
}

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

#define SLEEP                                                                  \
    LUI_T0_MTIMECMP, LI_T1_1000, SW_T1_T0, SW_ZERO_4_T0, LI_T2_MTIE,           \
        CSRW_MIE_T2, WFI
#define PASS LUI_T0_FINISHER, LUI_T1_5, ADDI_T1_555, SW_T1_T0

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

#define RESTORES 12

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

START_TEST(a_snapshot_of_another_machine_is_refused)
{
    struct machine_config config = small_config();
    struct machine *m = MAKE(WFI), *other;
    struct archive *save = archive_new_save(), *load;
    size_t size;
    const void *data;

    config.ram_bytes *= 2;
    other = machine_create(&config);
    machine_archive(m, save);
    data = archive_data(save, &size);
    load = archive_new_load(data, size);
    machine_archive(other, load);
    ck_assert_ptr_nonnull(archive_error(load));
    archive_free(load);
    archive_free(save);
    machine_free(m);
    machine_free(other);
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

static const void *tree_of(struct machine *m)
{
    uint32_t pa;

    ck_assert(machine_peek(m, BOOTROM_BASE + 32, &pa, 4));
    return bus_ram(&m->bus, pa, 4096);
}

START_TEST(the_tree_describes_every_device)
{
    struct machine *m = MAKE(WFI);
    const void *fdt = tree_of(m);

    ck_assert_int_eq(fdt_check_full(fdt, fdt_totalsize(fdt)), 0);
    for (size_t r = 0; r < n_board_rows; r++) {
        const struct board_row *row = &board_rows[r];
        int node = -1;

        for (unsigned i = 0; i < row->count; i++) {
            const fdt32_t *reg;
            int len;

            if (!board_device(m->board, row, i))
                continue;
            node = fdt_node_offset_by_compatible(fdt, node,
                                                 row->class->compatible);
            ck_assert_msg(node >= 0, "%s %u", row->class->name, i);
            reg = fdt_getprop(fdt, node, "reg", &len);
            ck_assert_int_eq(len, 16);
            ck_assert_uint_eq(fdt32_to_cpu(reg[1]),
                              row->base_pa + i * row->stride);
            ck_assert_uint_eq(fdt32_to_cpu(reg[3]), row->class->window);
        }
        node = fdt_node_offset_by_compatible(fdt, node, row->class->compatible);
        ck_assert_int_eq(node, -FDT_ERR_NOTFOUND);
    }
    machine_free(m);
}
END_TEST

/* The property's name stands once in its node. */
static void check_unique(const void *fdt, int node, int property)
{
    const char *name, *other;
    int at;

    ck_assert_ptr_nonnull(fdt_getprop_by_offset(fdt, property, &name, NULL));
    fdt_for_each_property_offset(at, fdt, node)
    {
        ck_assert_ptr_nonnull(fdt_getprop_by_offset(fdt, at, &other, NULL));
        ck_assert_msg(at == property || strcmp(name, other), "%s twice in %s",
                      name, fdt_get_name(fdt, node, NULL));
    }
}

START_TEST(the_tree_says_nothing_twice)
{
    struct machine *m = MAKE(WFI);
    const void *fdt = tree_of(m);
    int property;

    for (int node = 0; node >= 0; node = fdt_next_node(fdt, node, NULL))
        fdt_for_each_property_offset(property, fdt, node)
            check_unique(fdt, node, property);
    machine_free(m);
}
END_TEST

START_TEST(the_tree_tells_the_reach_of_dma)
{
    struct machine_config config = small_config();
    struct machine *m;
    const fdt32_t *ranges;
    const void *fdt;
    int node, len;

    config.dma_reach = 512 << 10;
    m = machine_create(&config);
    fdt = tree_of(m);
    node = fdt_node_offset_by_compatible(fdt, -1, "quire,dma");
    ranges = fdt_getprop(fdt, fdt_parent_offset(fdt, node), "dma-ranges", &len);
    ck_assert_int_eq(len, 24);
    ck_assert_uint_eq(fdt32_to_cpu(ranges[1]), DRAM_BASE);
    ck_assert_uint_eq(fdt32_to_cpu(ranges[3]), DRAM_BASE);
    ck_assert_uint_eq(fdt32_to_cpu(ranges[5]), 512 << 10);
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
    tcase_add_loop_test(tc, a_run_may_be_cut_anywhere, 0,
                        ARRAY_SIZE(busy_roms));
    tcase_add_loop_test(tc, a_restored_machine_goes_on_as_if_uninterrupted, 0,
                        ARRAY_SIZE(busy_roms));
    tcase_add_loop_test(tc, time_knows_neither_cuts_nor_blocks, 0,
                        ARRAY_SIZE(busy_roms));
    tcase_add_test(tc, models_count_between_two_steps_alone);
    tcase_add_loop_test(tc, a_timed_machine_goes_on_after_a_restore, 0,
                        ARRAY_SIZE(busy_roms));
    tcase_add_test(tc, octavo_goes_on_after_a_restore);
    tcase_add_test(tc, a_damaged_snapshot_is_refused);
    tcase_add_test(tc, a_turn_longer_than_turns_are_is_refused);
    tcase_add_test(tc, a_snapshot_of_another_machine_is_refused);
    tcase_add_test(tc, flipping_any_bit_of_state_changes_the_hash);
    tcase_add_test(tc, the_boot_rom_hands_over_hart_tree_and_next_stage);
    tcase_add_test(tc, the_tree_describes_every_device);
    tcase_add_test(tc, the_tree_says_nothing_twice);
    tcase_add_test(tc, the_tree_tells_the_reach_of_dma);
    tcase_add_test(tc, peeks_see_memory_and_nothing_else);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
