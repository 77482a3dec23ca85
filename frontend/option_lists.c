/*
 * Options whose values are lists: -cpu, -drive, -dma, -rtc, -cache, -tlb,
 * -engine, -d.
 */
#include <stdio.h>
#include <string.h>

#include "abi/platform.h"
#include "base/compiler.h"
#include "cpu/extension.h"
#include "devices/faults.h"
#include "devices/latency.h"
#include "frontend/internal.h"
#include "frontend/parse.h"

static bool set_cpu_switch(struct hart_config *hart, const char *name,
                           bool is_on)
{
    const struct extension_row *row = extension_find(name);

    if (!strcmp(name, "pmp"))
        hart->mmu.has_pmp = is_on;
    else if (!strcmp(name, "misaligned"))
        hart->mmu.traps_misaligned = !is_on;
    else if (!row)
        return false;
    else if (row->bit == EXT_SVADE)
        hart->mmu.is_svade = is_on;
    else
        hart->without =
            is_on ? hart->without & ~row->bit : hart->without | row->bit;
    return true;
}

const char *options_set_machine(struct options *o, const char *value)
{
    static const char usage[] = "quire32, the machine of this version, and "
                                "then perhaps dumpdtb=FILE";
    struct part part;
    bool is_bad;

    if (!parse_part(&value, &part, &is_bad) || part.key[0] ||
        strcmp(part.value, "quire32"))
        return usage;
    while (parse_part(&value, &part, &is_bad)) {
        if (strcmp(part.key, "dumpdtb") || !part.value[0])
            return usage;
        o->device_tree_file = options_keep(o, part.value);
    }
    return is_bad ? usage : NULL;
}

const char *options_set_cpu(struct options *o, const char *value)
{
    static const char usage[] =
        "rv32 and then any of pmp, misaligned, zba, zbb, zbs, zicbom, zicboz, "
        "sstc, svade, svadu, svinval, each =on or =off";
    struct part part;
    bool is_bad;

    if (!parse_part(&value, &part, &is_bad) || part.key[0] ||
        strcmp(part.value, "rv32"))
        return usage;
    while (parse_part(&value, &part, &is_bad)) {
        bool is_on;

        if (!parse_switch(part.value, &is_on))
            return usage;
        if (!set_cpu_switch(&o->machine.hart, part.key, is_on))
            return usage;
    }
    return is_bad ? usage : NULL;
}

/* Adds a rule to those that the drive has. */
static const char *add_fault(struct options *o, struct drive_config *drive,
                             const char *rule)
{
    char all[2048], error[320];
    struct faults faults;

    if (snprintf(all, sizeof all, "%s%s%s", drive->faults ? drive->faults : "",
                 drive->faults ? ";" : "", rule) >= (int)sizeof all)
        return "fewer faults";
    if (!faults_parse(&faults, all, error, sizeof error))
        return options_keep(o, error);
    drive->faults = options_keep(o, all);
    return NULL;
}

static const char *set_drive_part(struct options *o, struct drive_config *drive,
                                  const struct part *part)
{
    if (!strcmp(part->key, "file") && part->value[0]) {
        drive->file = options_keep(o, part->value);
    } else if (!strcmp(part->key, "if")) {
        if (strcmp(part->value, "virtio") && strcmp(part->value, "quire"))
            return "if=virtio or if=quire";
        drive->interface = *part->value == 'q' ? DRIVE_QUIRE : DRIVE_VIRTIO;
    } else if (!strcmp(part->key, "format")) {
        return strcmp(part->value, "raw") ? "format=raw" : NULL;
    } else if (!strcmp(part->key, "readonly")) {
        return parse_switch(part->value, &drive->is_readonly)
                   ? NULL
                   : "readonly=on or readonly=off";
    } else if (!strcmp(part->key, "latency")) {
        return latency_parse(part->value, &drive->latency)
                   ? NULL
                   : "latency=ssd, spinning or fixed:TIME, a number with ns, "
                     "us, ms or s, 1ns to 10s";
    } else if (!strcmp(part->key, "fault")) {
        return add_fault(o, drive, part->value);
    } else {
        return "file=F and then any of if, format, readonly, fault, "
               "latency";
    }
    return NULL;
}

const char *options_set_drive(struct options *o, const char *value)
{
    struct drive_config drive = {.interface = DRIVE_VIRTIO};
    unsigned n_quire = 0, n_virtio = 0;
    struct part part;
    bool is_bad;

    while (parse_part(&value, &part, &is_bad)) {
        const char *wrong = set_drive_part(o, &drive, &part);

        if (wrong)
            return wrong;
    }
    if (is_bad || !drive.file)
        return "file=F is missing";
    for (unsigned i = 0; i < o->machine.n_drives; i++)
        ++*(o->machine.drives[i].interface == DRIVE_QUIRE ? &n_quire
                                                          : &n_virtio);
    if (drive.interface == DRIVE_QUIRE && n_quire)
        return "the board has one quire,disk: use if=virtio";
    if (drive.interface == DRIVE_VIRTIO && n_virtio == VIRTIO_SLOTS)
        return "the board has 8 virtio slots";
    o->machine.drives[o->machine.n_drives++] = drive;
    return NULL;
}

const char *options_set_dma(struct options *o, const char *value)
{
    static const char usage[] =
        "reach=SIZE, whole pages of 4K, 4K to 14G, of which DRAM may be less, "
        "coherent=on or coherent=off";
    struct part part;
    uint64_t reach;
    bool is_bad;

    while (parse_part(&value, &part, &is_bad)) {
        bool is_coherent;

        if (!strcmp(part.key, "coherent") &&
            parse_switch(part.value, &is_coherent)) {
            o->machine.is_dma_incoherent = !is_coherent;
            continue;
        }
        if (strcmp(part.key, "reach") || !parse_size(part.value, 1, &reach) ||
            !reach || reach > MACHINE_MAX_RAM || reach & MMU_PAGE_MASK)
            return usage;
        o->machine.dma_reach = reach;
    }
    return is_bad ? usage : NULL;
}

/* base=.. and, as QEMU spells it, clock=vm: the host's time is no choice. */
const char *options_set_rtc(struct options *o, const char *value)
{
    static const char usage[] =
        "base=YYYY-MM-DD[Thh:mm:ss] or base=SECONDS since 1970, to 2262; the "
        "host's time (utc, localtime) is no input of this machine";
    struct part part;
    bool is_bad;

    while (parse_part(&value, &part, &is_bad)) {
        uint64_t seconds;

        if (!strcmp(part.key, "clock") && !strcmp(part.value, "vm"))
            continue;
        if (strcmp(part.key, "base") ||
            (!parse_date(part.value, &seconds) &&
             !parse_u64(part.value, &seconds)) ||
            seconds > MACHINE_MAX_RTC_SECONDS)
            return usage;
        o->machine.rtc_seconds = seconds;
    }
    return is_bad ? usage : NULL;
}

/* Takes the field before the next `:` off *text, which is NULL at the end. */
static bool take_field(const char **text, char *field, size_t size)
{
    size_t n;

    if (!*text)
        return false;
    n = strcspn(*text, ":");
    if (n >= size)
        return false;
    memcpy(field, *text, n);
    field[n] = 0;
    *text = (*text)[n] ? *text + n + 1 : NULL;
    return true;
}

static bool take_number(const char **text, bool is_size, uint32_t *value)
{
    char field[32];
    uint64_t wide;

    if (!take_field(text, field, sizeof field) ||
        !(is_size ? parse_size(field, 1, &wide) : parse_u64(field, &wide)) ||
        wide > UINT32_MAX)
        return false;
    *value = (uint32_t)wide;
    return true;
}

/* Takes the next field, if there is one, as one of the names; else *choice
 * stays. */
static bool take_choice(const char **text, const char *const *names, unsigned n,
                        unsigned *choice)
{
    char field[32];

    if (!*text)
        return true;
    if (!take_field(text, field, sizeof field))
        return false;
    for (unsigned i = 0; i < n; i++) {
        if (!strcmp(field, names[i])) {
            *choice = i;
            return true;
        }
    }
    return false;
}

static bool take_replacement(const char **text, enum replacement *policy)
{
    static const char *const names[] = {
        [REPLACE_LRU] = "lru",
        [REPLACE_PLRU] = "plru",
        [REPLACE_FIFO] = "fifo",
        [REPLACE_RANDOM] = "random",
    };
    unsigned choice = REPLACE_LRU;

    if (!take_choice(text, names, ARRAY_SIZE(names), &choice))
        return false;
    *policy = (enum replacement)choice;
    return true;
}

static const char cache_usage[] =
    "LEVEL=SIZE:WAYS:LINE[:REPLACEMENT[:wb|wt[:alloc|noalloc]]] or LEVEL=none";
static const char tlb_usage[] = "LEVEL=N[:WAYS[:REPLACEMENT]] or LEVEL=none";

/* The rest of a cache's level. */
static const char *take_policies(const char *text, struct cache_geometry *g)
{
    static const char *const writes[] = {"wb", "wt"};
    static const char *const allocations[] = {"alloc", "noalloc"};
    unsigned is_through = 0, is_none = 0;

    if (!take_replacement(&text, &g->replacement))
        return "the replacement is lru, plru, fifo or random";
    if (!take_choice(&text, writes, ARRAY_SIZE(writes), &is_through))
        return "the write policy is wb or wt";
    if (!take_choice(&text, allocations, ARRAY_SIZE(allocations), &is_none))
        return "the allocation policy is alloc or noalloc";
    g->is_write_through = is_through;
    g->is_no_allocate = is_none;
    return text ? cache_usage : NULL;
}

/* SIZE:WAYS:LINE[:REPLACEMENT[:WRITE[:ALLOCATION]]] or none. */
static const char *set_cache_level(struct cache_geometry *level,
                                   const char *text)
{
    struct cache_geometry g = {.size_bytes = 0};
    const char *wrong;

    if (!strcmp(text, "none")) {
        *level = (struct cache_geometry){.size_bytes = 0};
        return NULL;
    }
    if (!take_number(&text, true, &g.size_bytes) ||
        !take_number(&text, false, &g.ways) ||
        !take_number(&text, true, &g.line_bytes))
        return cache_usage;
    wrong = take_policies(text, &g);
    if (wrong)
        return wrong;
    wrong = g.size_bytes ? cache_geometry_check(&g) : "a size above 0";
    if (!wrong)
        *level = g;
    return wrong;
}

const char *options_set_cache(struct options *o, const char *value)
{
    static const char usage[] = "none, or a list of l1i=, l1d=, l2=";
    struct mmu_config *mmu = &o->machine.hart.mmu;
    struct part part;
    bool is_bad;

    if (!strcmp(value, "none")) {
        mmu->l1i = mmu->l1d = o->machine.l2 =
            (struct cache_geometry){.size_bytes = 0};
        return NULL;
    }
    while (parse_part(&value, &part, &is_bad)) {
        struct cache_geometry *level = !strcmp(part.key, "l1i")   ? &mmu->l1i
                                       : !strcmp(part.key, "l1d") ? &mmu->l1d
                                       : !strcmp(part.key, "l2")
                                           ? &o->machine.l2
                                           : NULL;
        const char *wrong = level ? set_cache_level(level, part.value) : usage;

        if (wrong)
            return wrong;
    }
    return is_bad ? usage : NULL;
}

/* N[:WAYS[:REPLACEMENT]] or none. */
static const char *set_tlb_level(struct tlb_geometry *level, const char *text)
{
    struct tlb_geometry g = {.entries = 0};
    const char *wrong;

    if (!strcmp(text, "none")) {
        *level = (struct tlb_geometry){.entries = 0};
        return NULL;
    }
    if (!take_number(&text, false, &g.entries))
        return tlb_usage;
    g.ways = g.entries;
    if (text && !take_number(&text, false, &g.ways))
        return tlb_usage;
    if (!take_replacement(&text, &g.replacement))
        return "the replacement is lru, plru, fifo or random";
    if (text)
        return tlb_usage;
    wrong = g.entries ? tlb_geometry_check(&g) : "entries above 0";
    if (!wrong)
        *level = g;
    return wrong;
}

const char *options_set_tlb(struct options *o, const char *value)
{
    static const char usage[] = "none, or a list of i=, d=, l2=";
    struct mmu_config *mmu = &o->machine.hart.mmu;
    struct part part;
    bool is_bad;

    if (!strcmp(value, "none")) {
        mmu->itlb = mmu->dtlb = mmu->l2tlb =
            (struct tlb_geometry){.entries = 0};
        return NULL;
    }
    while (parse_part(&value, &part, &is_bad)) {
        struct tlb_geometry *level = !strcmp(part.key, "i")    ? &mmu->itlb
                                     : !strcmp(part.key, "d")  ? &mmu->dtlb
                                     : !strcmp(part.key, "l2") ? &mmu->l2tlb
                                                               : NULL;
        const char *wrong = level ? set_tlb_level(level, part.value) : usage;

        if (wrong)
            return wrong;
    }
    return is_bad ? usage : NULL;
}

const char *options_set_models(struct options *o, const char *value)
{
    static const char usage[] = "from=N or from=N,to=M, with M above N";
    uint64_t from = 0, to = UINT64_MAX;
    struct part part;
    bool is_bad, has_from = false;

    while (parse_part(&value, &part, &is_bad)) {
        bool is_from = !strcmp(part.key, "from");

        if ((!is_from && strcmp(part.key, "to")) ||
            !parse_decimal(part.value, is_from ? &from : &to))
            return usage;
        has_from |= is_from;
    }
    if (is_bad || !has_from || to <= from)
        return usage;
    o->machine.models_from = from;
    o->machine.models_to = to;
    return NULL;
}

static const char *engine_usage(void)
{
    return engine_find("jit") ? "interp, or jit and then perhaps tb-size=SIZE"
                              : "interp; jit translates to x86-64 alone";
}

static const char *set_code_cache(struct hart_config *hart, const char *text)
{
    uint64_t bytes;

    if (hart->engine == engine_find("interp"))
        return "interp translates nothing: leave tb-size out";
    if (hart->code_cache_bytes)
        return "tb-size is given twice: leave one out";
    if (!parse_size(text, UINT64_C(1) << 20, &bytes) ||
        bytes < HART_MIN_CODE_CACHE || bytes > HART_MAX_CODE_CACHE ||
        bytes & MMU_PAGE_MASK)
        return "tb-size is a size from 64K to 1G in whole pages of 4K (a bare "
               "number counts MiB)";
    hart->code_cache_bytes = bytes;
    return NULL;
}

const char *options_set_engine(struct options *o, const char *value)
{
    struct hart_config *hart = &o->machine.hart;
    struct part part;
    bool is_bad;

    if (!parse_part(&value, &part, &is_bad) || part.key[0])
        return engine_usage();
    hart->engine = engine_find(part.value);
    hart->code_cache_bytes = 0;
    if (!hart->engine)
        return engine_usage();
    while (parse_part(&value, &part, &is_bad)) {
        const char *wrong = strcmp(part.key, "tb-size")
                                ? engine_usage()
                                : set_code_cache(hart, part.value);

        if (wrong)
            return wrong;
    }
    return is_bad ? engine_usage() : NULL;
}

const char *options_set_debug(struct options *o, const char *value)
{
    static const struct {
        const char *name;
        unsigned item;
    } items[] = {{"exec", DEBUG_EXEC},
                 {"int", DEBUG_INT},
                 {"tlb-stale", DEBUG_TLB_STALE},
                 {"jit", DEBUG_JIT}};
    static const char usage[] = "a list of: exec, int, tlb-stale, jit";
    struct part part;
    bool is_bad;

    while (parse_part(&value, &part, &is_bad)) {
        size_t i = 0;

        while (i < ARRAY_SIZE(items) && strcmp(part.value, items[i].name))
            i++;
        if (i == ARRAY_SIZE(items) || part.key[0])
            return usage;
        o->debug |= items[i].item;
    }
    return is_bad ? usage : NULL;
}
