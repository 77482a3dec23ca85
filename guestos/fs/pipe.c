/* Pipes: a ring of one page between two files. */
#include "err.h"
#include "fdtable.h"
#include "fs.h"
#include "gfp.h"
#include "sched.h"
#include "slab.h"
#include "syscalls.h"
#include "uaccess.h"

#define PIPE_SIZE PAGE_SIZE /* also PIPE_BUF: smaller writes stay whole */

struct pipe {
    struct mutex lock;
    struct wait_queue_head wait; /* readers, writers and pollers */
    char *ring;
    size_t head, count;        /* first byte, bytes there */
    unsigned readers, writers; /* files, not tasks */
    struct atomic users;       /* files whose release has not ended */
};

static struct pipe *pipe_of(struct file *file)
{
    return file->private_data;
}

/* Copies between the ring and the user in at most two pieces. */
static int copy_ring(struct pipe *pipe, size_t at, char __user *buf, size_t n,
                     bool to_user)
{
    while (n) {
        size_t start = at % PIPE_SIZE, piece = min(n, PIPE_SIZE - start);

        if (to_user ? copy_to_user(buf, pipe->ring + start, piece)
                    : copy_from_user(pipe->ring + start, buf, piece)) {
            return -EFAULT;
        }
        at += piece;
        buf += piece;
        n -= piece;
    }
    return 0;
}

static ssize_t pipe_read(struct file *file, char __user *buf, size_t count,
                         loff_t *pos)
{
    struct pipe *pipe = pipe_of(file);
    ssize_t n;

    (void)pos;
    if (!count) {
        return 0;
    }
    mutex_lock(&pipe->lock);
    while (!pipe->count && pipe->writers) {
        int error = -EAGAIN;

        mutex_unlock(&pipe->lock);
        if (!(file->f_flags & O_NONBLOCK)) {
            error = wait_event_interruptible(&pipe->wait,
                                             READ_ONCE(pipe->count) ||
                                                 !READ_ONCE(pipe->writers));
        }
        if (error) {
            return error;
        }
        mutex_lock(&pipe->lock);
    }
    n = (ssize_t)min(count, pipe->count);
    if (copy_ring(pipe, pipe->head, buf, (size_t)n, true)) {
        n = -EFAULT;
    } else {
        pipe->head = (pipe->head + (size_t)n) % PIPE_SIZE;
        pipe->count -= (size_t)n;
    }
    mutex_unlock(&pipe->lock);
    wake_up_all(&pipe->wait);
    return n;
}

/* Space for the rest of a small write as a whole, else for any byte. */
static bool has_space(const struct pipe *pipe, size_t left)
{
    size_t space = PIPE_SIZE - READ_ONCE(pipe->count);

    return left <= PIPE_SIZE ? space >= left : space > 0;
}

static ssize_t pipe_write(struct file *file, const char __user *buf,
                          size_t count, loff_t *pos)
{
    struct pipe *pipe = pipe_of(file);
    size_t done = 0;
    ssize_t error = 0;

    (void)pos;
    while (done < count && !error) {
        size_t n;

        mutex_lock(&pipe->lock);
        if (!pipe->readers) {
            error = -EPIPE;
        } else if (!has_space(pipe, count - done)) {
            error = -EAGAIN;
        } else {
            n = min(count - done, PIPE_SIZE - pipe->count);
            error = copy_ring(pipe, pipe->head + pipe->count,
                              (char *)(uintptr_t)buf + done, n, false);
            pipe->count += error ? 0 : n;
            done += error ? 0 : n;
        }
        mutex_unlock(&pipe->lock);
        wake_up_all(&pipe->wait);
        if (error == -EAGAIN && !(file->f_flags & O_NONBLOCK)) {
            error = wait_event_interruptible(&pipe->wait,
                                             has_space(pipe, count - done) ||
                                                 !READ_ONCE(pipe->readers));
        }
    }
    if (error == -EPIPE) {
        send_sig(SIGPIPE, current);
    }
    return done ? (ssize_t)done : error;
}

static unsigned pipe_poll(struct file *file, struct poll_table *table)
{
    struct pipe *pipe = pipe_of(file);
    bool reads = (file->f_flags & O_ACCMODE) == O_RDONLY;

    poll_wait(table, &pipe->wait);
    if (reads) {
        return (pipe->count ? POLLIN : 0) | (pipe->writers ? 0 : POLLHUP);
    }
    return (pipe->count < PIPE_SIZE ? POLLOUT : 0) |
           (pipe->readers ? 0 : POLLERR);
}

static int pipe_release(struct inode *inode, struct file *file)
{
    struct pipe *pipe = pipe_of(file);

    (void)inode;
    mutex_lock(&pipe->lock);
    if ((file->f_flags & O_ACCMODE) == O_RDONLY) {
        pipe->readers--;
    } else {
        pipe->writers--;
    }
    mutex_unlock(&pipe->lock);
    wake_up_all(&pipe->wait);
    /* The other end may have been released between these lines. */
    if (atomic_dec_and_test(&pipe->users)) {
        free_page((unsigned long)pipe->ring);
        kfree(pipe);
    }
    return 0;
}

static const struct file_operations pipe_fops = {
    .read = pipe_read,
    .write = pipe_write,
    .poll = pipe_poll,
    .release = pipe_release,
};

static struct pipe *new_pipe(void)
{
    struct pipe *pipe = kzalloc(sizeof(*pipe), GFP_KERNEL);

    if (!pipe) {
        return NULL;
    }
    pipe->ring = (char *)__get_free_page(GFP_KERNEL);
    if (!pipe->ring) {
        kfree(pipe);
        return NULL;
    }
    mutex_init(&pipe->lock);
    init_waitqueue_head(&pipe->wait);
    return pipe;
}

/* One end of the pipe; a reference to the inode goes with it. */
static struct file *open_end(struct pipe *pipe, struct inode *inode,
                             unsigned flags)
{
    struct file *file = file_of_inode(igrab(inode), "pipe:", flags);

    if (!IS_ERR(file)) {
        file->f_op = &pipe_fops;
        file->private_data = pipe;
        atomic_inc(&pipe->users);
        if ((flags & O_ACCMODE) == O_RDONLY) {
            pipe->readers++;
        } else {
            pipe->writers++;
        }
    }
    return file;
}

static int open_ends(struct file *end[2], unsigned flags)
{
    struct inode *inode = new_anon_inode(S_IFIFO | 0600);
    struct pipe *pipe = inode ? new_pipe() : NULL;

    if (!pipe) {
        iput(inode);
        return -ENOMEM;
    }
    end[0] = open_end(pipe, inode, O_RDONLY | flags);
    if (IS_ERR(end[0])) {
        free_page((unsigned long)pipe->ring);
        kfree(pipe);
        iput(inode);
        return (int)PTR_ERR(end[0]);
    }
    end[1] = open_end(pipe, inode, O_WRONLY | flags);
    iput(inode);
    if (IS_ERR(end[1])) {
        fput(end[0]); /* frees the pipe */
        return (int)PTR_ERR(end[1]);
    }
    return 0;
}

long sys_pipe2(int __user *fds, unsigned flags)
{
    bool close_on_exec = flags & O_CLOEXEC;
    struct file *end[2];
    int fd[2], error;

    if (flags & ~(unsigned)(O_CLOEXEC | O_NONBLOCK)) {
        return -EINVAL;
    }
    error = open_ends(end, flags & O_NONBLOCK);
    if (error) {
        return error;
    }
    fd[0] = fd_install(end[0], 0, close_on_exec);
    if (fd[0] < 0) {
        error = fd[0];
        fput(end[0]);
        fput(end[1]);
        return error;
    }
    fd[1] = fd_install(end[1], 0, close_on_exec);
    if (fd[1] < 0) {
        sys_close((unsigned)fd[0]);
        fput(end[1]);
        return fd[1];
    }
    if (copy_to_user(fds, fd, sizeof(fd))) {
        sys_close((unsigned)fd[0]);
        sys_close((unsigned)fd[1]);
        return -EFAULT;
    }
    return 0;
}
