/*
 * One hardware thread: registers, CSRs, its MMU, and hart_run, which executes
 * an exact number of steps. A step is one instruction attempted: retired, or
 * ended by an exception. Interrupts are taken between steps and are none.
 *
 * Conventions on RV32: x[] is kept sign-extended to 64 bits; pc, addresses
 * and CSRs are kept zero-extended.
 */
#ifndef QUIRE_CPU_HART_H
#define QUIRE_CPU_HART_H

#include <stdbool.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/compiler.h"
#include "cpu/hpm.h"
#include "cpu/isa.h"
#include "cpu/jit/context.h"
#include "devices/bus.h"
#include "devices/clock.h"
#include "mmu/mmu.h"

struct blocks;
struct dma_stats;
struct hart;
struct hook_set;
struct jit;

/* Bits of mip, mie and mideleg, and numbers for hart_set_irq. */
enum irq_bit {
    IRQ_SSI = 1,
    IRQ_MSI = 3,
    IRQ_STI = 5,
    IRQ_MTI = 7,
    IRQ_SEI = 9,
    IRQ_MEI = 11,
};

/* Who watches: neither may change the hart, nor does being watched. */
struct hart_watch {
    /* Before each instruction is executed, after its good fetch; the state is
     * exactly that before it. `bits` as fetched, 16 if compressed. */
    void (*exec)(void *ctx, const struct hart *h, uint32_t bits);
    /* After a trap was taken: pc and priv are the handler's. */
    void (*trap)(void *ctx, const struct hart *h, bool is_interrupt,
                 unsigned cause, uint64_t epc, uint64_t tval);
    void *ctx;
};

struct hart_config;

/* An engine executes until h->steps reaches h->run_until or h->leave is set;
 * it takes exceptions, but no interrupts. What it keeps besides decoded blocks
 * (cpu/block.h) it makes in `start` and drops where the bytes of [pa, pa + len)
 * were written, or altogether; NULL where it keeps nothing. */
struct engine {
    const char *name;
    void (*run)(struct hart *h);
    bool (*start)(struct hart *h, const struct hart_config *config);
    void (*stop)(struct hart *h);
    void (*drop)(struct hart *h, uint64_t pa, uint64_t len);
    void (*drop_all)(struct hart *h);
};

/* Every engine that exists on this host, by name; NULL if there is none. */
const struct engine *engine_find(const char *name);
/* What hart_config.engine NULL means. */
const struct engine *engine_default(void);

/* Bounds of hart_config.code_cache_bytes: jumps in it reach all of it. */
#define HART_MIN_CODE_CACHE ((size_t)64 << 10)
#define HART_MAX_CODE_CACHE ((size_t)1 << 30)

struct hart_config {
    unsigned xlen;               /* 32 */
    const struct engine *engine; /* NULL: the fastest */
    size_t code_cache_bytes; /* of jit, rounded to pages; 0: 16 MiB */
    unsigned without;            /* enum extension that the hart lacks */
    struct mmu_config mmu;
    unsigned block_limit; /* instructions a block, 0: the default; for tests */
};

/* The CSRs with state of their own; the rest are views (cpu/csr_table.c). */
struct csrs {
    uint64_t mstatus; /* all of it, mstatush in the upper half */
    uint64_t medeleg, mideleg, mie;
    uint64_t mip;   /* bits that software wrote; wires are apart in `wires` */
    uint64_t wires; /* levels of the interrupt wires, as bits of mip */
    uint64_t mtvec, mscratch, mepc, mcause, mtval, mcounteren;
    uint64_t menvcfg; /* menvcfgh in the upper half */
    uint64_t stvec, sscratch, sepc, scause, stval, scounteren, senvcfg, satp;
    uint64_t stimecmp;
    uint64_t mcountinhibit;
    /* The counter is this plus the cycles (or the instructions retired), or,
     * while it is inhibited, this alone. */
    uint64_t mcycle_offset, minstret_offset;
    uint64_t mhpmevent[HPM_COUNTERS], hpm_offset[HPM_COUNTERS]; /* cpu/hpm.h */
};

/* Traps taken since power-on, by cause: for `-stats` and mhpmcounters. */
struct hart_stats {
    uint64_t exceptions[16];
    uint64_t interrupts[16];
};

struct hart {
    uint64_t x[33]; /* x[0] is 0; x[REG_SINK] swallows writes to x0 */
    uint64_t pc;
    enum privilege priv;
    bool in_wfi;     /* stopped in WFI until an enabled interrupt is pending */
    uint64_t steps;  /* since power-on */
    uint64_t failed; /* of these, those that ended by an exception */
    struct csrs csr;
    struct mmu mmu;
    struct hart_stats stats;

    /* Options and wires: not state. */
    unsigned id;
    unsigned xlen;
    unsigned extensions; /* set of enum extension */
    struct bus *bus;
    struct clock *clock;
    uint64_t (*read_mtime)(void *ctx);
    void *mtime_ctx;
    void (*timer_changed)(void *ctx);
    void *timer_ctx;
    void (*store_watch)(void *ctx, uint64_t pa, uint64_t len);
    void *store_watch_ctx;
    const struct dma_stats *dma; /* the machine's, for counters; or NULL */
    const struct hook_set *hooks; /* or NULL */
    struct hart_watch watch;
    const struct engine *engine;
    struct isa *isa;

    /* The engine's own, derived from state: never archived. */
    struct blocks *blocks;
    struct jit *jit; /* NULL: nothing is translated */
    struct jit_context context;
    struct insn in_flight; /* what `at` is while translated code runs */
    bool is_translation_changed; /* or perhaps; see hart_translation_changed */
    const struct insn *at; /* instruction in flight, for exact time */
    uint64_t turn_now;     /* clock->now when cycles were turn_cycles */
    uint64_t turn_cycles;
    uint64_t turn_limit; /* in steps: where the turn ends at latest */
    uint64_t run_until;  /* in steps; 0 once `leave` is set */
    bool leave;          /* the engine returns after this instruction */
    bool stop_requested; /* hart_run returns, too */
    bool is_stuck;
    uint8_t csr_rows[4096]; /* by number: row of csr_table + 1, or 0 */
};

/* Instructions that retired since power-on. */
static inline uint64_t hart_retired(const struct hart *h)
{
    return h->steps - h->failed;
}

/* `l2` is shared by all harts and may be NULL. Options are copied. Where the
 * host refuses memory for code, h->engine is the interpreter. */
void hart_init(struct hart *h, const struct hart_config *config, unsigned id,
               struct bus *bus, struct clock *clock, struct cache *l2);
void hart_free(struct hart *h);
/* Power-on or warm reset: M-mode at pc; steps go on counting. */
void hart_reset(struct hart *h, uint64_t pc);

/* Where the time CSR comes from: the CLINT's mtime. Without it, time is
 * clock->now at MTIME_HZ. */
void hart_set_mtime(struct hart *h, uint64_t (*read)(void *ctx), void *ctx);
/* Who compares mtime with stimecmp and drives STIP: `changed` is called when
 * the value or its switch did, and asks hart_stimecmp, which is false while
 * STIP is not the comparator's. Without it STIP is software's alone. */
void hart_set_timer(struct hart *h, void (*changed)(void *ctx), void *ctx);
bool hart_stimecmp(const void *hart, uint64_t *when);
/* Tells of stores of this hart to the doubleword of DRAM at pa; once or twice
 * with the same function, for good. */
void hart_watch_stores(struct hart *h, uint64_t pa,
                       void (*told)(void *ctx, uint64_t pa, uint64_t len),
                       void *ctx);
void hart_set_watch(struct hart *h, const struct hart_watch *watch);
/* Calls of an observer at addresses (cpu/hook.h); the set stays the caller's.
 * NULL: none. */
void hart_set_hooks(struct hart *h, const struct hook_set *hooks);
/* See mmu_set_trace and mmu_watch_stale. */
void hart_set_trace(struct hart *h, struct trace *trace);
void hart_watch_stale(struct hart *h,
                      void (*report)(void *ctx,
                                     const struct mmu_stale_use *use),
                      void *ctx);
/* The address of the instruction that is being executed; for those who are
 * called meanwhile. */
uint64_t hart_pc_now(const struct hart *h);

/*
 * Runs exactly max_steps steps from clock->now on and returns their number;
 * fewer if the hart enters (or is in) WFI with nothing pending, gets stuck, a
 * stop is requested, or clock->deadline is reached (it may be pulled closer
 * meanwhile by an access to a device). Each step is one cycle and its stalls;
 * clock->now is exact whenever a device is called, and advanced by the cycles
 * done on return.
 */
uint64_t hart_run(struct hart *h, uint64_t max_steps);

/* Machine time at the instruction that is about to be executed; for observers
 * that are called then. */
uint64_t hart_now(const struct hart *h);

/* Cycles since power-on: a step is one, and with -timing on its stalls. */
uint64_t hart_cycles(const struct hart *h);

/* Between turns: the models on, empty, or off (mmu_switch_models). */
void hart_switch_models(struct hart *h, bool on);

/* Ends hart_run after the instruction in flight: for the finisher. */
void hart_request_stop(struct hart *h);

/* In WFI and nothing pending: only a wire can wake it. */
bool hart_is_waiting(const struct hart *h);
/* In a trap vector that traps to itself forever: nothing but counters
 * changes, and no enabled interrupt can end it. Known after the first round. */
bool hart_is_stuck(const struct hart *h);

/* Drives a bit of mip (enum irq_bit); usable as struct irq.set. */
void hart_set_irq(void *hart, unsigned mip_bit, bool level);

/* A store by somebody else (DMA, another hart) reached [pa, pa + len): drops
 * decoded blocks. Usable as mmu_port.code_written. */
void hart_code_written(void *hart, uint64_t pa, uint64_t len);

/* The value that a read would give in M-mode, without any effect, zero-
 * extended from XLEN; false if there is no such CSR. */
MUST_USE bool hart_csr_peek(const struct hart *h, unsigned number,
                            uint64_t *value);
/* Writes as M-mode would, for debuggers and tests; false if there is no such
 * CSR or it is read-only. */
MUST_USE bool hart_csr_poke(struct hart *h, unsigned number, uint64_t value);

/* All state, the MMU's included; hostile when it restores. */
void hart_archive(struct hart *h, struct archive *a);

#endif
