/* Reading directories. */
#include "errno.h"
#include "fdtable.h"
#include "fs.h"
#include "syscalls.h"
#include "uaccess.h"

/* getdents64: entries are packed into the user's buffer one by one. */
struct dirent64 {
    u64 ino;
    s64 off;
    u16 reclen;
    u8 type;
    char name[];
} __attribute__((packed, aligned(8)));

struct getdents {
    struct dir_context ctx;
    char __user *buf;
    size_t size, used;
    size_t last; /* where the last entry starts, whose off is still open */
    int error;
};

static bool emit_dirent(struct dir_context *ctx, const char *name, size_t len,
                        u64 ino, unsigned type)
{
    struct getdents *g = container_of(ctx, struct getdents, ctx);
    size_t reclen = ALIGN(offsetof(struct dirent64, name) + len + 1, 8);
    struct dirent64 __user *to = (void *)(g->buf + g->used);
    struct dirent64 entry = {
        .ino = ino, .reclen = (u16)reclen, .type = (u8)type, .off = ctx->pos};

    if (reclen > g->size - g->used) {
        g->error = g->used ? 0 : -EINVAL;
        return false;
    }
    /* off of an entry is the position behind it, where the next one is. */
    if (g->used && put_user((s64)ctx->pos,
                            (s64 *)(void *)(g->buf + g->last +
                                            offsetof(struct dirent64, off)))) {
        g->error = -EFAULT;
        return false;
    }
    if (copy_to_user(to, &entry, offsetof(struct dirent64, name)) ||
        copy_to_user(to->name, name, len) ||
        put_user((char)0, to->name + len)) {
        g->error = -EFAULT;
        return false;
    }
    g->last = g->used;
    g->used += reclen;
    return true;
}

long sys_getdents64(unsigned fd, void __user *buf, size_t size)
{
    struct getdents g = {
        .ctx = {.emit = emit_dirent}, .buf = buf, .size = size};
    struct file *file = fget(fd);

    if (!file) {
        return -EBADF;
    }
    if (!file->f_op->iterate) {
        g.error = -ENOTDIR;
    } else {
        mutex_lock(&file->f_pos_lock);
        g.ctx.pos = file->f_pos;
        g.error = min(file->f_op->iterate(file, &g.ctx), g.error);
        file->f_pos = g.ctx.pos;
        mutex_unlock(&file->f_pos_lock);
    }
    fput(file);
    if (!g.used) {
        return g.error;
    }
    return put_user(
               (s64)g.ctx.pos,
               (s64 *)(void *)(g.buf + g.last + offsetof(struct dirent64, off)))
               ? -EFAULT
               : (long)g.used;
}
