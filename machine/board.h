/*
 * The devices of the quire32 board, and the one table that says which stand
 * where. Wires, device tree, reset order and snapshots follow the table.
 */
#ifndef QUIRE_MACHINE_BOARD_H
#define QUIRE_MACHINE_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/platform.h"
#include "base/archive.h"
#include "devices/clint.h"
#include "devices/disk.h"
#include "devices/dma.h"
#include "devices/finisher.h"
#include "devices/htif.h"
#include "devices/image.h"
#include "devices/plic.h"
#include "devices/rtc.h"
#include "devices/uart.h"
#include "devices/virtio_blk.h"
#include "devices/virtio_mmio.h"
#include "machine/machine.h"

struct board {
    struct uart uart;
    struct clint clint;
    struct plic plic;
    struct finisher finisher;
    struct rtc rtc;
    struct htif htif; /* attached if a program has tohost */
    struct dma dma;
    struct disk disk; /* attached if a drive has if=quire */
    struct virtio_mmio slots[VIRTIO_SLOTS];
    struct virtio_blk blks[VIRTIO_SLOTS]; /* in slots 0 .. n_blks - 1 */
    unsigned n_blks;
    bool has_disk, has_htif;
    struct image *images[MACHINE_MAX_DRIVES]; /* in command-line order */
    unsigned n_images;
};

/* Where a device's node stands in the device tree. */
enum board_parent {
    PARENT_ROOT, /* what has no window */
    PARENT_SOC,
    PARENT_DMA_BUS, /* whose masters reach the first bytes of DRAM only */
};

struct board_row {
    const struct device_class *class;
    uint64_t base_pa;
    unsigned irq;   /* source at the PLIC, 0 for none */
    unsigned count; /* so many, `stride` bytes and one source apart */
    uint64_t stride;
    enum board_parent parent;
    const char *node;       /* its name in the device tree */
    const char *compatible; /* further strings, each ended by NUL, or NULL */
    bool is_master;         /* writes memory on its own */
    size_t offset, size;    /* of its struct in struct board, each */
};

extern const struct board_row board_rows[];
extern const size_t n_board_rows;

/* Makes and solders all devices of m, whose harts, bus and clock stand.
 * Image files that cannot be used end the program. */
void board_create(struct machine *m);
void board_free(struct board *b);
/* Once more hardware, for a program with these words in DRAM. */
void board_add_htif(struct machine *m, uint64_t tohost_pa,
                    uint64_t fromhost_pa);

/* Instance i of a row, or NULL if this board lacks it. */
struct device *board_device(struct board *b, const struct board_row *row,
                            unsigned i);

/* Whether a device still has something to do to memory by itself, later. */
bool board_masters_are_idle(struct machine *m);
/* The file of the first image that failed on the host, or NULL. */
const char *board_host_error(const struct machine *m);

void board_archive(struct board *b, struct archive *a);

#endif
