/*
 * Host memory for the reference model: there is enough, or the program ends.
 */
#ifndef QUIRE_TESTS_REFERENCE_MEMORY_H
#define QUIRE_TESTS_REFERENCE_MEMORY_H

#include <stdio.h>
#include <stdlib.h>

static inline void *memory_zeroed(size_t count, size_t size_bytes)
{
    void *p = calloc(count ? count : 1, size_bytes);

    if (!p) {
        fputs("hierarchy: the host has too little memory\n", stderr);
        exit(2);
    }
    return p;
}

static inline void memory_free(void *p)
{
    free(p);
}

#endif
