/*
 * The batch on Quire, in this process, in all the ways that a guest must not
 * be able to tell apart.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "machine/machine.h"
#include "tests/torture/torture.h"
#include "tests/torture/watch.h"

/* Steps that no program needs, and the watchdog's pace. */
#define STEPS_LIMIT UINT64_C(400000)

struct variant {
    const char *name;
    uint32_t tlb; /* entries; 0: the default models; 1000: none */
    unsigned block_limit;
    unsigned slice; /* at most so many steps at once; 0: freely */
    bool is_restored;
    bool is_interpreted; /* else by the fastest engine */
    size_t code_cache_bytes;
};

#define NO_MODELS 1000

static const struct variant variants[N_VARIANTS + 1] = {
    {.name = "default models"},
    {.name = "default models, interpreted", .is_interpreted = true},
    {.name = "no models", .tlb = NO_MODELS},
    {.name = "no models, interpreted",
     .tlb = NO_MODELS,
     .is_interpreted = true},
    {.name = "TLBs of 1 entry", .tlb = 1},
    {.name = "TLBs of 2 entries, interpreted",
     .tlb = 2,
     .is_interpreted = true},
    {.name = "TLBs of 64 entries", .tlb = 64},
    {.name = "blocks of 1 instruction", .tlb = NO_MODELS, .block_limit = 1},
    {.name = "blocks of 1 instruction, interpreted",
     .tlb = NO_MODELS,
     .block_limit = 1,
     .is_interpreted = true},
    {.name = "saved and restored", .is_restored = true},
    {.name = "slices of 1 to 1000", .slice = 1000},
    {.name = "slices of 1 to 50000, no models",
     .tlb = NO_MODELS,
     .slice = 50000},
    {.name = "little room for code", .code_cache_bytes = 1},
    {.name = "Quire, QEMU"},
};


const char *variant_name(unsigned variant)
{
    return variants[variant].name;
}

static struct machine *create(const char *batch, const struct variant *v)
{
    struct machine_config config;
    struct mmu_config *mmu = &config.hart.mmu;

    machine_config_default(&config);
    config.ram_bytes = TORTURE_RAM;
    config.kernel = batch;
    config.hart.block_limit = v->block_limit;
    config.hart.code_cache_bytes = v->code_cache_bytes;
    if (v->is_interpreted)
        config.hart.engine = engine_find("interp");
    if (v->tlb) {
        mmu->itlb = mmu->dtlb = mmu->l2tlb = (struct tlb_geometry){0};
        mmu->l1i = mmu->l1d = config.l2 = (struct cache_geometry){0};
    }
    if (v->tlb && v->tlb != NO_MODELS)
        mmu->itlb = mmu->dtlb =
            (struct tlb_geometry){.entries = v->tlb, .ways = v->tlb};
    return machine_create(&config);
}

static uint8_t *memory(struct machine *m, uint64_t pa, uint64_t size)
{
    return bus_ram(&m->bus, pa, size);
}

/* Into memory, and back into another machine. */
static struct machine *restored(struct machine *m, const char *batch,
                                const struct variant *v)
{
    struct archive *save = archive_new_save(), *load;
    struct machine *fresh = create(batch, v);
    const void *data;
    size_t size;

    machine_archive(m, save);
    data = archive_data(save, &size);
    load = archive_new_load(data, size);
    machine_archive(fresh, load);
    if (archive_error(load)) {
        fprintf(stderr, "torture: a restored machine: %s\n",
                archive_error(load));
        exit(1);
    }
    archive_free(load);
    archive_free(save);
    machine_free(m);
    return fresh;
}

static uint32_t current(struct machine *m)
{
    uint32_t slot;

    memcpy(&slot, memory(m, BATCH + BATCH_CURRENT, 4), 4);
    return slot;
}

/* Until all programs have run, or one has not ended for too long. */
static unsigned run(struct machine **machine, const char *batch,
                    const struct variant *v, unsigned first, unsigned n)
{
    struct random r;
    uint64_t since = 0, left_to_save;
    uint32_t slot = first;

    random_seed(&r, n + 1);
    left_to_save = 10000 + random_below(&r, 100000);
    for (;;) {
        uint64_t slice = STEPS_LIMIT / 4;
        enum machine_stop stop;

        if (v->slice)
            slice = 1 + random_below(&r, v->slice);
        if (v->is_restored && left_to_save < slice)
            slice = left_to_save;
        stop = machine_run(*machine, slice);
        if (stop == STOP_PASS)
            return n;
        if (stop != STOP_STEPS)
            return current(*machine);
        since += slice;
        if (current(*machine) != slot) {
            slot = current(*machine);
            since = 0;
        } else if (since > STEPS_LIMIT) {
            return slot;
        }
        left_to_save -= slice;
        if (v->is_restored && !left_to_save) {
            *machine = restored(*machine, batch, v);
            left_to_save = 200000 + random_below(&r, 2000000);
        }
    }
}

unsigned quire_run(const char *batch, unsigned variant, uint8_t *image,
                   unsigned first, unsigned end, uint64_t *retired,
                   struct cells *cells, struct corners *corners)
{
    const struct variant *v = &variants[variant];
    struct machine *m = create(batch, v);
    const uint32_t batch_words[] = {end, first, first};
    unsigned at;

    programs_copy(memory(m, WINDOWS, IMAGE_SIZE), image, first, end);
    memcpy(memory(m, BATCH, sizeof batch_words), batch_words,
           sizeof batch_words);
    if (cells || corners)
        watch(m, cells, corners);
    at = run(&m, batch, v, first, end);
    programs_copy(image, memory(m, WINDOWS, IMAGE_SIZE), first, end);
    *retired = machine_retired(m);
    machine_free(m);
    return at;
}
