/*
 * A small board for device tests: every device behind one bus, 1 MiB of DRAM,
 * a disk image of 64 sectors in a temporary file, and time that the test
 * advances.
 */
#ifndef QUIRE_TESTS_RIG_H
#define QUIRE_TESTS_RIG_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/platform.h"
#include "abi/rtc.h"
#include "base/archive.h"
#include "base/bits.h"
#include "devices/clint.h"
#include "devices/disk.h"
#include "devices/dma.h"
#include "devices/finisher.h"
#include "devices/plic.h"
#include "devices/rtc.h"
#include "devices/uart.h"
#include "devices/virtio_blk.h"
#include "devices/virtio_mmio.h"
#include "tests/unit.h"

#define RIG_RAM 0x100000
#define RIG_REACH 0x80000
#define RIG_SECTORS 64
#define RIG_HARTS 2
#define RIG_TIME_NS UINT64_C(0x1234fffff000)

struct rig {
    struct clock clock;
    struct bus bus;
    struct clint clint;
    struct plic plic;
    struct uart uart;
    struct finisher finisher;
    struct rtc rtc;
    struct dma dma;
    struct disk disk;
    struct virtio_mmio virtio[3]; /* version 2, version 1, empty */
    struct virtio_blk blk[2];
    struct image *image[3]; /* quire,disk, then the virtio slots */
    char path[3][32];

    uint32_t mip[RIG_HARTS]; /* what the wires show */
    uint64_t snoop_reads, snoop_writes;
    char console[256];
    size_t n_console;
    int finished; /* enum finish, -1 before */
    unsigned finish_code;
};

static inline void rig_set_mip(void *ctx, unsigned line, bool level)
{
    uint32_t *mip = ctx;

    *mip = (*mip & ~(1u << line)) | (uint32_t)level << line;
}

static inline void rig_snoop_read(void *ctx, uint64_t pa, uint64_t len)
{
    (void)pa;
    ((struct rig *)ctx)->snoop_reads += len;
}

static inline void rig_snoop_write(void *ctx, uint64_t pa, uint64_t len)
{
    (void)pa;
    ((struct rig *)ctx)->snoop_writes += len;
}

static inline void rig_put(void *ctx, uint8_t byte)
{
    struct rig *r = ctx;

    if (r->n_console < sizeof r->console - 1)
        r->console[r->n_console++] = (char)byte;
}

static inline void rig_finish(void *ctx, enum finish how, unsigned code)
{
    struct rig *r = ctx;

    r->finished = (int)how;
    r->finish_code = code;
}

/* Sector n of a fresh image is full of bytes n + 1. */
static inline void rig_make_image(struct rig *r, unsigned i,
                                  const struct image_options *options)
{
    char error[256] = "";
    uint8_t sector[IMAGE_SECTOR];
    int fd;

    strcpy(r->path[i], "/tmp/quire-test-XXXXXX");
    fd = mkstemp(r->path[i]);
    ck_assert_int_ge(fd, 0);
    for (unsigned n = 0; n < RIG_SECTORS; n++) {
        memset(sector, (int)n + 1, sizeof sector);
        ck_assert_int_eq(write(fd, sector, sizeof sector), sizeof sector);
    }
    close(fd);
    r->image[i] = image_open(r->path[i], options, error, sizeof error);
    ck_assert_msg(r->image[i] != NULL, "%s", error);
}

static inline void rig_attach(struct rig *r, struct device *d, unsigned irq)
{
    if (irq)
        d->irq = (struct irq){plic_set, &r->plic, irq};
    ck_assert(bus_attach(&r->bus, d));
}

static inline void rig_init_cores(struct rig *r)
{
    clint_init(&r->clint, CLINT_BASE, &r->clock, RIG_HARTS);
    plic_init(&r->plic, PLIC_BASE, &r->clock, RIG_HARTS);
    for (unsigned i = 0; i < RIG_HARTS; i++) {
        r->clint.msip_wire[i] = (struct irq){rig_set_mip, &r->mip[i], 3};
        r->clint.mtip_wire[i] = (struct irq){rig_set_mip, &r->mip[i], 7};
        r->plic.wire[2 * i] = (struct irq){rig_set_mip, &r->mip[i], 11};
        r->plic.wire[2 * i + 1] = (struct irq){rig_set_mip, &r->mip[i], 9};
    }
    rig_attach(r, &r->clint.device, 0);
    rig_attach(r, &r->plic.device, 0);
}

static inline void rig_init_disks(struct rig *r,
                                  const struct image_options *options)
{
    dma_init(&r->dma, QDMA_BASE, &r->clock, &r->bus, RIG_REACH);
    rig_attach(r, &r->dma.device, QDMA_IRQ);
    rig_make_image(r, 0, options);
    disk_init(&r->disk, QDISK_BASE, &r->clock, &r->dma, r->image[0]);
    rig_attach(r, &r->disk.device, QDISK_IRQ);
    for (unsigned i = 0; i < 3; i++) {
        struct virtio_backend *backend = NULL;

        if (i < 2) {
            rig_make_image(r, i + 1, options);
            virtio_blk_init(&r->blk[i], r->image[i + 1]);
            backend = &r->blk[i].backend;
        }
        virtio_mmio_init(&r->virtio[i], VIRTIO_BASE + i * VIRTIO_STRIDE,
                         &r->clock, &r->bus, backend, i == 1);
        rig_attach(r, &r->virtio[i].device, VIRTIO_IRQ + i);
    }
}

static inline void rig_init_with(struct rig *r,
                                 const struct image_options *options)
{
    memset(r, 0, sizeof *r);
    r->finished = -1;
    r->clock = (struct clock){.hz = 1000000000, .deadline = CLOCK_NEVER};
    bus_init(&r->bus, DRAM_BASE, RIG_RAM, BOOTROM_BASE, BOOTROM_SIZE);
    r->bus.snoop = (struct bus_snoop){rig_snoop_read, rig_snoop_write, r};
    rig_init_cores(r);
    uart_init(&r->uart, UART_BASE, &r->clock);
    r->uart.put = rig_put;
    r->uart.put_ctx = r;
    rig_attach(r, &r->uart.device, UART_IRQ);
    finisher_init(&r->finisher, FINISHER_BASE, &r->clock);
    r->finisher.finish = rig_finish;
    r->finisher.finish_ctx = r;
    rig_attach(r, &r->finisher.device, 0);
    rtc_init(&r->rtc, RTC_BASE, &r->clock, RIG_TIME_NS);
    rig_attach(r, &r->rtc.device, RTC_IRQ);
    rig_init_disks(r, options);
}

static inline void rig_init(struct rig *r)
{
    const struct image_options options = {.is_snapshot = true};

    rig_init_with(r, &options);
}

static inline void rig_free(struct rig *r)
{
    for (unsigned i = 0; i < 3; i++) {
        image_free(r->image[i]);
        unlink(r->path[i]);
    }
    bus_free(&r->bus);
}

/* Lets `cycles` pass, with every tick at its time. */
static inline void rig_run(struct rig *r, uint64_t cycles)
{
    uint64_t end = r->clock.now + cycles;

    while (r->clock.deadline <= end) {
        if (r->clock.deadline > r->clock.now)
            r->clock.now = r->clock.deadline;
        bus_tick(&r->bus, &r->clock);
        ck_assert_uint_gt(r->clock.deadline, r->clock.now);
    }
    r->clock.now = end;
}

static inline uint64_t rig_read(struct rig *r, uint64_t pa, unsigned size)
{
    uint64_t value = 0;

    ck_assert_msg(bus_read(&r->bus, pa, size, &value), "read %#lx", pa);
    return value;
}

static inline void rig_write(struct rig *r, uint64_t pa, unsigned size,
                             uint64_t value)
{
    ck_assert_msg(bus_write(&r->bus, pa, size, value), "write %#lx", pa);
}

static inline uint32_t rd32(struct rig *r, uint64_t pa)
{
    return (uint32_t)rig_read(r, pa, 4);
}

static inline void wr32(struct rig *r, uint64_t pa, uint32_t value)
{
    rig_write(r, pa, 4, value);
}

/* DRAM at an offset from its base. */
static inline uint8_t *rig_ram(struct rig *r, uint64_t offset)
{
    return r->bus.ram + offset;
}

/* All state of the board. */
static inline void rig_archive(struct rig *r, struct archive *a)
{
    archive_u64(a, "now", &r->clock.now);
    archive_pages(a, "ram", r->bus.ram, r->bus.ram_size);
    for (unsigned i = 0; i < r->bus.n_devices; i++) {
        struct device *d = r->bus.devices[i];

        archive_section(a, d->class->name);
        d->class->archive(d, a);
    }
    if (archive_is_loading(a))
        r->clock.deadline = r->clock.now;
}

static inline uint64_t rig_hash(struct rig *r)
{
    struct archive *a = archive_new_hash();
    uint64_t digest;

    rig_archive(r, a);
    digest = archive_digest(a);
    archive_free(a);
    return digest;
}

#endif
