/*
 * Block devices. A driver registers a disk and takes bios: asynchronous
 * requests over a list of page pieces. The driver (or the interrupt handler)
 * ends each with bio_endio exactly once.
 */
#ifndef QUIRE_GUESTOS_BLKDEV_H
#define QUIRE_GUESTOS_BLKDEV_H

#include "atomic.h"
#include "list.h"
#include "spinlock.h"
#include "types.h"

struct bio;
struct block_device;
struct inode;
struct page;
struct seq_file;

#define SECTOR_SHIFT 9
#define SECTOR_SIZE 512
#define BIO_MAX 16

enum bio_op {
    BIO_READ,
    BIO_WRITE,
    BIO_FLUSH, /* no segments */
};

struct block_device_operations {
    /* Takes the request; may be called with interrupts off; never sleeps. */
    void (*submit)(struct block_device *bdev, struct bio *bio);
};

struct block_device_stats {
    unsigned long reads, writes, flushes, errors;
    u64 sectors_read, sectors_written;
};

struct block_device {
    const char *name; /* "vda", "qda" */
    dev_t dev;        /* given by register_block_device */
    u64 nr_sectors;
    bool read_only;
    /* Lowest and highest physical address + 1 that the device reaches; 0: no
     * limit. Requests beyond it are bounced by the driver. */
    phys_addr_t reach;
    const struct block_device_operations *ops;
    void *private; /* the driver's */
    /* The rest belongs to the block layer. */
    struct list_head list;
    struct inode *inode; /* whose page cache holds the device's blocks */
    struct spinlock stats_lock; /* guards stats; interrupts off */
    struct block_device_stats stats;
    struct atomic in_flight;
};

struct bio_segment {
    struct page *page;
    unsigned offset, len; /* bytes, whole sectors in all */
};

struct bio {
    struct block_device *bdev;
    enum bio_op op;
    u64 sector;
    unsigned nr_segs;
    struct bio_segment seg[BIO_MAX];
    void (*end_io)(struct bio *bio); /* any context, interrupts off */
    int error;                       /* 0 or -EIO and its kin */
    struct list_head list;           /* the driver's, while it has the bio */
    void *private;                   /* the submitter's */
    void *driver_private;            /* the driver's, while it has the bio */
};

/* 0 or -errno; `bdev` lives as long as the kernel. Prints a line. */
int register_block_device(struct block_device *bdev);
struct block_device *find_block_device(const char *name); /* or NULL */
struct block_device *block_device_by_number(dev_t dev);   /* or NULL */
/* Iterate: NULL starts; returns NULL at the end. */
struct block_device *next_block_device(struct block_device *bdev);

/* Bytes of the device through its page cache, to kernel memory: 0 or -errno.
 * How file systems read what is not a file's. */
int bdev_read(struct block_device *bdev, u64 offset, void *buf, size_t count);
struct inode *
block_device_inode(struct block_device *bdev); /* fs/, a new one */
int diskstats_proc_show(struct seq_file *m, void *v);
int partitions_proc_show(struct seq_file *m, void *v);

/* Hands the request over; a bad one ends at once with bio->error. */
void submit_bio(struct bio *bio);
/* By the driver, when the request is done. */
void bio_endio(struct bio *bio, int error);
/* Submits and sleeps until it is done: its error. Sets end_io, private. */
int bio_rw_wait(struct bio *bio);
/* Reads or writes whole sectors from or to one page, and waits. */
int bdev_rw_page(struct block_device *bdev, enum bio_op op, u64 sector,
                 struct page *page, unsigned offset, unsigned len);

#endif
