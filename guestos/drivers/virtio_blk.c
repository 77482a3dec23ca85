/*
 * virtio-blk on virtio-mmio, versions 2 and 1 (legacy): disks on QEMU's virt
 * board and on Quire's. A request in flight owns a fixed part of the
 * descriptor table, so that submitting never allocates.
 */
#include "blkdev.h"
#include "errno.h"
#include "gfp.h"
#include "init.h"
#include "interrupt.h"
#include "io.h"
#include "kernel.h"
#include "list.h"
#include "mm.h"
#include "of.h"
#include "slab.h"
#include "spinlock.h"

/* Registers (virtio 1.1, 4.2.2 and 4.2.4). */
#define MAGIC_VALUE 0x000
#define VERSION 0x004
#define DEVICE_ID 0x008
#define DEVICE_FEATURES 0x010
#define DEVICE_FEATURES_SEL 0x014
#define DRIVER_FEATURES 0x020
#define DRIVER_FEATURES_SEL 0x024
#define GUEST_PAGE_SIZE 0x028
#define QUEUE_SEL 0x030
#define QUEUE_NUM_MAX 0x034
#define QUEUE_NUM 0x038
#define QUEUE_ALIGN 0x03c
#define QUEUE_PFN 0x040
#define QUEUE_READY 0x044
#define QUEUE_NOTIFY 0x050
#define INTERRUPT_STATUS 0x060
#define INTERRUPT_ACK 0x064
#define STATUS 0x070
#define QUEUE_DESC 0x080
#define QUEUE_DRIVER 0x090
#define QUEUE_DEVICE 0x0a0
#define CONFIG_CAPACITY 0x100

#define MAGIC 0x74726976
#define ID_BLOCK 2

#define S_ACKNOWLEDGE 1
#define S_DRIVER 2
#define S_DRIVER_OK 4
#define S_FEATURES_OK 8
#define S_NEEDS_RESET 0x40
#define S_FAILED 0x80

#define F_RO (1u << 5)
#define F_FLUSH (1u << 9)
#define F_VERSION_1 (1u << 0) /* of the upper word */

#define DESC_NEXT 1
#define DESC_WRITE 2

#define T_IN 0
#define T_OUT 1
#define T_FLUSH 4

#define QUEUE 128
#define PER_REQUEST (BIO_MAX + 2) /* header, segments, status */
#define REQUESTS (QUEUE / PER_REQUEST)
#define MAX_DISKS 8

struct descriptor {
    u64 pa;
    u32 len;
    u16 flags, next;
};

struct header {
    u32 type, reserved;
    u64 sector;
};

/* Two pages, laid out as legacy devices want them. */
struct queue {
    struct descriptor desc[QUEUE];
    struct {
        u16 flags, index, ring[QUEUE];
    } avail;
    struct {
        u16 flags, index;
        struct {
            u32 id, len;
        } ring[QUEUE];
    } used __attribute__((aligned(PAGE_SIZE)));
    /* Behind the used ring, in its page. */
    struct header headers[REQUESTS];
    u8 status[REQUESTS];
};

struct virtio_blk {
    struct block_device bdev;
    char name[4];
    char *regs;
    struct queue *queue;
    bool can_flush;
    /* Guards all below; taken with interrupts off. */
    struct spinlock lock;
    bool is_dead;
    struct list_head waiting; /* bios, in order */
    struct bio *bios[REQUESTS];
    u16 used_seen;
};

static unsigned nr_disks; /* changes at boot only */

static u64 phys(const volatile void *p)
{
    return virt_to_phys(p);
}

static void put_desc(struct virtio_blk *b, unsigned i, u64 pa, u32 len,
                     bool is_write, bool is_last)
{
    b->queue->desc[i] = (struct descriptor){
        .pa = pa,
        .len = len,
        .flags = (u16)((is_write ? DESC_WRITE : 0) | (is_last ? 0 : DESC_NEXT)),
        .next = (u16)(is_last ? 0 : i + 1),
    };
}

/* Builds the request of a bio in part `slot` of the table and offers it. */
static void issue(struct virtio_blk *b, unsigned slot, struct bio *bio)
{
    static const u32 types[] = {
        [BIO_READ] = T_IN,
        [BIO_WRITE] = T_OUT,
        [BIO_FLUSH] = T_FLUSH,
    };
    struct queue *q = b->queue;
    unsigned first = slot * PER_REQUEST, i = first;

    b->bios[slot] = bio;
    q->headers[slot] = (struct header){
        .type = types[bio->op],
        .sector = bio->op == BIO_FLUSH ? 0 : bio->sector,
    };
    q->status[slot] = 0xff;
    put_desc(b, i++, phys(&q->headers[slot]), sizeof(struct header), false,
             false);
    for (unsigned s = 0; s < bio->nr_segs; s++)
        put_desc(b, i++, page_to_phys(bio->seg[s].page) + bio->seg[s].offset,
                 bio->seg[s].len, bio->op == BIO_READ, false);
    put_desc(b, i, phys(&q->status[slot]), 1, true, true);
    q->avail.ring[q->avail.index % QUEUE] = (u16)first;
    __atomic_store_n(&q->avail.index, (u16)(q->avail.index + 1),
                     __ATOMIC_RELEASE);
}

static int free_slot(const struct virtio_blk *b)
{
    for (unsigned i = 0; i < REQUESTS; i++)
        if (!b->bios[i])
            return (int)i;
    return -EBUSY;
}

/* Starts what can be started, moves to `done` what needs no device; the lock
 * is held. */
static void dispatch(struct virtio_blk *b, struct list_head *done)
{
    bool is_offered = false;
    int slot;

    while (!list_empty(&b->waiting) && (slot = free_slot(b)) >= 0) {
        struct bio *bio = list_first_entry(&b->waiting, struct bio, list);

        list_del(&bio->list);
        if (b->is_dead || (bio->op == BIO_FLUSH && !b->can_flush)) {
            bio->error = b->is_dead ? -EIO : 0;
            list_add_tail(&bio->list, done);
            continue;
        }
        issue(b, (unsigned)slot, bio);
        is_offered = true;
    }
    if (is_offered)
        writel(0, b->regs + QUEUE_NOTIFY);
}

static void end_all(struct list_head *done)
{
    while (!list_empty(done)) {
        struct bio *bio = list_first_entry(done, struct bio, list);

        list_del(&bio->list);
        bio_endio(bio, bio->error);
    }
}

static void submit(struct block_device *bdev, struct bio *bio)
{
    struct virtio_blk *b = bdev->private;
    unsigned long flags;
    LIST_HEAD(done);

    spin_lock_irqsave(&b->lock, flags);
    list_add_tail(&bio->list, &b->waiting);
    dispatch(b, &done);
    spin_unlock_irqrestore(&b->lock, flags);
    end_all(&done);
}

static void complete(struct virtio_blk *b, unsigned slot, int error,
                     struct list_head *done)
{
    struct bio *bio = b->bios[slot];

    b->bios[slot] = NULL;
    bio->error = error;
    list_add_tail(&bio->list, done);
}

/* Takes from the used ring what the device has finished. */
static void reap(struct virtio_blk *b, struct list_head *done)
{
    struct queue *q = b->queue;

    while (b->used_seen != __atomic_load_n(&q->used.index, __ATOMIC_ACQUIRE)) {
        u32 id = q->used.ring[b->used_seen++ % QUEUE].id;
        unsigned slot = id / PER_REQUEST;

        if (slot >= REQUESTS || id % PER_REQUEST || !b->bios[slot]) {
            pr_err("%s: the device finished a request that was not there\n",
                   b->name);
            continue;
        }
        complete(b, slot, q->status[slot] ? -EIO : 0, done);
    }
}

/* The device gave up: so does every request. */
static void die(struct virtio_blk *b, struct list_head *done)
{
    pr_err("%s: the device needs a reset; the disk is lost\n", b->name);
    b->is_dead = true;
    writel(0, b->regs + STATUS);
    for (unsigned slot = 0; slot < REQUESTS; slot++)
        if (b->bios[slot])
            complete(b, slot, -EIO, done);
}

static bool interrupt(unsigned irq, void *dev)
{
    struct virtio_blk *b = dev;
    LIST_HEAD(done);
    u32 cause;

    (void)irq;
    spin_lock(&b->lock); /* interrupts are off here */
    cause = readl(b->regs + INTERRUPT_STATUS);
    writel(cause, b->regs + INTERRUPT_ACK);
    reap(b, &done);
    if (!b->is_dead && (readl(b->regs + STATUS) & S_NEEDS_RESET))
        die(b, &done);
    dispatch(b, &done);
    spin_unlock(&b->lock);
    end_all(&done);
    return cause != 0;
}

/* Takes the features that we use; 0 or -ENODEV. */
static int __init negotiate(struct virtio_blk *b, bool is_legacy)
{
    u32 offered, status = S_ACKNOWLEDGE | S_DRIVER;

    writel(0, b->regs + STATUS);
    writel(S_ACKNOWLEDGE, b->regs + STATUS);
    writel(status, b->regs + STATUS);
    writel(0, b->regs + DEVICE_FEATURES_SEL);
    offered = readl(b->regs + DEVICE_FEATURES);
    b->bdev.read_only = offered & F_RO;
    b->can_flush = offered & F_FLUSH;
    writel(0, b->regs + DRIVER_FEATURES_SEL);
    writel(offered & (F_RO | F_FLUSH), b->regs + DRIVER_FEATURES);
    if (is_legacy)
        return 0;
    writel(1, b->regs + DRIVER_FEATURES_SEL);
    writel(F_VERSION_1, b->regs + DRIVER_FEATURES);
    writel(status | S_FEATURES_OK, b->regs + STATUS);
    return readl(b->regs + STATUS) & S_FEATURES_OK ? 0 : -ENODEV;
}

static void __init write_address(char *reg, u64 pa)
{
    writel((u32)pa, reg);
    writel(pa >> 32, reg + 4);
}

static int __init setup_queue(struct virtio_blk *b, bool is_legacy)
{
    struct queue *q;

    writel(0, b->regs + QUEUE_SEL);
    if (readl(b->regs + QUEUE_NUM_MAX) < QUEUE)
        return -ENODEV;
    q = alloc_pages_exact(sizeof *q, GFP_KERNEL | __GFP_ZERO);
    if (!q)
        return -ENOMEM;
    b->queue = q;
    writel(QUEUE, b->regs + QUEUE_NUM);
    if (is_legacy) {
        writel(PAGE_SIZE, b->regs + GUEST_PAGE_SIZE);
        writel(PAGE_SIZE, b->regs + QUEUE_ALIGN);
        writel((u32)(phys(q) >> PAGE_SHIFT), b->regs + QUEUE_PFN);
        return 0;
    }
    write_address(b->regs + QUEUE_DESC, phys(q->desc));
    write_address(b->regs + QUEUE_DRIVER, phys(&q->avail));
    write_address(b->regs + QUEUE_DEVICE, phys(&q->used));
    writel(1, b->regs + QUEUE_READY);
    return readl(b->regs + QUEUE_READY) ? 0 : -ENODEV;
}

static const struct block_device_operations virtio_blk_ops = {
    .submit = submit,
};

static int __init setup(struct virtio_blk *b, unsigned irq)
{
    bool is_legacy = readl(b->regs + VERSION) == 1;
    int error = negotiate(b, is_legacy);

    if (!error)
        error = setup_queue(b, is_legacy);
    if (!error)
        error = request_irq(irq, interrupt, b->name, b);
    if (error) {
        writel(S_FAILED, b->regs + STATUS);
        return error;
    }
    writel(readl(b->regs + STATUS) | S_DRIVER_OK, b->regs + STATUS);
    b->bdev.name = b->name;
    b->bdev.nr_sectors = readl(b->regs + CONFIG_CAPACITY) |
                         (u64)readl(b->regs + CONFIG_CAPACITY + 4) << 32;
    b->bdev.ops = &virtio_blk_ops;
    b->bdev.private = b;
    return register_block_device(&b->bdev);
}

/* A slot that may hold a disk. */
static int __init probe_slot(int node)
{
    struct virtio_blk *b;
    phys_addr_t pa;
    u64 size;
    char *regs;
    int error;

    if (!fdt_reg(node, 0, &pa, &size))
        return -ENODEV;
    regs = ioremap(pa, size);
    if (!regs)
        return -ENOMEM;
    if (readl(regs + MAGIC_VALUE) != MAGIC || readl(regs + VERSION) - 1 > 1 ||
        readl(regs + DEVICE_ID) != ID_BLOCK || nr_disks == MAX_DISKS) {
        iounmap(regs);
        return 0;
    }
    b = kzalloc(sizeof *b, GFP_KERNEL);
    if (!b) {
        iounmap(regs);
        return -ENOMEM;
    }
    b->regs = regs;
    b->name[0] = 'v';
    b->name[1] = 'd';
    b->name[2] = (char)('a' + nr_disks++);
    spin_lock_init(&b->lock);
    INIT_LIST_HEAD(&b->waiting);
    error = setup(b, fdt_irq(node));
    if (error)
        pr_err("%s: cannot start: error %d\n", b->name, error);
    return error;
}

static int __init virtio_blk_probe(void)
{
    int node = -1, error = 0;

    while ((node = fdt_next_compatible(node, "virtio,mmio")) >= 0) {
        int one = probe_slot(node);

        error = error ? error : one;
    }
    return error;
}
module_init(virtio_blk_probe);
