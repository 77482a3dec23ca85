/*
 * Flags by name, each as Linux's tracepoints print it: combinations before
 * single bits, the rest in hexadecimal.
 */
#include "frontend/trace_names.h"

#include <inttypes.h>

#include "base/compiler.h"

struct flag {
    uint64_t mask;
    const char *name;
};

/* include/linux/gfp.h */
enum {
    DMA = 0x1,
    HIGHMEM = 0x2,
    DMA32 = 0x4,
    MOVABLE = 0x8,
    RECLAIMABLE = 0x10,
    HIGH = 0x20,
    IO = 0x40,
    FS = 0x80,
    ZERO = 0x100,
    ATOMIC = 0x200,
    DIRECT_RECLAIM = 0x400,
    KSWAPD_RECLAIM = 0x800,
    WRITE = 0x1000,
    NOWARN = 0x2000,
    RETRY_MAYFAIL = 0x4000,
    NOFAIL = 0x8000,
    NORETRY = 0x10000,
    MEMALLOC = 0x20000,
    COMP = 0x40000,
    NOMEMALLOC = 0x80000,
    HARDWALL = 0x100000,
    THISNODE = 0x200000,
    ACCOUNT = 0x400000,
    ZEROTAGS = 0x800000,
    RECLAIM = DIRECT_RECLAIM | KSWAPD_RECLAIM,
    KERNEL = RECLAIM | IO | FS,
    USER = KERNEL | HARDWALL,
    TRANSHUGE_LIGHT =
        (USER | HIGHMEM | MOVABLE | COMP | NOMEMALLOC | NOWARN) & ~RECLAIM,
    MIGRATE_SHIFT = 3,
};

static const struct flag gfp_flags[] = {
    {TRANSHUGE_LIGHT | DIRECT_RECLAIM, "GFP_TRANSHUGE"},
    {TRANSHUGE_LIGHT, "GFP_TRANSHUGE_LIGHT"},
    {USER | HIGHMEM | MOVABLE, "GFP_HIGHUSER_MOVABLE"},
    {USER | HIGHMEM, "GFP_HIGHUSER"},
    {USER, "GFP_USER"},
    {KERNEL | ACCOUNT, "GFP_KERNEL_ACCOUNT"},
    {KERNEL, "GFP_KERNEL"},
    {RECLAIM | IO, "GFP_NOFS"},
    {HIGH | ATOMIC | KSWAPD_RECLAIM, "GFP_ATOMIC"},
    {RECLAIM, "GFP_NOIO"},
    {KSWAPD_RECLAIM, "GFP_NOWAIT"},
    {DMA, "GFP_DMA"},
    {HIGHMEM, "__GFP_HIGHMEM"},
    {DMA32, "GFP_DMA32"},
    {HIGH, "__GFP_HIGH"},
    {ATOMIC, "__GFP_ATOMIC"},
    {IO, "__GFP_IO"},
    {FS, "__GFP_FS"},
    {NOWARN, "__GFP_NOWARN"},
    {RETRY_MAYFAIL, "__GFP_RETRY_MAYFAIL"},
    {NOFAIL, "__GFP_NOFAIL"},
    {NORETRY, "__GFP_NORETRY"},
    {COMP, "__GFP_COMP"},
    {ZERO, "__GFP_ZERO"},
    {NOMEMALLOC, "__GFP_NOMEMALLOC"},
    {MEMALLOC, "__GFP_MEMALLOC"},
    {HARDWALL, "__GFP_HARDWALL"},
    {THISNODE, "__GFP_THISNODE"},
    {RECLAIMABLE, "__GFP_RECLAIMABLE"},
    {MOVABLE, "__GFP_MOVABLE"},
    {ACCOUNT, "__GFP_ACCOUNT"},
    {WRITE, "__GFP_WRITE"},
    {RECLAIM, "__GFP_RECLAIM"},
    {DIRECT_RECLAIM, "__GFP_DIRECT_RECLAIM"},
    {KSWAPD_RECLAIM, "__GFP_KSWAPD_RECLAIM"},
    {ZEROTAGS, "__GFP_ZEROTAGS"},
};

static void put_flags(struct trace_text *t, uint64_t bits,
                      const struct flag *flags, size_t n)
{
    const char *between = "";

    for (size_t i = 0; i < n && bits; i++) {
        if ((bits & flags[i].mask) != flags[i].mask)
            continue;
        trace_put(t, "%s%s", between, flags[i].name);
        bits &= ~flags[i].mask;
        between = "|";
    }
    if (bits)
        trace_put(t, "%s0x%" PRIx64, between, bits);
}

void trace_put_gfp(struct trace_text *t, uint64_t gfp)
{
    if (!gfp)
        trace_put(t, "none");
    else
        put_flags(t, gfp, gfp_flags, ARRAY_SIZE(gfp_flags));
}

unsigned trace_gfp_migratetype(uint64_t gfp)
{
    return (unsigned)((gfp & (MOVABLE | RECLAIMABLE)) >> MIGRATE_SHIFT);
}

static const char *const lru_names[] = {"inactive_anon", "active_anon",
                                        "inactive_file", "active_file",
                                        "unevictable"};

static const char *const migrate_modes[] = {
    "MIGRATE_ASYNC", "MIGRATE_SYNC_LIGHT", "MIGRATE_SYNC"};

static const char *const migrate_reasons[] = {
    "compaction",      "memory_failure", "memory_hotplug",
    "syscall_or_cpuset", "mempolicy_mbind", "numa_misplaced",
    "contig_range",    "longterm_pin",   "demotion"};

static const char *const compact_results[] = {
    "not_suitable_zone", "skipped",         "deferred",
    "no_suitable_page",  "continue",        "complete",
    "partial_skipped",   "contended",       "success"};

/* The name, or the number that has none. */
static void put_one_of(struct trace_text *t, const char *const *names,
                       size_t n, uint64_t value)
{
    if (value < n)
        trace_put(t, "%s", names[value]);
    else
        trace_put(t, "%" PRIu64, value);
}

void trace_put_migrate_mode(struct trace_text *t, uint64_t mode)
{
    put_one_of(t, migrate_modes, ARRAY_SIZE(migrate_modes), mode);
}

void trace_put_migrate_reason(struct trace_text *t, uint64_t reason)
{
    put_one_of(t, migrate_reasons, ARRAY_SIZE(migrate_reasons), reason);
}

void trace_put_compact_result(struct trace_text *t, uint64_t result)
{
    put_one_of(t, compact_results, ARRAY_SIZE(compact_results), result);
}

void trace_put_lru(struct trace_text *t, uint64_t lru)
{
    put_one_of(t, lru_names, ARRAY_SIZE(lru_names), lru);
}

bool trace_lru_is_file(uint64_t lru)
{
    return lru == 2 || lru == 3;
}

/* Octavo's task_struct.state and .exit_state; the highest bit tells. */
void trace_put_state(struct trace_text *t, const struct kernel_task *task,
                     bool is_preempted)
{
    static const char letters[] = "SDTt";
    const char *letter = "R";

    for (unsigned i = 0; letters[i]; i++)
        if (task->state >> i & 1)
            letter = &letters[i];
    if (task->exit_state)
        letter = task->exit_state & 1 ? "Z" : "X";
    if (is_preempted)
        letter = "R";
    trace_put(t, "%c%s", *letter, is_preempted ? "+" : "");
}

void trace_put_mm_counter(struct trace_text *t, uint64_t counter)
{
    static const char *const names[] = {"MM_FILEPAGES", "MM_ANONPAGES",
                                        "MM_SWAPENTS", "MM_SHMEMPAGES"};

    if (counter < ARRAY_SIZE(names))
        trace_put(t, "%s", names[counter]);
    else
        trace_put(t, "%" PRIu64, counter);
}
