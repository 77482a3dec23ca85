/*
 * Host memory, or the end of the program.
 */
#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/log.h"

static void *must(void *p, size_t size)
{
    if (!p)
        die(EXIT_HOST_IO, "out of memory (%zu bytes wanted)", size);
    return p;
}

void *alloc_zeroed(size_t count, size_t size)
{
    return must(calloc(count ? count : 1, size ? size : 1), count * size);
}

void *alloc_resize(void *p, size_t count, size_t size)
{
    return must(reallocarray(p, count ? count : 1, size), count * size);
}

char *alloc_string(const char *s)
{
    return must(strdup(s), strlen(s) + 1);
}

void *alloc_map(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (p == MAP_FAILED)
        die(EXIT_HOST_IO, "cannot reserve %zu bytes for guest memory", size);
    return p;
}

void alloc_unmap(void *p, size_t size)
{
    if (p)
        munmap(p, size);
}
