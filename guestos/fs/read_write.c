/* Reading, writing and seeking. */
#include "err.h"
#include "fdtable.h"
#include "fs.h"
#include "highmem.h"
#include "pagemap.h"
#include "sched.h"
#include "string.h"
#include "syscalls.h"
#include "uaccess.h"

#define IOV_MAX 1024
#define COUNT_MAX 0x7ffff000ul

struct iovec_lite {
    u32 base, len;
};

static bool may_read(const struct file *file)
{
    return (file->f_flags & O_ACCMODE) != O_WRONLY;
}

static bool may_write(const struct file *file)
{
    return (file->f_flags & O_ACCMODE) != O_RDONLY;
}

static ssize_t vfs_read(struct file *file, char __user *buf, size_t count,
                        loff_t *pos)
{
    if (!may_read(file)) {
        return -EBADF;
    }
    if (!file->f_op->read) {
        return S_ISDIR(file->f_inode->i_mode) ? -EISDIR : -EINVAL;
    }
    if ((ssize_t)count < 0 || !access_ok(buf, count)) {
        return (ssize_t)count < 0 ? -EINVAL : -EFAULT;
    }
    return file->f_op->read(file, buf, min(count, COUNT_MAX), pos);
}

static ssize_t vfs_write(struct file *file, const char __user *buf,
                         size_t count, loff_t *pos)
{
    if (!may_write(file)) {
        return -EBADF;
    }
    if (!file->f_op->write) {
        return -EINVAL;
    }
    if ((ssize_t)count < 0 || !access_ok(buf, count)) {
        return (ssize_t)count < 0 ? -EINVAL : -EFAULT;
    }
    return file->f_op->write(file, buf, min(count, COUNT_MAX), pos);
}

/* Files that can be sought have one reader or writer at a time. */
static bool lock_pos(struct file *file)
{
    bool has_pos = S_ISREG(file->f_inode->i_mode) ||
                   S_ISDIR(file->f_inode->i_mode) ||
                   S_ISBLK(file->f_inode->i_mode);

    if (has_pos) {
        mutex_lock(&file->f_pos_lock);
    }
    return has_pos;
}

long sys_read(unsigned fd, char __user *buf, size_t count)
{
    struct file *file = fget(fd);
    ssize_t n;
    bool locked;

    if (!file) {
        return -EBADF;
    }
    locked = lock_pos(file);
    n = vfs_read(file, buf, count, &file->f_pos);
    if (locked) {
        mutex_unlock(&file->f_pos_lock);
    }
    fput(file);
    return n;
}

long sys_write(unsigned fd, const char __user *buf, size_t count)
{
    struct file *file = fget(fd);
    ssize_t n;
    bool locked;

    if (!file) {
        return -EBADF;
    }
    locked = lock_pos(file);
    n = vfs_write(file, buf, count, &file->f_pos);
    if (locked) {
        mutex_unlock(&file->f_pos_lock);
    }
    fput(file);
    return n;
}

/* One piece after the other, until one is short. */
static long do_vec(struct file *file, const struct iovec_lite __user *vec,
                   unsigned n, bool writes)
{
    struct iovec_lite piece;
    long done = 0;

    for (unsigned i = 0; i < n; i++) {
        char __user *base;
        ssize_t got;

        if (copy_from_user(&piece, vec + i, sizeof(piece))) {
            return done ? done : -EFAULT;
        }
        if (!piece.len) {
            continue;
        }
        base = (char *)(uintptr_t)piece.base;
        got = writes ? vfs_write(file, base, piece.len, &file->f_pos)
                     : vfs_read(file, base, piece.len, &file->f_pos);
        if (got < 0) {
            return done ? done : got;
        }
        done += got;
        if ((u32)got < piece.len) {
            break;
        }
    }
    return done;
}

static long vec_call(unsigned fd, const struct iovec_lite __user *vec,
                     unsigned n, bool writes)
{
    struct file *file;
    long done;
    bool locked;

    if (n > IOV_MAX) {
        return -EINVAL;
    }
    file = fget(fd);
    if (!file) {
        return -EBADF;
    }
    locked = lock_pos(file);
    done = do_vec(file, vec, n, writes);
    if (locked) {
        mutex_unlock(&file->f_pos_lock);
    }
    fput(file);
    return done;
}

long sys_readv(unsigned fd, const struct iovec_lite __user *vec, unsigned n)
{
    return vec_call(fd, vec, n, false);
}

long sys_writev(unsigned fd, const struct iovec_lite __user *vec, unsigned n)
{
    return vec_call(fd, vec, n, true);
}

/* The offset comes in two registers, which need not be an even pair. */
static long at_offset(unsigned fd, char __user *buf, size_t count, u32 low,
                      u32 high, bool writes)
{
    loff_t pos = (loff_t)((u64)high << 32 | low);
    struct file *file = fget(fd);
    long n;

    if (!file) {
        return -EBADF;
    }
    if (pos < 0) {
        n = -EINVAL;
    } else if (!file->f_op->llseek) {
        n = -ESPIPE;
    } else {
        n = writes ? vfs_write(file, buf, count, &pos)
                   : vfs_read(file, buf, count, &pos);
    }
    fput(file);
    return n;
}

long sys_pread64(unsigned fd, char __user *buf, size_t count, u32 offset_low,
                 u32 offset_high)
{
    return at_offset(fd, buf, count, offset_low, offset_high, false);
}

long sys_pwrite64(unsigned fd, const char __user *buf, size_t count,
                  u32 offset_low, u32 offset_high)
{
    return at_offset(fd, (char *)(uintptr_t)buf, count, offset_low, offset_high,
                     true);
}

loff_t generic_file_llseek(struct file *file, loff_t offset, int whence)
{
    loff_t base = whence == SEEK_CUR   ? file->f_pos
                  : whence == SEEK_END ? i_size_read(file->f_inode)
                                       : 0;

    if (whence < SEEK_SET || whence > SEEK_END ||
        __builtin_add_overflow(base, offset, &offset) || offset < 0) {
        return -EINVAL;
    }
    file->f_pos = offset;
    return offset;
}

long sys_llseek(unsigned fd, unsigned long high, unsigned long low,
                loff_t __user *result, int whence)
{
    struct file *file = fget(fd);
    loff_t pos;

    if (!file) {
        return -EBADF;
    }
    if (!file->f_op->llseek) {
        pos = -ESPIPE;
    } else {
        mutex_lock(&file->f_pos_lock);
        pos = file->f_op->llseek(file, (loff_t)((u64)high << 32 | low), whence);
        mutex_unlock(&file->f_pos_lock);
    }
    fput(file);
    if (pos < 0) {
        return (long)pos;
    }
    return put_user(pos, result);
}

long sys_ioctl(unsigned fd, unsigned command, unsigned long arg)
{
    struct file *file = fget(fd);
    long result;

    if (!file) {
        return -EBADF;
    }
    result =
        file->f_op->ioctl ? file->f_op->ioctl(file, command, arg) : -ENOTTY;
    fput(file);
    return result;
}

ssize_t kernel_read(struct file *file, void *buf, size_t count, loff_t *pos)
{
    loff_t size = i_size_read(file->f_inode);
    size_t done = 0;

    count = *pos < size ? (size_t)min((loff_t)count, size - *pos) : 0;
    while (done < count) {
        unsigned offset = (unsigned)*pos & (PAGE_SIZE - 1);
        size_t n = min(count - done, (size_t)PAGE_SIZE - offset);
        struct page *page = read_mapping_page(
            file->f_mapping, (pgoff_t)(*pos >> PAGE_SHIFT), file);
        char *from;

        if (IS_ERR(page)) {
            return done ? (ssize_t)done : PTR_ERR(page);
        }
        from = kmap_local_page(page);
        memcpy((char *)buf + done, from + offset, n);
        kunmap_local(from);
        put_page(page);
        done += n;
        *pos += (loff_t)n;
    }
    return (ssize_t)done;
}
