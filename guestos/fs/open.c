/* Opening files, and what the path-name system calls say about them. */
#include "blkdev.h"
#include "err.h"
#include "fdtable.h"
#include "fs.h"
#include "sched.h"
#include "slab.h"
#include "string.h"
#include "syscalls.h"
#include "uaccess.h"

#define STATX_BASIC_STATS 0x7ffu
#define R_OK 4
#define W_OK 2
#define X_OK 1

static int may_open(const struct inode *inode, unsigned flags)
{
    unsigned access = flags & O_ACCMODE;
    bool writes = access == O_WRONLY || access == O_RDWR;

    if (access == O_ACCMODE) {
        return -EINVAL;
    }
    if ((flags & O_DIRECTORY) && !S_ISDIR(inode->i_mode)) {
        return -ENOTDIR;
    }
    if (S_ISLNK(inode->i_mode)) {
        return -ELOOP; /* O_NOFOLLOW */
    }
    if (S_ISDIR(inode->i_mode) && (writes || (flags & (O_CREAT | O_TRUNC)))) {
        return -EISDIR;
    }
    if (S_ISREG(inode->i_mode) && inode->i_sb->s_bdev &&
        (writes || (flags & O_TRUNC))) {
        return -EROFS;
    }
    if (S_ISFIFO(inode->i_mode) || (inode->i_mode & S_IFMT) == S_IFSOCK) {
        return -ENXIO;
    }
    return 0;
}

static const struct file_operations *ops_of(const struct inode *inode)
{
    if (S_ISCHR(inode->i_mode)) {
        return chrdev_fops(inode->i_rdev);
    }
    return S_ISBLK(inode->i_mode) ? &def_blk_fops : inode->i_fop;
}

/* Takes over the path's inode, whatever happens. */
static struct file *open_path(struct path *path, unsigned flags)
{
    struct inode *inode = path->inode;
    int error = may_open(inode, flags);
    struct file *file;

    if (error) {
        iput(inode);
        return ERR_PTR(error);
    }
    file = file_of_inode(inode, path->name, flags);
    if (IS_ERR(file)) {
        return file;
    }
    file->f_op = ops_of(inode);
    error = file->f_op ? 0 : -ENXIO;
    if (!error && file->f_op->open) {
        error = file->f_op->open(inode, file);
    }
    if (error) {
        file->f_op = NULL; /* nothing to release */
        fput(file);
        return ERR_PTR(error);
    }
    return file;
}

static struct file *open_found(int error, struct path *path, unsigned flags)
{
    struct file *file;

    if (error == -ENOENT && (flags & O_CREAT)) {
        return ERR_PTR(-EROFS);
    }
    if (error) {
        return ERR_PTR(error);
    }
    if ((flags & O_CREAT) && (flags & O_EXCL)) {
        path_put(path);
        return ERR_PTR(-EEXIST);
    }
    file = open_path(path, flags);
    kfree(path->name);
    return file;
}

static unsigned lookup_flags(unsigned open_flags)
{
    return (open_flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
           (open_flags & O_DIRECTORY ? LOOKUP_DIRECTORY : 0);
}

struct file *filp_open(const char *name, unsigned flags, umode_t mode)
{
    struct path path;
    int error = path_lookup(AT_FDCWD, name, lookup_flags(flags), &path);

    (void)mode;
    return open_found(error, &path, flags);
}

long sys_openat(int dir, const char __user *name, unsigned flags, umode_t mode)
{
    struct path path;
    struct file *file;
    long fd;
    int error = user_path_lookup(dir, name, lookup_flags(flags), false, &path);

    (void)mode;
    file = open_found(error, &path, flags);
    if (IS_ERR(file)) {
        return PTR_ERR(file);
    }
    fd = fd_install(file, 0, flags & O_CLOEXEC);
    if (fd < 0) {
        fput(file);
    }
    return fd;
}

struct statx_time {
    s64 sec;
    u32 nsec, pad;
};

struct statx_lite {
    u32 mask, blksize;
    u64 attributes;
    u32 nlink, uid, gid;
    u16 mode, pad0;
    u64 ino, size, blocks, attributes_mask;
    struct statx_time atime, btime, ctime, mtime;
    u32 rdev_major, rdev_minor, dev_major, dev_minor;
    u64 pad1[14];
};

_Static_assert(sizeof(struct statx_lite) == 256, "struct statx is 256 bytes");

static void fill_statx(struct statx_lite *st, const struct inode *inode)
{
    memset(st, 0, sizeof(*st));
    st->mask = STATX_BASIC_STATS;
    st->blksize = inode->i_sb->s_blocksize;
    st->nlink = inode->i_nlink;
    st->uid = inode->i_uid;
    st->gid = inode->i_gid;
    st->mode = (u16)inode->i_mode;
    st->ino = inode->i_ino;
    st->size = (u64)inode->i_size;
    st->blocks = inode->i_blocks;
    st->atime.sec = inode->i_atime;
    st->ctime.sec = inode->i_ctime;
    st->mtime.sec = inode->i_mtime;
    st->rdev_major = MAJOR(inode->i_rdev);
    st->rdev_minor = MINOR(inode->i_rdev);
    st->dev_major = MAJOR(inode->i_sb->s_dev);
    st->dev_minor = MINOR(inode->i_sb->s_dev);
}

long sys_statx(int dir, const char __user *name, unsigned flags, unsigned mask,
               void __user *buf)
{
    unsigned lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
    struct statx_lite st;
    struct path path;
    int error =
        user_path_lookup(dir, name, lookup, flags & AT_EMPTY_PATH, &path);

    (void)mask;
    if (error) {
        return error;
    }
    fill_statx(&st, path.inode);
    path_put(&path);
    return copy_to_user(buf, &st, sizeof(st)) ? -EFAULT : 0;
}

long sys_faccessat(int dir, const char __user *name, int mode)
{
    struct path path;
    int error;

    if (mode & ~(R_OK | W_OK | X_OK)) {
        return -EINVAL;
    }
    error = user_path_lookup(dir, name, LOOKUP_FOLLOW, false, &path);
    if (error) {
        return error;
    }
    if ((mode & W_OK) && path.inode->i_sb->s_bdev &&
        (S_ISREG(path.inode->i_mode) || S_ISDIR(path.inode->i_mode))) {
        error = -EROFS;
    } else if ((mode & X_OK) && !S_ISDIR(path.inode->i_mode) &&
               !(path.inode->i_mode & 0111)) {
        error = -EACCES;
    }
    path_put(&path);
    return error;
}

long sys_readlinkat(int dir, const char __user *name, char __user *buf,
                    size_t size)
{
    struct path path;
    char *text;
    ssize_t len;
    int error;

    if ((ssize_t)size <= 0) {
        return -EINVAL;
    }
    error = user_path_lookup(dir, name, 0, true, &path);
    if (error) {
        return error;
    }
    text = kmalloc(PATH_SIZE, GFP_KERNEL);
    len = !text ? -ENOMEM
          : !S_ISLNK(path.inode->i_mode)
              ? -EINVAL
              : path.inode->i_op->readlink(path.inode, text, PATH_SIZE);
    if (len > 0) {
        len = min(len, (ssize_t)size);
        len = copy_to_user(buf, text, (size_t)len) ? -EFAULT : len;
    }
    kfree(text);
    path_put(&path);
    return len;
}

long sys_chdir(const char __user *name)
{
    struct fs_struct *fs = current->fs;
    struct path path;
    char *old;
    int error = user_path_lookup(
        AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, false, &path);

    if (error) {
        return error;
    }
    spin_lock(&fs->lock);
    old = fs->cwd;
    fs->cwd = path.name;
    spin_unlock(&fs->lock);
    kfree(old);
    iput(path.inode);
    return 0;
}

long sys_getcwd(char __user *buf, size_t size)
{
    char *cwd = kmalloc(PATH_SIZE, GFP_KERNEL);
    long len;

    if (!cwd) {
        return -ENOMEM;
    }
    spin_lock(&current->fs->lock);
    len = strscpy(cwd, current->fs->cwd, PATH_SIZE) + 1;
    spin_unlock(&current->fs->lock);
    if ((size_t)len > size) {
        len = -ERANGE;
    } else if (copy_to_user(buf, cwd, (size_t)len)) {
        len = -EFAULT;
    }
    kfree(cwd);
    return len;
}

long sys_statfs64(const char __user *name, size_t size, void __user *buf)
{
    struct {
        u32 type, bsize;
        u64 blocks, bfree, bavail, files, ffree;
        u32 fsid[2], namelen, frsize, flags, spare[4];
    } __attribute__((packed, aligned(4))) st = {.namelen = NAME_MAX_LEN};
    struct super_block *sb;
    struct path path;
    int error;

    if (size != sizeof(st)) {
        return -EINVAL;
    }
    error = user_path_lookup(AT_FDCWD, name, LOOKUP_FOLLOW, false, &path);
    if (error) {
        return error;
    }
    sb = path.inode->i_sb;
    st.type = sb->s_magic;
    st.bsize = st.frsize = sb->s_blocksize;
    if (sb->s_bdev) {
        st.blocks = sb->s_bdev->nr_sectors * 512 / sb->s_blocksize;
    }
    path_put(&path);
    return copy_to_user(buf, &st, sizeof(st)) ? -EFAULT : 0;
}

long sys_sync(void)
{
    return 0; /* no file system is written to */
}

long sys_fsync(unsigned fd)
{
    struct file *file = fget(fd);

    if (!file) {
        return -EBADF;
    }
    fput(file);
    return 0;
}
