/*
 * The table of statistics and its three formats.
 */
#include "machine/stats.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "machine/board.h"
#include "machine/machine.h"
#include "mmu/cache.h"

/* Everything that the rows read, taken at one moment. */
struct sample {
    struct machine *m;
    const struct stats_end *end;
    struct mmu_counts mmu[MACHINE_MAX_HARTS];
};

/* Whether a row stands once, once a hart, or once a drive. */
enum scope {
    OF_MACHINE,
    OF_HART,
    OF_HARTS, /* once a hart, and their sum for the machine */
    OF_DRIVE,
};

/* Reads the row's value, of hart or drive i. */
typedef uint64_t read_function(const struct sample *s, unsigned i);
typedef const char *text_function(const struct sample *s);

struct row {
    enum scope scope;
    const char *name; /* parts separated by dots */
    const char *meaning;
    read_function *read; /* or */
    text_function *text;
};

#define READ(name, expression)                                                 \
    static uint64_t name(const struct sample *s, unsigned i)                   \
    {                                                                          \
        (void)i;                                                               \
        return expression;                                                     \
    }
#define READ_TEXT(name, expression)                                            \
    static const char *name(const struct sample *s)                            \
    {                                                                          \
        (void)s;                                                               \
        return expression;                                                     \
    }

READ_TEXT(version, PACKAGE_VERSION)
READ_TEXT(reason, s->end->reason)
READ_TEXT(engine, s->m->harts[0].engine->name)

READ(status, (uint64_t)s->end->status)
READ(code, s->m->fail_code)
READ(ram_bytes, s->m->config.ram_bytes)
READ(harts, s->m->n_harts)
READ(clock_hz, s->m->config.clock_hz)
READ(dma_reach, s->m->config.dma_reach)
READ(seed, s->m->config.seed)

READ(all_steps, machine_steps(s->m))
READ(all_retired, machine_retired(s->m))
READ(cycles, s->m->clock.now)
READ(idle_cycles, s->m->idle_cycles)
READ(resets, s->m->resets)

READ(steps, s->m->harts[i].steps)
READ(retired, hart_retired(&s->m->harts[i]))
READ(hart_cycles_run, hart_cycles(&s->m->harts[i]))

static uint64_t sum(const uint64_t *counts, size_t n)
{
    uint64_t total = 0;

    for (size_t i = 0; i < n; i++)
        total += counts[i];
    return total;
}

READ(exceptions, sum(s->m->harts[i].stats.exceptions,
                     ARRAY_SIZE(s->m->harts[i].stats.exceptions)))
READ(interrupts, sum(s->m->harts[i].stats.interrupts,
                     ARRAY_SIZE(s->m->harts[i].stats.interrupts)))
READ(fetch_page_faults, s->m->harts[i].stats.exceptions[CAUSE_FETCH_PAGE])
READ(load_page_faults, s->m->harts[i].stats.exceptions[CAUSE_LOAD_PAGE])
READ(store_page_faults, s->m->harts[i].stats.exceptions[CAUSE_STORE_PAGE])

#define READ_TLB(level)                                                        \
    READ(level##_accesses, s->mmu[i].level.accesses)                           \
    READ(level##_hits, s->mmu[i].level.hits)                                   \
    READ(level##_misses, s->mmu[i].level.misses)
READ_TLB(itlb)
READ_TLB(dtlb)
READ_TLB(l2tlb)

READ(walks, s->mmu[i].walks.walks)
READ(walk_reads, s->mmu[i].walks.reads)
READ(walk_updates, s->mmu[i].walks.updates)

#define READ_CACHE(level)                                                      \
    READ(level##_accesses, s->mmu[i].level.accesses)                           \
    READ(level##_hits, s->mmu[i].level.hits)                                   \
    READ(level##_misses, s->mmu[i].level.misses)                               \
    READ(level##_writebacks, s->mmu[i].level.writebacks)                       \
    READ(level##_writethroughs, s->mmu[i].level.writethroughs)
READ_CACHE(l1i)
READ_CACHE(l1d)

READ(l2_accesses, s->m->l2 ? s->m->l2->stats.accesses : 0)
READ(l2_hits, s->m->l2 ? s->m->l2->stats.accesses - s->m->l2->stats.misses : 0)
READ(l2_misses, s->m->l2 ? s->m->l2->stats.misses : 0)
READ(l2_writebacks, s->m->l2 ? s->m->l2->stats.writebacks : 0)
READ(l2_writethroughs, s->m->l2 ? s->m->l2->stats.writethroughs : 0)

READ(dma_chains, s->m->board->dma.stats.chains)
READ(dma_descriptors, s->m->board->dma.stats.descriptors)
READ(dma_bytes, s->m->board->dma.stats.bytes)
READ(dma_errors, s->m->board->dma.stats.errors)

READ(disk_reads, s->m->board->images[i]->stats.reads)
READ(disk_writes, s->m->board->images[i]->stats.writes)
READ(disk_flushes, s->m->board->images[i]->stats.flushes)
READ(disk_discards, s->m->board->images[i]->stats.discards)
READ(disk_bytes_read, s->m->board->images[i]->stats.bytes_read)
READ(disk_bytes_written, s->m->board->images[i]->stats.bytes_written)
READ(disk_errors, s->m->board->images[i]->stats.errors)

/* clang-format off */
#define ROWS_TLB(what, level, text) \
    { OF_HARTS, "tlb." what ".accesses", "lookups of the " text, \
      level##_accesses, NULL }, \
    { OF_HARTS, "tlb." what ".hits", "of these, found there", \
      level##_hits, NULL }, \
    { OF_HARTS, "tlb." what ".misses", "of these, not found there", \
      level##_misses, NULL }

#define ROWS_CACHE(scope, level, text) \
    { scope, "cache." #level ".accesses", "lookups of the " text, \
      level##_accesses, NULL }, \
    { scope, "cache." #level ".hits", "of these, found there", \
      level##_hits, NULL }, \
    { scope, "cache." #level ".misses", "of these, not found there", \
      level##_misses, NULL }, \
    { scope, "cache." #level ".writebacks", \
      "dirty lines written to the next level", level##_writebacks, NULL }, \
    { scope, "cache." #level ".writethroughs", \
      "other writes passed on to it", level##_writethroughs, NULL }

static const struct row rows[] = {
    { OF_MACHINE, "quire", "version of the emulator", NULL, version },
    { OF_MACHINE, "config.ram_bytes", "-m", ram_bytes, NULL },
    { OF_MACHINE, "config.harts", "-smp", harts, NULL },
    { OF_MACHINE, "config.clock_hz", "-clock", clock_hz, NULL },
    { OF_MACHINE, "config.dma_reach", "-dma reach=, in bytes", dma_reach,
      NULL },
    { OF_MACHINE, "config.seed", "-seed", seed, NULL },
    { OF_MACHINE, "config.engine", "-engine", NULL, engine },
    { OF_MACHINE, "steps", "instructions attempted, all harts together",
      all_steps, NULL },
    { OF_MACHINE, "retired", "of these, retired", all_retired, NULL },
    { OF_MACHINE, "cycles", "machine time in cycles of -clock", cycles, NULL },
    { OF_MACHINE, "idle_cycles", "of these, jumped over while all waited",
      idle_cycles, NULL },
    { OF_MACHINE, "resets", "warm resets", resets, NULL },
    { OF_HART, "steps", "instructions attempted by this hart", steps, NULL },
    { OF_HART, "retired", "of these, retired", retired, NULL },
    { OF_HART, "cycles", "its steps and, with -timing on, their stalls",
      hart_cycles_run, NULL },
    { OF_HART, "exceptions", "exceptions taken", exceptions, NULL },
    { OF_HART, "interrupts", "interrupts taken", interrupts, NULL },
    { OF_HART, "fetch_page_faults", "page faults of instruction fetches",
      fetch_page_faults, NULL },
    { OF_HART, "load_page_faults", "page faults of loads", load_page_faults,
      NULL },
    { OF_HART, "store_page_faults", "page faults of stores and AMOs",
      store_page_faults, NULL },
    ROWS_TLB("itlb", itlb, "modelled instruction TLB"),
    ROWS_TLB("dtlb", dtlb, "modelled data TLB"),
    ROWS_TLB("l2tlb", l2tlb, "modelled second-level TLB"),
    { OF_HARTS, "tlb.walks", "page walks", walks, NULL },
    { OF_HARTS, "tlb.walk_reads", "page-table entries read by them",
      walk_reads, NULL },
    { OF_HARTS, "tlb.walk_updates", "of these, written back with A or D",
      walk_updates, NULL },
    ROWS_CACHE(OF_HARTS, l1i, "modelled L1 instruction cache"),
    ROWS_CACHE(OF_HARTS, l1d, "modelled L1 data cache"),
    ROWS_CACHE(OF_MACHINE, l2, "modelled L2 cache, which harts share"),
    { OF_MACHINE, "dma.chains", "chains of descriptors that quire,dma ended",
      dma_chains, NULL },
    { OF_MACHINE, "dma.descriptors", "descriptors that took effect",
      dma_descriptors, NULL },
    { OF_MACHINE, "dma.bytes", "bytes that they moved", dma_bytes, NULL },
    { OF_MACHINE, "dma.errors", "chains that ended with an error", dma_errors,
      NULL },
    { OF_DRIVE, "reads", "read commands, failed ones included", disk_reads,
      NULL },
    { OF_DRIVE, "writes", "write commands, failed ones included", disk_writes,
      NULL },
    { OF_DRIVE, "flushes", "flush commands", disk_flushes, NULL },
    { OF_DRIVE, "discards", "discard commands", disk_discards, NULL },
    { OF_DRIVE, "bytes_read", "bytes read from the image", disk_bytes_read,
      NULL },
    { OF_DRIVE, "bytes_written", "bytes written to it", disk_bytes_written,
      NULL },
    { OF_DRIVE, "errors", "commands that failed, by a fault rule or the host",
      disk_errors, NULL },
    { OF_MACHINE, "exit.reason", "what ended the run", NULL, reason },
    { OF_MACHINE, "exit.status", "quire's exit status", status, NULL },
    { OF_MACHINE, "exit.code", "the guest's own code, if it failed", code,
      NULL },
};
/* clang-format on */

/* A row's value for the whole machine. */
static uint64_t read_total(const struct sample *s, const struct row *row)
{
    uint64_t total = 0;

    if (row->scope != OF_HARTS)
        return row->read(s, 0);
    for (unsigned i = 0; i < s->m->n_harts; i++)
        total += row->read(s, i);
    return total;
}

static bool is_once(const struct row *row)
{
    return row->scope == OF_MACHINE || row->scope == OF_HARTS;
}

static bool is_per_hart(const struct row *row)
{
    return row->scope == OF_HART || row->scope == OF_HARTS;
}

/* Puts `value` (taken over) under its dotted name, making objects. */
static void put(json_t *object, const char *name, json_t *value)
{
    const char *dot;

    while ((dot = strchr(name, '.'))) {
        size_t n = (size_t)(dot - name);
        json_t *inner = json_object_getn(object, name, n);

        if (!inner) {
            inner = json_object();
            json_object_setn_new(object, name, n, inner);
        }
        object = inner;
        name = dot + 1;
    }
    json_object_set_new(object, name, value);
}

static json_t *instance(const struct sample *s, bool is_hart, unsigned i)
{
    json_t *object = json_object();

    for (size_t r = 0; r < ARRAY_SIZE(rows); r++)
        if (is_hart ? is_per_hart(&rows[r]) : rows[r].scope == OF_DRIVE)
            put(object, rows[r].name,
                json_integer((json_int_t)rows[r].read(s, i)));
    return object;
}

static bool write_json(const struct sample *s, FILE *out)
{
    json_t *root = json_object(), *list = json_array();
    bool ok;

    for (unsigned i = 0; i < s->m->n_harts; i++)
        json_array_append_new(list, instance(s, true, i));
    for (size_t r = 0; r < ARRAY_SIZE(rows); r++) {
        const struct row *row = &rows[r];

        if (row->scope == OF_HART && list) {
            json_object_set_new(root, "harts", list);
            list = NULL;
        }
        if (is_once(row))
            put(root, row->name,
                row->text ? json_string(row->text(s))
                          : json_integer((json_int_t)read_total(s, row)));
    }
    list = json_array();
    for (unsigned i = 0; i < s->m->board->n_images; i++)
        json_array_append_new(list, instance(s, false, i));
    json_object_set_new(root, "disks", list);
    ok = !json_dumpf(root, out, JSON_INDENT(2));
    json_decref(root);
    return ok && fputc('\n', out) != EOF;
}

/* One line of a flat format; index < 0 for none. */
static void write_line(const struct sample *s, enum stats_format format,
                       const struct row *row, const char *list, int index,
                       FILE *out)
{
    char name[96], value[64];

    if (index < 0)
        snprintf(name, sizeof name, "%s", row->name);
    else
        snprintf(name, sizeof name, "%s.%d.%s", list, index, row->name);
    if (row->text)
        snprintf(value, sizeof value, "%s", row->text(s));
    else
        snprintf(value, sizeof value, "%" PRIu64,
                 index < 0 ? read_total(s, row)
                           : row->read(s, (unsigned)index));
    if (format == STATS_CSV)
        fprintf(out, "%s,%s\n", name, value);
    else
        fprintf(out, "%-32s %20s # %s\n", name, value, row->meaning);
}

static bool write_flat(const struct sample *s, enum stats_format format,
                       FILE *out)
{
    if (format == STATS_CSV)
        fputs("name,value\n", out);
    for (size_t r = 0; r < ARRAY_SIZE(rows); r++)
        if (is_once(&rows[r]))
            write_line(s, format, &rows[r], NULL, -1, out);
    for (unsigned i = 0; i < s->m->n_harts; i++)
        for (size_t r = 0; r < ARRAY_SIZE(rows); r++)
            if (is_per_hart(&rows[r]))
                write_line(s, format, &rows[r], "harts", (int)i, out);
    for (unsigned i = 0; i < s->m->board->n_images; i++)
        for (size_t r = 0; r < ARRAY_SIZE(rows); r++)
            if (rows[r].scope == OF_DRIVE)
                write_line(s, format, &rows[r], "disks", (int)i, out);
    return !ferror(out);
}

bool stats_write(struct machine *m, const struct stats_end *end,
                 enum stats_format format, FILE *out)
{
    struct sample s = {.m = m, .end = end};

    for (unsigned i = 0; i < m->n_harts; i++)
        mmu_count(&m->harts[i].mmu, &s.mmu[i]);
    return format == STATS_JSON ? write_json(&s, out)
                                : write_flat(&s, format, out);
}

void stats_describe(FILE *out)
{
    static const char *const prefix[] = {[OF_MACHINE] = "",
                                         [OF_HART] = "harts.N.",
                                         [OF_HARTS] = "",
                                         [OF_DRIVE] = "disks.N."};

    for (size_t r = 0; r < ARRAY_SIZE(rows); r++)
        fprintf(out, "| %s%s | %s%s |\n", prefix[rows[r].scope], rows[r].name,
                rows[r].meaning,
                rows[r].scope == OF_HARTS ? " (also in harts.N)" : "");
}
