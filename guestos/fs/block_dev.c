/*
 * A disk as a file: its blocks are cached as pages of an inode. File systems
 * read their own structures through it, too (bdev_read).
 */
#include "blkdev.h"
#include "err.h"
#include "fs.h"
#include "highmem.h"
#include "pagemap.h"
#include "seq_file.h"
#include "string.h"

static int blkdev_readpage(struct file *file, struct page *page)
{
    struct inode *inode = page_mapping(page)->host;
    struct block_device *bdev = inode->i_bdev;
    u64 sector = (u64)page->index << (PAGE_SHIFT - SECTOR_SHIFT);
    u64 left = sector < bdev->nr_sectors ? bdev->nr_sectors - sector : 0;
    unsigned len = (unsigned)min(left << SECTOR_SHIFT, (u64)PAGE_SIZE);
    int error = 0;

    (void)file;
    if (len < PAGE_SIZE) {
        zero_user_segment(page, len, PAGE_SIZE);
    }
    if (len) {
        error = bdev_rw_page(bdev, BIO_READ, sector, page, 0, len);
    }
    if (error) {
        SetPageError(page);
    } else {
        SetPageUptodate(page);
    }
    unlock_page(page);
    return error;
}

static const struct address_space_operations blkdev_aops = {
    .readpage = blkdev_readpage,
};

const struct file_operations def_blk_fops = {
    .llseek = generic_file_llseek,
    .read = generic_file_read,
    .mmap = generic_file_mmap,
};

struct inode *block_device_inode(struct block_device *bdev)
{
    struct inode *inode = new_anon_inode(S_IFBLK | 0600);

    if (inode) {
        inode->i_bdev = bdev;
        inode->i_rdev = bdev->dev;
        inode->i_size = (loff_t)(bdev->nr_sectors << SECTOR_SHIFT);
        inode->i_data.a_ops = &blkdev_aops;
        inode->i_fop = &def_blk_fops;
    }
    return inode;
}

int bdev_read(struct block_device *bdev, u64 offset, void *buf, size_t count)
{
    char *to = buf;

    if (offset + count > bdev->nr_sectors << SECTOR_SHIFT) {
        return -EIO;
    }
    while (count) {
        unsigned start = (unsigned)(offset & (PAGE_SIZE - 1));
        size_t n = min(count, (size_t)(PAGE_SIZE - start));
        struct page *page = read_mapping_page(
            bdev->inode->i_mapping, (pgoff_t)(offset >> PAGE_SHIFT), NULL);
        char *from;

        if (IS_ERR(page)) {
            return (int)PTR_ERR(page);
        }
        from = kmap_local_page(page);
        memcpy(to, from + start, n);
        kunmap_local(from);
        put_page(page);
        to += n;
        offset += n;
        count -= n;
    }
    return 0;
}

int diskstats_proc_show(struct seq_file *m, void *v)
{
    struct block_device *bdev = NULL;

    (void)v;
    while ((bdev = next_block_device(bdev)) != NULL) {
        const struct block_device_stats *s = &bdev->stats;

        seq_printf(
            m, "%4u %7u %s %lu 0 %llu 0 %lu 0 %llu 0 %d 0 0 0 0 0 0 %lu 0\n",
            MAJOR(bdev->dev), MINOR(bdev->dev), bdev->name, s->reads,
            (unsigned long long)s->sectors_read, s->writes,
            (unsigned long long)s->sectors_written,
            atomic_read(&bdev->in_flight), s->flushes);
    }
    return 0;
}

int partitions_proc_show(struct seq_file *m, void *v)
{
    struct block_device *bdev = NULL;

    (void)v;
    seq_puts(m, "major minor  #blocks  name\n\n");
    while ((bdev = next_block_device(bdev)) != NULL) {
        seq_printf(m, "%4u  %7u %10llu %s\n", MAJOR(bdev->dev),
                   MINOR(bdev->dev), (unsigned long long)bdev->nr_sectors / 2,
                   bdev->name);
    }
    return 0;
}
