/*
 * Drives every disk that the block drivers find: requests of all shapes,
 * more at once than fit, from memory that a device reaches and from memory
 * that it does not. A disk of 100 sectors has bad ones from 50 to 59.
 */
#include "errno.h"
#include "kernel.h"
#include "mm.h"
#include "stub.h"

#define BIOS 24 /* more than any driver has in flight */
#define ROUNDS 12
#define BAD_DISK 100
#define BAD_SECTOR 50
#define PATIENCE 20000000 /* polls */

static struct bio bios[BIOS];
static unsigned nr_done;
static u32 seed = 12345;

static u32 next_random(void)
{
    seed = seed * 1103515245 + 12345;
    return seed >> 8;
}

static void check(bool is_good, const char *what, const char *disk)
{
    if (is_good)
        return;
    printk("%s: %s\n", disk, what);
    stub_exit(2);
}

static void count_end(struct bio *bio)
{
    (void)bio;
    nr_done++;
}

/* Submits the first n bios, and takes interrupts until they have ended. */
static void run(struct block_device *bdev, unsigned n)
{
    nr_done = 0;
    for (unsigned i = 0; i < n; i++) {
        bios[i].bdev = bdev;
        bios[i].end_io = count_end;
        bdev->ops->submit(bdev, &bios[i]);
    }
    for (unsigned long poll = 0; nr_done < n; poll++) {
        check(poll < PATIENCE, "a request never ends", bdev->name);
        stub_poll();
    }
    while (stub_poll())
        ;
    check(nr_done == n, "a request ended twice", bdev->name);
}

static u32 *segment(const struct bio_segment *seg)
{
    return (u32 *)((char *)page_address(seg->page) + seg->offset);
}

static u32 word(unsigned bio, unsigned seg, unsigned i)
{
    return seed ^ (bio << 24 | seg << 16 | i);
}

/* Requests of 1 to 16 pieces of random length, one behind the other. */
static void shape(void)
{
    u64 sector = 0;

    for (unsigned i = 0; i < BIOS; i++) {
        struct bio *bio = &bios[i];

        bio->nr_segs = 1 + next_random() % BIO_MAX;
        bio->sector = sector;
        for (unsigned s = 0; s < bio->nr_segs; s++) {
            struct bio_segment *seg = &bio->seg[s];
            unsigned sectors = 1 + next_random() % 8;

            seg->page = stub_page(BIO_MAX * i + s, next_random() % 3 == 0);
            seg->len = sectors * SECTOR_SIZE;
            seg->offset = next_random() % (9 - sectors) * SECTOR_SIZE;
            sector += sectors;
        }
    }
}

static void fill(enum bio_op op, bool is_check, const char *disk)
{
    for (unsigned i = 0; i < BIOS; i++) {
        bios[i].op = op;
        for (unsigned s = 0; s < bios[i].nr_segs; s++) {
            const struct bio_segment *seg = &bios[i].seg[s];
            u32 *p = segment(seg);

            for (unsigned w = 0; w < seg->len / 4; w++)
                if (is_check)
                    check(p[w] == word(i, s, w), "wrong data", disk);
                else
                    p[w] = op == BIO_WRITE ? word(i, s, w) : 0;
        }
    }
}

static void check_all_good(const char *disk)
{
    for (unsigned i = 0; i < BIOS; i++)
        check(!bios[i].error, "a good request failed", disk);
}

static int one(struct block_device *bdev, enum bio_op op, u64 sector)
{
    bios[0].op = op;
    bios[0].sector = sector;
    bios[0].nr_segs = op != BIO_FLUSH;
    bios[0].seg[0].page = stub_page(0, false);
    bios[0].seg[0].offset = 0;
    bios[0].seg[0].len = SECTOR_SIZE;
    run(bdev, 1);
    return bios[0].error;
}

static void test_data(struct block_device *bdev)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        shape();
        fill(BIO_WRITE, false, bdev->name);
        run(bdev, BIOS);
        check_all_good(bdev->name);
        fill(BIO_READ, false, bdev->name);
        run(bdev, BIOS);
        check_all_good(bdev->name);
        fill(BIO_READ, true, bdev->name);
    }
    check(one(bdev, BIO_FLUSH, 0) == 0, "flush failed", bdev->name);
    check(one(bdev, BIO_READ, bdev->nr_sectors) == -EIO,
          "there is something beyond the end", bdev->name);
    check(one(bdev, BIO_READ, bdev->nr_sectors - 1) == 0, "an error lasts",
          bdev->name);
}

/* Failing requests among good ones: each gets its own verdict. */
static void test_errors(struct block_device *bdev)
{
    for (unsigned i = 0; i < BIOS; i++) {
        bios[i].op = i % 2 ? BIO_WRITE : BIO_READ;
        bios[i].sector = i % 3 ? i : BAD_SECTOR + i % 10;
        bios[i].nr_segs = 1;
        bios[i].seg[0].page = stub_page(i, i % 4);
        bios[i].seg[0].offset = 0;
        bios[i].seg[0].len = SECTOR_SIZE;
    }
    run(bdev, BIOS);
    for (unsigned i = 0; i < BIOS; i++)
        check(bios[i].error == (i % 3 ? 0 : -EIO), "a wrong verdict",
              bdev->name);
}

void run_tests(unsigned hart, const char *fdt)
{
    (void)hart;
    check(!stub_probe(fdt), "a driver did not start", "probe");
    check(nr_disks > 0, "no disk was found", "probe");
    for (unsigned i = 0; i < nr_disks; i++) {
        unsigned before = stub_bounces();

        if (disks[i]->nr_sectors == BAD_DISK)
            test_errors(disks[i]);
        else
            test_data(disks[i]);
        printk("%s: %u sectors, %u pages bounced\n", disks[i]->name,
               (unsigned)disks[i]->nr_sectors, stub_bounces() - before);
    }
    stub_exit(0);
}
