/*
 * Host memory. Failure ends the program here, so callers need no check. The
 * run phase of a machine allocates nothing.
 */
#ifndef QUIRE_BASE_ALLOC_H
#define QUIRE_BASE_ALLOC_H

#include <stddef.h>
#include <stdint.h>

/* Zeroed memory for `count` objects of `size` bytes; release with free(). */
void *alloc_zeroed(size_t count, size_t size);
void *alloc_resize(void *p, size_t count, size_t size);
char *alloc_string(const char *s);

/* Zeroed pages that take host memory only when touched, for guest RAM.
 * `size` in bytes; release with alloc_unmap. */
void *alloc_map(size_t size);
void alloc_unmap(void *p, size_t size);

#endif
