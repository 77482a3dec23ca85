/*
 * Which control and status registers exist, what they hold and what a write
 * does. A number without a row traps.
 */
#include "cpu/csr.h"

#include "base/bits.h"
#include "cpu/envcfg.h"
#include "cpu/extension.h"
#include "cpu/hart.h"
#include "cpu/hpm.h"
#include "cpu/internal.h"

#define SSTATUS                                                                \
    (MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_SUM | MSTATUS_MXR)
#define MSTATUS                                                                \
    (SSTATUS | MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP | MSTATUS_MPRV |       \
     MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR)

#define S_INTERRUPTS (1u << IRQ_SSI | 1u << IRQ_STI | 1u << IRQ_SEI)
#define M_INTERRUPTS (1u << IRQ_MSI | 1u << IRQ_MTI | 1u << IRQ_MEI)

/* All exceptions but the call from M-mode and the reserved numbers. */
#define DELEGABLE 0xb3ff

#define COUNTERS UINT32_MAX
#define INHIBITABLE 0xfffffffd /* all but TM */

/* misa: RV32 or RV64, A B C I M S U. B is Zba, Zbb and Zbs together (its
 * ratified extension says so). */
static uint64_t read_misa(const struct hart *h, unsigned i)
{
    const unsigned b = EXT_ZBA | EXT_ZBB | EXT_ZBS;
    uint64_t letters =
        1u << 0 | 1u << 2 | 1u << 8 | 1u << 12 | 1u << 18 | 1u << 20;

    (void)i;
    if ((h->extensions & b) == b)
        letters |= 1u << 1;
    return letters | (h->xlen == 32 ? UINT64_C(1) << 30 : UINT64_C(2) << 62);
}

static uint64_t read_zero(const struct hart *h, unsigned i)
{
    (void)h;
    (void)i;
    return 0;
}

static uint64_t read_mhartid(const struct hart *h, unsigned i)
{
    (void)i;
    return h->id;
}

/* mstatus and its view from S-mode. */

static uint64_t read_mstatus(const struct hart *h, unsigned i)
{
    (void)i;
    return h->csr.mstatus;
}

static void write_status(struct hart *h, uint64_t value, uint64_t writable)
{
    uint64_t old = h->csr.mstatus;
    uint64_t new = (old & ~writable) | (value & writable);

    if ((new &MSTATUS_MPP) >> MSTATUS_MPP_SHIFT == 2) /* reserved */
        new = (new & ~(uint64_t)MSTATUS_MPP) | (old & MSTATUS_MPP);
    h->csr.mstatus = new;
    hart_push_mode(h);
}

static void write_mstatus(struct hart *h, unsigned i, uint64_t value)
{
    (void)i;
    write_status(h, value, MSTATUS);
}

static uint64_t read_sstatus(const struct hart *h, unsigned i)
{
    (void)i;
    return h->csr.mstatus & SSTATUS;
}

static void write_sstatus(struct hart *h, unsigned i, uint64_t value)
{
    (void)i;
    write_status(h, value, SSTATUS);
}

/* Interrupts. What wires drive cannot be written, and does not take part in
 * the read-modify-write of csrrs and csrrc (csr_access sees to that). */

static uint64_t read_mip(const struct hart *h, unsigned i)
{
    (void)i;
    return h->csr.mip | h->csr.wires;
}

static void write_mip(struct hart *h, unsigned i, uint64_t value)
{
    (void)i;
    if (envcfg_has_timer(h)) /* STIP is the comparator's */
        value &= ~(UINT64_C(1) << IRQ_STI);
    h->csr.mip = value & S_INTERRUPTS;
}

static uint64_t read_sip(const struct hart *h, unsigned i)
{
    return read_mip(h, i) & h->csr.mideleg;
}

static void write_sip(struct hart *h, unsigned i, uint64_t value)
{
    uint64_t writable = h->csr.mideleg & 1u << IRQ_SSI;

    (void)i;
    h->csr.mip = (h->csr.mip & ~writable) | (value & writable);
}

static uint64_t read_sie(const struct hart *h, unsigned i)
{
    (void)i;
    return h->csr.mie & h->csr.mideleg;
}

static void write_sie(struct hart *h, unsigned i, uint64_t value)
{
    uint64_t writable = h->csr.mideleg;

    (void)i;
    h->csr.mie = (h->csr.mie & ~writable) | (value & writable);
}

/* Trap vectors: direct or vectored; a write of another mode is ignored. */

static uint64_t read_mtvec(const struct hart *h, unsigned i)
{
    (void)i;
    return h->csr.mtvec;
}

static void write_mtvec(struct hart *h, unsigned i, uint64_t value)
{
    (void)i;
    if (!(value & 2))
        h->csr.mtvec = value;
}

static uint64_t read_stvec(const struct hart *h, unsigned i)
{
    (void)i;
    return h->csr.stvec;
}

static void write_stvec(struct hart *h, unsigned i, uint64_t value)
{
    (void)i;
    if (!(value & 2))
        h->csr.stvec = value;
}

/* The supervisor's timer (Sstc). */

static uint64_t read_stimecmp(const struct hart *h, unsigned i)
{
    (void)i;
    return h->csr.stimecmp;
}

static uint64_t read_stimecmph(const struct hart *h, unsigned i)
{
    (void)i;
    return h->csr.stimecmp >> 32;
}

static void set_stimecmp(struct hart *h, uint64_t value)
{
    h->csr.stimecmp = value;
    hart_timer_changed(h);
}

static void write_stimecmp(struct hart *h, unsigned i, uint64_t value)
{
    (void)i;
    if (h->xlen == 32)
        value |= h->csr.stimecmp & ~UINT64_C(0xffffffff);
    set_stimecmp(h, value);
}

static void write_stimecmph(struct hart *h, unsigned i, uint64_t value)
{
    (void)i;
    set_stimecmp(h, (uint32_t)h->csr.stimecmp | value << 32);
}

static uint64_t read_satp(const struct hart *h, unsigned i)
{
    (void)i;
    return h->csr.satp;
}

/* Sv32 and bare are all the modes there are on RV32; all ASID bits exist. */
static void write_satp(struct hart *h, unsigned i, uint64_t value)
{
    (void)i;
    h->csr.satp = value;
    mmu_set_satp(&h->mmu, value);
    hart_translation_changed(h);
}

/* Counters. A write takes effect instead of the writing instruction's own
 * count (unpriv 10.1); the same holds for a change of mcountinhibit. */

enum counter { CYCLE = 0, INSTRET = 2 };

static bool is_inhibited(const struct hart *h, enum counter c)
{
    return h->csr.mcountinhibit >> c & 1;
}

static uint64_t counted(const struct hart *h, enum counter c)
{
    return c == CYCLE ? hart_cycles_now(h) : hart_steps_now(h) - h->failed;
}

static uint64_t counter(const struct hart *h, enum counter c)
{
    uint64_t offset =
        c == CYCLE ? h->csr.mcycle_offset : h->csr.minstret_offset;

    return is_inhibited(h, c) ? offset : counted(h, c) + offset;
}

static void set_counter(struct hart *h, enum counter c, uint64_t value)
{
    uint64_t own = h->at ? 1 : 0;
    uint64_t offset =
        is_inhibited(h, c) ? value : value - (counted(h, c) + own);

    if (c == CYCLE)
        h->csr.mcycle_offset = offset;
    else
        h->csr.minstret_offset = offset;
}

static uint64_t read_time(const struct hart *h, unsigned i)
{
    (void)i;
    return hart_mtime(h);
}

static uint64_t read_timeh(const struct hart *h, unsigned i)
{
    (void)i;
    return hart_mtime(h) >> 32;
}

static void write_counter(struct hart *h, enum counter c, uint64_t value)
{
    if (h->xlen == 32)
        value = (counter(h, c) & ~UINT64_C(0xffffffff)) | value;
    set_counter(h, c, value);
}

static void write_counterh(struct hart *h, enum counter c, uint64_t value)
{
    set_counter(h, c, (counter(h, c) & UINT32_MAX) | value << 32);
}

static uint64_t read_mcycle(const struct hart *h, unsigned i)
{
    (void)i;
    return counter(h, CYCLE);
}

static uint64_t read_mcycleh(const struct hart *h, unsigned i)
{
    (void)i;
    return counter(h, CYCLE) >> 32;
}

static void write_mcycle(struct hart *h, unsigned i, uint64_t value)
{
    (void)i;
    write_counter(h, CYCLE, value);
}

static void write_mcycleh(struct hart *h, unsigned i, uint64_t value)
{
    (void)i;
    write_counterh(h, CYCLE, value);
}

static uint64_t read_minstret(const struct hart *h, unsigned i)
{
    (void)i;
    return counter(h, INSTRET);
}

static uint64_t read_minstreth(const struct hart *h, unsigned i)
{
    (void)i;
    return counter(h, INSTRET) >> 32;
}

static void write_minstret(struct hart *h, unsigned i, uint64_t value)
{
    (void)i;
    write_counter(h, INSTRET, value);
}

static void write_minstreth(struct hart *h, unsigned i, uint64_t value)
{
    (void)i;
    write_counterh(h, INSTRET, value);
}

static uint64_t read_mcountinhibit(const struct hart *h, unsigned i)
{
    (void)i;
    return h->csr.mcountinhibit;
}

static void write_mcountinhibit(struct hart *h, unsigned i, uint64_t value)
{
    uint64_t changed = (h->csr.mcountinhibit ^ value) & INHIBITABLE;
    uint64_t cycle = counter(h, CYCLE), instret = counter(h, INSTRET);

    (void)i;
    hpm_inhibit(h, value & INHIBITABLE);
    if (bit(changed, CYCLE))
        set_counter(h, CYCLE, cycle);
    if (bit(changed, INSTRET))
        set_counter(h, INSTRET, instret);
}

/* Physical memory protection: the registers live in the MMU. */

static uint64_t read_pmpcfg(const struct hart *h, unsigned i)
{
    return load_le(h->mmu.pmp.cfg + 4 * i, 4);
}

static void write_pmpcfg(struct hart *h, unsigned i, uint64_t value)
{
    for (unsigned byte = 0; byte < 4; byte++)
        mmu_write_pmpcfg(&h->mmu, 4 * i + byte, (uint8_t)(value >> 8 * byte));
    hart_translation_changed(h);
}

static uint64_t read_pmpaddr(const struct hart *h, unsigned i)
{
    return h->mmu.pmp.addr[i];
}

static void write_pmpaddr(struct hart *h, unsigned i, uint64_t value)
{
    mmu_write_pmpaddr(&h->mmu, i, value);
    hart_translation_changed(h);
}

/* clang-format off */
#define FIELD(name, writable) \
    0, offsetof(struct csrs, name), writable, NULL, NULL
#define CALLS(read, write) 0, CSR_NO_FIELD, 0, read, write
#define GROUP(first, read, write) first, CSR_NO_FIELD, 0, read, write
#define ALL UINT64_MAX

const struct csr_row csr_table[] = {
/* number, count, widths, name, contents, meaning */

/* User */
{ 0xc00, 1, RVALL, "cycle", CALLS(read_mcycle, NULL),
  "steps (instructions attempted), or cycles with timing on" },
{ 0xc01, 1, RVALL, "time", CALLS(read_time, NULL),
  "mtime of the CLINT" },
{ 0xc02, 1, RVALL, "instret", CALLS(read_minstret, NULL),
  "instructions retired" },
{ 0xc03, 29, RVALL, "hpmcounter#", GROUP(3, hpm_read, NULL),
  "as mhpmcounter#" },
{ 0xc80, 1, RV32, "cycleh", CALLS(read_mcycleh, NULL), "upper half" },
{ 0xc81, 1, RV32, "timeh", CALLS(read_timeh, NULL), "upper half" },
{ 0xc82, 1, RV32, "instreth", CALLS(read_minstreth, NULL), "upper half" },
{ 0xc83, 29, RV32, "hpmcounter#h", GROUP(3, hpm_read_high, NULL),
  "upper half" },

/* Supervisor */
{ 0x100, 1, RVALL, "sstatus", CALLS(read_sstatus, write_sstatus),
  "SIE, SPIE, SPP, SUM, MXR of mstatus" },
{ 0x104, 1, RVALL, "sie", CALLS(read_sie, write_sie),
  "the delegated bits of mie" },
{ 0x105, 1, RVALL, "stvec", CALLS(read_stvec, write_stvec),
  "trap vector; mode 0 direct, 1 vectored, else the write is ignored" },
{ 0x106, 1, RVALL, "scounteren", FIELD(scounteren, COUNTERS),
  "counters that U-mode may read: CY, TM, IR, HPM3 to HPM31" },
{ 0x10a, 1, RVALL, "senvcfg",
  CALLS(envcfg_read_senvcfg, envcfg_write_senvcfg),
  "FIOM, CBIE, CBCFE, CBZE; CBIE = 2 is ignored" },
{ 0x140, 1, RVALL, "sscratch", FIELD(sscratch, ALL), "for the trap handler" },
{ 0x141, 1, RVALL, "sepc", FIELD(sepc, ~UINT64_C(1)),
  "pc of the trap; bit 0 is 0" },
{ 0x142, 1, RVALL, "scause", FIELD(scause, ALL), "cause of the trap" },
{ 0x143, 1, RVALL, "stval", FIELD(stval, ALL),
  "the address that faulted or of ebreak, an illegal instruction's bits" },
{ 0x144, 1, RVALL, "sip", CALLS(read_sip, write_sip),
  "the delegated bits of mip; SSIP can be written" },
{ 0x14d, 1, RVALL, "stimecmp", CALLS(read_stimecmp, write_stimecmp),
  "STIP is high while time >= stimecmp; all ones after reset" },
{ 0x15d, 1, RV32, "stimecmph", CALLS(read_stimecmph, write_stimecmph),
  "upper half" },
{ 0x180, 1, RVALL, "satp", CALLS(read_satp, write_satp),
  "MODE, ASID (9 bits), PPN of the root page table" },

/* Machine */
{ 0xf11, 1, RVALL, "mvendorid", CALLS(read_zero, NULL), "0" },
{ 0xf12, 1, RVALL, "marchid", CALLS(read_zero, NULL), "0" },
{ 0xf13, 1, RVALL, "mimpid", CALLS(read_zero, NULL), "0" },
{ 0xf14, 1, RVALL, "mhartid", CALLS(read_mhartid, NULL), "number of the hart" },
{ 0xf15, 1, RVALL, "mconfigptr", CALLS(read_zero, NULL), "0" },
{ 0x300, 1, RVALL, "mstatus", CALLS(read_mstatus, write_mstatus),
  "SIE MIE SPIE MPIE SPP MPP MPRV SUM MXR TVM TW TSR; MPP = 2 is ignored" },
{ 0x301, 1, RVALL, "misa", CALLS(read_misa, NULL),
  "A B C I M S U, B where Zba, Zbb and Zbs are; writes are ignored" },
{ 0x302, 1, RVALL, "medeleg", FIELD(medeleg, DELEGABLE),
  "exceptions that go to S-mode; never the call from M-mode" },
{ 0x303, 1, RVALL, "mideleg", FIELD(mideleg, S_INTERRUPTS),
  "interrupts that go to S-mode: SSI, STI, SEI" },
{ 0x304, 1, RVALL, "mie", FIELD(mie, S_INTERRUPTS | M_INTERRUPTS),
  "interrupts enabled" },
{ 0x305, 1, RVALL, "mtvec", CALLS(read_mtvec, write_mtvec), "as stvec" },
{ 0x306, 1, RVALL, "mcounteren", FIELD(mcounteren, COUNTERS),
  "counters that S-mode may read: CY, TM, IR, HPM3 to HPM31" },
{ 0x30a, 1, RVALL, "menvcfg",
  CALLS(envcfg_read_menvcfg, envcfg_write_menvcfg),
  "FIOM, CBIE, CBCFE, CBZE; CBIE = 2 is ignored" },
{ 0x310, 1, RV32, "mstatush", CALLS(read_zero, NULL),
  "0: little-endian in all modes" },
{ 0x31a, 1, RV32, "menvcfgh",
  CALLS(envcfg_read_menvcfgh, envcfg_write_menvcfgh),
  "ADUE (bit 29, 1 after reset without svade=on), STCE (bit 31)" },
{ 0x320, 1, RVALL, "mcountinhibit",
  CALLS(read_mcountinhibit, write_mcountinhibit),
  "CY, IR, HPM3 to HPM31: the counter stands still" },
{ 0x323, 29, RVALL, "mhpmevent#", GROUP(3, hpm_read_event, hpm_write_event),
  "the event that mhpmcounter# counts (machine.md); 0 if unknown" },
{ 0x340, 1, RVALL, "mscratch", FIELD(mscratch, ALL), "for the trap handler" },
{ 0x341, 1, RVALL, "mepc", FIELD(mepc, ~UINT64_C(1)),
  "pc of the trap; bit 0 is 0" },
{ 0x342, 1, RVALL, "mcause", FIELD(mcause, ALL), "cause of the trap" },
{ 0x343, 1, RVALL, "mtval", FIELD(mtval, ALL), "as stval" },
{ 0x344, 1, RVALL, "mip", CALLS(read_mip, write_mip),
  "interrupts pending; SSIP, SEIP and, without STCE, STIP can be written" },
{ 0x3a0, 4, RV32, "pmpcfg#", GROUP(0, read_pmpcfg, write_pmpcfg),
  "four entries' L, A, X, W, R; W without R keeps the old value" },
{ 0x3b0, 16, RVALL, "pmpaddr#", GROUP(0, read_pmpaddr, write_pmpaddr),
  "bits 33:2 of an address" },
{ 0x7a0, 1, RVALL, "tselect", CALLS(read_zero, NULL), "0" },
{ 0x7a1, 3, RVALL, "tdata#", GROUP(1, read_zero, NULL), "0: no triggers" },
{ 0xb00, 1, RVALL, "mcycle", CALLS(read_mcycle, write_mcycle), "as cycle" },
{ 0xb02, 1, RVALL, "minstret", CALLS(read_minstret, write_minstret),
  "as instret" },
{ 0xb03, 29, RVALL, "mhpmcounter#", GROUP(3, hpm_read, hpm_write),
  "events counted" },
{ 0xb80, 1, RV32, "mcycleh", CALLS(read_mcycleh, write_mcycleh),
  "upper half" },
{ 0xb82, 1, RV32, "minstreth", CALLS(read_minstreth, write_minstreth),
  "upper half" },
{ 0xb83, 29, RV32, "mhpmcounter#h", GROUP(3, hpm_read_high, hpm_write_high),
  "upper half" },
};
/* clang-format on */

const size_t csr_table_rows = ARRAY_SIZE(csr_table);
