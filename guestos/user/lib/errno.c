/*
 * Linux's error numbers as picolibc's. Up to 34 they are the same.
 */
#include <errno.h>
#include <stddef.h>

#include "linux_abi.h"

static const struct {
    unsigned char linux_errno;
    unsigned char ours;
} differing[] = {
    {35, EDEADLK},    {36, ENAMETOOLONG}, {37, ENOLCK},
    {38, ENOSYS},     {39, ENOTEMPTY},    {40, ELOOP},
    {75, EOVERFLOW},  {84, EILSEQ},       {95, EOPNOTSUPP},
    {98, EADDRINUSE}, {105, ENOBUFS},     {110, ETIMEDOUT},
};

static int from_linux(int error)
{
    for (size_t i = 0; i < sizeof differing / sizeof differing[0]; i++)
        if (differing[i].linux_errno == error)
            return differing[i].ours;
    return error;
}

long os_call(enum linux_syscall number, long a, long b, long c, long d,
             long e, long f)
{
    long result = linux_syscall(number, a, b, c, d, e, f);

    /* mmap and brk return addresses, which may look negative. */
    if ((unsigned long)result < (unsigned long)-4095)
        return result;
    errno = from_linux((int)-result);
    return -1;
}
