/*
 * The life of a hart: what it consists of, when it runs and when it stops.
 */
#include "cpu/hart.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "abi/platform.h"
#include "base/bits.h"
#include "cpu/block.h"
#include "cpu/csr.h"
#include "cpu/envcfg.h"
#include "cpu/extension.h"
#include "cpu/internal.h"
#include "cpu/isa.h"

static const struct engine *const engines[] = {
#ifdef __x86_64__
    &engine_jit,
#endif
    &engine_interp,
};

const struct engine *engine_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(engines); i++)
        if (!strcmp(engines[i]->name, name))
            return engines[i];
    return NULL;
}

const struct engine *engine_default(void)
{
    return engines[0];
}

/* ---- wires from and to the MMU ---- */

static uint64_t cycle_now(const struct hart *h)
{
    return h->turn_now + (hart_cycles_now(h) - h->turn_cycles);
}

/* Between instructions whoever runs the hart keeps the time. */
static void bring_clock_up_to_date(void *ctx)
{
    struct hart *h = ctx;

    if (h->at)
        h->clock->now = cycle_now(h);
}

/* A stall brings the deadline nearer. Where it can fall into the block, the
 * engine returns after this instruction and looks again. */
static void stalled(void *ctx, uint64_t cycles)
{
    struct hart *h = ctx;

    h->run_until = h->run_until > cycles ? h->run_until - cycles : 0;
    if (h->run_until < h->steps + BLOCK_LIMIT)
        hart_leave(h);
}

/* A device may have asked for a tick or raised an interrupt. */
static void look_again(void *ctx)
{
    hart_leave(ctx);
}

static void forget_code(struct hart *h)
{
    blocks_drop_all(h->blocks);
    if (h->engine->drop_all)
        h->engine->drop_all(h);
}

/* The same, with fetches counted as the MMU now wants it. */
static void count_anew(struct hart *h)
{
    blocks_count_for(h->blocks, &h->mmu);
    forget_code(h);
}

static void watched_written(void *ctx, uint64_t pa, uint64_t len)
{
    struct hart *h = ctx;

    bring_clock_up_to_date(h);
    h->store_watch(h->store_watch_ctx, pa, len);
    hart_leave(h);
}

void hart_code_written(void *hart, uint64_t pa, uint64_t len)
{
    struct hart *h = hart;

    blocks_drop(h, pa, len);
    if (h->engine->drop)
        h->engine->drop(h, pa, len);
    hart_leave(h);
}

void hart_push_mode(struct hart *h)
{
    uint64_t s = h->csr.mstatus;

    mmu_set_mode(&h->mmu, h->priv, s & MSTATUS_MPRV,
                 (enum privilege)(s >> MSTATUS_MPP_SHIFT & 3), s & MSTATUS_SUM,
                 s & MSTATUS_MXR);
}

void hart_translation_changed(struct hart *h)
{
    h->blocks->page.va = 1;
    h->is_translation_changed = true;
}

/* ---- interrupts ---- */

void hart_look_at_interrupts(struct hart *h)
{
    if (trap_pending(h) >= 0)
        hart_leave(h);
}

void hart_set_irq(void *hart, unsigned mip_bit, bool level)
{
    struct hart *h = hart;
    uint64_t mask = UINT64_C(1) << mip_bit;

    h->csr.wires = level ? h->csr.wires | mask : h->csr.wires & ~mask;
}

static bool is_any_enabled_pending(const struct hart *h)
{
    return (h->csr.mip | h->csr.wires) & h->csr.mie;
}

bool hart_is_waiting(const struct hart *h)
{
    return h->in_wfi && !is_any_enabled_pending(h);
}

bool hart_is_stuck(const struct hart *h)
{
    return h->is_stuck;
}

/* ---- time ---- */

uint64_t hart_mtime(const struct hart *h)
{
    bring_clock_up_to_date((void *)h);
    if (h->read_mtime)
        return h->read_mtime(h->mtime_ctx);
    return clock_to_ticks(h->clock, h->clock->now, MTIME_HZ);
}

void hart_set_mtime(struct hart *h, uint64_t (*read)(void *ctx), void *ctx)
{
    h->read_mtime = read;
    h->mtime_ctx = ctx;
}

void hart_set_timer(struct hart *h, void (*changed)(void *ctx), void *ctx)
{
    h->timer_changed = changed;
    h->timer_ctx = ctx;
}

void hart_timer_changed(struct hart *h)
{
    if (!h->timer_changed)
        return;
    bring_clock_up_to_date(h);
    h->timer_changed(h->timer_ctx);
    hart_leave(h);
}

bool hart_stimecmp(const void *hart, uint64_t *when)
{
    const struct hart *h = hart;

    *when = h->csr.stimecmp;
    return envcfg_has_timer(h);
}

void hart_watch_stores(struct hart *h, uint64_t pa,
                       void (*told)(void *ctx, uint64_t pa, uint64_t len),
                       void *ctx)
{
    h->store_watch = told;
    h->store_watch_ctx = ctx;
    mmu_watch_stores(&h->mmu, pa);
}

void hart_set_watch(struct hart *h, const struct hart_watch *watch)
{
    h->watch = watch ? *watch : (struct hart_watch){0};
    forget_code(h);
}

void hart_set_hooks(struct hart *h, const struct hook_set *hooks)
{
    h->hooks = hooks;
    forget_code(h);
}

void hart_set_trace(struct hart *h, struct trace *trace)
{
    mmu_set_trace(&h->mmu, trace, h->id);
    count_anew(h);
}

void hart_watch_stale(struct hart *h,
                      void (*report)(void *ctx,
                                     const struct mmu_stale_use *use),
                      void *ctx)
{
    mmu_watch_stale(&h->mmu, report, ctx);
    count_anew(h);
}

/* h->pc is where its block starts; a block lies in one page. */
uint64_t hart_pc_now(const struct hart *h)
{
    return h->at ? (h->pc & ~MMU_PAGE_MASK) + h->at->offset : h->pc;
}

/* ---- running ---- */

void hart_request_stop(struct hart *h)
{
    h->stop_requested = true;
    hart_leave(h);
}

static uint64_t add_saturating(uint64_t a, uint64_t b)
{
    return a + b < a ? UINT64_MAX : a + b;
}

/* Prepares the next stretch up to a deadline, or says that the turn is over.
 * Interrupts are taken here and nowhere else: an engine returns whenever one
 * may have become due. */
static bool begin_stretch(struct hart *h)
{
    uint64_t now = cycle_now(h);
    uint64_t until;
    int interrupt;

    if (h->stop_requested || h->is_stuck || h->steps >= h->turn_limit ||
        now >= h->clock->deadline || hart_is_waiting(h))
        return false;
    h->in_wfi = false;
    interrupt = trap_pending(h);
    if (interrupt >= 0)
        trap_interrupt(h, (unsigned)interrupt);
    until = add_saturating(h->steps, h->clock->deadline - now);
    h->run_until = until < h->turn_limit ? until : h->turn_limit;
    h->leave = false;
    return true;
}

void hart_switch_models(struct hart *h, bool on)
{
    mmu_switch_models(&h->mmu, on);
    count_anew(h);
}

/* Not cycle_now: h->at is still the last access of the block before. */
uint64_t hart_now(const struct hart *h)
{
    return h->turn_now + (hart_cycles(h) - h->turn_cycles);
}

uint64_t hart_cycles(const struct hart *h)
{
    return h->steps + h->mmu.stalls;
}

uint64_t hart_run(struct hart *h, uint64_t max_steps)
{
    uint64_t first = h->steps;
    h->turn_now = h->clock->now;
    h->turn_cycles = h->steps + h->mmu.stalls;
    h->turn_limit = add_saturating(h->steps, max_steps);
    h->stop_requested = false;
    h->is_stuck = false;
    hart_translation_changed(h);
    while (begin_stretch(h)) {
        h->engine->run(h);
        h->at = NULL;
    }
    h->clock->now = cycle_now(h);
    return h->steps - first;
}

/* ---- life ---- */

void hart_init(struct hart *h, const struct hart_config *config, unsigned id,
               struct bus *bus, struct clock *clock, struct cache *l2)
{
    struct mmu_port port = {
        bring_clock_up_to_date, look_again, hart_code_written,
        watched_written,        h,          stalled};
    struct mmu_config mmu_config = config->mmu;

    memset(h, 0, sizeof *h);
    h->id = id;
    h->xlen = config->xlen ? config->xlen : 32;
    h->bus = bus;
    h->clock = clock;
    h->engine = config->engine ? config->engine : engine_default();
    h->extensions = extension_set(config);
    h->isa = isa_new_with(h->xlen, h->extensions);
    mmu_config.hart = id;
    mmu_init(&h->mmu, &mmu_config, bus, l2);
    mmu_set_port(&h->mmu, &port);
    h->blocks = blocks_new(&h->mmu, config->block_limit);
    if (h->engine->start && !h->engine->start(h, config))
        h->engine = &engine_interp;
    csr_index(h);
    hart_reset(h, 0);
}

void hart_free(struct hart *h)
{
    if (h->engine->stop)
        h->engine->stop(h);
    blocks_free(h->blocks);
    mmu_free(&h->mmu);
    isa_free(h->isa);
    memset(h, 0, sizeof *h);
}

void hart_reset(struct hart *h, uint64_t pc)
{
    uint64_t wires = h->csr.wires;

    memset(h->x, 0, sizeof h->x);
    memset(&h->csr, 0, sizeof h->csr);
    h->csr.wires = wires;
    h->csr.mcycle_offset = -hart_cycles(h);
    h->csr.minstret_offset = -hart_retired(h);
    h->csr.menvcfg = envcfg_at_reset(h);
    h->csr.stimecmp = UINT64_MAX;
    envcfg_push(h);
    hart_timer_changed(h);
    h->pc = pc;
    h->priv = PRIV_M;
    h->in_wfi = h->is_stuck = false;
    mmu_reset(&h->mmu);
    mmu_set_satp(&h->mmu, 0);
    hart_push_mode(h);
    /* Whoever resets may load memory anew. */
    forget_code(h);
}

/* ---- state ---- */

static void archive_csrs(struct csrs *c, struct archive *a)
{
    static const struct {
        const char *name;
        size_t at;
    } fields[] = {
        {"mstatus", offsetof(struct csrs, mstatus)},
        {"medeleg", offsetof(struct csrs, medeleg)},
        {"mideleg", offsetof(struct csrs, mideleg)},
        {"mie", offsetof(struct csrs, mie)},
        {"mip", offsetof(struct csrs, mip)},
        {"wires", offsetof(struct csrs, wires)},
        {"mtvec", offsetof(struct csrs, mtvec)},
        {"mscratch", offsetof(struct csrs, mscratch)},
        {"mepc", offsetof(struct csrs, mepc)},
        {"mcause", offsetof(struct csrs, mcause)},
        {"mtval", offsetof(struct csrs, mtval)},
        {"mcounteren", offsetof(struct csrs, mcounteren)},
        {"menvcfg", offsetof(struct csrs, menvcfg)},
        {"stvec", offsetof(struct csrs, stvec)},
        {"sscratch", offsetof(struct csrs, sscratch)},
        {"sepc", offsetof(struct csrs, sepc)},
        {"scause", offsetof(struct csrs, scause)},
        {"stval", offsetof(struct csrs, stval)},
        {"scounteren", offsetof(struct csrs, scounteren)},
        {"senvcfg", offsetof(struct csrs, senvcfg)},
        {"stimecmp", offsetof(struct csrs, stimecmp)},
        {"satp", offsetof(struct csrs, satp)},
        {"mcountinhibit", offsetof(struct csrs, mcountinhibit)},
        {"mcycle_offset", offsetof(struct csrs, mcycle_offset)},
        {"minstret_offset", offsetof(struct csrs, minstret_offset)},
    };

    for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
        archive_u64(a, fields[i].name,
                    (uint64_t *)(void *)((char *)c + fields[i].at));
}

/* A stream that is stored has what a counter is made of; a hash has what the
 * guest can read. */
static void archive_counters(struct hart *h, struct archive *a)
{
    for (unsigned i = 0; i < HPM_COUNTERS; i++) {
        uint64_t count = hpm_read(h, i);

        archive_u64(a, "mhpmevent", &h->csr.mhpmevent[i]);
        archive_check(a, hpm_is_event(h->csr.mhpmevent[i]), "mhpmevent");
        if (archive_is_stored(a)) {
            archive_u64(a, "hpm_offset", &h->csr.hpm_offset[i]);
            continue;
        }
        archive_u64(a, "mhpmcounter", &count);
        hpm_set(h, i, count);
    }
    if (!archive_is_stored(a))
        return;
    for (unsigned i = 0; i < ARRAY_SIZE(h->stats.exceptions); i++) {
        archive_u64(a, "exceptions", &h->stats.exceptions[i]);
        archive_u64(a, "interrupts", &h->stats.interrupts[i]);
    }
}

static void check_restored(struct hart *h, struct archive *a)
{
    bool fits = true;

    for (unsigned i = 0; i < 32; i++)
        fits &= h->xlen > 32 || h->x[i] == (uint64_t)sign_extend(h->x[i], 32);
    archive_check(a, fits, "registers are wider than XLEN");
    archive_check(a, !(h->pc & 1) && !(h->pc & ~isa_address_mask(h->isa)),
                  "pc");
    archive_check(a, h->priv <= PRIV_M && h->priv != 2, "priv");
    archive_check(a, h->failed <= h->steps, "failed");
    archive_check(a, csr_are_possible(h), "CSRs");
}

void hart_archive(struct hart *h, struct archive *a)
{
    char name[16];
    uint8_t priv = (uint8_t)h->priv;

    snprintf(name, sizeof name, "hart%u", h->id);
    archive_section(a, name);
    for (unsigned i = 1; i < 32; i++)
        archive_u64(a, isa_register_name(i), &h->x[i]);
    archive_u64(a, "pc", &h->pc);
    archive_u8(a, "priv", &priv);
    h->priv = (enum privilege)priv;
    archive_bool(a, "in_wfi", &h->in_wfi);
    archive_u64(a, "steps", &h->steps);
    archive_u64(a, "failed", &h->failed);
    archive_csrs(&h->csr, a);
    archive_counters(h, a);
    mmu_archive(&h->mmu, a);
    if (!archive_is_loading(a))
        return;
    check_restored(h, a);
    forget_code(h);
    envcfg_push(h);
    mmu_set_satp(&h->mmu, h->csr.satp);
    hart_push_mode(h);
}
