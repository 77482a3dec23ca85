/* Error numbers in pointers: the last page of the address space is no one's. */
#ifndef QUIRE_GUESTOS_ERR_H
#define QUIRE_GUESTOS_ERR_H

#include "types.h"

#define MAX_ERRNO 4095

static inline void *ERR_PTR(long error)
{
    return (void *)(intptr_t)error;
}

static inline long PTR_ERR(const void *p)
{
    return (long)(intptr_t)p;
}

static inline bool IS_ERR_VALUE(unsigned long value)
{
    return value >= (unsigned long)-MAX_ERRNO;
}

static inline bool IS_ERR(const void *p)
{
    return IS_ERR_VALUE((unsigned long)(uintptr_t)p);
}

static inline bool IS_ERR_OR_NULL(const void *p)
{
    return !p || IS_ERR(p);
}

static inline void *ERR_CAST(const void *p)
{
    return (void *)(uintptr_t)p;
}

#endif
