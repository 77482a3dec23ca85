/*
 * What the options mean together: what was left out, what does not go with
 * what, and what is asked for but cannot show anything.
 */
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "config.h"
#include "frontend/internal.h"

#define FIRMWARE "firmware32.elf"

/* The file beside the executable, or where `make install` puts it. */
static const char *find_firmware(struct options *o)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - sizeof FIRMWARE);
    char *slash;

    if (n > 0) {
        path[n] = 0;
        slash = strrchr(path, '/');
        strcpy(slash ? slash + 1 : path, FIRMWARE);
        if (!access(path, R_OK))
            return options_keep(o, path);
    }
    if (access(PKGDATADIR "/" FIRMWARE, R_OK))
        die(EXIT_INPUT,
            "the default firmware, " FIRMWARE
            ", is neither beside quire nor in " PKGDATADIR ": use -bios F");
    return PKGDATADIR "/" FIRMWARE;
}

/* The first levels of caches, and of TLBs, are modelled together. */
static void check_models(const struct mmu_config *mmu)
{
    if (!mmu->l1i.size_bytes != !mmu->l1d.size_bytes)
        die(EXIT_USAGE, "-cache: l1i and l1d go together: give both a size, or "
                        "-cache none");
    if (!mmu->itlb.entries != !mmu->dtlb.entries)
        die(EXIT_USAGE,
            "-tlb: i and d go together: give both entries, or -tlb none");
}

/* -rom stands for -kernel and -bios none. */
static void check_programs(const struct options *o)
{
    if (o->rom && o->machine.kernel != o->rom)
        die(EXIT_USAGE,
            "-kernel %s: -rom has named the program: give one of "
            "them",
            o->machine.kernel);
    if (!o->machine.bios && !o->machine.kernel && !o->device_tree_file)
        die(EXIT_USAGE, "-bios none leaves nothing to run: give -kernel F");
}

/* What is asked for and cannot show anything. */
static void warn_of_nothing(const struct options *o)
{
    const struct mmu_config *mmu = &o->machine.hart.mmu;
    bool has_tlb = mmu->dtlb.entries != 0, has_cache = mmu->l1d.size_bytes != 0;

    if (o->debug & DEBUG_TLB_STALE && !has_tlb)
        log_error(
            "-d tlb-stale: finds nothing, as -tlb none leaves no entries");
    if (o->machine.is_dma_incoherent && !has_cache)
        log_error("-dma coherent=off: finds nothing, as -cache none leaves no "
                  "lines");
    if (mmu->is_timed && !has_tlb && !has_cache)
        log_error("-timing on: only devices take time, as nothing is modelled");
    if (o->machine.models_from && !has_tlb && !has_cache)
        log_error("-models: nothing is modelled, as -tlb none and -cache none "
                  "say");
}

/* What is not translated, as somebody watches each instruction or access. */
static void warn_of_interpreting(const struct options *o)
{
    const char *why = o->debug & DEBUG_EXEC        ? "-d exec"
                      : o->debug & DEBUG_TLB_STALE ? "-d tlb-stale"
                      : o->trace_file              ? "-trace-mem"
                                                   : NULL;

    if (why && (o->debug & DEBUG_JIT || o->has_perf_map))
        log_error("%s: shows nothing, as %s has all code interpreted",
                  o->debug & DEBUG_JIT ? "-d jit" : "-perfmap", why);
}

void options_complete(struct options *o)
{
    check_models(&o->machine.hart.mmu);
    if (o->has_monitor && o->serial == SERIAL_STDIO)
        die(EXIT_USAGE, "-monitor stdio: the console is there; move it with "
                        "-serial null or -serial file:F");
    if (!o->bios)
        o->machine.bios = find_firmware(o);
    else
        o->machine.bios = strcmp(o->bios, "none") ? o->bios : NULL;
    check_programs(o);
    options_check_files(o);
    warn_of_nothing(o);
    warn_of_interpreting(o);
}
