/*
 * The table of options, and what each does to struct options.
 */
#include "frontend/options.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/compiler.h"
#include "base/file.h"
#include "base/log.h"
#include "config.h"
#include "frontend/internal.h"
#include "frontend/parse.h"
#include "abi/platform.h"

#define MAX_CONFIG_FILE ((size_t)1 << 20)
#define MAX_CONFIG_DEPTH 4

/* Sets one option from its value ("" where the option takes none). NULL, or
 * what would be right, as the end of "quire: -name value: ...". */
typedef const char *set_function(struct options *o, const char *value);

struct option_row {
    const char *name;
    const char *argument; /* NULL: none */
    const char *help;
    set_function *set;
};

char *options_keep(struct options *o, const char *text)
{
    char *copy = alloc_string(text);

    o->strings = alloc_resize(o->strings, o->n_strings + 1, sizeof *o->strings);
    o->strings[o->n_strings++] = copy;
    return copy;
}

static const char *set_memory(struct options *o, const char *value)
{
    uint64_t bytes;

    if (!parse_size(value, UINT64_C(1) << 20, &bytes) ||
        bytes < MACHINE_MIN_RAM || bytes > MACHINE_MAX_RAM ||
        bytes & MMU_PAGE_MASK)
        return "a size from 1M to 14G in whole pages of 4K (a bare number "
               "counts MiB)";
    o->machine.ram_bytes = bytes;
    return NULL;
}

static const char *set_harts(struct options *o, const char *value)
{
    uint64_t n;

    if (!strncmp(value, "cpus=", 5))
        value += 5;
    if (!parse_decimal(value, &n) || !n || n > MACHINE_MAX_HARTS)
        return "a number of harts from 1 to 8";
    o->machine.n_harts = (unsigned)n;
    return NULL;
}

static const char *set_kernel(struct options *o, const char *value)
{
    o->machine.kernel = options_keep(o, value);
    return NULL;
}

static const char *set_bios(struct options *o, const char *value)
{
    o->bios = strcmp(value, "default") ? options_keep(o, value) : NULL;
    return NULL;
}

static const char *set_initrd(struct options *o, const char *value)
{
    o->machine.initrd = options_keep(o, value);
    return NULL;
}

static const char *set_append(struct options *o, const char *value)
{
    o->machine.append = options_keep(o, value);
    return NULL;
}

static const char *set_dtb(struct options *o, const char *value)
{
    o->machine.dtb = options_keep(o, value);
    return NULL;
}

static const char *set_rom(struct options *o, const char *value)
{
    o->rom = options_keep(o, value);
    o->machine.kernel = o->rom;
    o->bios = "none";
    return NULL;
}

static const char *set_snapshot(struct options *o, const char *value)
{
    (void)value;
    o->machine.is_snapshot = true;
    return NULL;
}

static const char *set_global(struct options *o, const char *value)
{
    static const char force[] = "virtio-mmio.force-legacy=";

    if (strncmp(value, force, strlen(force)) ||
        !parse_switch(value + strlen(force), &o->machine.is_virtio_legacy))
        return "virtio-mmio.force-legacy=on or =off";
    return NULL;
}

static const char *set_serial(struct options *o, const char *value)
{
    if (!strcmp(value, "stdio")) {
        o->serial = SERIAL_STDIO;
    } else if (!strcmp(value, "null") || !strcmp(value, "none")) {
        o->serial = SERIAL_NULL;
    } else if (!strncmp(value, "file:", 5) && value[5]) {
        o->serial = SERIAL_FILE;
        o->serial_file = options_keep(o, value + 5);
    } else {
        return "stdio, file:F or null";
    }
    return NULL;
}

static const char *set_monitor(struct options *o, const char *value)
{
    o->has_monitor = !strcmp(value, "stdio");
    return o->has_monitor || !strcmp(value, "none") ? NULL : "none or stdio";
}

static const char *set_nographic(struct options *o, const char *value)
{
    (void)value;
    o->serial = SERIAL_STDIO;
    return NULL;
}

static const char *set_display(struct options *o, const char *value)
{
    char error[160];

    return visual_parse(value, &o->display, error, sizeof error)
               ? NULL
               : options_keep(o, error);
}

static const char *set_clock(struct options *o, const char *value)
{
    uint64_t hz;

    if (!parse_decimal(value, &hz) || hz < MTIME_HZ ||
        hz > UINT64_C(10000000000))
        return "10M to 10G";
    o->machine.clock_hz = hz;
    return NULL;
}

static const char *set_timing(struct options *o, const char *value)
{
    return parse_switch(value, &o->machine.hart.mmu.is_timed) ? NULL
                                                              : "on or off";
}

static const char *set_pace(struct options *o, const char *value)
{
    if (strcmp(value, "host") && strcmp(value, "none"))
        return "host or none";
    o->pace = *value == 'h' ? PACE_HOST : PACE_NONE;
    return NULL;
}

static const char *set_seed(struct options *o, const char *value)
{
    if (!parse_u64(value, &o->machine.seed) || o->machine.seed > INT64_MAX)
        return "a number below 2^63"; /* what JSON's integers hold */
    return NULL;
}

static const char *set_log_file(struct options *o, const char *value)
{
    o->log_file = options_keep(o, value);
    return NULL;
}

static const char *set_trace_mem(struct options *o, const char *value)
{
    o->trace_file = options_keep(o, value);
    return NULL;
}

static const char *set_trace(struct options *o, const char *value)
{
    const char *before = o->trace_patterns;
    size_t size = strlen(value) + (before ? strlen(before) : 0) + 2;
    char *all = alloc_zeroed(size, 1);

    snprintf(all, size, "%s%s%s", before ? before : "", before ? "," : "",
             value);
    o->trace_patterns = options_keep(o, all);
    free(all);
    return NULL;
}

static const char *set_stats(struct options *o, const char *value)
{
    static const char *const formats[] = {
        [STATS_JSON] = "json:", [STATS_CSV] = "csv:", [STATS_TXT] = "txt:"};

    for (unsigned f = STATS_JSON; f < ARRAY_SIZE(formats); f++) {
        size_t n = strlen(formats[f]);

        if (strncmp(value, formats[f], n) || !value[n])
            continue;
        o->stats = (enum stats_format)f;
        o->stats_file = options_keep(o, value + n);
        return NULL;
    }
    return "json:F, csv:F or txt:F";
}

/* `key=N` with N a number of steps, greater than 0. */
static bool parse_steps(const char *value, const char *key, uint64_t *steps)
{
    size_t n = strlen(key);

    return !strncmp(value, key, n) && parse_decimal(value + n, steps) && *steps;
}

static const char *set_limit(struct options *o, const char *value)
{
    if (!parse_steps(value, "insns=", &o->limit))
        return "insns=N, a number of steps";
    o->has_limit = true;
    return NULL;
}

static const char *set_perf_map(struct options *o, const char *value)
{
    (void)value;
    o->has_perf_map = true;
    return NULL;
}

static const char *set_hash(struct options *o, const char *value)
{
    return parse_steps(value, "every=", &o->hash_every)
               ? NULL
               : "every=N, a number of steps";
}

static const char *set_timeout(struct options *o, const char *value)
{
    if (!parse_u64(value, &o->timeout_seconds) || !o->timeout_seconds ||
        o->timeout_seconds > UINT32_MAX)
        return "a number of seconds";
    return NULL;
}

static const char *set_expect(struct options *o, const char *value)
{
    regex_t regex;

    if (regcomp(&regex, value, REG_EXTENDED | REG_NOSUB))
        return "not an extended regular expression";
    regfree(&regex);
    o->expect = options_keep(o, value);
    return NULL;
}

static const char *set_exit(struct options *o, const char *value)
{
    o->is_exit_raw = !strcmp(value, "raw");
    return o->is_exit_raw ? NULL : "raw";
}

static const char *set_help(struct options *o, const char *value)
{
    (void)o;
    (void)value;
    options_help(stdout);
    exit(EXIT_PASS);
}

static const char *set_version(struct options *o, const char *value)
{
    (void)o;
    (void)value;
    printf("quire %s\n", PACKAGE_VERSION);
    exit(EXIT_PASS);
}

static set_function set_config;

/* In the order of --help. */
/* clang-format off */
static const struct option_row rows[] = {
    { "M", "quire32[,dumpdtb=F]",
      "the machine; its device tree goes to F, and nothing runs",
      options_set_machine },
    { "cpu", "rv32[,pmp=off][,svade=on][,misaligned=off][,EXTENSION=off]",
      "the hart: without PMP; A and D bits by software; misaligned loads and "
      "stores trap; without zba, zbb, zbs, zicbom, zicboz, sstc, svadu, svinval",
      options_set_cpu },
    { "m", "SIZE", "memory, 1M to 14G (64M)", set_memory },
    { "smp", "N", "number of harts, 1 to 8 (1)", set_harts },
    { "kernel", "F", "an ELF program or a raw Linux Image", set_kernel },
    { "bios", "F|none|default",
      "firmware, ELF or raw; none starts the kernel in M-mode", set_bios },
    { "initrd", "F", "initial RAM disk", set_initrd },
    { "append", "STR", "the kernel's command line", set_append },
    { "dtb", "F", "a device tree instead of the built-in one", set_dtb },
    { "rom", "F", "run a regression ROM and print its verdict", set_rom },
    { "drive", "file=F[,if=virtio|quire][,format=raw][,readonly=on]"
      "[,fault=OP:FAULT[@lba=A-B][@every=N]]"
      "[,latency=fixed:TIME|ssd|spinning]",
      "a disk; faults can be repeated", options_set_drive },
    { "snapshot", NULL, "writes to drives stay in memory", set_snapshot },
    { "global", "virtio-mmio.force-legacy=on|off",
      "virtio-mmio version 1 or 2 (off)", set_global },
    { "dma", "reach=SIZE,coherent=on|off",
      "what quire,dma reaches of memory (16M); off: caches do not follow DMA, "
      "and uses of stale lines are logged (on)",
      options_set_dma },
    { "rtc", "base=DATE|SECONDS",
      "the time of day at the start (2026-01-01)", options_set_rtc },
    { "serial", "stdio|file:F|null", "where the console goes (stdio)",
      set_serial },
    { "monitor", "none|stdio",
      "where commands come from (none: Ctrl-A c on the console)",
      set_monitor },
    { "display", "sdl|none|png:F[,every=N|at=N][,mode=KEY]",
      "a window, or pictures: each N steps (F holds %d), after N steps, or "
      "at the end (none)", set_display },
    { "nographic", NULL, "console on stdio", set_nographic },
    { "engine", "interp|jit[,tb-size=SIZE]",
      "how instructions are executed: interpreted, or translated to the host's "
      "by way of SIZE bytes a hart, 64K to 1G (jit,tb-size=16M where the host "
      "is x86-64, else interp)", options_set_engine },
    { "cache", "l1i=SIZE:WAYS:LINE[:lru|plru|fifo|random[:wb|wt"
      "[:alloc|noalloc]]],l1d=..,l2=..|none",
      "modelled caches (32K:8:64, 32K:8:64, 512K:8:64); l2=none drops that",
      options_set_cache },
    { "tlb", "i=N[:WAYS[:lru|plru|fifo|random]],d=..,l2=..|none",
      "modelled TLBs (32, 32, 512:4); l2=none drops that", options_set_tlb },
    { "models", "from=N[,to=M]",
      "TLBs and caches are modelled from step N up to step M alone",
      options_set_models },
    { "timing", "on|off", "misses take machine time (off)", set_timing },
    { "clock", "HZ", "steps a second of machine time (1G)", set_clock },
    { "pace", "host|none",
      "sleep while all harts wait, or not (host at a terminal)", set_pace },
    { "seed", "N", "of the guest's random numbers and of random replacement",
      set_seed },
    { "d", "exec,int,tlb-stale,jit",
      "log instructions, traps, uses of stale TLB entries, translated code",
      options_set_debug },
    { "D", "F", "log and hashes go to F instead of stderr", set_log_file },
    { "trace", "PATTERN[,PATTERN..]",
      "log the kernel's events (kmem:*) or functions (alloc_pages); help "
      "lists the events", set_trace },
    { "hash", "every=N", "print a hash of all state each N steps", set_hash },
    { "stats", "json:F|csv:F|txt:F", "write statistics at the end", set_stats },
    { "trace-mem", "F", "write each access to memory, one a line",
      set_trace_mem },
    { "perfmap", NULL,
      "write /tmp/perf-PID.map, so that profilers of the host name translated "
      "code", set_perf_map },
    { "limit", "insns=N", "end after N steps, with status 126", set_limit },
    { "timeout", "SECONDS", "end after so long, with status 124", set_timeout },
    { "expect", "REGEX",
      "end with 0 once a console line matches, with 5 if none does",
      set_expect },
    { "exit", "raw", "exit with the guest's own code", set_exit },
    { "config", "F", "options from a file, one a line, without the dash",
      set_config },
    { "help", NULL, "print this", set_help },
    { "version", NULL, "print the version", set_version },
};
/* clang-format on */

static const struct option_row *find_row(const char *name)
{
    if (!strcmp(name, "h"))
        name = "help";
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (!strcmp(rows[i].name, name))
            return &rows[i];
    return NULL;
}

/* The text up to `end`; the next call overwrites it. */
static const char *before(const char *text, const char *end)
{
    static char copy[32];

    snprintf(copy, sizeof copy, "%.*s", (int)(end - text), text);
    return copy;
}

/* Where an option stands: "" on the command line, else "FILE:LINE: ". */
static const struct option_row *must_find_row(const char *where,
                                              const char *name)
{
    const struct option_row *row = find_row(name);
    const char *nearest;
    const char *equals;

    if (row)
        return row;
    nearest = parse_nearest(name, rows, ARRAY_SIZE(rows), sizeof rows[0]);
    equals = strchr(name, '=');
    if (equals && find_row(before(name, equals)))
        die(EXIT_USAGE, "%s-%s: the value is a word of its own: -%s %s", where,
            name, before(name, equals), equals + 1);
    if (nearest)
        die(EXIT_USAGE, "%s-%s: unknown option; did you mean -%s?", where, name,
            nearest);
    die(EXIT_USAGE, "%s-%s: unknown option; --help lists them", where, name);
}

static void apply(struct options *o, const char *where,
                  const struct option_row *row, const char *value)
{
    const char *wrong;

    if (row->argument && (!value || !*value))
        die(EXIT_USAGE, "%s-%s: value missing: -%s %s", where, row->name,
            row->name, row->argument);
    if (!row->argument && value)
        die(EXIT_USAGE, "%s-%s takes no value", where, row->name);
    wrong = row->set(o, value ? value : "");
    if (wrong)
        die(EXIT_USAGE, "%s-%s %s: %s", where, row->name, value ? value : "",
            wrong);
}

static const char *skip_dashes(const char *text)
{
    if (*text == '-')
        text++;
    return *text == '-' ? text + 1 : text;
}

/* One line of a -config file: name and value, both without quotes. */
static void apply_line(struct options *o, const char *where, char *line)
{
    char *name = line + strspn(line, " \t"), *value, *end;

    end = name + strlen(name);
    while (end > name && strchr(" \t\r", end[-1]))
        *--end = 0;
    if (!*name || *name == '#')
        return;
    value = name + strcspn(name, " \t");
    if (*value)
        *value++ = 0;
    value += strspn(value, " \t");
    apply(o, where, must_find_row(where, skip_dashes(name)),
          *value ? value : NULL);
}

static const char *set_config(struct options *o, const char *path)
{
    char error[160], where[512];
    size_t size;
    char *text =
        (char *)file_read(path, MAX_CONFIG_FILE, &size, error, sizeof error);
    char *rest = text;

    if (!text)
        die(EXIT_INPUT, "-config %s: %s", path, error);
    o->configs = alloc_resize(o->configs, o->n_configs + 1, sizeof *o->configs);
    o->configs[o->n_configs++] = options_keep(o, path);
    if (memchr(text, 0, size))
        die(EXIT_INPUT, "-config %s: not a text file", path);
    if (++o->config_depth > MAX_CONFIG_DEPTH)
        die(EXIT_USAGE, "-config %s: files name each other too deeply", path);
    for (unsigned number = 1; rest; number++) {
        char *line = strsep(&rest, "\n");

        snprintf(where, sizeof where, "%s:%u: ", path, number);
        apply_line(o, where, line);
    }
    o->config_depth--;
    free(text);
    return NULL;
}

void options_parse(struct options *o, int argc, char **argv)
{
    *o = (struct options){.serial = SERIAL_STDIO};
    machine_config_default(&o->machine);
    for (int i = 1; i < argc; i++) {
        const struct option_row *row;

        if (argv[i][0] != '-' || !argv[i][1])
            die(EXIT_USAGE, "%s: not an option; a program is given by -kernel",
                argv[i]);
        row = must_find_row("", skip_dashes(argv[i]));
        apply(o, "", row, row->argument && i + 1 < argc ? argv[++i] : NULL);
    }
    options_complete(o);
}

void options_free(struct options *o)
{
    for (size_t i = 0; i < o->n_strings; i++)
        free(o->strings[i]);
    free(o->strings);
    free(o->configs);
}

void options_help(FILE *out)
{
    fputs("usage: quire [OPTION]...\n"
          "Runs a RISC-V machine. Options take one dash or two:\n\n",
          out);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        fprintf(out, "  -%s%s%s\n        %s\n", rows[i].name,
                rows[i].argument ? " " : "",
                rows[i].argument ? rows[i].argument : "", rows[i].help);
    fputs("\nCtrl-A x ends the run, Ctrl-A h shows further keys. quire(1) "
          "says more.\n",
          out);
}
