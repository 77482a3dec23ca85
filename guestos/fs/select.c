/* ppoll: waiting for several files at once. */
#include "errno.h"
#include "fdtable.h"
#include "fs.h"
#include "sched.h"
#include "slab.h"
#include "syscalls.h"
#include "task.h"
#include "timespec.h"
#include "uaccess.h"

#define POLL_MAX NR_OPEN
#define QUEUES_PER_FILE 2

struct pollfd_lite {
    int fd;
    s16 events, revents;
};

/* The queues that the poller has entered. */
struct poll_table {
    unsigned nr, max;
    struct {
        struct wait_queue_entry entry;
        struct wait_queue_head *wq;
    } waits[];
};

void poll_wait(struct poll_table *table, struct wait_queue_head *wq)
{
    if (!table || table->nr == table->max) {
        return;
    }
    init_wait(&table->waits[table->nr].entry);
    table->waits[table->nr].entry.func = default_wake_function;
    table->waits[table->nr].wq = wq;
    add_wait_queue(wq, &table->waits[table->nr].entry);
    table->nr++;
}

static unsigned poll_one(int fd, struct poll_table *table)
{
    struct file *file;
    unsigned events;

    if (fd < 0) {
        return 0;
    }
    file = fget((unsigned)fd);
    if (!file) {
        return POLLNVAL;
    }
    events =
        file->f_op->poll ? file->f_op->poll(file, table) : POLLIN | POLLOUT;
    fput(file);
    return events;
}

static long poll_all(struct pollfd_lite *fds, unsigned n,
                     struct poll_table *table)
{
    long ready = 0;

    for (unsigned i = 0; i < n; i++) {
        unsigned wanted = (u16)fds[i].events | POLLERR | POLLHUP | POLLNVAL;

        fds[i].revents = (s16)(poll_one(fds[i].fd, table) & wanted);
        ready += fds[i].revents != 0;
    }
    return ready;
}

static long poll_loop(struct pollfd_lite *fds, unsigned n,
                      struct poll_table *table, u64 expires)
{
    bool registered = false;
    long ready;

    for (;;) {
        set_current_state(TASK_INTERRUPTIBLE);
        ready = poll_all(fds, n, registered ? NULL : table);
        registered = true;
        if (ready || ticks_until(expires) == 0) {
            break;
        }
        if (signal_pending(current)) {
            ready = -EINTR;
            break;
        }
        schedule_timeout(ticks_until(expires));
    }
    __set_current_state(TASK_RUNNING);
    for (unsigned i = 0; i < table->nr; i++) {
        remove_wait_queue(table->waits[i].wq, &table->waits[i].entry);
    }
    return ready;
}

static long do_poll(struct pollfd_lite __user *user_fds, unsigned n,
                    u64 expires)
{
    unsigned max = n * QUEUES_PER_FILE;
    struct pollfd_lite *fds = kmalloc(n * sizeof(*fds) + 1, GFP_KERNEL);
    struct poll_table *table =
        kmalloc(sizeof(*table) + max * sizeof(table->waits[0]), GFP_KERNEL);
    long ready = -ENOMEM;

    if (fds && table) {
        table->nr = 0;
        table->max = max;
        ready = copy_from_user(fds, user_fds, n * sizeof(*fds))
                    ? -EFAULT
                    : poll_loop(fds, n, table, expires);
        if (ready >= 0 && copy_to_user(user_fds, fds, n * sizeof(*fds))) {
            ready = -EFAULT;
        }
    }
    kfree(table);
    kfree(fds);
    return ready;
}

long sys_ppoll_time64(void __user *fds, unsigned n,
                      const struct kernel_timespec __user *timeout,
                      const u64 __user *mask, size_t mask_size)
{
    u64 expires = ~0ull, ns, blocked;
    long ready;

    if (n > POLL_MAX || (mask && mask_size != sizeof(u64))) {
        return -EINVAL;
    }
    if (timeout) {
        int error = get_timespec(timeout, &ns);

        if (error) {
            return error;
        }
        expires = ktime_get_ns() + ns;
    }
    if (mask) {
        if (copy_from_user(&blocked, mask, sizeof(blocked))) {
            return -EFAULT;
        }
        current->saved_sigmask = current->blocked;
        set_blocked(blocked);
    }
    ready = do_poll(fds, n, expires);
    if (mask && ready == -EINTR) {
        current->has_saved_sigmask = true; /* after the handler */
    } else if (mask) {
        set_blocked(current->saved_sigmask);
    }
    return ready;
}
