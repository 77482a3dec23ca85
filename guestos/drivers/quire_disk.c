/*
 * quire,disk: a ring of commands, one chain of DMA descriptors each. Bios
 * wait in a list while the ring or the bounce buffers are used up; the
 * interrupt makes room and starts the next.
 */
#include "abi/qdisk.h"
#include "abi/qdma.h"
#include "blkdev.h"
#include "bounce.h"
#include "errno.h"
#include "gfp.h"
#include "init.h"
#include "interrupt.h"
#include "io.h"
#include "kernel.h"
#include "list.h"
#include "mm.h"
#include "of.h"
#include "quire_dma.h"
#include "spinlock.h"

#define RING 16

/* What the device reads and writes: in ZONE_DMA. */
struct shared {
    struct qdisk_command ring[RING];
    struct qdma_desc chain[RING][BIO_MAX];
};

/* A command in flight: at ring index `head` .. `tail`, modulo RING. */
struct slot {
    struct bio *bio;
    struct page *bounce[BIO_MAX]; /* NULL where the page itself is used */
};

struct quire_disk {
    struct block_device bdev;
    char *regs;
    struct shared *shared;
    /* Guards all below; taken with interrupts off. */
    struct spinlock lock;
    struct list_head waiting; /* bios, in order */
    struct slot slots[RING];
    u32 head, tail; /* commands completed and submitted since the start */
    struct bounce_pool pool;
};

static struct quire_disk disk;

static u64 phys(const volatile void *p)
{
    return virt_to_phys(p);
}

/* The address the device uses for a segment. */
static u64 segment_pa(struct quire_disk *d, struct slot *slot, unsigned i)
{
    const struct bio_segment *seg = &slot->bio->seg[i];
    struct page *page = seg->page;

    slot->bounce[i] = NULL;
    if (bounce_is_needed(&d->pool, page)) {
        page = slot->bounce[i] = bounce_take(&d->pool);
        if (slot->bio->op == BIO_WRITE)
            bounce_out(page, seg);
    }
    return page_to_phys(page) + seg->offset;
}

/* Fills the chain of a command; returns its sectors. */
static u32 make_chain(struct quire_disk *d, struct slot *slot,
                      struct qdma_desc *chain)
{
    const struct bio *bio = slot->bio;
    u32 bytes = 0;

    for (unsigned i = 0; i < bio->nr_segs; i++) {
        u64 pa = segment_pa(d, slot, i);
        bool is_last = i + 1 == bio->nr_segs;

        chain[i] = (struct qdma_desc){
            .control =
                bio->op == BIO_WRITE ? QDMA_OP_TO_DISK : QDMA_OP_FROM_DISK,
            .length = bio->seg[i].len,
            .src = bio->op == BIO_WRITE ? pa : 0,
            .dst = bio->op == BIO_WRITE ? 0 : pa,
            .next = is_last ? 0 : phys(&chain[i + 1]),
        };
        bytes += bio->seg[i].len;
    }
    return bytes / QDISK_SECTOR;
}

/* Puts one bio into the ring, which has room. */
static void issue(struct quire_disk *d, struct bio *bio)
{
    static const u32 ops[] = {
        [BIO_READ] = QDISK_READ,
        [BIO_WRITE] = QDISK_WRITE,
        [BIO_FLUSH] = QDISK_FLUSH,
    };
    u32 index = d->tail % RING;
    struct slot *slot = &d->slots[index];

    slot->bio = bio;
    d->shared->ring[index] = (struct qdisk_command){
        .op = ops[bio->op],
        .lba = bio->sector,
        .sectors = make_chain(d, slot, d->shared->chain[index]),
        .dma = phys(d->shared->chain[index]),
        .status = QDISK_PENDING,
        .cookie = index,
    };
    d->tail++;
}

/* Starts what can be started; the lock is held. */
static void dispatch(struct quire_disk *d)
{
    u32 before = d->tail;

    while (!list_empty(&d->waiting) && d->tail - d->head < RING) {
        struct bio *bio = list_first_entry(&d->waiting, struct bio, list);

        if (bounce_count(&d->pool, bio) > d->pool.nr_free)
            break;
        list_del(&bio->list);
        issue(d, bio);
    }
    if (d->tail != before)
        writel(d->tail, d->regs + QDISK_TAIL);
}

static void submit(struct block_device *bdev, struct bio *bio)
{
    struct quire_disk *d = bdev->private;
    unsigned long flags;

    spin_lock_irqsave(&d->lock, flags);
    list_add_tail(&bio->list, &d->waiting);
    dispatch(d);
    spin_unlock_irqrestore(&d->lock, flags);
}

/* What the block layer cannot say of a failed request. */
static void report(const struct bio *bio, u32 status)
{
    phys_addr_t refused = 0;
    unsigned error = quire_dma_error(QDMA_DISK_CHANNEL, &refused);

    if (status == QDISK_EDMA)
        pr_err("%s: DMA error %u at %llx\n", bio->bdev->name, error,
               (unsigned long long)refused);
}

/* Brings a read's data home and frees the bounce buffers of a command. */
static void unbounce(struct quire_disk *d, struct slot *slot, bool is_good)
{
    const struct bio *bio = slot->bio;

    for (unsigned i = 0; i < bio->nr_segs; i++) {
        if (!slot->bounce[i])
            continue;
        if (bio->op == BIO_READ && is_good)
            bounce_in(slot->bounce[i], &bio->seg[i]);
        bounce_give(&d->pool, slot->bounce[i]);
    }
}

/* Moves the commands before `head` to `done`, with their errors. */
static void reap(struct quire_disk *d, u32 head, struct list_head *done)
{
    for (; d->head != head; d->head++) {
        struct slot *slot = &d->slots[d->head % RING];
        u32 status = d->shared->ring[d->head % RING].status;
        struct bio *bio = slot->bio;

        if (status != QDISK_OK)
            report(bio, status);
        unbounce(d, slot, status == QDISK_OK);
        bio->error = status == QDISK_OK ? 0 : -EIO;
        slot->bio = NULL;
        list_add_tail(&bio->list, done);
    }
}

static void start(struct quire_disk *d)
{
    u64 ring = phys(d->shared->ring);

    d->head = d->tail = 0;
    writel((u32)ring, d->regs + QDISK_RING_LO);
    writel(ring >> 32, d->regs + QDISK_RING_HI);
    writel(RING, d->regs + QDISK_RING_SIZE);
    writel(QDISK_INT_DONE | QDISK_INT_HALTED, d->regs + QDISK_INT_ENABLE);
    writel(QDISK_ENABLE, d->regs + QDISK_CONTROL);
}

/* The device refused the ring: what is in flight is lost, the rest may go
 * on. */
static void restart(struct quire_disk *d, struct list_head *done)
{
    pr_err("%s: halted, %u commands lost\n", d->bdev.name,
           (unsigned)(d->tail - d->head));
    writel(QDISK_RESET, d->regs + QDISK_CONTROL);
    reap(d, d->tail, done);
    start(d);
}

static bool interrupt(unsigned irq, void *dev)
{
    struct quire_disk *d = dev;
    LIST_HEAD(done);
    u32 cause;

    (void)irq;
    spin_lock(&d->lock); /* interrupts are off here */
    cause = readl(d->regs + QDISK_INT);
    writel(cause, d->regs + QDISK_INT);
    reap(d, readl(d->regs + QDISK_HEAD), &done);
    if (cause & QDISK_INT_HALTED)
        restart(d, &done);
    dispatch(d);
    spin_unlock(&d->lock);
    while (!list_empty(&done)) {
        struct bio *bio = list_first_entry(&done, struct bio, list);

        list_del(&bio->list);
        bio_endio(bio, bio->error);
    }
    return cause != 0;
}

static const struct block_device_operations quire_disk_ops = {
    .submit = submit,
};

static int __init setup(struct quire_disk *d, unsigned irq)
{
    int error;

    if (readl(d->regs + QDISK_ID) != QDISK_ID_VALUE)
        return -ENODEV;
    d->shared =
        alloc_pages_exact(sizeof *d->shared, GFP_KERNEL | GFP_DMA | __GFP_ZERO);
    if (!d->shared)
        return -ENOMEM;
    error = bounce_pool_init(&d->pool, quire_dma_reach());
    if (error)
        return error;
    error = request_irq(irq, interrupt, "quire-disk", d);
    if (error)
        return error;
    start(d);
    return 0;
}

static int __init quire_disk_probe(void)
{
    int node = fdt_next_compatible(-1, "quire,disk");
    struct quire_disk *d = &disk;
    phys_addr_t pa;
    u64 size;
    int error;

    if (node < 0 || !fdt_reg(node, 0, &pa, &size))
        return 0;
    error = quire_dma_probe();
    if (error)
        return error;
    d->regs = ioremap(pa, size);
    if (!d->regs)
        return -ENOMEM;
    spin_lock_init(&d->lock);
    INIT_LIST_HEAD(&d->waiting);
    error = setup(d, fdt_irq(node));
    if (error) {
        pr_err("quire-disk: cannot start: error %d\n", error);
        return error;
    }
    d->bdev.name = "qda";
    d->bdev.nr_sectors = readl(d->regs + QDISK_CAPACITY_LO) |
                         (u64)readl(d->regs + QDISK_CAPACITY_HI) << 32;
    d->bdev.read_only = readl(d->regs + QDISK_FEATURES) & QDISK_F_READONLY;
    d->bdev.reach = d->pool.reach;
    d->bdev.ops = &quire_disk_ops;
    d->bdev.private = d;
    return register_block_device(&d->bdev);
}
module_init(quire_disk_probe);
