/*
 * ext2, for reading: blocks of 1, 2 or 4 KiB, files by direct and up to
 * triply indirect blocks, directories, symbolic links. What a disk says is
 * checked before it is used: block and inode numbers, lengths of entries.
 */
#include "blkdev.h"
#include "err.h"
#include "fs.h"
#include "highmem.h"
#include "pagemap.h"
#include "slab.h"
#include "string.h"

#define EXT2_MAGIC 0xef53
#define EXT2_ROOT_INO 2
#define EXT2_NDIR_BLOCKS 12
#define EXT2_FT_MAX 7
#define INCOMPAT_FILETYPE 2u
#define RO_COMPAT_LARGE_FILE 2u
#define SUPER_OFFSET 1024

struct ext2_super {
    u32 inodes_count, blocks_count, r_blocks_count, free_blocks_count;
    u32 free_inodes_count, first_data_block, log_block_size, log_frag_size;
    u32 blocks_per_group, frags_per_group, inodes_per_group, mtime, wtime;
    u16 mnt_count, max_mnt_count, magic, state, errors, minor_rev_level;
    u32 lastcheck, checkinterval, creator_os, rev_level;
    u16 def_resuid, def_resgid;
    u32 first_ino;
    u16 inode_size, block_group_nr;
    u32 feature_compat, feature_incompat, feature_ro_compat;
    u8 uuid[16];
    char volume_name[16];
};

struct ext2_group {
    u32 block_bitmap, inode_bitmap, inode_table;
    u16 free_blocks, free_inodes, used_dirs, pad;
    u32 reserved[3];
};

struct ext2_inode {
    u16 mode, uid;
    u32 size, atime, ctime, mtime, dtime;
    u16 gid, links_count;
    u32 blocks, flags, osd1;
    u32 block[15];
    u32 generation, file_acl, size_high, faddr;
    u16 frag, uid_high, gid_high, pad;
    u32 reserved;
};

struct ext2_dirent {
    u32 inode;
    u16 rec_len;
    u8 name_len, file_type;
    char name[];
};

/* Of the file system (s_fs_info). */
struct ext2_fs {
    struct ext2_super super;
    unsigned block_shift; /* of the block size */
    unsigned inode_size;
    u32 nr_groups;
    bool has_file_type;
};

static struct ext2_fs *fs_of(const struct inode *inode)
{
    return inode->i_sb->s_fs_info;
}

/* i_private: the 15 block numbers, also the text of a short link. */
static u32 *blocks_of(const struct inode *inode)
{
    return inode->i_private;
}

static int read_super(struct block_device *bdev, struct ext2_super *super)
{
    int error = bdev_read(bdev, SUPER_OFFSET, super, sizeof(*super));

    return error ? error : super->magic == EXT2_MAGIC ? 0 : -EINVAL;
}

bool is_ext2(struct block_device *bdev)
{
    struct ext2_super super;

    return read_super(bdev, &super) == 0;
}

bool ext2_has_label(struct block_device *bdev, const char *label)
{
    struct ext2_super super;

    return read_super(bdev, &super) == 0 &&
           strncmp(super.volume_name, label, sizeof(super.volume_name)) == 0;
}

static int corrupt(const struct inode *inode, const char *what)
{
    pr_err("ext2 (%s): inode %lu: %s\n", inode->i_sb->s_bdev->name,
           inode->i_ino, what);
    return -EIO;
}

/* Entry `index` of an indirect block; 0 is a hole. */
static int read_indirect(const struct inode *inode, u32 block, u32 index,
                         u32 *value)
{
    const struct ext2_fs *fs = fs_of(inode);

    *value = 0;
    if (!block) {
        return 0;
    }
    if (block >= fs->super.blocks_count) {
        return corrupt(inode, "an indirect block lies beyond the end");
    }
    return bdev_read(inode->i_sb->s_bdev,
                     ((u64)block << fs->block_shift) + 4 * index, value, 4);
}

/* The disk block of block `n` of the file; 0 is a hole. */
static int map_block(const struct inode *inode, u32 n, u32 *block)
{
    const struct ext2_fs *fs = fs_of(inode);
    unsigned bits = fs->block_shift - 2; /* of entries a block */
    unsigned level = 0;
    u64 covered = 1; /* blocks below one entry of this level */
    int error = 0;

    if (n < EXT2_NDIR_BLOCKS) {
        *block = blocks_of(inode)[n];
    } else {
        n -= EXT2_NDIR_BLOCKS;
        for (level = 1; level <= 3; level++) {
            covered <<= bits;
            if (n < covered) {
                break;
            }
            n -= (u32)covered;
        }
        if (level > 3) {
            return -EFBIG;
        }
        *block = blocks_of(inode)[EXT2_NDIR_BLOCKS + level - 1];
        while (level-- && !error) {
            u32 index = (n >> (level * bits)) & ((1u << bits) - 1);

            error = read_indirect(inode, *block, index, block);
        }
    }
    if (!error && *block >= fs->super.blocks_count) {
        error = corrupt(inode, "a block lies beyond the end");
    }
    return error;
}

/* Fills [offset, offset + len) of the page, adjacent blocks of the disk. */
static int read_run(struct page *page, const struct inode *inode, u32 block,
                    unsigned offset, unsigned len)
{
    unsigned shift = fs_of(inode)->block_shift;

    if (!block) {
        zero_user_segment(page, offset, offset + len);
        return 0;
    }
    return bdev_rw_page(inode->i_sb->s_bdev, BIO_READ,
                        (u64)block << (shift - SECTOR_SHIFT), page, offset,
                        len);
}

static int ext2_fill_page(const struct inode *inode, struct page *page)
{
    unsigned shift = fs_of(inode)->block_shift, size = 1u << shift;
    unsigned per_page = PAGE_SIZE >> shift, i;
    u32 first = (u32)page->index << (PAGE_SHIFT - shift);
    u32 run_block = 0, run_length = 0, block;
    u64 nr_blocks = ((u64)inode->i_size + size - 1) >> shift;
    int error = 0;

    for (i = 0; i < per_page && !error; i++) {
        block = 0;
        if (first + i < nr_blocks) {
            error = map_block(inode, first + i, &block);
            if (error) {
                return error;
            }
        }
        if (run_length && block == (run_block ? run_block + run_length : 0)) {
            run_length++;
            continue;
        }
        if (run_length) {
            error = read_run(page, inode, run_block, (i - run_length) * size,
                             run_length * size);
        }
        run_block = block;
        run_length = 1;
    }
    return error ? error
                 : read_run(page, inode, run_block, (i - run_length) * size,
                            run_length * size);
}

static int ext2_readpage(struct file *file, struct page *page)
{
    struct inode *inode = page_mapping(page)->host;
    u64 start = (u64)page->index << PAGE_SHIFT;
    int error = ext2_fill_page(inode, page);

    (void)file;
    if (error) {
        SetPageError(page);
    } else {
        /* What lies behind the end of the file is zero, whatever the disk
         * has there. */
        if ((u64)inode->i_size < start + PAGE_SIZE) {
            unsigned end = (u64)inode->i_size > start
                               ? (unsigned)((u64)inode->i_size - start)
                               : 0;

            zero_user_segment(page, end, PAGE_SIZE);
        }
        SetPageUptodate(page);
    }
    unlock_page(page);
    return error;
}

static const struct address_space_operations ext2_aops = {
    .readpage = ext2_readpage,
};

/* The entry at `pos` of a directory, copied: 0, -errno or 1 at the end. */
static int read_dirent(struct inode *dir, loff_t pos, struct ext2_dirent *head,
                       char name[NAME_MAX_LEN + 1])
{
    unsigned offset = (unsigned)pos & (PAGE_SIZE - 1);
    unsigned block_left =
        (unsigned)dir->i_sb->s_blocksize -
        ((unsigned)pos & ((unsigned)dir->i_sb->s_blocksize - 1));
    struct page *page;
    char *from;

    if (pos >= dir->i_size) {
        return 1;
    }
    page =
        read_mapping_page(dir->i_mapping, (pgoff_t)(pos >> PAGE_SHIFT), NULL);
    if (IS_ERR(page)) {
        return (int)PTR_ERR(page);
    }
    from = (char *)kmap_local_page(page);
    memcpy(head, from + offset, sizeof(*head));
    if (head->rec_len < sizeof(*head) || head->rec_len % 4 ||
        head->rec_len > block_left ||
        head->name_len > head->rec_len - sizeof(*head)) {
        head->rec_len = 0;
    } else {
        memcpy(name, from + offset + sizeof(*head), head->name_len);
        name[head->name_len] = 0;
    }
    kunmap_local(from);
    put_page(page);
    return head->rec_len ? 0 : corrupt(dir, "a directory entry is malformed");
}

static struct inode *ext2_lookup(struct inode *dir, const char *name,
                                 size_t len)
{
    char found[NAME_MAX_LEN + 1];
    struct ext2_dirent entry;
    loff_t pos = 0;
    int error;

    while ((error = read_dirent(dir, pos, &entry, found)) == 0) {
        if (entry.inode && entry.name_len == len &&
            memcmp(found, name, len) == 0) {
            return iget(dir->i_sb, entry.inode);
        }
        pos += entry.rec_len;
    }
    return ERR_PTR(error < 0 ? error : -ENOENT);
}

static int ext2_iterate(struct file *file, struct dir_context *ctx)
{
    /* EXT2_FT_*: regular, directory, character, block, fifo, socket, link */
    static const u8 types[EXT2_FT_MAX + 1] = {0, 8, 4, 2, 6, 1, 12, 10};
    struct inode *dir = file->f_inode;
    char name[NAME_MAX_LEN + 1];
    struct ext2_dirent entry;
    int error;

    while ((error = read_dirent(dir, ctx->pos, &entry, name)) == 0) {
        unsigned type =
            fs_of(dir)->has_file_type && entry.file_type <= EXT2_FT_MAX
                ? types[entry.file_type]
                : 0;

        if (entry.inode &&
            !ctx->emit(ctx, name, entry.name_len, entry.inode, type)) {
            return 0;
        }
        ctx->pos += entry.rec_len;
    }
    return error < 0 ? error : 0;
}

/* Short links stand in the inode itself. */
static ssize_t ext2_readlink(struct inode *inode, char *buf, size_t size)
{
    size_t len = min((size_t)inode->i_size, size);
    struct page *page;
    char *from;

    if (!inode->i_blocks) {
        len = min(len, sizeof(((struct ext2_inode *)NULL)->block));
        memcpy(buf, blocks_of(inode), len);
        return (ssize_t)len;
    }
    page = read_mapping_page(inode->i_mapping, 0, NULL);
    if (IS_ERR(page)) {
        return PTR_ERR(page);
    }
    len = min(len, (size_t)PAGE_SIZE);
    from = kmap_local_page(page);
    memcpy(buf, from, len);
    kunmap_local(from);
    put_page(page);
    return (ssize_t)len;
}

static const struct inode_operations ext2_dir_iops = {.lookup = ext2_lookup};
static const struct inode_operations ext2_link_iops = {
    .readlink = ext2_readlink,
};
static const struct file_operations ext2_dir_fops = {
    .llseek = generic_file_llseek,
    .iterate = ext2_iterate,
};
const struct file_operations generic_ro_fops = {
    .llseek = generic_file_llseek,
    .read = generic_file_read,
    .mmap = generic_file_mmap,
};

static int read_disk_inode(struct inode *inode, struct ext2_inode *raw)
{
    const struct ext2_fs *fs = fs_of(inode);
    u32 index = (u32)inode->i_ino - 1;
    u32 group = index / fs->super.inodes_per_group;
    struct ext2_group desc;
    int error;

    if (!inode->i_ino || inode->i_ino > fs->super.inodes_count ||
        group >= fs->nr_groups) {
        return corrupt(inode, "there is no such inode");
    }
    error =
        bdev_read(inode->i_sb->s_bdev,
                  ((u64)(fs->super.first_data_block + 1) << fs->block_shift) +
                      group * sizeof(desc),
                  &desc, sizeof(desc));
    if (error) {
        return error;
    }
    if (desc.inode_table >= fs->super.blocks_count) {
        return corrupt(inode, "the inode table lies beyond the end");
    }
    return bdev_read(inode->i_sb->s_bdev,
                     ((u64)desc.inode_table << fs->block_shift) +
                         (u64)(index % fs->super.inodes_per_group) *
                             fs->inode_size,
                     raw, sizeof(*raw));
}

static void set_operations(struct inode *inode, const struct ext2_inode *raw)
{
    inode->i_data.a_ops = &ext2_aops;
    switch (inode->i_mode & S_IFMT) {
    case S_IFREG:
        inode->i_size |= (loff_t)((u64)raw->size_high << 32);
        inode->i_fop = &generic_ro_fops;
        break;
    case S_IFDIR:
        inode->i_op = &ext2_dir_iops;
        inode->i_fop = &ext2_dir_fops;
        break;
    case S_IFLNK:
        inode->i_op = &ext2_link_iops;
        break;
    case S_IFCHR:
    case S_IFBLK: /* old and new encoding of device numbers */
        inode->i_rdev =
            raw->block[0]
                ? MKDEV(raw->block[0] >> 8 & 0xff, raw->block[0] & 0xff)
                : MKDEV(raw->block[1] >> 8 & 0xfff,
                        (raw->block[1] & 0xff) |
                            (raw->block[1] >> 12 & 0xfff00));
        break;
    }
}

static int ext2_read_inode(struct inode *inode)
{
    struct ext2_inode raw;
    int error = read_disk_inode(inode, &raw);

    if (error) {
        return error;
    }
    if (!raw.links_count) {
        return corrupt(inode, "it is deleted");
    }
    inode->i_private = kmalloc(sizeof(raw.block), GFP_KERNEL);
    if (!inode->i_private) {
        return -ENOMEM;
    }
    memcpy(inode->i_private, raw.block, sizeof(raw.block));
    inode->i_mode = raw.mode;
    inode->i_nlink = raw.links_count;
    inode->i_uid = (uid_t)raw.uid | (uid_t)raw.uid_high << 16;
    inode->i_gid = (gid_t)raw.gid | (gid_t)raw.gid_high << 16;
    inode->i_size = raw.size;
    inode->i_blocks = raw.blocks;
    inode->i_atime = (s32)raw.atime;
    inode->i_mtime = (s32)raw.mtime;
    inode->i_ctime = (s32)raw.ctime;
    set_operations(inode, &raw);
    return 0;
}

static void ext2_evict_inode(struct inode *inode)
{
    kfree(inode->i_private);
}

static const struct super_operations ext2_sops = {
    .read_inode = ext2_read_inode,
    .evict_inode = ext2_evict_inode,
};

static const char *check_super(struct ext2_fs *fs, struct block_device *bdev)
{
    const struct ext2_super *super = &fs->super;

    if (super->log_block_size > 2) {
        return "blocks of more than 4 KiB";
    }
    if (super->feature_incompat & ~INCOMPAT_FILETYPE) {
        return "features that this driver does not know";
    }
    if (!super->blocks_per_group || !super->inodes_per_group ||
        super->first_data_block >= super->blocks_count ||
        ((u64)super->blocks_count << fs->block_shift) > bdev->nr_sectors
                                                            << SECTOR_SHIFT) {
        return "a malformed super block";
    }
    if (fs->inode_size < sizeof(struct ext2_inode) ||
        fs->inode_size > 1u << fs->block_shift) {
        return "a malformed inode size";
    }
    return NULL;
}

struct super_block *ext2_mount(struct block_device *bdev)
{
    struct super_block *sb = kzalloc(sizeof(*sb), GFP_KERNEL);
    struct ext2_fs *fs = kzalloc(sizeof(*fs), GFP_KERNEL);
    const char *wrong;
    int error = sb && fs ? read_super(bdev, &fs->super) : -ENOMEM;

    if (error) {
        goto fail;
    }
    fs->block_shift = 10 + min(fs->super.log_block_size, 3u);
    fs->inode_size = fs->super.rev_level ? fs->super.inode_size : 128;
    fs->has_file_type = fs->super.feature_incompat & INCOMPAT_FILETYPE;
    wrong = check_super(fs, bdev);
    if (wrong) {
        pr_err("ext2 (%s): %s\n", bdev->name, wrong);
        error = -EINVAL;
        goto fail;
    }
    fs->nr_groups =
        DIV_ROUND_UP(fs->super.blocks_count - fs->super.first_data_block,
                     fs->super.blocks_per_group);
    super_init(sb, "ext2", &ext2_sops);
    sb->s_blocksize = 1ul << fs->block_shift;
    sb->s_magic = EXT2_MAGIC;
    sb->s_bdev = bdev;
    sb->s_dev = bdev->dev;
    sb->s_fs_info = fs;
    sb->s_root = iget(sb, EXT2_ROOT_INO);
    if (!IS_ERR(sb->s_root)) {
        return sb;
    }
    error = (int)PTR_ERR(sb->s_root);
fail:
    kfree(fs);
    kfree(sb);
    return ERR_PTR(error);
}
