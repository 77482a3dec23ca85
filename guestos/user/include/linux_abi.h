/*
 * Linux's RISC-V system-call ABI for RV32, as our programs use it: numbers,
 * structures, constants. picolibc's own constants differ from Linux's; the
 * glue in lib/ translates where a program sees picolibc's.
 * Reference: Linux v5.15, include/uapi/asm-generic/.
 */
#ifndef OCTAVO_USER_LINUX_ABI_H
#define OCTAVO_USER_LINUX_ABI_H

#include <stdint.h>

enum linux_syscall {
    SYS_GETCWD = 17,
    SYS_DUP = 23,
    SYS_DUP3 = 24,
    SYS_FCNTL64 = 25,
    SYS_IOCTL = 29,
    SYS_FACCESSAT = 48,
    SYS_CHDIR = 49,
    SYS_OPENAT = 56,
    SYS_CLOSE = 57,
    SYS_PIPE2 = 59,
    SYS_GETDENTS64 = 61,
    SYS_LLSEEK = 62,
    SYS_READ = 63,
    SYS_WRITE = 64,
    SYS_READLINKAT = 78,
    SYS_EXIT_GROUP = 94,
    SYS_WAITID = 95,
    SYS_KILL = 129,
    SYS_RT_SIGACTION = 134,
    SYS_SETPGID = 154,
    SYS_UNAME = 160,
    SYS_GETPID = 172,
    SYS_GETPPID = 173,
    SYS_BRK = 214,
    SYS_MUNMAP = 215,
    SYS_CLONE = 220,
    SYS_EXECVE = 221,
    SYS_MMAP2 = 222,
    SYS_SWAPON = 224,
    SYS_SWAPOFF = 225,
    SYS_MPROTECT = 226,
    SYS_MADVISE = 233,
    SYS_STATX = 291,
    SYS_CLOCK_GETTIME64 = 403,
    SYS_CLOCK_NANOSLEEP_TIME64 = 407,
};

/* The raw call: 0 or more, or minus a Linux errno. */
long linux_syscall(enum linux_syscall number, long a, long b, long c, long d,
                   long e, long f);

/* The same in C's manner: -1 and errno (picolibc's value) on failure. */
long os_call(enum linux_syscall number, long a, long b, long c, long d,
             long e, long f);

#define LINUX_AT_FDCWD (-100)
#define LINUX_AT_EMPTY_PATH 0x1000
#define LINUX_AT_SYMLINK_NOFOLLOW 0x100

#define LINUX_O_CREAT 0100
#define LINUX_O_EXCL 0200
#define LINUX_O_TRUNC 01000
#define LINUX_O_APPEND 02000
#define LINUX_O_NONBLOCK 04000
#define LINUX_O_DIRECTORY 0200000
#define LINUX_O_CLOEXEC 02000000

#define LINUX_SIGINT 2
#define LINUX_SIGKILL 9
#define LINUX_SIGTERM 15
#define LINUX_SIGCHLD 17

#define LINUX_P_ALL 0
#define LINUX_P_PID 1
#define LINUX_WNOHANG 1
#define LINUX_WEXITED 4
#define LINUX_CLD_EXITED 1

#define LINUX_TCGETS 0x5401

/* The part of siginfo_t that waitid fills; 128 bytes in all. */
struct linux_siginfo {
    int32_t si_signo, si_errno, si_code;
    int32_t si_pid, si_uid, si_status;
    int32_t pad[26];
};

struct linux_timespec64 {
    int64_t tv_sec;
    int64_t tv_nsec;
};

struct linux_sigaction {
    uint32_t handler; /* 0 default, 1 ignore */
    uint32_t flags;
    uint64_t mask;
};

struct linux_statx_time {
    int64_t sec;
    uint32_t nsec;
    int32_t pad;
};

struct linux_statx {
    uint32_t mask, blksize;
    uint64_t attributes;
    uint32_t nlink, uid, gid;
    uint16_t mode, pad0;
    uint64_t ino, size, blocks, attributes_mask;
    struct linux_statx_time atime, btime, ctime, mtime;
    uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
    uint64_t pad1[14];
};
#define LINUX_STATX_BASIC 0x7ff

struct linux_dirent64 {
    uint64_t d_ino;
    int64_t d_off;
    uint16_t d_reclen;
    uint8_t d_type;
    char d_name[];
};

struct linux_utsname {
    char sysname[65], nodename[65], release[65], version[65], machine[65],
        domainname[65];
};

#endif
