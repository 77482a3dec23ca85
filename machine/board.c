/*
 * The quire32 board: which devices stand where, and how they are wired.
 */
#include "machine/board.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/compiler.h"
#include "base/log.h"

/* clang-format off */
#define PLACE(member) offsetof(struct board, member), \
    sizeof ((struct board *)NULL)->member

const struct board_row board_rows[] = {
    { &uart_class, UART_BASE, UART_IRQ, 1, 0, PARENT_SOC,
      "serial", NULL, false, PLACE(uart) },
    { &clint_class, CLINT_BASE, 0, 1, 0, PARENT_SOC,
      "clint", "riscv,clint0\0", false, PLACE(clint) },
    { &plic_class, PLIC_BASE, 0, 1, 0, PARENT_SOC,
      "plic", "riscv,plic0\0", false, PLACE(plic) },
    { &finisher_class, FINISHER_BASE, 0, 1, 0, PARENT_SOC,
      "test", "sifive,test0\0syscon\0", false, PLACE(finisher) },
    { &rtc_class, RTC_BASE, RTC_IRQ, 1, 0, PARENT_SOC,
      "rtc", NULL, false, PLACE(rtc) },
    { &dma_class, QDMA_BASE, QDMA_IRQ, 1, 0, PARENT_DMA_BUS,
      "dma", NULL, true, PLACE(dma) },
    { &disk_class, QDISK_BASE, QDISK_IRQ, 1, 0, PARENT_DMA_BUS,
      "disk", NULL, true, PLACE(disk) },
    { &virtio_mmio_class, VIRTIO_BASE, VIRTIO_IRQ, VIRTIO_SLOTS, VIRTIO_STRIDE,
      PARENT_SOC, "virtio_mmio", NULL, true, PLACE(slots[0]) },
    { &htif_class, 0, 0, 1, 0, PARENT_ROOT,
      "htif", NULL, true, PLACE(htif) },
};
/* clang-format on */

const size_t n_board_rows = ARRAY_SIZE(board_rows);

struct device *board_device(struct board *b, const struct board_row *row,
                            unsigned i)
{
    if (i >= row->count || (row->class == &disk_class && !b->has_disk) ||
        (row->class == &htif_class && !b->has_htif))
        return NULL;
    return (struct device *)(void *)((char *)b + row->offset + i * row->size);
}

static void put_to_console(void *ctx, uint8_t byte)
{
    const struct machine *m = ctx;

    if (m->hooks.console_put)
        m->hooks.console_put(m->hooks.ctx, byte);
}

static void finish(void *ctx, enum finish how, unsigned code)
{
    struct machine *m = ctx;

    if (how == FINISH_RESET) {
        m->is_reset_asked = true;
    } else {
        m->has_finished = true;
        m->verdict = how == FINISH_PASS ? STOP_PASS : STOP_FAIL;
        m->fail_code = code;
    }
    for (unsigned i = 0; i < m->n_harts; i++)
        hart_request_stop(&m->harts[i]);
}

static void finish_htif(void *ctx, unsigned code)
{
    finish(ctx, code ? FINISH_FAIL : FINISH_PASS, code);
}

static void htif_told(void *ctx, uint64_t pa, uint64_t len)
{
    htif_stored(ctx, pa, len);
}

static uint64_t read_mtime(void *ctx)
{
    return clint_mtime(ctx);
}

static void timer_changed(void *ctx)
{
    clint_compare(ctx);
}

static void snoop_dma_read(void *ctx, uint64_t pa, uint64_t len)
{
    mmu_snoop_dma_read(ctx, pa, len);
}

static void snoop_dma_write(void *ctx, uint64_t pa, uint64_t len)
{
    mmu_snoop_dma_write(ctx, pa, len);
}

/* Opens the drives' images; the quire,disk's or NULL goes to `quire`. */
static void open_images(struct machine *m, struct image **quire)
{
    struct board *b = m->board;

    *quire = NULL;
    for (unsigned i = 0; i < m->config.n_drives; i++) {
        const struct drive_config *drive = &m->config.drives[i];
        const struct image_options options = {
            .is_readonly = drive->is_readonly,
            .is_snapshot = m->config.is_snapshot,
            .faults = drive->faults,
            .latency = drive->latency,
        };
        char error[160];
        struct image *image =
            image_open(drive->file, &options, error, sizeof error);

        if (!image)
            die(EXIT_INPUT, "-drive: %s", error);
        b->images[b->n_images++] = image;
        if (drive->interface == DRIVE_QUIRE)
            *quire = image;
        else
            virtio_blk_init(&b->blks[b->n_blks++], image);
    }
    b->has_disk = *quire != NULL;
}

static void make_devices(struct machine *m)
{
    struct board *b = m->board;
    struct image *quire;

    uart_init(&b->uart, UART_BASE, &m->clock);
    clint_init(&b->clint, CLINT_BASE, &m->clock, m->n_harts);
    plic_init(&b->plic, PLIC_BASE, &m->clock, m->n_harts);
    finisher_init(&b->finisher, FINISHER_BASE, &m->clock);
    rtc_init(&b->rtc, RTC_BASE, &m->clock,
             m->config.rtc_seconds * UINT64_C(1000000000));
    dma_init(&b->dma, QDMA_BASE, &m->clock, &m->bus, m->config.dma_reach);
    open_images(m, &quire);
    if (quire)
        disk_init(&b->disk, QDISK_BASE, &m->clock, &b->dma, quire);
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++)
        virtio_mmio_init(&b->slots[i], VIRTIO_BASE + i * VIRTIO_STRIDE,
                         &m->clock, &m->bus,
                         i < b->n_blks ? &b->blks[i].backend : NULL,
                         m->config.is_virtio_legacy);
}

/* Attaches every device to the bus and its wire to the PLIC. */
static void attach_devices(struct machine *m)
{
    for (size_t r = 0; r < n_board_rows; r++) {
        const struct board_row *row = &board_rows[r];

        for (unsigned i = 0; i < row->count; i++) {
            struct device *d = board_device(m->board, row, i);

            if (!d)
                continue;
            assert(d->base_pa == row->base_pa + i * row->stride);
            if (row->irq) {
                d->irq_number = row->irq + i;
                d->irq = (struct irq){plic_set, &m->board->plic, d->irq_number};
            }
            if (!bus_attach(&m->bus, d))
                die(EXIT_BUG, "the board's table puts %s onto something else",
                    row->class->name);
        }
    }
}

static void solder(struct machine *m)
{
    struct board *b = m->board;

    for (unsigned i = 0; i < m->n_harts; i++) {
        struct hart *h = &m->harts[i];

        b->clint.msip_wire[i] = (struct irq){hart_set_irq, h, IRQ_MSI};
        b->clint.mtip_wire[i] = (struct irq){hart_set_irq, h, IRQ_MTI};
        b->plic.wire[2 * i] = (struct irq){hart_set_irq, h, IRQ_MEI};
        b->plic.wire[2 * i + 1] = (struct irq){hart_set_irq, h, IRQ_SEI};
        hart_set_mtime(h, read_mtime, &b->clint);
        b->clint.supervisor[i] = (struct clint_supervisor){
            hart_stimecmp, h, {hart_set_irq, h, IRQ_STI}};
        h->dma = &b->dma.stats;
        hart_set_timer(h, timer_changed, &b->clint);
    }
    b->uart.put = put_to_console;
    b->uart.put_ctx = m;
    b->finisher.finish = finish;
    b->finisher.finish_ctx = m;
    m->bus.snoop =
        (struct bus_snoop){snoop_dma_read, snoop_dma_write, &m->harts[0].mmu};
}

void board_create(struct machine *m)
{
    m->board = alloc_zeroed(1, sizeof *m->board);
    make_devices(m);
    attach_devices(m);
    solder(m);
}

void board_add_htif(struct machine *m, uint64_t tohost_pa, uint64_t fromhost_pa)
{
    struct htif *h = &m->board->htif;

    htif_init(h, &m->clock, &m->bus, tohost_pa, fromhost_pa);
    h->put = put_to_console;
    h->exit = finish_htif;
    h->put_ctx = h->exit_ctx = m;
    m->board->has_htif = true;
    if (!bus_attach(&m->bus, &h->device))
        die(EXIT_BUG, "the board has too many devices");
    for (unsigned i = 0; i < m->n_harts; i++) {
        hart_watch_stores(&m->harts[i], tohost_pa, htif_told, h);
        if (fromhost_pa)
            hart_watch_stores(&m->harts[i], fromhost_pa, htif_told, h);
    }
}

void board_free(struct board *b)
{
    if (!b)
        return;
    for (unsigned i = 0; i < b->n_images; i++)
        image_free(b->images[i]);
    free(b);
}

bool board_masters_are_idle(struct machine *m)
{
    for (size_t r = 0; r < n_board_rows; r++) {
        const struct board_row *row = &board_rows[r];

        for (unsigned i = 0; row->is_master && i < row->count; i++) {
            struct device *d = board_device(m->board, row, i);

            if (d && d->class->tick &&
                d->class->tick(d, m->clock.now) != CLOCK_NEVER)
                return false;
        }
    }
    return true;
}

const char *board_host_error(const struct machine *m)
{
    const struct board *b = m->board;

    for (unsigned i = 0; i < b->n_images; i++)
        if (b->images[i]->stats.host_errors)
            return m->config.drives[i].file;
    return NULL;
}

void board_archive(struct board *b, struct archive *a)
{
    for (size_t r = 0; r < n_board_rows; r++) {
        const struct board_row *row = &board_rows[r];

        for (unsigned i = 0; i < row->count; i++) {
            struct device *d = board_device(b, row, i);
            char name[32];

            if (!d)
                continue;
            if (row->count > 1)
                snprintf(name, sizeof name, "%s%u", row->class->name, i);
            else
                snprintf(name, sizeof name, "%s", row->class->name);
            archive_section(a, name);
            d->class->archive(d, a);
        }
    }
}
