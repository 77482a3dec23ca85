/*
 * A small machine with a program in memory, for tests of the machine as a
 * whole: programs are written row by row, as in tests/hart_rig.h.
 */
#ifndef QUIRE_TESTS_MACHINE_RIG_H
#define QUIRE_TESTS_MACHINE_RIG_H

#include <stdio.h>

#include "machine/board.h"
#include "machine/machine.h"
#include "tests/hart_rig.h"

struct program {
    struct machine *m;
    uint64_t at; /* where the next instruction goes */
};

/* 1 MiB, and caches and TLBs that are soon full. */
static inline struct machine_config small_config(enum replacement policy)
{
    const struct cache_geometry l1 = {1024, 2, 64, policy, false, false};
    struct machine_config config;

    machine_config_default(&config);
    config.ram_bytes = UINT64_C(1) << 20;
    config.hart.mmu.itlb = (struct tlb_geometry){4, 4, policy};
    config.hart.mmu.dtlb = (struct tlb_geometry){8, 8, policy};
    config.hart.mmu.l2tlb = (struct tlb_geometry){16, 4, policy};
    config.hart.mmu.l1i = config.hart.mmu.l1d = l1;
    config.l2 = (struct cache_geometry){8192, 8, 64, policy, false, false};
    return config;
}

static inline void poke(struct machine *m, uint64_t pa, unsigned size,
                        uint64_t value)
{
    store_le(bus_ram(&m->bus, pa, size), size, value);
    bus_mark_written(&m->bus, pa, size);
}

static inline uint64_t peek(const struct machine *m, uint64_t pa, unsigned size)
{
    uint8_t bytes[8];

    if (!machine_peek(m, pa, bytes, size))
        ck_abort_msg("no memory at %llx", (unsigned long long)pa);
    return load_le(bytes, size);
}

static inline void op(struct program *p, const char *name, unsigned rd,
                      unsigned rs1, unsigned rs2, int32_t imm)
{
    poke(p->m, p->at, 4, encode(name, rd, rs1, rs2, imm));
    p->at += 4;
}

/* A branch or jump to an address. */
static inline void op_to(struct program *p, const char *name, unsigned rs1,
                         unsigned rs2, uint64_t target)
{
    op(p, name, ZERO, rs1, rs2, (int32_t)(target - p->at));
}

/* rd = value, in two instructions. */
static inline void op_li(struct program *p, unsigned rd, uint32_t value)
{
    uint32_t upper = (value + 0x800) & 0xfffff000;

    op(p, "lui", rd, 0, 0, (int32_t)upper);
    op(p, "addi", rd, rd, 0, (int32_t)(value - upper));
}

/* Word pa = value, and word pa = rs, by way of t0 and t1. */
static inline void op_save(struct program *p, uint32_t pa, unsigned rs)
{
    op_li(p, T0, pa);
    op(p, "sw", 0, T0, rs, 0);
}

static inline void op_write(struct program *p, uint32_t pa, uint32_t value)
{
    op_li(p, T1, value);
    op_save(p, pa, T1);
}

static inline void op_read(struct program *p, unsigned rd, uint32_t pa)
{
    op_li(p, T0, pa);
    op(p, "lw", rd, T0, 0, 0);
}

static inline void op_csrw(struct program *p, unsigned csr, uint32_t value)
{
    op_li(p, T1, value);
    op(p, "csrrw", ZERO, T1, 0, (int32_t)csr);
}

static inline void op_pass(struct program *p)
{
    op_write(p, FINISHER_BASE, FINISHER_PASS);
    op(p, "jal", ZERO, 0, 0, 0);
}

/* Runs until hart 0 is about to execute what stands at pc. */
static inline void run_to(struct machine *m, uint64_t pc)
{
    for (unsigned n = 0; m->harts[0].pc != pc; n++) {
        ck_assert_int_eq(machine_run(m, 1), STOP_STEPS);
        ck_assert_uint_lt(n, 1000000);
    }
}

/* NULL, or why the stream was refused, until the next call. */
static inline const char *restore(struct machine *m, const void *data,
                                  size_t size)
{
    static char error[200];
    struct archive *a = archive_new_load(data, size);
    const char *why;

    machine_archive(m, a);
    why = archive_error(a);
    snprintf(error, sizeof error, "%s", why ? why : "");
    archive_free(a);
    return why ? error : NULL;
}

/* Saves m and restores it into `to`; as restore. */
static inline const char *transfer(struct machine *m, struct machine *to)
{
    struct archive *a = archive_new_save();
    const char *why;
    size_t size;
    const void *data;

    machine_archive(m, a);
    data = archive_data(a, &size);
    why = restore(to, data, size);
    archive_free(a);
    return why;
}

#endif
