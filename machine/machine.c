/*
 * Life of a machine: harts in turn, devices at their deadlines, jumps of time
 * while all wait, and the ways in which it ends.
 *
 * Harts run in rounds. In a round each hart has one turn, which starts at the
 * round's time and ends after `quantum` steps, in WFI, or at the deadline;
 * then time moves on by the longest turn, and devices that are due tick. Where
 * a round stands is part of the state, so that a run may be cut after any
 * step and goes on as if it had not been.
 *
 * In a round a later hart sees an earlier time than the one before it has
 * reached. A turn is therefore as long as a tick of mtime: time as the harts
 * see it differs by one tick at most (unpriv. 10.1 asks for that).
 */
#include "machine/machine.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "abi/platform.h"
#include "base/alloc.h"
#include "base/log.h"
#include "machine/board.h"
#include "machine/loader.h"
#include "mmu/cache.h"
#include "mmu/trace.h"

/* Steps of a turn of a single hart: it has nobody to wait for, but the end of
 * the round is where its death is seen. */
#define QUANTUM_ALONE (UINT64_C(1) << 20)

void machine_config_default(struct machine_config *config)
{
    const struct cache_geometry l1 = {
        .size_bytes = 32 << 10, .ways = 8, .line_bytes = 64};

    *config = (struct machine_config){
        .hart = {.xlen = 32,
                 .mmu = {.itlb = {.entries = 32, .ways = 32},
                         .dtlb = {.entries = 32, .ways = 32},
                         .l2tlb = {.entries = 512, .ways = 4},
                         .l1i = l1,
                         .l1d = l1,
                         .has_pmp = true}},
        .l2 = {.size_bytes = 512 << 10, .ways = 8, .line_bytes = 64},
        .n_harts = 1,
        .ram_bytes = UINT64_C(64) << 20,
        .clock_hz = UINT64_C(1000000000),
        .dma_reach = UINT64_C(16) << 20,
        .models_to = UINT64_MAX,
        .rtc_seconds = MACHINE_RTC_SECONDS,
    };
}

static void start_round(struct machine *m)
{
    m->round_start = m->clock.now;
    m->round_longest = 0;
    m->turn = 0;
    m->turn_steps = m->turn_cycles = 0;
}

/* Says, at the start and after a reset, how the models stand. */
static void trace_start(const struct machine *m)
{
    if (m->trace)
        trace_models(m->trace, m->harts[0].mmu.models);
}

void machine_switch_models(struct machine *m, bool on)
{
    if (on == m->is_modelling)
        return;
    m->is_modelling = on;
    for (unsigned i = 0; i < m->n_harts; i++)
        hart_switch_models(&m->harts[i], on);
    if (m->l2)
        cache_clear(m->l2);
    trace_start(m);
}

void machine_set_trace(struct machine *m, struct trace *trace)
{
    m->trace = trace;
    for (unsigned i = 0; i < m->n_harts; i++)
        hart_set_trace(&m->harts[i], trace);
    trace_start(m);
}

/* Power-on and warm reset: what the images say stands in memory again. */
static void reset(struct machine *m)
{
    bus_reset(&m->bus);
    loader_place(m->loader, &m->bus);
    for (unsigned i = 0; i < m->n_harts; i++) {
        hart_code_written(&m->harts[i], m->bus.ram_base_pa, m->bus.ram_size);
        hart_reset(&m->harts[i], BOOTROM_BASE);
    }
    trace_start(m);
    m->is_reset_asked = false;
    bus_tick(&m->bus, &m->clock);
    start_round(m);
}

/* An engine that was asked for must be had; the default is what there is. */
static void check_engine(const struct machine *m)
{
    static const char why[] = "the host gives no memory for code";
    const struct engine *asked = m->config.hart.engine;

    for (unsigned i = 0; i < m->n_harts; i++) {
        const struct engine *had = m->harts[i].engine;

        if (asked && had != asked)
            die(EXIT_USAGE,
                "-engine %s: %s: allow it more, ask for less by tb-size=SIZE, "
                "or use -engine interp",
                asked->name, why);
        if (!asked && had != engine_default()) {
            log_error("%s: -engine %s is used, which is slower", why,
                      had->name);
            return;
        }
    }
}

static void create_harts(struct machine *m)
{
    struct mmu *mmus[MACHINE_MAX_HARTS];

    m->config.hart.mmu.seed = m->config.seed;
    m->l2 =
        cache_new(&m->config.l2, replace_seed(m->config.seed, 0, REPLACE_L2));
    for (unsigned i = 0; i < m->n_harts; i++) {
        hart_init(&m->harts[i], &m->config.hart, i, &m->bus, &m->clock, m->l2);
        mmus[i] = &m->harts[i].mmu;
    }
    check_engine(m);
    mmu_join(mmus, m->n_harts);
    if (m->config.is_dma_incoherent)
        machine_make_incoherent(m);
    m->is_modelling = true;
    machine_switch_models(m, !m->config.models_from);
}

struct machine *machine_create(const struct machine_config *config)
{
    struct machine *m = alloc_zeroed(1, sizeof *m);

    assert(config->n_harts >= 1 && config->n_harts <= MACHINE_MAX_HARTS);
    m->config = *config;
    m->n_harts = config->n_harts;
    m->clock = (struct clock){.hz = config->clock_hz, .deadline = CLOCK_NEVER};
    bus_init(&m->bus, DRAM_BASE, config->ram_bytes, BOOTROM_BASE, BOOTROM_SIZE);
    create_harts(m);
    board_create(m);
    m->loader = loader_create(m);
    reset(m);
    return m;
}

const uint8_t *machine_device_tree(const struct machine *m, size_t *size)
{
    return loader_device_tree(m->loader, size);
}

void machine_free(struct machine *m)
{
    if (!m)
        return;
    for (unsigned i = 0; i < m->n_harts; i++)
        hart_free(&m->harts[i]);
    cache_delete(m->l2);
    loader_free(m->loader);
    board_free(m->board);
    bus_free(&m->bus);
    free(m);
}

void machine_set_hooks(struct machine *m, const struct machine_hooks *hooks)
{
    m->hooks = *hooks;
}

void machine_request_stop(struct machine *m)
{
    m->is_stop_asked = true;
    for (unsigned i = 0; i < m->n_harts; i++)
        hart_request_stop(&m->harts[i]);
}

uint64_t machine_steps(const struct machine *m)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < m->n_harts; i++)
        sum += m->harts[i].steps;
    return sum;
}

uint64_t machine_retired(const struct machine *m)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < m->n_harts; i++)
        sum += hart_retired(&m->harts[i]);
    return sum;
}

static enum machine_stop end(struct machine *m, enum machine_stop verdict)
{
    m->has_finished = true;
    m->verdict = verdict;
    return verdict;
}

uint64_t machine_quantum(const struct machine *m)
{
    return m->n_harts > 1 ? m->clock.hz / MTIME_HZ : QUANTUM_ALONE;
}

/* Switches the models if that is due before the next step; returns in how
 * many steps it is due again. */
static uint64_t keep_models(struct machine *m)
{
    uint64_t from = m->config.models_from, to = m->config.models_to;
    uint64_t steps = machine_steps(m);

    machine_switch_models(m, steps >= from && steps < to);
    if (steps < from)
        return from - steps;
    return steps < to ? to - steps : UINT64_MAX;
}

/* Runs the hart whose turn it is for at most max_steps, and ends its turn
 * unless only max_steps or a stop cut it. Returns the steps done. */
static uint64_t take_turn(struct machine *m, uint64_t max_steps)
{
    uint64_t left = machine_quantum(m) - m->turn_steps;
    uint64_t ask = left < max_steps ? left : max_steps;
    uint64_t same = keep_models(m); /* steps with the same models */
    struct hart *h = &m->harts[m->turn];
    uint64_t did;

    ask = ask < same ? ask : same;
    m->clock.now = m->round_start + m->turn_cycles;
    did = hart_run(h, ask);
    m->turn_steps += did;
    m->turn_cycles = m->clock.now - m->round_start;
    if (m->turn_cycles > m->round_longest)
        m->round_longest = m->turn_cycles;
    if (m->has_finished || m->is_reset_asked || m->is_stop_asked ||
        (did == ask && did < left && !hart_is_stuck(h)))
        return did;
    m->turn++;
    m->turn_steps = m->turn_cycles = 0;
    return did;
}

/* Whether all harts wait or are stuck; the numbers of each. */
static bool is_quiet(const struct machine *m, unsigned *waiting,
                     unsigned *stuck)
{
    *waiting = *stuck = 0;
    for (unsigned i = 0; i < m->n_harts; i++) {
        if (hart_is_waiting(&m->harts[i]))
            ++*waiting;
        else if (hart_is_stuck(&m->harts[i]))
            ++*stuck;
    }
    return *waiting + *stuck == m->n_harts;
}

/* No hart can go on by itself: jumps to what is due next, or asks the host.
 * STOP_STEPS means: look again. */
static enum machine_stop wait_for_event(struct machine *m)
{
    uint64_t cycles = m->clock.deadline;
    enum idle_answer answer = IDLE_OVER;

    if (cycles != CLOCK_NEVER)
        cycles = cycles > m->clock.now ? cycles - m->clock.now : 0;
    if (cycles && m->hooks.idle)
        answer = m->hooks.idle(m->hooks.ctx, cycles);
    if (answer == IDLE_STOP)
        return STOP_REQUESTED;
    if (answer == IDLE_AGAIN)
        return STOP_STEPS;
    if (cycles == CLOCK_NEVER)
        return end(m, STOP_DEAD);
    m->clock.now += cycles;
    m->idle_cycles += cycles;
    bus_tick(&m->bus, &m->clock);
    start_round(m);
    return STOP_STEPS;
}

/* After the last turn of a round. STOP_STEPS means: go on. */
static enum machine_stop end_round(struct machine *m)
{
    unsigned waiting, stuck;

    m->clock.now = m->round_start + m->round_longest;
    if (m->clock.now >= m->clock.deadline)
        bus_tick(&m->bus, &m->clock);
    start_round(m);
    m->host_error = board_host_error(m);
    if (m->host_error)
        return end(m, STOP_HOST_IO);
    if (!is_quiet(m, &waiting, &stuck))
        return STOP_STEPS;
    if (waiting)
        return wait_for_event(m);
    if (board_masters_are_idle(m))
        return end(m, STOP_DEAD);
    return STOP_STEPS;
}

enum machine_stop machine_run(struct machine *m, uint64_t max_steps)
{
    enum machine_stop stop = STOP_STEPS;
    uint64_t done = 0;

    while (!m->has_finished && stop == STOP_STEPS) {
        if (m->is_reset_asked) {
            m->clock.now = m->round_start + m->round_longest;
            m->resets++;
            reset(m);
        }
        if (m->is_stop_asked) {
            m->is_stop_asked = false;
            return STOP_REQUESTED;
        }
        if (m->turn == m->n_harts)
            stop = end_round(m);
        else if (done == max_steps)
            return STOP_STEPS;
        else
            done += take_turn(m, max_steps - done);
    }
    return m->has_finished ? m->verdict : stop;
}

unsigned machine_console_room(const struct machine *m)
{
    const struct uart *u = &m->board->uart;

    if (htif_is_reading(&m->board->htif))
        return 1;
    return uart_is_listening(u) ? uart_can_receive(u) : 0;
}

size_t machine_console_input(struct machine *m, const uint8_t *bytes,
                             size_t len)
{
    struct uart *u = &m->board->uart;
    size_t n = uart_can_receive(u);

    if (len && htif_is_reading(&m->board->htif)) {
        htif_receive(&m->board->htif, *bytes);
        return 1;
    }
    n = n < len ? n : len;
    for (size_t i = 0; i < n; i++)
        uart_receive(u, bytes[i]);
    return n;
}

bool machine_peek(const struct machine *m, uint64_t pa, void *to, size_t len)
{
    const uint8_t *from = bus_readable(&m->bus, pa, len);

    if (from)
        memcpy(to, from, len);
    return from;
}

bool machine_peek_virtual(const struct machine *m, unsigned hart, uint64_t va,
                          void *to, size_t len)
{
    const struct hart *h = &m->harts[hart];
    uint8_t *out = to;

    while (len) {
        size_t n = MMU_PAGE_SIZE - (va & MMU_PAGE_MASK);
        uint64_t pa;

        n = n < len ? n : len;
        if (!mmu_peek_translate(&h->mmu, va, ACCESS_LOAD, h->priv, &pa) ||
            !machine_peek(m, pa, out, n))
            return false;
        va += n;
        out += n;
        len -= n;
    }
    return true;
}
