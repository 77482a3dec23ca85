/*
 * Memory for generated code. No page of it is ever writable and executable:
 * one file in memory is mapped twice, before a sandbox closes.
 */
#define _GNU_SOURCE /* memfd_create */
#include <sys/mman.h>
#include <unistd.h>

#include "cpu/jit/internal.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x10U
#endif

/* Kernels before 6.3 do not know MFD_EXEC, and do not need it. */
static int memory_file(void)
{
    int file = memfd_create("quire-jit", MFD_CLOEXEC | MFD_EXEC);

    return file >= 0 ? file : memfd_create("quire-jit", MFD_CLOEXEC);
}

static uint8_t *map(int file, size_t bytes, int rights)
{
    void *p = mmap(NULL, bytes, rights, MAP_SHARED, file, 0);

    return p == MAP_FAILED ? NULL : p;
}

bool jit_map(struct jit *j, size_t bytes)
{
    int file = memory_file();

    if (file < 0)
        return false;
    j->bytes = bytes;
    if (!ftruncate(file, (off_t)bytes)) {
        j->rw = map(file, bytes, PROT_READ | PROT_WRITE);
        j->rx = map(file, bytes, PROT_READ | PROT_EXEC);
    }
    close(file);
    if (j->rw && j->rx)
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
