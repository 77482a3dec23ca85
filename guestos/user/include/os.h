/*
 * What our programs ask of the kernel beyond the C library: Linux's calls
 * under their customary names where picolibc declares them (unistd.h,
 * fcntl.h), under os_ names where its types or constants are not Linux's.
 */
#ifndef OCTAVO_USER_OS_H
#define OCTAVO_USER_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What a file is: S_IFMT bits as everywhere, size in bytes. */
struct os_stat {
    uint32_t mode, nlink, uid, gid;
    uint64_t ino, size;
    int64_t mtime;
    uint32_t rdev_major, rdev_minor;
};

/* -1 and errno on failure; does not follow a last symbolic link. */
int os_lstat(const char *path, struct os_stat *st);

/* Waits for child `pid` (-1: any). *status becomes the exit code, or 128 +
 * the signal's number. Returns the child's pid; 0 with no_hang if none has
 * ended; -1 and errno on failure. */
pid_t os_wait(pid_t pid, bool no_hang, int *status);

/* signal is Linux's number. */
int os_kill(pid_t pid, int signal);
int os_ignore(int signal, bool ignored);

/* Sleeps for machine time. */
int os_sleep_ns(int64_t ns);

/* Entries of a directory: calls each(name, type, ctx) until it returns false.
 * type is Linux's DT_*. -1 and errno on failure. */
int os_list(const char *path,
            bool (*each)(const char *name, unsigned type, void *ctx),
            void *ctx);

/* A whole (/proc) file as a string, to be freed; NULL and errno on failure. */
char *os_read_file(const char *path);
/* The number after `key` at the start of a line of text, or fallback. */
unsigned long os_field(const char *text, const char *key,
                       unsigned long fallback);

#endif
