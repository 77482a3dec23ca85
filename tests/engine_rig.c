/*
 * Machines that are used again and again, the reference, and the comparison.
 */
#include "tests/engine_rig.h"

#include <stdarg.h>
#include <string.h>

#include "machine/board.h"

#define POOL 96
#define RISING 29 /* slices of 1, 2, .. so many steps, and again */

/* An engine, how long its blocks may be, and its cache of code, 0 for the
 * default: of the least size it is full now and then. The first is the
 * reference. */
struct variant {
    const char *engine;
    unsigned block_limit;
    size_t code_cache_bytes;
};

static const struct variant variants[] = {
    {"interp", 1, 0}, {"interp", 0, 0}, {"jit", 0, 0}, {"jit", 3, 1}};

/* How a run is cut: into slices of so many steps; 0: not; RISING: see there. */
static const uint64_t cuts[] = {0, RISING, 7};

struct pooled {
    struct machine *m;
    struct archive *pristine; /* before its first step */
    const struct variant *variant;
    enum shape shape;
    unsigned harts;
};

static struct pooled pool[POOL];
static unsigned n_pooled;
static void (*configure)(struct machine_config *config);
static void (*prepare)(struct machine *m);

/* The reference's run: a digest of all harts after each step, and the end. */
static uint64_t digests[MAX_STEPS + 1];
static uint64_t end_steps, end_hash;
static enum machine_stop end_stop;
static struct mmu_counts end_counts[MACHINE_MAX_HARTS];
static struct hart_stats end_stats[MACHINE_MAX_HARTS];
static enum shape shape_now;

enum shape guest_shape(void)
{
    return shape_now;
}

/* ---- machines ---- */

static void set_shape(struct machine_config *c, enum shape shape)
{
    const struct cache_geometry one = {256, 1, 16, REPLACE_LRU, false, false};
    struct mmu_config *mmu = &c->hart.mmu;

    if (shape != SHAPE_DEFAULT) {
        mmu->itlb = mmu->dtlb = mmu->l2tlb = (struct tlb_geometry){0, 0, 0};
        mmu->l1i = mmu->l1d = c->l2 =
            (struct cache_geometry){0, 0, 0, 0, false, false};
    }
    if (shape == SHAPE_TLB) {
        mmu->itlb = (struct tlb_geometry){4, 2, REPLACE_LRU};
        mmu->dtlb = (struct tlb_geometry){4, 4, REPLACE_PLRU};
        mmu->l2tlb = (struct tlb_geometry){16, 4, REPLACE_LRU};
    }
    if (shape == SHAPE_CACHE) {
        mmu->l1i =
            (struct cache_geometry){1024, 2, 32, REPLACE_LRU, false, false};
        mmu->l1d =
            (struct cache_geometry){1024, 4, 32, REPLACE_PLRU, false, false};
        c->l2 = (struct cache_geometry){4096, 4, 64, REPLACE_FIFO, true, false};
    }
    if (shape == SHAPE_TINY || shape == SHAPE_TIMED) {
        mmu->itlb = mmu->dtlb = (struct tlb_geometry){1, 1, REPLACE_LRU};
        mmu->l2tlb = (struct tlb_geometry){4, 1, REPLACE_LRU};
        mmu->l1i = mmu->l1d = c->l2 = one;
        c->l2.size_bytes = 1024;
        mmu->is_timed = shape == SHAPE_TIMED;
    }
}

static struct pooled *pooled(const struct variant *variant, enum shape shape,
                             unsigned harts)
{
    struct machine_config config;
    struct pooled *p = pool;

    for (; p < pool + n_pooled; p++)
        if (p->variant == variant && p->shape == shape && p->harts == harts)
            return p;
    ck_assert_uint_lt(n_pooled, POOL);
    n_pooled++;
    machine_config_default(&config);
    config.ram_bytes = GUEST_RAM;
    config.n_harts = harts;
    config.hart.engine = engine_find(variant->engine);
    config.hart.block_limit = variant->block_limit;
    config.hart.code_cache_bytes = variant->code_cache_bytes;
    set_shape(&config, shape);
    if (configure)
        configure(&config);
    *p = (struct pooled){.m = machine_create(&config),
                         .pristine = archive_new_save(),
                         .variant = variant,
                         .shape = shape,
                         .harts = harts};
    if (prepare)
        prepare(p->m);
    machine_archive(p->m, p->pristine);
    return p;
}

/* A machine before its first step, with the guest's program in it. */
static struct machine *fresh(const struct guest *g,
                             const struct variant *variant)
{
    struct pooled *k = pooled(variant, shape_now, g->harts ? g->harts : 1);
    struct machine *m = k->m;
    struct program p = {m, DRAM_BASE};
    const void *data;
    const char *why;
    size_t size;

    data = archive_data(k->pristine, &size);
    m->has_finished = false;
    for (unsigned i = 0; i < m->n_harts; i++) {
        hart_set_hooks(&m->harts[i], NULL);
        hart_set_watch(&m->harts[i], NULL);
    }
    memset(m->bus.ram, 0, GUEST_RAM);
    bus_mark_written(&m->bus, DRAM_BASE, GUEST_RAM);
    why = restore(m, data, size);
    ck_assert_msg(!why, "%s", why);
    g->write(&p, g->arg);
    if (g->begin)
        g->begin(m, g->arg);
    return m;
}

void guests_need(void (*config)(struct machine_config *c),
                 void (*hardware)(struct machine *m))
{
    configure = config;
    prepare = hardware;
}

void guests_free(void)
{
    for (; n_pooled; n_pooled--) {
        machine_free(pool[n_pooled - 1].m);
        archive_free(pool[n_pooled - 1].pristine);
    }
}

/* ---- comparison ---- */

static uint64_t mix(uint64_t sum, const void *data, size_t bytes)
{
    const unsigned char *at = data;

    for (; bytes >= 8; bytes -= 8, at += 8)
        sum = (sum ^ load_le(at, 8)) * UINT64_C(0x9e3779b97f4a7c15),
        sum ^= sum >> 29;
    return sum;
}

/* What a hart shows, apart from memory and models. */
static uint64_t digest_of(const struct machine *m)
{
    uint64_t sum = m->clock.now;

    for (unsigned i = 0; i < m->n_harts; i++) {
        const struct hart *h = &m->harts[i];
        const uint64_t rest[] = {h->pc,
                                 (uint64_t)h->priv,
                                 h->in_wfi,
                                 h->steps,
                                 h->failed,
                                 h->mmu.stalls,
                                 h->mmu.is_reserved,
                                 h->mmu.is_reserved ? h->mmu.reserved_pa : 0};

        sum = mix(sum, h->x, 32 * sizeof h->x[0]);
        sum = mix(sum, rest, sizeof rest);
        sum = mix(sum, &h->csr, sizeof h->csr);
    }
    return sum;
}

/* Text that grows by what differs. */
struct text {
    char s[1500];
    size_t n;
};

static void say(struct text *t, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(t->s + t->n, sizeof t->s - t->n, format, args);
    va_end(args);
    t->n += n > 0 ? (size_t)n : 0;
    if (t->n >= sizeof t->s)
        t->n = sizeof t->s - 1;
}

static void say_word(struct text *t, const char *name, unsigned hart,
                     uint64_t want, uint64_t got)
{
    if (want != got)
        say(t, "\n  hart %u %s: %llx, and should be %llx", hart, name,
            (unsigned long long)got, (unsigned long long)want);
}

static void say_csrs(struct text *t, const struct hart *want,
                     const struct hart *got)
{
    char name[8];

    for (unsigned number = 0; number < 4096; number++) {
        uint64_t a = 0, b = 0;

        if (!hart_csr_peek(want, number, &a) || !hart_csr_peek(got, number, &b))
            continue;
        snprintf(name, sizeof name, "csr %03x", number);
        say_word(t, name, got->id, a, b);
    }
}

/* What differs, where the reference stands at `steps`. */
static void explain(struct text *t, const struct guest *g,
                    const struct machine *got, uint64_t steps)
{
    struct machine *want = fresh(g, &variants[0]);

    for (uint64_t at = 0; at < steps; at++) {
        if (machine_run(want, 1) != STOP_STEPS)
            break;
        if (g->act_every && (at + 1) % g->act_every == 0)
            g->act(want, at + 1);
    }
    for (unsigned i = 0; i < got->n_harts; i++) {
        const struct hart *a = &want->harts[i], *b = &got->harts[i];

        for (unsigned r = 1; r < 32; r++)
            say_word(t, isa_register_name(r), i, a->x[r], b->x[r]);
        say_word(t, "pc", i, a->pc, b->pc);
        say_word(t, "priv", i, (uint64_t)a->priv, (uint64_t)b->priv);
        say_word(t, "steps", i, a->steps, b->steps);
        say_word(t, "failed", i, a->failed, b->failed);
        say_word(t, "stalls", i, a->mmu.stalls, b->mmu.stalls);
        say_csrs(t, a, b);
    }
    for (uint64_t pa = DRAM_BASE; pa < DRAM_BASE + GUEST_RAM; pa += 4)
        if (peek(want, pa, 4) != peek(got, pa, 4))
            say(t, "\n  %llx: %llx, and should be %llx", (unsigned long long)pa,
                (unsigned long long)peek(got, pa, 4),
                (unsigned long long)peek(want, pa, 4));
}

static void say_counts(struct text *t, struct mmu_counts *want,
                       struct mmu_counts *got)
{
    const uint64_t *a = (const uint64_t *)(const void *)want;
    const uint64_t *b = (const uint64_t *)(const void *)got;

    for (size_t i = 0; i < sizeof *want / sizeof *a; i++)
        if (a[i] != b[i])
            say(t, "\n  count %zu of struct mmu_counts: %llu, not %llu", i,
                (unsigned long long)b[i], (unsigned long long)a[i]);
}

/* A run that was not cut differs after `steps`: the first step of which that
 * can be seen, if it is cut there. */
static uint64_t first_difference(const struct guest *g, const struct variant *v,
                                 uint64_t steps)
{
    uint64_t same = 0;

    while (!g->act_every && same + 1 < steps) {
        uint64_t middle = same + (steps - same) / 2;
        struct machine *m = fresh(g, v);

        machine_run(m, middle);
        if (digest_of(m) == digests[middle])
            same = middle;
        else
            steps = middle;
    }
    return steps;
}

/* Says where a run differs from the reference and ends the test. */
static void differs(const struct guest *g, struct machine *m,
                    const struct variant *v, uint64_t cut, uint64_t before)
{
    static const char *const shapes[] = {"off",  "default", "tiny",
                                         "tlbs", "caches",  "timed"};
    static struct text t;
    struct mmu_counts counts;

    t.n = 0;
    say(&t,
        "%s, block_limit %u, models %s, argument %d, slices of %llu: differs "
        "after step %llu (the slice began at %llu)",
        v->engine, v->block_limit, shapes[shape_now], g->arg,
        (unsigned long long)cut, (unsigned long long)machine_steps(m),
        (unsigned long long)before);
    explain(&t, g, m, machine_steps(m));
    for (unsigned i = 0; i < m->n_harts; i++) {
        mmu_count(&m->harts[i].mmu, &counts);
        if (machine_steps(m) == end_steps)
            say_counts(&t, &end_counts[i], &counts);
    }
    if (!cut)
        say(&t, "\n  (cut elsewhere, it differs from step %llu on)",
            (unsigned long long)first_difference(g, v, machine_steps(m)));
    ck_abort_msg("%s", t.s);
}

/* ---- runs ---- */

/* The others are equal to it then. */
static void check_reference(const struct guest *g, struct machine *m,
                            enum machine_stop stop)
{
    enum machine_stop want = g->steps ? g->stop : STOP_PASS;

    ck_assert_msg(stop == want, "ended by %d, not %d, after %llu steps at %llx",
                  stop, want, (unsigned long long)machine_steps(m),
                  (unsigned long long)m->harts[0].pc);
    for (unsigned i = 0; i < m->n_harts; i++) {
        uint64_t exceptions = 0;

        for (unsigned c = 0; c < 16; c++)
            exceptions += m->harts[i].stats.exceptions[c];
        ck_assert_uint_eq(exceptions, m->harts[i].failed);
    }
    if (g->check)
        g->check(m, g->arg);
}

static void run_reference(const struct guest *g)
{
    uint64_t limit = g->steps ? g->steps : MAX_STEPS;
    struct machine *m = fresh(g, &variants[0]);
    enum machine_stop stop = STOP_STEPS;

    ck_assert_uint_le(limit, MAX_STEPS);
    while (stop == STOP_STEPS && machine_steps(m) < limit) {
        stop = machine_run(m, 1);
        end_steps = machine_steps(m);
        if (g->act_every && end_steps % g->act_every == 0)
            g->act(m, end_steps);
        digests[end_steps] = digest_of(m);
    }
    end_hash = machine_hash(m);
    for (unsigned i = 0; i < m->n_harts; i++) {
        mmu_count(&m->harts[i].mmu, &end_counts[i]);
        end_stats[i] = m->harts[i].stats;
    }
    end_stop = stop;
    check_reference(g, m, stop);
}

static uint64_t slice(const struct guest *g, uint64_t cut, uint64_t n,
                      uint64_t steps)
{
    uint64_t limit = g->steps ? g->steps : MAX_STEPS;
    uint64_t len = cut == RISING ? n % RISING + 1 : cut;

    if (!len || len > limit - steps)
        len = limit - steps;
    if (g->act_every && len > g->act_every - steps % g->act_every)
        len = g->act_every - steps % g->act_every;
    return len;
}

static void run(const struct guest *g, const struct variant *v, uint64_t cut)
{
    uint64_t limit = g->steps ? g->steps : MAX_STEPS, steps = 0, n = 0;
    struct machine *m = fresh(g, v);
    enum machine_stop stop = STOP_STEPS;
    struct mmu_counts counts;

    while (stop == STOP_STEPS && steps < limit) {
        uint64_t before = steps;

        stop = machine_run(m, slice(g, cut, n++, steps));
        steps = machine_steps(m);
        if (g->act_every && steps % g->act_every == 0)
            g->act(m, steps);
        if (steps > end_steps || digest_of(m) != digests[steps])
            differs(g, m, v, cut, before);
    }
    if (steps != end_steps || stop != end_stop || machine_hash(m) != end_hash)
        differs(g, m, v, cut, 0);
    /* All that was written is marked, or the hash was of older memory. */
    if (!page_sum_check(&m->bus.ram_sum))
        ck_abort_msg("%s wrote to DRAM without a mark", v->engine);
    for (unsigned i = 0; i < m->n_harts; i++) {
        mmu_count(&m->harts[i].mmu, &counts);
        if (memcmp(&counts, &end_counts[i], sizeof counts) ||
            memcmp(&m->harts[i].stats, &end_stats[i], sizeof end_stats[i]))
            differs(g, m, v, cut, 0);
    }
}

void guest_runs_alike(const struct guest *g)
{
    unsigned shapes = g->shapes ? g->shapes : SHAPES_UNTIMED;

    for (unsigned s = 0; s < N_SHAPES; s++) {
        if (!(shapes >> s & 1))
            continue;
        shape_now = (enum shape)s;
        run_reference(g);
        for (size_t v = 1; v < ARRAY_SIZE(variants); v++)
            for (size_t c = 0; c < ARRAY_SIZE(cuts); c++)
                if (engine_find(variants[v].engine))
                    run(g, &variants[v], cuts[c]);
    }
}
