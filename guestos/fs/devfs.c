/* /dev: the character devices that are built in, and every disk. */
#include "blkdev.h"
#include "err.h"
#include "fs.h"
#include "slab.h"
#include "string.h"
#include "syscalls.h"
#include "tty.h"
#include "uaccess.h"

#define DEVFS_ROOT_INO 1
#define FIRST_CHAR_INO 16
#define FIRST_DISK_INO 64

static ssize_t null_read(struct file *file, char __user *buf, size_t count,
                         loff_t *pos)
{
    (void)file, (void)buf, (void)count, (void)pos;
    return 0;
}

static ssize_t null_write(struct file *file, const char __user *buf,
                          size_t count, loff_t *pos)
{
    (void)file, (void)buf, (void)pos;
    return (ssize_t)count;
}

static ssize_t full_write(struct file *file, const char __user *buf,
                          size_t count, loff_t *pos)
{
    (void)file, (void)buf, (void)count, (void)pos;
    return -ENOSPC;
}

static ssize_t zero_read(struct file *file, char __user *buf, size_t count,
                         loff_t *pos)
{
    size_t left = clear_user(buf, count);

    (void)file, (void)pos;
    return left == count && count ? -EFAULT : (ssize_t)(count - left);
}

static ssize_t random_read(struct file *file, char __user *buf, size_t count,
                           loff_t *pos)
{
    (void)file, (void)pos;
    return sys_getrandom(buf, count, 0);
}

static const struct file_operations null_fops = {
    .llseek = generic_file_llseek, .read = null_read, .write = null_write};
static const struct file_operations zero_fops = {
    .llseek = generic_file_llseek, .read = zero_read, .write = null_write};
static const struct file_operations full_fops = {
    .llseek = generic_file_llseek, .read = zero_read, .write = full_write};
static const struct file_operations random_fops = {
    .llseek = generic_file_llseek, .read = random_read, .write = null_write};

// clang-format off
static const struct {
    const char *name;
    unsigned major, minor;
    umode_t mode;
    const struct file_operations *fops;
} char_devices[] = {
    {"null",    1, 3, 0666, &null_fops},
    {"zero",    1, 5, 0666, &zero_fops},
    {"full",    1, 7, 0666, &full_fops},
    {"random",  1, 8, 0666, &random_fops},
    {"urandom", 1, 9, 0666, &random_fops},
    {"tty",     5, 0, 0666, &tty_fops},
    {"console", 5, 1, 0600, &tty_fops},
    {"ttyS0",   4, 64, 0600, &tty_fops},
};
// clang-format on

const struct file_operations *chrdev_fops(dev_t dev)
{
    for (size_t i = 0; i < ARRAY_SIZE(char_devices); i++) {
        if (dev == MKDEV(char_devices[i].major, char_devices[i].minor)) {
            return char_devices[i].fops;
        }
    }
    return NULL;
}

static struct block_device *disk(unsigned index)
{
    struct block_device *bdev = next_block_device(NULL);

    while (bdev && index--) {
        bdev = next_block_device(bdev);
    }
    return bdev;
}

/* Entry `index` of /dev, char devices first; NULL at the end. */
static const char *dev_entry(unsigned index, unsigned long *ino, umode_t *mode)
{
    struct block_device *bdev;

    if (index < ARRAY_SIZE(char_devices)) {
        *ino = FIRST_CHAR_INO + index;
        *mode = S_IFCHR | char_devices[index].mode;
        return char_devices[index].name;
    }
    index -= ARRAY_SIZE(char_devices);
    bdev = disk(index);
    *ino = FIRST_DISK_INO + index;
    *mode = S_IFBLK | 0600;
    return bdev ? bdev->name : NULL;
}

static struct inode *devfs_lookup(struct inode *dir, const char *name,
                                  size_t len)
{
    const char *entry;
    unsigned long ino;
    umode_t mode;

    for (unsigned i = 0; (entry = dev_entry(i, &ino, &mode)) != NULL; i++) {
        if (strlen(entry) == len && memcmp(entry, name, len) == 0) {
            return iget(dir->i_sb, ino);
        }
    }
    return ERR_PTR(-ENOENT);
}

static int devfs_iterate(struct file *file, struct dir_context *ctx)
{
    const char *entry;
    unsigned long ino;
    umode_t mode;

    (void)file;
    if (ctx->pos < 2) {
        if (ctx->pos == 0 && !ctx->emit(ctx, ".", 1, DEVFS_ROOT_INO, 4)) {
            return 0;
        }
        ctx->pos = 1;
        if (!ctx->emit(ctx, "..", 2, DEVFS_ROOT_INO, 4)) {
            return 0;
        }
        ctx->pos = 2;
    }
    while ((entry = dev_entry((unsigned)ctx->pos - 2, &ino, &mode)) != NULL &&
           ctx->emit(ctx, entry, strlen(entry), ino, mode_to_dtype(mode))) {
        ctx->pos++;
    }
    return 0;
}

static const struct inode_operations devfs_dir_iops = {
    .lookup = devfs_lookup,
};
static const struct file_operations devfs_dir_fops = {
    .llseek = generic_file_llseek,
    .iterate = devfs_iterate,
};

static int devfs_read_inode(struct inode *inode)
{
    unsigned long ino = inode->i_ino;

    if (ino == DEVFS_ROOT_INO) {
        inode->i_mode = S_IFDIR | 0755;
        inode->i_nlink = 2;
        inode->i_op = &devfs_dir_iops;
        inode->i_fop = &devfs_dir_fops;
    } else if (ino < FIRST_DISK_INO) {
        unsigned i = (unsigned)ino - FIRST_CHAR_INO;

        inode->i_mode = S_IFCHR | char_devices[i].mode;
        inode->i_rdev = MKDEV(char_devices[i].major, char_devices[i].minor);
    } else {
        struct block_device *bdev = disk((unsigned)ino - FIRST_DISK_INO);

        inode->i_mode = S_IFBLK | 0600;
        inode->i_rdev = bdev->dev;
        inode->i_bdev = bdev;
        inode->i_size = bdev->inode->i_size;
        inode->i_mapping = bdev->inode->i_mapping;
    }
    return 0;
}

static const struct super_operations devfs_sops = {
    .read_inode = devfs_read_inode,
};

struct super_block *devfs_mount(void)
{
    struct super_block *sb = kzalloc(sizeof(*sb), GFP_KERNEL);

    if (!sb) {
        return ERR_PTR(-ENOMEM);
    }
    super_init(sb, "devtmpfs", &devfs_sops);
    sb->s_root = iget(sb, DEVFS_ROOT_INO);
    return IS_ERR(sb->s_root) ? ERR_CAST(sb->s_root) : sb;
}
