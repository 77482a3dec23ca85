/* The block layer: which disks there are, and requests to them. */
#include "blkdev.h"
#include "errno.h"
#include "fs.h"
#include "mm.h"
#include "ratelimit.h"
#include "sched.h"
#include "string.h"
#include "vmstat.h"

#define BLOCK_MAJOR 254
#define MINORS_PER_DISK 16

static LIST_HEAD(disks); /* grows at boot only */

int register_block_device(struct block_device *bdev)
{
    static unsigned next_minor; /* at boot only */
    char size[32];
    u64 kib = bdev->nr_sectors / 2;

    if (find_block_device(bdev->name) || !bdev->nr_sectors) {
        return -EINVAL;
    }
    bdev->dev = MKDEV(BLOCK_MAJOR, next_minor);
    next_minor += MINORS_PER_DISK;
    spin_lock_init(&bdev->stats_lock);
    memset(&bdev->stats, 0, sizeof(bdev->stats));
    atomic_set(&bdev->in_flight, 0);
    bdev->inode = block_device_inode(bdev);
    if (!bdev->inode) {
        return -ENOMEM;
    }
    list_add_tail(&bdev->list, &disks);
    if (kib % 1024) {
        snprintf(size, sizeof(size), "%llu KiB", (unsigned long long)kib);
    } else {
        snprintf(size, sizeof(size), "%llu MiB",
                 (unsigned long long)kib / 1024);
    }
    pr_info("%s: %llu sectors (%s)%s\n", bdev->name,
            (unsigned long long)bdev->nr_sectors, size,
            bdev->read_only ? ", read-only" : "");
    return 0;
}

struct block_device *find_block_device(const char *name)
{
    struct block_device *bdev;

    list_for_each_entry(bdev, &disks, list) {
        if (strcmp(bdev->name, name) == 0) {
            return bdev;
        }
    }
    return NULL;
}

struct block_device *block_device_by_number(dev_t dev)
{
    struct block_device *bdev;

    list_for_each_entry(bdev, &disks, list) {
        if (bdev->dev == dev) {
            return bdev;
        }
    }
    return NULL;
}

struct block_device *next_block_device(struct block_device *bdev)
{
    struct list_head *next = bdev ? bdev->list.next : disks.next;

    return next == &disks ? NULL : list_entry(next, struct block_device, list);
}

static u64 bio_sectors(const struct bio *bio)
{
    u64 bytes = 0;

    for (unsigned i = 0; i < bio->nr_segs; i++) {
        bytes += bio->seg[i].len;
    }
    return bytes % SECTOR_SIZE ? ~0ull : bytes / SECTOR_SIZE;
}

static int check_bio(const struct bio *bio)
{
    const struct block_device *bdev = bio->bdev;
    u64 n = bio_sectors(bio);

    if (bio->nr_segs > BIO_MAX ||
        (bio->op != BIO_FLUSH && (!n || n == ~0ull))) {
        return -EINVAL;
    }
    if (bio->op == BIO_WRITE && bdev->read_only) {
        return -EROFS;
    }
    if (n > bdev->nr_sectors || bio->sector > bdev->nr_sectors - n) {
        return -EIO;
    }
    return 0;
}

void submit_bio(struct bio *bio)
{
    struct block_device *bdev = bio->bdev;
    int error = check_bio(bio);
    unsigned long flags;

    atomic_inc(&bdev->in_flight);
    if (error) {
        bio_endio(bio, error);
        return;
    }
    spin_lock_irqsave(&bdev->stats_lock, flags);
    if (bio->op == BIO_READ) {
        bdev->stats.reads++;
        bdev->stats.sectors_read += bio_sectors(bio);
        count_vm_events(PGPGIN, (unsigned long)bio_sectors(bio));
    } else if (bio->op == BIO_WRITE) {
        bdev->stats.writes++;
        bdev->stats.sectors_written += bio_sectors(bio);
        count_vm_events(PGPGOUT, (unsigned long)bio_sectors(bio));
    } else {
        bdev->stats.flushes++;
    }
    spin_unlock_irqrestore(&bdev->stats_lock, flags);
    bdev->ops->submit(bdev, bio);
}

void bio_endio(struct bio *bio, int error)
{
    struct block_device *bdev = bio->bdev;

    bio->error = error;
    if (error) {
        static struct ratelimit_state limit;
        unsigned long flags;

        spin_lock_irqsave(&bdev->stats_lock, flags);
        bdev->stats.errors++;
        spin_unlock_irqrestore(&bdev->stats_lock, flags);
        if (ratelimit(&limit, "bio_endio")) {
            pr_err("%s: %s error %d at sector %llu\n", bdev->name,
                   bio->op == BIO_READ ? "read" : "write", -error,
                   (unsigned long long)bio->sector);
        }
    }
    atomic_dec(&bdev->in_flight);
    bio->end_io(bio);
}

static void wake_waiter(struct bio *bio)
{
    complete(bio->private);
}

int bio_rw_wait(struct bio *bio)
{
    struct completion done;

    init_completion(&done);
    bio->end_io = wake_waiter;
    bio->private = &done;
    submit_bio(bio);
    wait_for_completion_io(&done);
    return bio->error;
}

int bdev_rw_page(struct block_device *bdev, enum bio_op op, u64 sector,
                 struct page *page, unsigned offset, unsigned len)
{
    struct bio bio = {
        .bdev = bdev,
        .op = op,
        .sector = sector,
        .nr_segs = 1,
        .seg = {{page, offset, len}},
    };

    return bio_rw_wait(&bio);
}
