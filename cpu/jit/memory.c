/*
 * Memory for generated code. No page of it is ever writable and executable:
 * shared memory without a name is mapped twice, before a sandbox closes. (A
 * file in memory would do the same, but for limits on the size of files.)
 */
#define _GNU_SOURCE /* mremap */
#include <sys/mman.h>

#include "cpu/jit/internal.h"

/* The same pages once more: what mremap does with an old size of 0. */
static uint8_t *map_again(uint8_t *rw, size_t bytes)
{
    void *p = mremap(rw, 0, bytes, MREMAP_MAYMOVE);

    if (p == MAP_FAILED)
        return NULL;
    if (!mprotect(p, bytes, PROT_READ | PROT_EXEC))
        return p;
    munmap(p, bytes);
    return NULL;
}

bool jit_map(struct jit *j, size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED)
        return false;
    j->bytes = bytes;
    j->rw = p;
    j->rx = map_again(p, bytes);
    if (j->rx)
        return true;
    jit_unmap(j);
    return false;
}

void jit_unmap(struct jit *j)
{
    if (j->rw)
        munmap(j->rw, j->bytes);
    if (j->rx)
        munmap(j->rx, j->bytes);
    j->rw = j->rx = NULL;
}
