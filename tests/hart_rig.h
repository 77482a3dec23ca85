/*
 * A hart on a small board, and an assembler made from the instruction table,
 * for tests of cpu/: programs are written row by row, as
 *
 *     emit(r, "addi", A0, ZERO, 0, 5);
 */
#ifndef QUIRE_TESTS_HART_RIG_H
#define QUIRE_TESTS_HART_RIG_H

#include <string.h>

#include "abi/platform.h"
#include "base/bits.h"
#include "cpu/csr.h"
#include "cpu/hart.h"
#include "cpu/isa.h"
#include "cpu/isa_pattern.h"
#include "tests/unit.h"

#define RIG_RAM 0x100000
#define RIG_START DRAM_BASE
#define RIG_HANDLER (DRAM_BASE + 0x1000) /* mtvec of a rig */
#define RIG_DATA (DRAM_BASE + 0x8000)
#define RIG_DEVICE 0x10000000

enum { ZERO, RA, SP, GP, TP, T0, T1, T2, S0, S1, A0, A1, A2, A3, A4, A5 };

/* Numbers of CSRs that tests use. */
enum {
    CYCLE = 0xc00,
    TIME = 0xc01,
    INSTRET = 0xc02,
    SSTATUS = 0x100,
    SIE = 0x104,
    STVEC = 0x105,
    SCOUNTEREN = 0x106,
    SEPC = 0x141,
    SCAUSE = 0x142,
    STVAL = 0x143,
    SIP = 0x144,
    SATP = 0x180,
    MHARTID = 0xf14,
    MSTATUS = 0x300,
    MISA = 0x301,
    MEDELEG = 0x302,
    MIDELEG = 0x303,
    MIE = 0x304,
    MTVEC = 0x305,
    MCOUNTEREN = 0x306,
    MCOUNTINHIBIT = 0x320,
    MSCRATCH = 0x340,
    MEPC = 0x341,
    MCAUSE = 0x342,
    MTVAL = 0x343,
    MIP = 0x344,
    PMPCFG0 = 0x3a0,
    PMPADDR0 = 0x3b0,
    MCYCLE = 0xb00,
    MINSTRET = 0xb02,
    MCYCLEH = 0xb80,
};

/* A device whose accesses a test sees and answers. */
struct probe {
    struct device device; /* must be first */
    struct hart *hart;
    uint64_t last_value, last_now, accesses;
    uint64_t pull_deadline; /* asked for at each access, relative; 0: none */
    int raise;              /* wire to raise at each access, or -1 */
};

struct hart_rig {
    struct bus bus;
    struct clock clock;
    struct hart hart;
    struct probe probe;
    uint64_t at; /* where emit writes, physical */
};

static inline void probe_touch(struct probe *p)
{
    p->accesses++;
    p->last_now = p->device.clock->now;
    if (p->pull_deadline)
        clock_request(p->device.clock, p->last_now + p->pull_deadline);
    if (p->raise >= 0)
        hart_set_irq(p->hart, (unsigned)p->raise, true);
}

static inline uint64_t probe_read(struct device *d, uint32_t offset,
                                  unsigned size)
{
    struct probe *p = (struct probe *)d;

    (void)size;
    probe_touch(p);
    return 0x1000 + offset;
}

static inline void probe_write(struct device *d, uint32_t offset, unsigned size,
                               uint64_t value)
{
    struct probe *p = (struct probe *)d;

    (void)offset;
    (void)size;
    probe_touch(p);
    p->last_value = value;
}

static const struct device_class probe_class = {
    .name = "probe",
    .window = 0x1000,
    .min_access = 1,
    .max_access = 4,
    .read = probe_read,
    .write = probe_write,
};

/* Encodes an instruction by the name of its row; aborts on unknown names. */
static inline uint32_t encode(const char *name, unsigned rd, unsigned rs1,
                              unsigned rs2, int32_t imm)
{
    const struct isa_row *row = isa_table;
    struct isa_pattern p;
    uint32_t bits, fields[N_FIELDS] = {rd, rs1, rs2, (uint32_t)imm};

    while (row < isa_table + isa_table_rows && strcmp(row->name, name))
        row++;
    /* (Each ck_assert, even of a truth, costs a write to a file.) */
    if (row == isa_table + isa_table_rows || !isa_parse(row, &p))
        ck_abort_msg("no instruction %s", name);
    bits = p.match;
    for (unsigned i = 0; i < p.n_slices; i++) {
        const struct isa_slice *s = &p.slices[i];
        uint32_t mask = UINT32_MAX >> (32 - s->width);

        bits |= (fields[s->field] >> s->to & mask) << s->from;
    }
    return bits;
}

static inline void emit_bits(struct hart_rig *r, uint32_t bits)
{
    unsigned size = isa_length(bits);

    store_le(bus_ram(&r->bus, r->at, size), size, bits);
    r->at += size;
}

static inline void emit(struct hart_rig *r, const char *name, unsigned rd,
                        unsigned rs1, unsigned rs2, int32_t imm)
{
    emit_bits(r, encode(name, rd, rs1, rs2, imm));
}

/* rd = value, in two instructions. */
static inline void emit_li(struct hart_rig *r, unsigned rd, uint32_t value)
{
    uint32_t upper = (value + 0x800) & 0xfffff000;

    emit(r, "lui", rd, 0, 0, (int32_t)upper);
    emit(r, "addi", rd, rd, 0, (int32_t)(value - upper));
}

static inline void emit_csrw(struct hart_rig *r, unsigned csr, unsigned rs1)
{
    emit(r, "csrrw", ZERO, rs1, 0, (int32_t)csr);
}

static inline void emit_csrr(struct hart_rig *r, unsigned rd, unsigned csr)
{
    emit(r, "csrrs", rd, ZERO, 0, (int32_t)csr);
}

/* A loop that stores, loads, calls and traps into a handler that returns. */
static inline void emit_busy_program(struct hart_rig *r)
{
    r->at = RIG_START;
    emit_li(r, A0, RIG_DATA);
    emit(r, "addi", A1, A1, 0, 1);
    emit(r, "sw", 0, A0, A1, 4);
    emit(r, "c.addi", A2, A2, 0, 3);
    emit(r, "lhu", A3, A0, 0, 4);
    emit(r, "mul", A4, A3, A2, 0);
    emit(r, "amoadd.w", A5, A0, A4, 0);
    emit(r, "jal", RA, 0, 0, 12);
    emit(r, "ecall", 0, 0, 0, 0);
    emit(r, "jal", ZERO, 0, 0, -30);
    emit(r, "divu", T0, A5, A3, 0);
    emit(r, "c.jr", 0, RA, 0, 0);
    r->at = RIG_HANDLER;
    emit_csrr(r, T1, MEPC);
    emit(r, "addi", T1, T1, 0, 4);
    emit_csrw(r, MEPC, T1);
    emit_csrr(r, T2, MCYCLE);
    emit(r, "mret", 0, 0, 0, 0);
}

static inline struct hart_rig *rig_new_with(const struct hart_config *config)
{
    struct hart_rig *r = calloc(1, sizeof *r);

    ck_assert_ptr_nonnull(r);
    r->clock = (struct clock){0, 1000000000, CLOCK_NEVER};
    bus_init(&r->bus, DRAM_BASE, RIG_RAM, BOOTROM_BASE, BOOTROM_SIZE);
    r->probe = (struct probe){.device = {.class = &probe_class,
                                         .base_pa = RIG_DEVICE,
                                         .clock = &r->clock},
                              .hart = &r->hart,
                              .raise = -1};
    ck_assert(bus_attach(&r->bus, &r->probe.device));
    hart_init(&r->hart, config, 0, &r->bus, &r->clock, NULL);
    hart_reset(&r->hart, RIG_START);
    ck_assert(hart_csr_poke(&r->hart, MTVEC, RIG_HANDLER));
    r->at = RIG_START;
    return r;
}

static inline struct hart_rig *rig_new(void)
{
    struct hart_config config = {.xlen = 32, .mmu = {.has_pmp = true}};

    return rig_new_with(&config);
}

static inline struct hart_rig *rig_with_limit(unsigned block_limit)
{
    struct hart_config config = {
        .xlen = 32, .block_limit = block_limit, .mmu = {.has_pmp = true}};

    return rig_new_with(&config);
}

static inline void rig_free(struct hart_rig *r)
{
    hart_free(&r->hart);
    bus_free(&r->bus);
    free(r);
}

static inline uint64_t csr(struct hart_rig *r, unsigned number)
{
    uint64_t value = 0;

    ck_assert_msg(hart_csr_peek(&r->hart, number, &value), "no CSR %x", number);
    return value;
}

/* Executes one instruction at pc; false: it ended by an exception. */
static inline bool execute(struct hart_rig *r, uint32_t bits)
{
    uint64_t failed = r->hart.failed;

    r->at = r->hart.pc;
    emit_bits(r, bits);
    hart_code_written(&r->hart, r->hart.pc, 4);
    ck_assert_uint_eq(hart_run(&r->hart, 1), 1);
    return r->hart.failed == failed;
}

/* Goes to a mode by way of mret, at an address, S and U with all of memory
 * open to them. */
static inline void rig_enter(struct hart_rig *r, enum privilege priv,
                             uint64_t pc)
{
    struct hart *h = &r->hart;
    uint64_t status = csr(r, MSTATUS) & ~(uint64_t)MSTATUS_MPP;

    h->priv = PRIV_M; /* pushed to the MMU with mstatus, below */
    if (r->hart.mmu.config.has_pmp) {
        ck_assert(hart_csr_poke(h, PMPADDR0, UINT32_MAX));
        ck_assert(hart_csr_poke(h, PMPCFG0, 0x1f));
    }
    ck_assert(hart_csr_poke(h, MEPC, pc));
    ck_assert(hart_csr_poke(h, MSTATUS,
                            status | (uint64_t)priv << MSTATUS_MPP_SHIFT));
    h->pc = RIG_START + 0xf00;
    ck_assert(execute(r, encode("mret", 0, 0, 0, 0)));
    ck_assert_int_eq(h->priv, priv);
    r->at = pc;
}

static inline uint64_t rig_hash(struct hart_rig *r)
{
    struct archive *a = archive_new_hash();
    uint64_t digest;

    hart_archive(&r->hart, a);
    archive_bytes(a, "ram", r->bus.ram, RIG_RAM);
    digest = archive_digest(a);
    archive_free(a);
    return digest;
}

#endif
