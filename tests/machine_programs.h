/*
 * Machines for tests of machine/: tiny programs written in place, and ROMs that
 * have things in flight.
 */
#ifndef QUIRE_TESTS_MACHINE_PROGRAMS_H
#define QUIRE_TESTS_MACHINE_PROGRAMS_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi/platform.h"
#include "base/bits.h"
#include "base/compiler.h"
#include "machine/machine.h"
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

#define SLEEP                                                                  \
    LUI_T0_MTIMECMP, LI_T1_1000, SW_T1_T0, SW_ZERO_4_T0, LI_T2_MTIE,           \
        CSRW_MIE_T2, WFI
#define PASS LUI_T0_FINISHER, LUI_T1_5, ADDI_T1_555, SW_T1_T0

static inline struct machine_config small_config(void)
{
    struct machine_config config;

    machine_config_default(&config);
    config.ram_bytes = UINT64_C(1) << 20;
    return config;
}

/* A machine of 1 MiB that runs `n` instructions from DRAM_BASE. */
static inline struct machine *make(const uint32_t *program, size_t n)
{
    const struct machine_config config = small_config();
    struct machine *m = machine_create(&config);

    memcpy(bus_ram(&m->bus, DRAM_BASE, 4 * n), program, 4 * n);
    bus_mark_written(&m->bus, DRAM_BASE, 4 * n);
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

/* The disk that the ROMs expect: each sector begins with its number. Its file
 * may go once the machine has it open. */
static inline void rom_disk(char path[])
{
    uint8_t sector[512] = {0};
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    for (uint32_t i = 0; i < ROM_SECTORS; i++) {
        store_le(sector, 4, i);
        ck_assert_int_eq(write(fd, sector, sizeof sector), sizeof sector);
    }
    close(fd);
}

/* How the machines of ROMs differ from the default one. */
static struct {
    bool is_timed;
    bool has_no_models;
    unsigned block_limit;
    uint64_t models_from, models_to;
} how;

static inline void as_by_default(void)
{
    memset(&how, 0, sizeof how);
    how.models_to = UINT64_MAX;
}

static inline struct machine *make_rom(const struct rom *rom)
{
    static char path[512];
    const char *folder = getenv("top_builddir");
    char disk[] = "/tmp/quire-test-XXXXXX";
    struct machine_config config = small_config();
    struct machine *m;

    config.ram_bytes = UINT64_C(64) << 20;
    config.hart.mmu.is_timed = how.is_timed;
    config.hart.block_limit = how.block_limit;
    config.models_from = how.models_from;
    config.models_to = how.models_to;
    if (how.has_no_models)
        config.models_from = config.models_to = UINT64_MAX;
    snprintf(path, sizeof path, "%s/roms/%s.elf", folder ? folder : ".",
             rom->name);
    config.kernel = path;
    config.n_harts = rom->n_harts;
    config.is_snapshot = true;
    if (rom->drive != NO_DRIVE) {
        config.n_drives = 1;
        rom_disk(disk);
        config.drives[0].file = disk;
        config.drives[0].interface =
            rom->drive == WITH_QUIRE ? DRIVE_QUIRE : DRIVE_VIRTIO;
    }
    m = machine_create(&config);
    if (rom->drive != NO_DRIVE)
        unlink(disk);
    return m;
}

#endif
