/*
 * The scenes: LR and SC, interrupts, DMA, disks, the models.
 */
#include "tests/snapshot_scenes.h"

#include <stdio.h>

#include "abi/qdisk.h"
#include "abi/qdma.h"
#include "base/compiler.h"
#include "mmu/tlb.h"
#include "tests/machine_rig.h"

#define WORD 0x80020000u /* reserved, written, looked at */
#define FLAG 0x80021000u /* words between harts */
#define DONE 0x80021004u
#define READY 0x80021008u
#define SEEN 0x80022000u /* what a program found */
#define HANDLER (DRAM_BASE + 0x1000)
#define OTHER (DRAM_BASE + 0x2000) /* the program of hart 1 */
#define TABLES 0x80030000u
#define BUFFER 0x80040000u
#define PAGES 32u
#define PAGES_VA 0x40000000u

static struct program start(struct machine *m)
{
    return (struct program){m, DRAM_BASE};
}

/* Waits until the word at pa differs from zero. */
static void op_await(struct program *p, uint32_t pa)
{
    uint64_t loop;

    op_li(p, T0, pa);
    loop = p->at;
    op(p, "lw", T1, T0, 0, 0);
    op_to(p, "beq", T1, ZERO, loop);
}

/* LR and SC. */

static uint64_t write_lr_sc(struct machine *m)
{
    struct program p = start(m);
    uint64_t stop;

    poke(m, WORD, 4, 5);
    op_li(&p, S0, WORD);
    op_li(&p, A2, 77);
    op(&p, "lr.w", A1, S0, 0, 0);
    stop = p.at;
    op(&p, "sc.w", A3, S0, A2, 0);
    op(&p, "sc.w", A4, S0, A1, 0);
    op_save(&p, SEEN, A3);
    op_save(&p, SEEN + 4, A4);
    op_pass(&p);
    return stop;
}

static void check_reserved(struct machine *m)
{
    ck_assert(m->harts[0].mmu.is_reserved);
    ck_assert_uint_eq(m->harts[0].mmu.reserved_pa, WORD);
}

static void check_sc_stored(struct machine *m)
{
    ck_assert_uint_eq(peek(m, SEEN, 4), 0);
    ck_assert_uint_eq(peek(m, SEEN + 4, 4), 1);
    ck_assert_uint_eq(peek(m, WORD, 4), 77);
}

/* Hart 1 has stored to WORD before the LR, and may do so without asking;
 * between LR and SC it stores to `target`. */
static void write_other_hart(struct machine *m, uint32_t target)
{
    struct program p = {m, OTHER};

    op_write(&p, WORD, 6);
    op_write(&p, WORD, 7);
    op_write(&p, READY, 1);
    op_await(&p, FLAG);
    op_write(&p, target, 8);
    op_write(&p, DONE, 1);
    op(&p, "wfi", 0, 0, 0, 0);
    op_to(&p, "jal", 0, 0, p.at - 4);
}

static uint64_t write_two_harts(struct machine *m, uint32_t target)
{
    struct program p = start(m);
    uint64_t stop;

    write_other_hart(m, target);
    op(&p, "beq", 0, A0, ZERO, 8);
    op_to(&p, "jal", 0, 0, OTHER);
    op_await(&p, READY);
    op_li(&p, S0, WORD);
    op(&p, "lr.w", A1, S0, 0, 0);
    stop = p.at;
    op_write(&p, FLAG, 1);
    op_await(&p, DONE);
    op(&p, "sc.w", A3, S0, A1, 0);
    op_save(&p, SEEN, A3);
    op_pass(&p);
    return stop;
}

static uint64_t write_broken(struct machine *m)
{
    return write_two_harts(m, WORD);
}

static uint64_t write_unbroken(struct machine *m)
{
    return write_two_harts(m, WORD + 4);
}

static void check_sc_failed(struct machine *m)
{
    ck_assert_uint_eq(peek(m, SEEN, 4), 1);
    ck_assert_uint_eq(peek(m, WORD, 4), 8);
}

static void check_sc_stored_beside(struct machine *m)
{
    ck_assert_uint_eq(peek(m, SEEN, 4), 0);
    ck_assert_uint_eq(peek(m, WORD, 4), 7);
    ck_assert_uint_eq(peek(m, WORD + 4, 4), 8);
}

/* Interrupts. */

static void write_handler(struct machine *m)
{
    struct program p = {m, HANDLER};

    op(&p, "csrrs", A1, ZERO, 0, MCAUSE);
    op(&p, "csrrs", A2, ZERO, 0, MEPC);
    op_save(&p, SEEN, A1);
    op_save(&p, SEEN + 4, A2);
    op_pass(&p);
}

static void op_timer(struct program *p, uint32_t ticks)
{
    write_handler(p->m);
    op_csrw(p, MTVEC, HANDLER);
    op_write(p, CLINT_BASE + CLINT_MTIMECMP, ticks);
    op_write(p, CLINT_BASE + CLINT_MTIMECMP + 4, 0);
    op_csrw(p, MIE, 1u << IRQ_MTI);
}

static uint64_t write_wfi(struct machine *m)
{
    struct program p = start(m);

    op_timer(&p, 50);
    op(&p, "csrrsi", ZERO, 8, 0, MSTATUS);
    op(&p, "wfi", 0, 0, 0, 0);
    op(&p, "jal", ZERO, 0, 0, 0);
    return p.at - 4;
}

static void check_wfi(struct machine *m)
{
    uint64_t when = m->board->clint.mtimecmp[0];

    ck_assert(hart_is_waiting(&m->harts[0]));
    ck_assert_uint_eq(when, 50);
    ck_assert_uint_lt(clint_mtime(&m->board->clint), when);
    ck_assert_uint_eq(m->idle_cycles, 0);
}

static void check_woken(struct machine *m)
{
    ck_assert_uint_eq(peek(m, SEEN, 4), 0x80000007);
    ck_assert_uint_gt(m->idle_cycles, 4000);
    ck_assert_uint_eq(m->harts[0].stats.interrupts[IRQ_MTI], 1);
}

static uint64_t write_masked(struct machine *m)
{
    struct program p = start(m);

    op_timer(&p, 0);
    op(&p, "csrrsi", ZERO, 8, 0, MSTATUS);
    op(&p, "jal", ZERO, 0, 0, 0);
    return p.at - 8;
}

static void check_pending(struct machine *m)
{
    ck_assert(m->harts[0].csr.wires & m->harts[0].csr.mie);
    ck_assert_int_eq(m->harts[0].csr.mstatus & MSTATUS_MIE, 0);
}

static void check_taken(struct machine *m)
{
    ck_assert_uint_eq(peek(m, SEEN, 4), 0x80000007);
    ck_assert_uint_eq(peek(m, SEEN + 4, 4), m->harts[0].csr.mepc);
    ck_assert_uint_eq(peek(m, m->harts[0].csr.mepc, 4),
                      encode("jal", 0, 0, 0, 0));
}

static uint64_t write_uart(struct machine *m)
{
    struct program p = start(m);
    uint64_t stop;

    op_li(&p, S0, UART_BASE);
    op_li(&p, T1, 2); /* IER: the transmitter is empty */
    op(&p, "sb", 0, S0, T1, 1);
    op(&p, "lbu", A1, S0, 0, 2); /* IIR: says so, and no longer */
    op(&p, "sb", 0, S0, T1, 0);  /* a byte goes out, and it is again */
    stop = p.at;
    op(&p, "lbu", A2, S0, 0, 2);
    op(&p, "lbu", A3, S0, 0, 5);
    op(&p, "lbu", A4, S0, 0, 0);
    op(&p, "lbu", A5, S0, 0, 2);
    for (unsigned i = 0; i < 5; i++)
        op_save(&p, SEEN + 4 * i, A1 + i);
    op_pass(&p);
    return stop;
}

static void check_sending(struct machine *m)
{
    ck_assert(m->board->uart.is_thre_pending);
}

static void send_input(struct machine *m)
{
    ck_assert_uint_eq(machine_console_input(m, (const uint8_t *)"q", 1), 1);
}

static void check_uart_end(struct machine *m)
{
    ck_assert_uint_eq(peek(m, SEEN, 4) & 0xf, 2);
    ck_assert_uint_eq(peek(m, SEEN + 4, 4) & 0xf, 2);
    ck_assert_uint_eq(peek(m, SEEN + 8, 4) & 1, 1);
    ck_assert_uint_eq(peek(m, SEEN + 12, 4), 'q');
    ck_assert_uint_eq(peek(m, SEEN + 16, 4) & 0xf, 1);
}

/* DMA and disks. */

static void poke_desc(struct machine *m, uint64_t pa,
                      const struct qdma_desc *desc)
{
    poke(m, pa + QDMA_D_CONTROL, 4, desc->control);
    poke(m, pa + QDMA_D_LENGTH, 4, desc->length);
    poke(m, pa + QDMA_D_SRC, 8, desc->src);
    poke(m, pa + QDMA_D_DST, 8, desc->dst);
    poke(m, pa + QDMA_D_NEXT, 8, desc->next);
}

#define CHANNEL(i, offset) (QDMA_BASE + QDMA_CHANNEL(i) + (offset))

static uint64_t write_dma(struct machine *m)
{
    const struct qdma_desc fill = {.control = QDMA_OP_FILL,
                                   .length = 2000,
                                   .src = 0x5a,
                                   .dst = BUFFER,
                                   .next = TABLES + 32};
    const struct qdma_desc copy = {.control = QDMA_OP_COPY,
                                   .length = 1000,
                                   .src = BUFFER + 500,
                                   .dst = BUFFER + 8000};
    struct program p = start(m);
    uint64_t stop;

    poke_desc(m, TABLES, &fill);
    poke_desc(m, TABLES + 32, &copy);
    op_read(&p, A1, BUFFER + 8000); /* in the caches */
    op_write(&p, BUFFER + 700, 1);
    op_write(&p, CHANNEL(0, QDMA_DESC_LO), TABLES);
    op_write(&p, CHANNEL(0, QDMA_CONTROL), QDMA_START);
    op_await(&p, CHANNEL(0, QDMA_COMPLETED));
    stop = p.at;
    op_await(&p, CHANNEL(0, QDMA_INT));
    op_read(&p, A2, BUFFER + 8000);
    op_save(&p, SEEN, A2);
    op_pass(&p);
    return stop;
}

static void check_dma(struct machine *m)
{
    const struct dma_channel *c = &m->board->dma.channels[0];

    ck_assert_uint_eq(c->status, QDMA_BUSY);
    ck_assert_uint_eq(c->completed, 1);
    ck_assert_uint_gt(c->due, m->clock.now);
    ck_assert_uint_eq(peek(m, BUFFER + 1999, 1), 0x5a);
    ck_assert_uint_eq(peek(m, BUFFER + 8000, 1), 0);
}

static void check_dma_end(struct machine *m)
{
    ck_assert_uint_eq(peek(m, SEEN, 4), 0x5a5a5a5a);
    ck_assert_uint_eq(peek(m, BUFFER + 8999, 2), 0x5a);
    ck_assert_uint_eq(m->board->dma.stats.descriptors, 2);
}

#define SECTORS 64
#define READ_LBA 9

/* Each sector is full of bytes of its number. */
static const char *make_image(void)
{
    static char path[] = "test_snapshot_disk.img";
    FILE *f = fopen(path, "wb");

    ck_assert_ptr_nonnull(f);
    for (int i = 0; i < SECTORS * IMAGE_SECTOR; i++)
        ck_assert_int_ge(fputc(i / IMAGE_SECTOR, f), 0);
    fclose(f);
    return path;
}

/* A read of two sectors, then a write of one. */
static void op_disk(struct program *p)
{
    const struct qdma_desc to = {.control = QDMA_OP_FROM_DISK,
                                 .length = 2 * QDISK_SECTOR,
                                 .dst = BUFFER};
    const struct qdma_desc from = {
        .control = QDMA_OP_TO_DISK, .length = QDISK_SECTOR, .src = BUFFER};
    struct machine *m = p->m;

    poke_desc(m, TABLES, &to);
    poke_desc(m, TABLES + 32, &from);
    poke(m, WORD + QDISK_C_SECTORS, 4, 2);
    poke(m, WORD + QDISK_C_LBA, 8, READ_LBA);
    poke(m, WORD + QDISK_C_DMA, 8, TABLES);
    poke(m, WORD + 32 + QDISK_C_OP, 4, QDISK_WRITE);
    poke(m, WORD + 32 + QDISK_C_SECTORS, 4, 1);
    poke(m, WORD + 32 + QDISK_C_LBA, 8, 20);
    poke(m, WORD + 32 + QDISK_C_DMA, 8, TABLES + 32);
    op_write(p, QDISK_BASE + QDISK_RING_LO, WORD);
    op_write(p, QDISK_BASE + QDISK_RING_SIZE, 2);
    op_write(p, QDISK_BASE + QDISK_CONTROL, QDISK_ENABLE);
    op_write(p, QDISK_BASE + QDISK_TAIL, 2);
}

static void op_disk_end(struct program *p)
{
    op_await(p, WORD + QDISK_C_STATUS);
    op_await(p, WORD + 32 + QDISK_C_STATUS);
    op_pass(p);
}

static uint64_t write_disk_queued(struct machine *m)
{
    struct program p = start(m);
    uint64_t stop;

    op_disk(&p);
    stop = p.at;
    op_disk_end(&p);
    return stop;
}

static uint64_t write_disk_moving(struct machine *m)
{
    struct program p = start(m);
    uint64_t stop;

    op_disk(&p);
    op_await(&p, CHANNEL(QDMA_DISK_CHANNEL, QDMA_STATUS));
    stop = p.at;
    op_disk_end(&p);
    return stop;
}

static void check_disk_queued(struct machine *m)
{
    ck_assert_int_eq(m->board->disk.phase, DISK_SEEKING);
    ck_assert_uint_gt(m->board->disk.due, m->clock.now);
    ck_assert_uint_eq(peek(m, WORD + QDISK_C_STATUS, 4), QDISK_PENDING);
}

static void check_disk_moving(struct machine *m)
{
    ck_assert_int_eq(m->board->disk.phase, DISK_MOVING);
    ck_assert(m->board->dma.channels[QDMA_DISK_CHANNEL].is_stream);
    ck_assert_uint_eq(peek(m, BUFFER, 1), 0);
}

static void check_disk_end(struct machine *m)
{
    const struct image *image = m->board->images[0];

    ck_assert_uint_eq(peek(m, WORD + QDISK_C_STATUS, 4), QDISK_OK);
    ck_assert_uint_eq(peek(m, WORD + 32 + QDISK_C_STATUS, 4), QDISK_OK);
    ck_assert_uint_eq(peek(m, BUFFER, 1), READ_LBA);
    ck_assert_uint_eq(peek(m, BUFFER + 1023, 1), READ_LBA + 1);
    ck_assert_uint_eq(image->overlay[20 * IMAGE_SECTOR + 7], READ_LBA);
    ck_assert_uint_eq(image->stats.reads, 1);
    ck_assert_uint_eq(image->stats.bytes_written, QDISK_SECTOR);
}

/* Registers of virtio-mmio, in the order in which a driver writes them. */
static const struct {
    uint32_t offset, value;
} virtio_stores[] = {
    {0x70, 1},
    {0x70, 3},
    {0x24, 1},
    {0x20, 1},
    {0x70, 11},
    {0x30, 0},
    {0x38, 4},
    {0x80, TABLES},
    {0x90, TABLES + 256},
    {0xa0, TABLES + 512},
    {0x44, 1},
    {0x70, 15},
    {0x50, 0},
};

static uint64_t write_virtio(struct machine *m)
{
    const uint64_t desc[][3] = {
        /* address, length, flags and next */
        {WORD, 16, 1 | 1 << 16},
        {BUFFER, 512, 3 | 2 << 16},
        {SEEN, 1, 2},
    };
    struct program p = start(m);
    uint64_t stop;

    for (unsigned i = 0; i < 3; i++) {
        poke(m, TABLES + 16 * i, 8, desc[i][0]);
        poke(m, TABLES + 16 * i + 8, 4, desc[i][1]);
        poke(m, TABLES + 16 * i + 12, 4, desc[i][2]);
    }
    poke(m, TABLES + 256 + 2, 2, 1); /* avail.idx */
    poke(m, WORD + 8, 8, READ_LBA);
    poke(m, SEEN, 1, 0xff);
    for (unsigned i = 0; i < ARRAY_SIZE(virtio_stores); i++)
        op_write(&p, VIRTIO_BASE + virtio_stores[i].offset,
                 virtio_stores[i].value);
    stop = p.at;
    op_await(&p, TABLES + 512); /* used.idx, in its upper half */
    op_pass(&p);
    return stop;
}

static void check_virtio(struct machine *m)
{
    ck_assert_int_eq(m->board->blks[0].phase, VIRTIO_BLK_SEEKING);
    ck_assert_uint_gt(m->board->blks[0].due, m->clock.now);
}

static void check_virtio_end(struct machine *m)
{
    ck_assert_uint_eq(peek(m, SEEN, 1), 0);
    ck_assert_uint_eq(peek(m, BUFFER + 511, 1), READ_LBA);
    ck_assert_uint_eq(m->board->images[0]->stats.reads, 1);
}

/* The models. */

/* s1 += each of `n` words from `va` on, `stride` bytes apart; each second one
 * is written too. */
static void op_walk(struct program *p, uint32_t va, int32_t stride, uint32_t n)
{
    uint64_t loop;

    op_li(p, S0, va);
    op_li(p, A2, n / 2);
    op_li(p, A3, (uint32_t)stride);
    loop = p->at;
    op(p, "lw", T1, S0, 0, 0);
    op(p, "add", S1, S1, T1, 0);
    op(p, "add", S0, S0, A3, 0);
    op(p, "lw", T1, S0, 0, 0);
    op(p, "add", S1, S1, T1, 0);
    op(p, "sw", 0, S0, S1, 0);
    op(p, "add", S0, S0, A3, 0);
    op(p, "addi", A2, A2, 0, -1);
    op_to(p, "bne", A2, ZERO, loop);
}

static uint64_t write_window(struct machine *m)
{
    struct program p = start(m);
    uint64_t stop;

    for (unsigned i = 0; i < 4096; i += 4)
        poke(m, BUFFER + i, 4, i * 2654435761u);
    op_walk(&p, BUFFER, 68, 60);
    stop = p.at;
    op_walk(&p, BUFFER + 4076, -68, 60);
    op_walk(&p, BUFFER, 132, 30);
    op_save(&p, SEEN, S1);
    op_pass(&p);
    return stop;
}

static void check_window(struct machine *m)
{
    struct mmu_counts c;

    mmu_count(&m->harts[0].mmu, &c);
    ck_assert(m->is_modelling);
    ck_assert_uint_gt(machine_steps(m), m->config.models_from + 100);
    ck_assert_uint_lt(machine_steps(m), m->config.models_to - 100);
    ck_assert_uint_gt(c.l1d.misses, 0);
    ck_assert_uint_gt(m->harts[0].mmu.stalls, 0);
}

static void check_window_end(struct machine *m)
{
    struct mmu_counts c;

    mmu_count(&m->harts[0].mmu, &c);
    ck_assert(!m->is_modelling);
    ck_assert_uint_gt(machine_steps(m), m->config.models_to);
    ck_assert_uint_lt(c.l1i.accesses, 550);
    ck_assert_uint_ne(peek(m, SEEN, 4), 0);
}

static void map_pages(struct machine *m)
{
    const uint32_t leaf = 0x0f; /* V R W X; A and D come by themselves */

    poke(m, TABLES, 4, leaf); /* devices */
    poke(m, TABLES + 4 * (DRAM_BASE >> 22), 4, DRAM_BASE >> 2 | leaf);
    poke(m, TABLES + 4 * (PAGES_VA >> 22), 4, (TABLES + 4096) >> 2 | 1);
    for (uint32_t i = 0; i < PAGES; i++)
        poke(m, TABLES + 4096 + 4 * i, 4, (BUFFER + 4096 * i) >> 2 | leaf);
}

/* To S-mode with translation. */
static void op_supervisor(struct program *p)
{
    op_csrw(p, PMPADDR0, 0xffffffff);
    op_csrw(p, PMPCFG0, 0x1f);
    op_csrw(p, SATP, 0x80000000 | TABLES >> 12);
    op_csrw(p, MSTATUS, PRIV_S << MSTATUS_MPP_SHIFT);
    op_csrw(p, MEPC, (uint32_t)p->at + 4 * 4);
    op(p, "mret", 0, 0, 0, 0);
}

static uint64_t write_pages(struct machine *m)
{
    struct program p = start(m);
    uint64_t stop;

    map_pages(m);
    op_supervisor(&p);
    op_walk(&p, PAGES_VA, 4096 + 64, 24);
    stop = p.at;
    op_walk(&p, PAGES_VA + 31 * 4096, -4096 - 128, 16);
    op_walk(&p, PAGES_VA, 4096 + 64, 24);
    op_save(&p, SEEN, S1);
    op_pass(&p);
    return stop;
}

/* One page, whose table is changed after the snapshot. */
static uint64_t write_remap(struct machine *m)
{
    struct program p = start(m);
    uint64_t stop;

    map_pages(m);
    poke(m, BUFFER, 4, 5);
    poke(m, BUFFER + 4096, 4, 6);
    op_supervisor(&p);
    op_read(&p, A1, PAGES_VA);
    stop = p.at;
    op_read(&p, A1, PAGES_VA);
    op_save(&p, SEEN, A1);
    op_write(&p, TABLES + 4096, (BUFFER + 4096) >> 2 | 0xcf);
    op(&p, "sfence.vma", 0, ZERO, ZERO, 0);
    op_read(&p, A1, PAGES_VA);
    op_save(&p, SEEN + 4, A1);
    op_walk(&p, PAGES_VA, 4, 16);
    op_pass(&p);
    return stop;
}

static void check_mapped(struct machine *m)
{
    ck_assert_int_eq(m->harts[0].priv, PRIV_S);
    ck_assert_ptr_null(m->harts[0].mmu.models);
    ck_assert_uint_eq(peek(m, TABLES + 4096, 4) >> 10, BUFFER >> 12);
}

static void check_remapped(struct machine *m)
{
    ck_assert_uint_eq(peek(m, SEEN, 4), 5);
    ck_assert_uint_eq(peek(m, SEEN + 4, 4), 6);
}

static unsigned valid_entries(const struct mmu *mmu, enum mmu_tlb which)
{
    unsigned ways, n = 0;
    struct tlb_view v;

    for (unsigned i = 0; i < mmu_tlb_entries(mmu, which, &ways); i++) {
        mmu_tlb_look(mmu, which, i, &v);
        n += v.is_valid;
    }
    return n;
}

static void check_full(struct machine *m)
{
    const struct mmu *mmu = &m->harts[0].mmu;
    unsigned ways, bytes, dirty = 0;
    struct cache_view v;

    ck_assert_int_eq(m->harts[0].priv, PRIV_S);
    ck_assert_uint_eq(valid_entries(mmu, MMU_DTLB), 8);
    ck_assert_uint_eq(valid_entries(mmu, MMU_L2TLB), 16);
    for (unsigned i = 0; i < mmu_cache_lines(mmu, MMU_L1D, &ways, &bytes);
         i++) {
        mmu_cache_look(mmu, MMU_L1D, i, &v);
        dirty += v.is_dirty;
    }
    ck_assert_uint_ge(dirty, 4);
}

static void check_pages_end(struct machine *m)
{
    struct mmu_counts c;

    mmu_count(&m->harts[0].mmu, &c);
    ck_assert_uint_gt(c.dtlb.misses, 24);
    ck_assert_uint_gt(c.walks.updates, 24);
    ck_assert_uint_gt(c.l1d.writebacks, 8);
    ck_assert_int_eq(peek(m, TABLES + 4096 + 4, 1) & 0xc0, 0xc0);
}

#define OFF UINT64_MAX /* from a step that never comes */

/* clang-format off */
const struct scene scenes[] = {
    { "between LR and SC", 1, NO_DRIVE, false, 0, 0,
      write_lr_sc, check_reserved, NULL, check_sc_stored },
    { "between LR and SC that another hart makes fail", 2, NO_DRIVE,
      false, 0, 0, write_broken, check_reserved, NULL, check_sc_failed },
    { "between LR and SC while another hart stores beside", 2, NO_DRIVE,
      false, 0, 0, write_unbroken, check_reserved, NULL,
      check_sc_stored_beside },
    { "between LR and SC that another hart makes fail, nothing modelled", 2,
      NO_DRIVE, false, OFF, OFF, write_broken, check_reserved, NULL,
      check_sc_failed },
    { "before a page table is changed, nothing modelled", 1, NO_DRIVE,
      false, OFF, OFF, write_remap, check_mapped, NULL, check_remapped },
    { "in WFI with a timer to come", 1, NO_DRIVE, false, 0, 0,
      write_wfi, check_wfi, NULL, check_woken },
    { "with an interrupt pending and masked", 1, NO_DRIVE, false, 0, 0,
      write_masked, check_pending, NULL, check_taken },
    { "while the UART sends and has received", 1, NO_DRIVE, false, 0, 0,
      write_uart, check_sending, send_input, check_uart_end },
    { "in the middle of DMA", 1, NO_DRIVE, false, 0, 0,
      write_dma, check_dma, NULL, check_dma_end },
    { "with a disk command queued", 1, WITH_QUIRE, false, 0, 0,
      write_disk_queued, check_disk_queued, NULL, check_disk_end },
    { "while a disk moves data", 1, WITH_QUIRE, true, 0, 0,
      write_disk_moving, check_disk_moving, NULL, check_disk_end },
    { "with a virtio request queued", 1, WITH_VIRTIO, false, 0, 0,
      write_virtio, check_virtio, NULL, check_virtio_end },
    { "half through the window of the models", 1, NO_DRIVE, true, 100, 500,
      write_window, check_window, NULL, check_window_end },
    { "with full TLBs and dirty lines", 1, NO_DRIVE, true, 0, 0,
      write_pages, check_full, NULL, check_pages_end },
};
/* clang-format on */

const unsigned n_scenes = ARRAY_SIZE(scenes);

static uint64_t stop_pc;

struct machine *scene_make(const struct scene *scene, enum replacement policy)
{
    struct machine_config config = small_config(policy);
    struct machine *m;

    config.n_harts = scene->n_harts;
    config.hart.mmu.is_timed = scene->is_timed;
    config.is_snapshot = true;
    if (scene->models_to) {
        config.models_from = scene->models_from;
        config.models_to = scene->models_to;
    }
    if (scene->drive != NO_DRIVE) {
        config.n_drives = 1;
        config.drives[0] = (struct drive_config){
            .file = make_image(),
            .interface =
                scene->drive == WITH_QUIRE ? DRIVE_QUIRE : DRIVE_VIRTIO,
            .latency = {.fixed_ns = 2000},
        };
    }
    m = machine_create(&config);
    stop_pc = scene->write(m);
    return m;
}

void scene_reach(const struct scene *scene, struct machine *m)
{
    run_to(m, stop_pc);
    scene->check(m);
    if (scene->act)
        scene->act(m);
}
