/*
 * The current task's memory. All of these may sleep (page faults) and check
 * that the range is the user's. Copies return how many bytes were NOT copied.
 */
#ifndef QUIRE_GUESTOS_UACCESS_H
#define QUIRE_GUESTOS_UACCESS_H

#include "errno.h"
#include "types.h"
#include "asm/page.h"

static inline bool access_ok(const void __user *p, size_t size)
{
    uintptr_t start = (uintptr_t)p;

    return size <= TASK_SIZE && start <= TASK_SIZE - size;
}

size_t copy_from_user(void *to, const void __user *from, size_t n)
    __attribute__((warn_unused_result));
size_t copy_to_user(void __user *to, const void *from, size_t n)
    __attribute__((warn_unused_result));
size_t clear_user(void __user *to, size_t n)
    __attribute__((warn_unused_result));
/* Length without the 0, `size` when there was none, or -EFAULT. */
ssize_t strncpy_from_user(char *to, const char __user *from, size_t size);
/* Length with the 0; more than `max` when there was none; 0 on a fault. */
size_t strnlen_user(const char __user *s, size_t max);

/* 0 or -EFAULT; for scalars. */
#define get_user(x, ptr)                                                       \
    (copy_from_user(&(x), (ptr), sizeof(*(ptr))) ? -EFAULT : 0)
#define put_user(x, ptr)                                                       \
    __extension__({                                                            \
        __typeof__(*(ptr)) put_user_x = (x);                                   \
        copy_to_user((ptr), &put_user_x, sizeof(put_user_x)) ? -EFAULT : 0;    \
    })


#endif
