/*
 * What a snapshot must have in common with the machine that restores it:
 * whatever decides how the state goes on and is no part of the state. One
 * table has the numbers of the configuration.
 */
#include "machine/shape.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "machine/board.h"
#include "machine/loader.h"
#include "machine/machine.h"

struct row {
    const char *name; /* the option and what of it */
    size_t at, size;
};

#define ROW(name, base, member)                                                \
    {                                                                          \
        name, offsetof(base, member), sizeof((base *)NULL)->member             \
    }
#define MACHINE(name, member) ROW(name, struct machine_config, member)
#define TLB(name, member)                                                      \
    MACHINE("-tlb " name " entries", member.entries),                          \
        MACHINE("-tlb " name " ways", member.ways),                            \
        MACHINE("-tlb " name " replacement", member.replacement)
#define CACHE(name, member)                                                    \
    MACHINE("-cache " name " size", member.size_bytes),                        \
        MACHINE("-cache " name " ways", member.ways),                          \
        MACHINE("-cache " name " line", member.line_bytes),                    \
        MACHINE("-cache " name " replacement", member.replacement),            \
        MACHINE("-cache " name " write-through", member.is_write_through),     \
        MACHINE("-cache " name " no-allocate", member.is_no_allocate)

static const struct row machine_rows[] = {
    MACHINE("-smp", n_harts),
    MACHINE("-m", ram_bytes),
    MACHINE("-clock", clock_hz),
    MACHINE("-cpu XLEN", hart.xlen),
    MACHINE("-cpu extensions", hart.without),
    MACHINE("-cpu svade", hart.mmu.is_svade),
    MACHINE("-cpu misaligned", hart.mmu.traps_misaligned),
    MACHINE("-cpu pmp", hart.mmu.has_pmp),
    TLB("i", hart.mmu.itlb),
    TLB("d", hart.mmu.dtlb),
    TLB("l2", hart.mmu.l2tlb),
    CACHE("l1i", hart.mmu.l1i),
    CACHE("l1d", hart.mmu.l1d),
    CACHE("l2", l2),
    MACHINE("-models from", models_from),
    MACHINE("-models to", models_to),
    MACHINE("-timing", hart.mmu.is_timed),
    MACHINE("-seed", seed),
    MACHINE("-dma reach", dma_reach),
    MACHINE("-dma coherent=off", is_dma_incoherent),
    MACHINE("-rtc", rtc_seconds),
    MACHINE("-snapshot", is_snapshot),
    MACHINE("-global virtio-mmio.force-legacy", is_virtio_legacy),
    MACHINE("-drive", n_drives),
};

static const struct row drive_rows[] = {
    ROW("interface", struct drive_config, interface),
    ROW("readonly", struct drive_config, is_readonly),
    ROW("latency model", struct drive_config, latency.model),
    ROW("latency", struct drive_config, latency.fixed_ns),
};

/* Members are bool, 32 or 64 bits wide. */
static uint64_t value_of(const struct row *row, const void *base)
{
    const char *from = (const char *)base + row->at;
    uint64_t wide = 0;
    uint32_t word = 0;

    if (row->size == sizeof wide)
        memcpy(&wide, from, sizeof wide);
    else if (row->size == sizeof word)
        memcpy(&word, from, sizeof word);
    else
        return *(const bool *)(const void *)from;
    return wide | word;
}

static void archive_drive(const struct machine *m, unsigned i,
                          struct archive *a)
{
    const struct drive_config *drive = &m->config.drives[i];
    const char *faults = drive->faults ? drive->faults : "";
    char name[64];

    for (size_t r = 0; r < ARRAY_SIZE(drive_rows); r++) {
        snprintf(name, sizeof name, "-drive %u %s", i, drive_rows[r].name);
        archive_same_u64(a, name, value_of(&drive_rows[r], drive));
    }
    snprintf(name, sizeof name, "-drive %u faults", i);
    archive_same_bytes(a, name, faults, strlen(faults));
    snprintf(name, sizeof name, "-drive %u bytes", i);
    archive_same_u64(a, name, m->board->images[i]->size);
}

void shape_archive(const struct machine *m, struct archive *a)
{
    for (size_t r = 0; r < ARRAY_SIZE(machine_rows); r++)
        archive_same_u64(a, machine_rows[r].name,
                         value_of(&machine_rows[r], &m->config));
    for (unsigned i = 0; i < m->config.n_drives; i++)
        archive_drive(m, i, a);
    loader_archive_shape(m->loader, a);
}
