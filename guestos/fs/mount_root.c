/* Finding the root file system and swap among the disks. */
#include "blkdev.h"
#include "boot.h"
#include "console.h"
#include "err.h"
#include "fs.h"
#include "kernel.h"
#include "mm.h"
#include "params.h"
#include "string.h"
#include "swap.h"


static struct block_device *find_by_label(const char *label)
{
    struct block_device *bdev = NULL;

    while ((bdev = next_block_device(bdev)) != NULL) {
        if (ext2_has_label(bdev, label)) {
            return bdev;
        }
    }
    return NULL;
}

/* Without root=: the only ext2 disk. */
static struct block_device *find_only_ext2(void)
{
    struct block_device *bdev = NULL, *found = NULL;

    while ((bdev = next_block_device(bdev)) != NULL) {
        if (!is_ext2(bdev)) {
            continue;
        }
        if (found) {
            panic("several disks have ext2 (%s, %s): choose one by root=",
                  found->name, bdev->name);
        }
        found = bdev;
    }
    return found;
}

static struct block_device *find_root(void)
{
    struct block_device *bdev;

    if (!root_name) {
        bdev = find_only_ext2();
        if (!bdev) {
            panic("VFS: no disk has an ext2 file system");
        }
        return bdev;
    }
    if (strncmp(root_name, "LABEL=", 6) == 0) {
        bdev = find_by_label(root_name + 6);
    } else if (strncmp(root_name, "/dev/", 5) == 0) {
        bdev = find_block_device(root_name + 5);
    } else {
        bdev = find_block_device(root_name);
    }
    if (!bdev) {
        panic("VFS: root=%s: there is no such disk", root_name);
    }
    return bdev;
}

static void mount_made(const char *path, struct super_block *sb)
{
    int error = IS_ERR(sb) ? (int)PTR_ERR(sb) : mount_at(path, sb, sb->s_type);

    if (error) {
        pr_err("VFS: cannot mount %s: error %d\n", path, -error);
    }
}

void mount_root(void)
{
    static char source[32];
    struct block_device *bdev = find_root();
    struct super_block *sb = ext2_mount(bdev);

    if (IS_ERR(sb)) {
        panic("VFS: cannot mount %s as root: error %ld", bdev->name,
              -PTR_ERR(sb));
    }
    snprintf(source, sizeof(source), "/dev/%s", bdev->name);
    if (mount_at("/", sb, source) != 0) {
        panic("VFS: cannot mount root");
    }
    pr_info("VFS: mounted %s (ext2) as root, read-only\n", source);
    mount_made("/dev", devfs_mount());
    mount_made("/proc", proc_mount());
    mount_made("/sys", sysfs_mount());
}

void swapon_all(void)
{
    struct block_device *bdev = NULL;

    while ((bdev = next_block_device(bdev)) != NULL) {
        int error = has_swap_signature(bdev) ? swapon_bdev(bdev) : 0;

        if (error) {
            pr_err("%s: cannot swap there: error %d\n", bdev->name, -error);
        }
    }
}
