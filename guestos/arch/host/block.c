/*
 * Disks on the host: an array each. A request is taken and its data moved
 * only when it ends, with interrupts off, in the order of arrival, or, by the
 * seed, the other way round; so nobody can rely on what was not waited for.
 */
#include "guestos/arch/host/block.h"

#include <stdlib.h>
#include <string.h>

#include "guestos/arch/host/host.h"

struct host_disk {
    struct block_device bdev;
    char *data;
    bool fail_reads, fail_writes;
    u64 fail_first, fail_last;
};

static LIST_HEAD(under_way);

static struct host_disk *disk_of(struct block_device *bdev)
{
    return container_of(bdev, struct host_disk, bdev);
}

struct block_device *host_disk(const char *name, unsigned long pages)
{
    struct host_disk *disk = calloc(1, sizeof *disk);

    if (!disk)
        abort();
    disk->bdev.name = name;
    disk->bdev.nr_sectors = (u64)pages * (PAGE_SIZE / SECTOR_SIZE);
    disk->data = calloc(pages, PAGE_SIZE);
    if (!disk->data)
        abort();
    return &disk->bdev;
}

char *host_disk_data(struct block_device *bdev)
{
    return disk_of(bdev)->data;
}

void host_mkswap(struct block_device *bdev)
{
    char *data = disk_of(bdev)->data;
    u32 header[2] = {1,
                     (u32)(bdev->nr_sectors / (PAGE_SIZE / SECTOR_SIZE) - 1)};

    memcpy(data + 1024, header, sizeof header);
    memcpy(data + PAGE_SIZE - 10, "SWAPSPACE2", 10);
}

void host_disk_fail(struct block_device *bdev, bool reads, bool writes,
                    u64 first, u64 last)
{
    struct host_disk *disk = disk_of(bdev);

    disk->fail_reads = reads;
    disk->fail_writes = writes;
    disk->fail_first = first;
    disk->fail_last = last;
}

static u64 sectors_of(const struct bio *bio)
{
    u64 bytes = 0;

    for (unsigned i = 0; i < bio->nr_segs; i++)
        bytes += bio->seg[i].len;
    return bytes / SECTOR_SIZE;
}

static int transfer(struct host_disk *disk, struct bio *bio)
{
    char *at = disk->data + bio->sector * SECTOR_SIZE;
    bool fails = bio->op == BIO_READ ? disk->fail_reads : disk->fail_writes;

    if (bio->sector + sectors_of(bio) > disk->bdev.nr_sectors)
        return -EIO;
    if (fails && bio->sector <= disk->fail_last &&
        bio->sector + sectors_of(bio) > disk->fail_first)
        return -EIO;
    for (unsigned i = 0; i < bio->nr_segs; i++) {
        const struct bio_segment *seg = &bio->seg[i];
        char *memory =
            (char *)phys_to_virt(page_to_phys(seg->page)) + seg->offset;

        if (bio->op == BIO_READ)
            memcpy(memory, at, seg->len);
        else
            memcpy(at, memory, seg->len);
        at += seg->len;
    }
    return 0;
}

void submit_bio(struct bio *bio)
{
    list_add_tail(&bio->list, &under_way);
}

bool host_block_finish_one(void)
{
    struct bio *bio;
    unsigned long flags;

    if (list_empty(&under_way))
        return false;
    bio = host_random(4) ? list_first_entry(&under_way, struct bio, list)
                         : list_last_entry(&under_way, struct bio, list);
    list_del(&bio->list);
    local_irq_save(flags);
    preempt_count_add(HARDIRQ_OFFSET);
    bio->error = transfer(disk_of(bio->bdev), bio);
    bio->end_io(bio);
    preempt_count_sub(HARDIRQ_OFFSET);
    local_irq_restore(flags);
    return true;
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

    return transfer(disk_of(bdev), &bio);
}
