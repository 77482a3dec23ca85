/*
 * The calls that picolibc and our programs make by their POSIX names.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "linux_abi.h"
#include "os.h"

static const struct {
    int ours, linux_flag;
} open_flags[] = {
    {O_CREAT, LINUX_O_CREAT},       {O_EXCL, LINUX_O_EXCL},
    {O_TRUNC, LINUX_O_TRUNC},       {O_APPEND, LINUX_O_APPEND},
    {O_NONBLOCK, LINUX_O_NONBLOCK},
};

int open(const char *path, int flags, ...)
{
    int linux_flags = flags & O_ACCMODE;
    long mode = 0;

    for (size_t i = 0; i < sizeof open_flags / sizeof open_flags[0]; i++)
        if (flags & open_flags[i].ours)
            linux_flags |= open_flags[i].linux_flag;
    if (flags & O_CREAT) {
        va_list args;

        va_start(args, flags);
        mode = va_arg(args, int);
        va_end(args);
    }
    return (int)os_call(SYS_OPENAT, LINUX_AT_FDCWD, (long)path, linux_flags,
                        mode, 0, 0);
}

int close(int fd)
{
    return (int)os_call(SYS_CLOSE, fd, 0, 0, 0, 0, 0);
}

ssize_t read(int fd, void *buf, size_t size)
{
    return os_call(SYS_READ, fd, (long)buf, (long)size, 0, 0, 0);
}

ssize_t write(int fd, const void *buf, size_t size)
{
    return os_call(SYS_WRITE, fd, (long)buf, (long)size, 0, 0, 0);
}

off_t lseek(int fd, off_t offset, int whence)
{
    int64_t result = 0, wide = offset;

    if (os_call(SYS_LLSEEK, fd, (long)(wide >> 32), (long)wide, (long)&result,
                whence, 0) < 0)
        return -1;
    if (result != (off_t)result) {
        errno = EOVERFLOW;
        return -1;
    }
    return (off_t)result;
}

int isatty(int fd)
{
    char termios[64];

    return os_call(SYS_IOCTL, fd, LINUX_TCGETS, (long)termios, 0, 0, 0) == 0;
}

int dup2(int from, int to)
{
    if (from == to)
        return to;
    return (int)os_call(SYS_DUP3, from, to, 0, 0, 0, 0);
}

int pipe(int fds[2])
{
    return (int)os_call(SYS_PIPE2, (long)fds, 0, 0, 0, 0, 0);
}

pid_t fork(void)
{
    return (pid_t)os_call(SYS_CLONE, LINUX_SIGCHLD, 0, 0, 0, 0, 0);
}

int execve(const char *path, char *const argv[], char *const envp[])
{
    return (int)os_call(SYS_EXECVE, (long)path, (long)argv, (long)envp, 0, 0,
                        0);
}

pid_t getpid(void)
{
    return (pid_t)os_call(SYS_GETPID, 0, 0, 0, 0, 0, 0);
}

pid_t getppid(void)
{
    return (pid_t)os_call(SYS_GETPPID, 0, 0, 0, 0, 0, 0);
}

/* picolibc's raise and abort come here; where its numbers are not Linux's
 * (SIGBUS, SIGSYS, SIGUSR1 ..), programs use os_kill. */
int kill(pid_t pid, int signal)
{
    static const unsigned same = 1u << SIGHUP | 1u << SIGINT | 1u << SIGQUIT |
                                 1u << SIGILL | 1u << SIGTRAP | 1u << SIGABRT |
                                 1u << SIGFPE | 1u << SIGKILL | 1u << SIGSEGV |
                                 1u << SIGPIPE | 1u << SIGALRM | 1u << SIGTERM;

    if (signal < 0 || signal > 31 || !(same >> signal & 1)) {
        errno = EINVAL;
        return -1;
    }
    return os_kill(pid, signal);
}

int chdir(const char *path)
{
    return (int)os_call(SYS_CHDIR, (long)path, 0, 0, 0, 0, 0);
}

char *getcwd(char *buf, size_t size)
{
    return os_call(SYS_GETCWD, (long)buf, (long)size, 0, 0, 0, 0) < 0 ? NULL
                                                                      : buf;
}

/* Where the heap ends; the kernel answers a refused brk with the old end. */
void *sbrk(ptrdiff_t increment)
{
    long end = linux_syscall(SYS_BRK, 0, 0, 0, 0, 0, 0);
    long want = end + increment;

    if (increment && linux_syscall(SYS_BRK, want, 0, 0, 0, 0, 0) != want) {
        errno = ENOMEM;
        return (void *)-1;
    }
    return (void *)end;
}

void *mmap(void *addr, size_t length, int prot, int flags, int fd,
           long long offset)
{
    if (offset & 4095) {
        errno = EINVAL;
        return MAP_FAILED;
    }
    return (void *)os_call(SYS_MMAP2, (long)addr, (long)length, prot, flags,
                           fd, (long)(offset >> 12));
}

int munmap(void *addr, size_t length)
{
    return (int)os_call(SYS_MUNMAP, (long)addr, (long)length, 0, 0, 0, 0);
}

int mprotect(void *addr, size_t length, int prot)
{
    return (int)os_call(SYS_MPROTECT, (long)addr, (long)length, prot, 0, 0, 0);
}

int madvise(void *addr, size_t length, int advice)
{
    return (int)os_call(SYS_MADVISE, (long)addr, (long)length, advice, 0, 0,
                        0);
}
