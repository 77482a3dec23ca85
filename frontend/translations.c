/*
 * Passes on what the harts' translators tell.
 */
#include "frontend/translations.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "cpu/jit/watch.h"
#include "frontend/code_names.h"
#include "frontend/jit_log.h"
#include "frontend/perf_map.h"

struct translations {
    struct machine *machine;
    struct symbols *symbols; /* the kernel's; NULL if it has none */
    struct jit_log *log;     /* NULL without -d jit */
    struct perf_map *map;    /* NULL without -perfmap */
    struct jit_watch watch;
};

static void translated(void *ctx, const struct hart *h,
                       const struct jit_translation *t)
{
    struct translations *all = ctx;
    char name[CODE_NAME_MAX];

    if (all->log)
        jit_log_translated(all->log, h, t);
    if (!all->map)
        return;
    code_name(all->symbols, t->priv, t->va, name);
    perf_map_add(all->map, h->id, t->code, t->size, name);
}

static void written(void *ctx, const struct hart *h, uint64_t page_pa)
{
    struct translations *all = ctx;

    if (all->log)
        jit_log_written(all->log, h, page_pa);
}

static void dropped(void *ctx, const struct hart *h, const uint8_t *shared,
                    size_t size)
{
    struct translations *all = ctx;

    if (all->log)
        jit_log_dropped(all->log, h);
    if (!all->map)
        return;
    perf_map_drop(all->map, h->id);
    perf_map_add(all->map, h->id, shared, size, "quire jit stubs");
}

static uint64_t *counter(void *ctx, const struct hart *h, uint64_t pa)
{
    struct translations *all = ctx;

    return jit_log_counter(all->log, h, pa);
}

static void watch(struct translations *t, const char *option)
{
    struct machine *m = t->machine;

    for (unsigned i = 0; i < m->n_harts; i++) {
        if (hart_set_jit_watch(&m->harts[i], &t->watch))
            continue;
        log_error("%s: shows nothing, as -engine %s translates nothing", option,
                  m->harts[i].engine->name);
        return;
    }
}

struct translations *translations_open(const struct options *o,
                                       struct machine *m, FILE *log)
{
    struct translations *t;
    char error[160];

    if (!(o->debug & DEBUG_JIT) && !o->has_perf_map)
        return NULL;
    t = alloc_zeroed(1, sizeof *t);
    t->machine = m;
    if (o->machine.kernel)
        t->symbols = symbols_open(o->machine.kernel, error, sizeof error);
    if (o->debug & DEBUG_JIT)
        t->log = jit_log_open(log, t->symbols);
    if (o->has_perf_map)
        t->map = perf_map_open();
    t->watch = (struct jit_watch){translated, written, dropped,
                                  t->log ? counter : NULL, t};
    watch(t, t->log ? "-d jit" : "-perfmap");
    return t;
}

bool translations_close(struct translations *t)
{
    bool is_good;

    if (!t)
        return true;
    for (unsigned i = 0; i < t->machine->n_harts; i++)
        (void)!hart_set_jit_watch(&t->machine->harts[i], NULL);
    jit_log_close(t->log);
    is_good = perf_map_close(t->map);
    symbols_close(t->symbols);
    free(t);
    return is_good;
}
