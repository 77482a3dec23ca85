/* The current task's memory, checked. */
#include "uaccess.h"
#include "kernel.h"

size_t __copy_user(void *to, const void *from, size_t n); /* lib/user_copy.S */
size_t __clear_user(void *to, size_t n);
ssize_t __strncpy_user(char *to, const char *from, size_t n);

size_t copy_from_user(void *to, const void __user *from, size_t n)
{
    return access_ok(from, n) ? __copy_user(to, from, n) : n;
}

size_t copy_to_user(void __user *to, const void *from, size_t n)
{
    return access_ok(to, n) ? __copy_user(to, from, n) : n;
}

size_t clear_user(void __user *to, size_t n)
{
    return access_ok(to, n) ? __clear_user(to, n) : n;
}

/* At most what lies below the end of user space. */
static size_t limit(const char __user *s, size_t size)
{
    return (uintptr_t)s < TASK_SIZE ? min(size, TASK_SIZE - (uintptr_t)s) : 0;
}

ssize_t strncpy_from_user(char *to, const char __user *from, size_t size)
{
    size_t max = limit(from, size);
    ssize_t n = max ? __strncpy_user(to, from, max) : -1;

    return n < 0 || ((size_t)n == max && max < size) ? -EFAULT : n;
}

size_t strnlen_user(const char __user *s, size_t max)
{
    size_t n_max = limit(s, max);
    ssize_t n = n_max ? __strncpy_user(NULL, s, n_max) : -1;

    return n < 0 ? 0 : (size_t)n + 1;
}
