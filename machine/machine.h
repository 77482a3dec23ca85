/*
 * A whole machine: harts, memory, devices and time. It is created from a
 * configuration, runs by steps, and stops for a reason. What the host does
 * with it (console, pictures, pace) reaches it only through the hooks here,
 * at step boundaries.
 *
 * A step is one instruction attempted, by any hart. Equal configurations and
 * equal input give equal states after equal numbers of steps, whatever the
 * slices in which machine_run is called.
 */
#ifndef QUIRE_MACHINE_MACHINE_H
#define QUIRE_MACHINE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/compiler.h"
#include "cpu/hart.h"
#include "devices/bus.h"
#include "devices/clock.h"
#include "mmu/cache.h"
#include "devices/latency.h"
#include "mmu/geometry.h"

struct board;
struct cache;
struct loader;
struct trace;

#define MACHINE_MAX_HARTS 8
#define MACHINE_MAX_DRIVES 9 /* 8 virtio slots and one quire,disk */
#define MACHINE_MIN_RAM (UINT64_C(1) << 20)
#define MACHINE_MAX_RAM (UINT64_C(14) << 30)
/* 2026-01-01: the time of day at power-on, by default; and the latest, for
 * signed nanoseconds. */
#define MACHINE_RTC_SECONDS UINT64_C(1767225600)
#define MACHINE_MAX_RTC_SECONDS UINT64_C(9223372035)

enum drive_interface { DRIVE_VIRTIO, DRIVE_QUIRE };

struct drive_config {
    const char *file;
    enum drive_interface interface;
    bool is_readonly;
    const char *faults; /* as image_options.faults, or NULL */
    struct latency latency;
};

/* Strings stay the caller's, and must outlive the machine. */
struct machine_config {
    struct hart_config hart;
    struct cache_geometry l2;
    unsigned n_harts; /* 1 .. MACHINE_MAX_HARTS */
    uint64_t ram_bytes;
    uint64_t clock_hz;
    uint64_t dma_reach;   /* bytes of DRAM that quire,dma reaches */
    bool is_dma_incoherent; /* caches do not follow DMA */
    uint64_t seed;        /* of rng-seed in /chosen, random replacement */
    /* Steps, all harts together: the models are on in [from, to). */
    uint64_t models_from, models_to;
    uint64_t rtc_seconds; /* the time of day at power-on, since 1970 */
    const char *bios;     /* file of the firmware, NULL for none */
    const char *kernel, *initrd, *append, *dtb; /* each NULL for none */
    struct drive_config drives[MACHINE_MAX_DRIVES];
    unsigned n_drives;
    bool is_snapshot;      /* writes to drives stay in memory */
    bool is_virtio_legacy; /* virtio-mmio version 1 */
};

/* The configuration that quire(1) calls default: models on, 64 MiB,
 * one hart, no images. */
void machine_config_default(struct machine_config *config);

enum machine_stop {
    STOP_STEPS,     /* the steps asked for are done */
    STOP_PASS,      /* the guest: all is well */
    STOP_FAIL,      /* the guest: a failure, machine->fail_code */
    STOP_DEAD,      /* nothing can ever happen again */
    STOP_HOST_IO,   /* a disk image failed on the host: machine->host_error */
    STOP_REQUESTED, /* machine_request_stop, or the idle hook's wish */
};

/* A use of a line that would have been stale, as DMA is not coherent. */
struct machine_stale {
    enum cache_use use;
    const struct cache *cache; /* of harts[..].mmu, or the L2 */
    uint64_t pa;               /* of the line */
    unsigned line_bytes;
    unsigned hart; /* whose turn it is; of no meaning for CACHE_DMA_READ */
};

/* What the host may see and do. Any function may be NULL. */
struct machine_hooks {
    /* The guest sent a byte to the console. */
    void (*console_put)(void *ctx, uint8_t byte);
    /* Every hart waits, for `cycles` of machine time or, with CLOCK_NEVER,
     * for input alone. Returns how the host answers. Without the hook time
     * jumps at once, and CLOCK_NEVER is the machine's death. */
    enum idle_answer {
        IDLE_OVER,  /* let time jump; with CLOCK_NEVER: no input can come */
        IDLE_AGAIN, /* something arrived: look again */
        IDLE_STOP,  /* return STOP_REQUESTED, time as it is */
    } (*idle)(void *ctx, uint64_t cycles);
    void *ctx;
    void (*dma_stale)(void *ctx, const struct machine_stale *s);
};

struct machine {
    struct machine_config config;
    struct machine_hooks hooks;
    struct clock clock;
    struct bus bus;
    struct hart harts[MACHINE_MAX_HARTS];
    unsigned n_harts;
    struct cache *l2;      /* shared by the harts, NULL for none */
    struct board *board;   /* the devices: machine/board.h */
    struct loader *loader; /* what stands in memory at reset */
    struct trace *trace;   /* NULL: none */

    /* Harts take turns; here is where the round stands. */
    uint64_t round_start; /* clock.now at its beginning */
    uint64_t round_longest, turn_cycles; /* of machine time */
    uint64_t turn_steps;
    uint32_t turn;     /* the hart whose turn it is */
    bool is_modelling; /* the models are switched on */

    uint64_t resets;
    uint64_t idle_cycles; /* machine time that was jumped over */

    bool has_finished, is_reset_asked, is_stop_asked;
    enum machine_stop verdict;
    unsigned fail_code;     /* of STOP_FAIL, as the guest gave it */
    const char *host_error; /* of STOP_HOST_IO: the file that failed */
};

/* Builds and loads all of it, ready for its first step. What is wrong with
 * the configuration or its files ends the program with one line and status 2
 * or 3. machine_free accepts NULL. */
struct machine *machine_create(const struct machine_config *config);
void machine_free(struct machine *m);
void machine_set_hooks(struct machine *m, const struct machine_hooks *hooks);
/* Every access of the harts and of DMA from now on; NULL: no longer. The caller
 * closes it, after that or when the machine is gone. */
void machine_set_trace(struct machine *m, struct trace *trace);
/* The flattened device tree that software finds at a reset. */
const uint8_t *machine_device_tree(const struct machine *m, size_t *size);

/* For machine_create: DMA leaves the caches alone, and what would then be
 * stale is found (docs/machine.md, "Coherence off"). */
void machine_make_incoherent(struct machine *m);

/* Runs until `max_steps` more steps are done, all harts together, or the
 * machine stops. A machine that passed, failed or died stays so. */
enum machine_stop machine_run(struct machine *m, uint64_t max_steps);
/* As config.models_from and models_to do by themselves; for a restore. */
void machine_switch_models(struct machine *m, bool on);
/* Makes machine_run return soon; for hooks, not for signal handlers. */
void machine_request_stop(struct machine *m);

/* Steps, retired instructions since power-on, all harts together. */
uint64_t machine_steps(const struct machine *m);
/* The most steps of a turn. */
uint64_t machine_quantum(const struct machine *m);
uint64_t machine_retired(const struct machine *m);

/* Bytes from outside, between two calls of machine_run or in the idle hook:
 * returns how many the receiver took. */
size_t machine_console_input(struct machine *m, const uint8_t *bytes,
                             size_t len);
/* Whether the guest looks for input, so that a byte would not be lost to its
 * initialisation: how many bytes to send now. */
unsigned machine_console_room(const struct machine *m);

/* All state that the guest can observe, now or later. A failed restore leaves
 * a machine that must not run. */
void machine_archive(struct machine *m, struct archive *a);
/* Of all state, 64 bits. It reads the frames of DRAM that were written since
 * the last call, and changes nothing that the guest or -stats can see. */
uint64_t machine_hash(struct machine *m);
/* Reads all of DRAM: whether the next machine_hash will be right about it.
 * False is a bug: somebody wrote without bus_mark_written. For tests. */
MUST_USE bool machine_hash_check(const struct machine *m);

/* The host reads physical memory (DRAM and boot ROM) without any effect;
 * false unless all of it is there. */
MUST_USE bool machine_peek(const struct machine *m, uint64_t pa, void *to,
                           size_t len);
/* The same by virtual address, as `hart` would translate a load now. */
MUST_USE bool machine_peek_virtual(const struct machine *m, unsigned hart,
                                   uint64_t va, void *to, size_t len);

#endif
