/*
 * One guest program on every engine: the rig runs it on the interpreter by
 * single instructions, which is the reference, and then on each engine whole
 * and cut into slices, with models of several shapes, and compares the state
 * of all harts after every slice, and all state and all counts at the end.
 *
 * Programs start in M-mode at DRAM_BASE with a0 = hart, and use what is below.
 * t0 and t1 belong to the op_ functions, gp and tp to the trap handler.
 */
#ifndef QUIRE_TESTS_ENGINE_RIG_H
#define QUIRE_TESTS_ENGINE_RIG_H

#include "base/compiler.h"
#include "tests/machine_rig.h"

/* Where programs have things, in 256 KiB of DRAM. */
#define HANDLER (DRAM_BASE + 0x1000) /* of traps to M-mode */
#define PAGE_A (DRAM_BASE + 0x4000)  /* for code */
#define PAGE_B (DRAM_BASE + 0x5000)
#define PAGE_C (DRAM_BASE + 0x6000)
#define PAGE_D (DRAM_BASE + 0x7000)
#define ROOT (DRAM_BASE + 0xc000) /* page tables */
#define LEAVES (DRAM_BASE + 0xd000)
#define DATA 0x80010000u
#define LOG 0x80020000u /* what the handler saw */
#define GUEST_RAM (UINT64_C(256) << 10)
#define VA 0x40000000u /* the 4 MiB that LEAVES maps */

enum { A6 = 16, A7, S2, S3, S4, S5, S6, S7, S8, S9, S10, S11, T3, T4, T5, T6 };
enum { RWX = PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D };

/* What is modelled. */
enum shape {
    SHAPE_OFF,
    SHAPE_DEFAULT,
    SHAPE_TINY, /* one way each, lines of 16 bytes */
    SHAPE_TLB,
    SHAPE_CACHE,
    SHAPE_TIMED, /* tiny, and misses take time */
    N_SHAPES,
};
#define SHAPES_ALL ((1u << N_SHAPES) - 1)
#define SHAPES_UNTIMED ((1u << SHAPE_TIMED) - 1)
#define SHAPES_WITH_TLB                                                        \
    (1u << SHAPE_DEFAULT | 1u << SHAPE_TINY | 1u << SHAPE_TLB)

struct guest {
    void (*write)(struct program *p, int arg);
    /* What must have come of it, on every engine; or NULL. */
    void (*check)(struct machine *m, int arg);
    int arg;
    unsigned harts;  /* 0: one */
    unsigned shapes; /* a set of 1 << enum shape; 0: the untimed */
    /* 0: it ends by STOP_PASS within MAX_STEPS. Else it runs so many steps,
     * and ends as `stop` says. */
    uint64_t steps;
    enum machine_stop stop;
    /* The host's part: before the first step, and each `act_every` steps. */
    void (*begin)(struct machine *m, int arg);
    uint64_t act_every;
    void (*act)(struct machine *m, uint64_t steps);
};

#define MAX_STEPS 40000

/* What further hardware the machines of this test have; before the first
 * guest. `prepare` may be NULL. */
void guests_need(void (*configure)(struct machine_config *config),
                 void (*prepare)(struct machine *m));
void guest_runs_alike(const struct guest *g);
/* Which shape the guest runs with; for check. */
enum shape guest_shape(void);
void guests_free(void);

/* Of hart 0, 32 bits. */
static inline uint32_t reg(const struct machine *m, unsigned number)
{
    return (uint32_t)m->harts[0].x[number];
}

static inline uint32_t word(const struct machine *m, uint64_t pa)
{
    return (uint32_t)peek(m, pa, 4);
}

/* An instruction of 2 bytes. */
static inline void op_c(struct program *p, const char *name, unsigned rd,
                        unsigned rs1, unsigned rs2, int32_t imm)
{
    poke(p->m, p->at, 2, encode(name, rd, rs1, rs2, imm));
    p->at += 2;
}

/* Traps that hart 0 took to M-mode by the handler of op_begin. */
struct logged {
    uint32_t cause, epc, tval, instret;
};

static inline unsigned guest_logs(const struct machine *m)
{
    return (reg(m, TP) - LOG) / 16;
}

static inline struct logged guest_log(const struct machine *m, unsigned i)
{
    uint64_t at = LOG + 16 * i;

    if (i >= guest_logs(m))
        ck_abort_msg("trap %u was not taken", i);
    return (struct logged){word(m, at), word(m, at + 4), word(m, at + 8),
                           word(m, at + 12)};
}

static inline void write_handler(struct machine *m)
{
    static const int32_t seen[] = {MCAUSE, MEPC, MTVAL, MINSTRET};
    struct program p = {m, HANDLER};

    for (int32_t i = 0; i < 4; i++) {
        op(&p, "csrrs", GP, ZERO, 0, seen[i]);
        op(&p, "sw", 0, TP, GP, 4 * i);
    }
    op(&p, "addi", TP, TP, 0, 16);
    op(&p, "lw", GP, TP, 0, -16);
    op(&p, "bge", 0, GP, ZERO, 12);
    op(&p, "csrrw", ZERO, ZERO, 0, MIE);
    op(&p, "mret", 0, 0, 0, 0);
    op(&p, "csrrs", ZERO, A7, 0, MSTATUS);
    op(&p, "csrrw", ZERO, S11, 0, MEPC);
    op(&p, "bne", 0, S11, ZERO, 16);
    op(&p, "lw", GP, TP, 0, -12);
    op(&p, "addi", GP, GP, 0, 4);
    op(&p, "csrrw", ZERO, GP, 0, MEPC);
    op(&p, "mret", 0, 0, 0, 0);
}

/*
 * Opens PMP and installs the handler: it logs the trap by way of tp, which is
 * set to LOG, and returns to s11, or, where that is 0, 4 bytes behind the
 * instruction, with the bits in a7 set in mstatus. An interrupt clears mie and
 * returns to where it came from.
 */
static inline void op_begin(struct program *p)
{
    write_handler(p->m);
    op_csrw(p, MTVEC, (uint32_t)HANDLER);
    op_csrw(p, PMPADDR0, UINT32_MAX);
    op_csrw(p, PMPCFG0, PMP_NAPOT | PMP_R | PMP_W | PMP_X);
    op_li(p, TP, LOG);
}

/* mret to pc in a mode. */
static inline void op_enter(struct program *p, enum privilege priv, uint64_t pc)
{
    op_csrw(p, MEPC, (uint32_t)pc);
    op_li(p, T1, MSTATUS_MPP);
    op(p, "csrrc", ZERO, T1, 0, MSTATUS);
    op_li(p, T1, (uint32_t)priv << MSTATUS_MPP_SHIFT);
    op(p, "csrrs", ZERO, T1, 0, MSTATUS);
    op(p, "mret", 0, 0, 0, 0);
}

/* Back to M-mode from any, by an ecall: the code after it goes on at the
 * same address. */
static inline void op_leave(struct program *p)
{
    op_li(p, A7, MSTATUS_MPP);
    op(p, "ecall", 0, 0, 0, 0);
    op(p, "addi", A7, ZERO, 0, 0);
}

static inline uint64_t leaf_of(uint64_t va)
{
    return LEAVES + 4 * (va >> 12 & 1023);
}

static inline uint32_t pte_to(uint64_t pa, unsigned bits)
{
    return (uint32_t)(pa >> 12 << 10 | bits);
}

/* The host writes page tables: DRAM and the devices at their own addresses for
 * S-mode, by megapages, and pages of VA, by LEAVES. */
static inline void map_dram(struct machine *m)
{
    static const uint32_t devices[] = {FINISHER_BASE, CLINT_BASE, UART_BASE};

    for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
        poke(m, ROOT + 4 * (devices[i] >> 22), 4,
             pte_to(devices[i] >> 22 << 22, RWX));
    poke(m, ROOT + 4 * (DRAM_BASE >> 22), 4, pte_to(DRAM_BASE, RWX));
    poke(m, ROOT + 4 * (VA >> 22), 4, pte_to(LEAVES, PTE_V));
}

static inline void map(struct machine *m, uint64_t va, uint64_t pa,
                       unsigned bits)
{
    poke(m, leaf_of(va), 4, pte_to(pa, bits));
}

#define SATP_ON(asid) (1u << 31 | (asid) << 22 | (uint32_t)(ROOT >> 12))

/* To S-mode, translated by the tables of map_dram. */
static inline void op_supervise(struct program *p, uint64_t pc)
{
    map_dram(p->m);
    op_csrw(p, SATP, SATP_ON(0));
    op_enter(p, PRIV_S, pc);
}

/* Counts a register down and jumps to `top` unless it is 0. */
static inline void op_loop(struct program *p, unsigned counter, uint64_t top)
{
    op(p, "addi", counter, counter, 0, -1);
    op_to(p, "bne", counter, ZERO, top);
}

static inline void op_jump(struct program *p, uint64_t target)
{
    op_to(p, "jal", 0, 0, target);
}

#endif
