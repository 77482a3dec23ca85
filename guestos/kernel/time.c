/* The clocks, and sleeping by them. */
#include "errno.h"
#include "kernel.h"
#include "runqueue.h"
#include "syscalls.h"
#include "timespec.h"
#include "uaccess.h"

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID 3
#define CLOCK_MONOTONIC_RAW 4
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME 7
#define TIMER_ABSTIME 1

static u64 wall_offset; /* ns of 1970 to the boot; set once at boot */

void set_boot_time(u64 ns_since_1970)
{
    wall_offset = ns_since_1970 - ktime_get_ns();
}

u64 ktime_get_real_ns(void)
{
    return ktime_get_ns() + wall_offset;
}

int get_timespec(const struct kernel_timespec __user *from, u64 *ns)
{
    struct kernel_timespec t;

    if (copy_from_user(&t, from, sizeof(t))) {
        return -EFAULT;
    }
    if (t.tv_sec < 0 || (u64)t.tv_nsec >= NSEC_PER_SEC) {
        return -EINVAL;
    }
    *ns = min((u64)t.tv_sec, (u64)1 << 33) * NSEC_PER_SEC + (u64)t.tv_nsec;
    return 0;
}

int put_timespec(u64 ns, struct kernel_timespec __user *to)
{
    struct kernel_timespec t = {
        .tv_sec = (s64)(ns / NSEC_PER_SEC),
        .tv_nsec = (s64)(ns % NSEC_PER_SEC),
    };

    return copy_to_user(to, &t, sizeof(t)) ? -EFAULT : 0;
}

long ticks_until(u64 ns)
{
    u64 now = ktime_get_ns(), ticks;

    if (ns <= now) {
        return 0;
    }
    /* One more: the current tick is partly over. */
    ticks = (ns - now + TICK_NSEC - 1) / TICK_NSEC + 1;
    return (long)min(ticks, (u64)MAX_SCHEDULE_TIMEOUT - 1);
}

static bool read_clock(int clock, u64 *ns)
{
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
        *ns = ktime_get_real_ns();
        return true;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
        *ns = ktime_get_ns();
        return true;
    case CLOCK_PROCESS_CPUTIME_ID:
    case CLOCK_THREAD_CPUTIME_ID:
        *ns = current->sum_exec_runtime + ktime_get_ns() - current->exec_start;
        return true;
    default:
        return false;
    }
}

long sys_clock_gettime64(int clock, struct kernel_timespec __user *t)
{
    u64 ns;

    return read_clock(clock, &ns) ? put_timespec(ns, t) : -EINVAL;
}

long sys_clock_getres_time64(int clock, struct kernel_timespec __user *t)
{
    u64 ns;

    if (!read_clock(clock, &ns)) {
        return -EINVAL;
    }
    return t ? put_timespec(100, t) : 0;
}

/* Until `expires` since boot: 0, or the result of an interrupted sleep. */
static long sleep_until(u64 expires, struct kernel_timespec __user *left)
{
    long ticks;

    while ((ticks = ticks_until(expires)) > 0) {
        if (signal_pending(current)) {
            u64 now = ktime_get_ns();

            current->restart_expires = expires;
            if (left && put_timespec(expires > now ? expires - now : 0, left)) {
                return -EFAULT;
            }
            return -ERESTART_RESTARTBLOCK;
        }
        schedule_timeout_interruptible(ticks);
    }
    return 0;
}

long sys_restart_syscall(void)
{
    return sleep_until(current->restart_expires, NULL);
}

long sys_clock_nanosleep_time64(int clock, int flags,
                                const struct kernel_timespec __user *request,
                                struct kernel_timespec __user *left)
{
    u64 ns, now;
    long error = get_timespec(request, &ns);

    if (error) {
        return error;
    }
    if (clock == CLOCK_THREAD_CPUTIME_ID || !read_clock(clock, &now)) {
        return -EINVAL;
    }
    if (!(flags & TIMER_ABSTIME)) {
        return sleep_until(ktime_get_ns() + ns, left);
    }
    if (clock == CLOCK_REALTIME) {
        ns = ns > wall_offset ? ns - wall_offset : 0;
    }
    error = sleep_until(ns, NULL);
    return error == -ERESTART_RESTARTBLOCK ? -ERESTARTNOHAND : error;
}
