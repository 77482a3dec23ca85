/*
 * The calls whose types or constants are Linux's own (os.h).
 */
#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux_abi.h"

int os_lstat(const char *path, struct os_stat *st)
{
    struct linux_statx sx;

    if (os_call(SYS_STATX, LINUX_AT_FDCWD, (long)path,
                LINUX_AT_SYMLINK_NOFOLLOW, LINUX_STATX_BASIC, (long)&sx, 0) < 0)
        return -1;
    st->mode = sx.mode;
    st->nlink = sx.nlink;
    st->uid = sx.uid;
    st->gid = sx.gid;
    st->ino = sx.ino;
    st->size = sx.size;
    st->mtime = sx.mtime.sec;
    st->rdev_major = sx.rdev_major;
    st->rdev_minor = sx.rdev_minor;
    return 0;
}

pid_t os_wait(pid_t pid, bool no_hang, int *status)
{
    struct linux_siginfo info = {0};
    int options = LINUX_WEXITED | (no_hang ? LINUX_WNOHANG : 0);

    if (os_call(SYS_WAITID, pid < 0 ? LINUX_P_ALL : LINUX_P_PID, pid,
                (long)&info, options, 0, 0) < 0)
        return -1;
    *status = info.si_code == LINUX_CLD_EXITED ? info.si_status
                                               : 128 + info.si_status;
    return info.si_pid;
}

int os_kill(pid_t pid, int signal)
{
    return (int)os_call(SYS_KILL, pid, signal, 0, 0, 0, 0);
}

int os_ignore(int signal, bool ignored)
{
    struct linux_sigaction action = {.handler = ignored};

    return (int)os_call(SYS_RT_SIGACTION, signal, (long)&action, 0, 8, 0, 0);
}

int os_sleep_ns(int64_t ns)
{
    struct linux_timespec64 time = {ns / 1000000000, ns % 1000000000};

    return (int)os_call(SYS_CLOCK_NANOSLEEP_TIME64, 1, 0, (long)&time, 0, 0,
                        0);
}

static bool list_block(const char *block, long size,
                       bool (*each)(const char *, unsigned, void *), void *ctx)
{
    for (long at = 0; at < size;) {
        const struct linux_dirent64 *entry = (const void *)(block + at);

        if (!each(entry->d_name, entry->d_type, ctx))
            return false;
        at += entry->d_reclen;
    }
    return true;
}

int os_list(const char *path,
            bool (*each)(const char *name, unsigned type, void *ctx),
            void *ctx)
{
    _Alignas(8) char block[1024];
    int fd = open(path, O_RDONLY);
    long n;

    if (fd < 0)
        return -1;
    while ((n = os_call(SYS_GETDENTS64, fd, (long)block, sizeof block, 0, 0,
                        0)) > 0)
        if (!list_block(block, n, each, ctx))
            break;
    close(fd);
    return n < 0 ? -1 : 0;
}

char *os_read_file(const char *path)
{
    size_t size = 0, capacity = 4096;
    char *text = malloc(capacity);
    int fd = open(path, O_RDONLY);
    ssize_t n = -1;

    while (fd >= 0 && text &&
           (n = read(fd, text + size, capacity - size - 1)) > 0) {
        size += (size_t)n;
        if (size + 1 == capacity) {
            char *larger = realloc(text, capacity *= 2);

            if (!larger)
                free(text);
            text = larger;
        }
    }
    if (fd >= 0)
        close(fd);
    if (n < 0) {
        free(text);
        return NULL;
    }
    if (text)
        text[size] = 0;
    return text;
}

unsigned long os_field(const char *text, const char *key,
                       unsigned long fallback)
{
    size_t length = strlen(key);

    for (const char *line = text; line && *line;) {
        if (!strncmp(line, key, length))
            return strtoul(line + length, NULL, 10);
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    return fallback;
}
