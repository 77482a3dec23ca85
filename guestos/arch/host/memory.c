/*
 * Memory of the host that can be shown at more than one address, apart from
 * those who know the guest's mmap: both define MAP_SHARED.
 */
#define _GNU_SOURCE
#include "guestos/arch/host/memory.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096ul

static int arena_fd = -1;

char *host_memory_reserve(unsigned long size, unsigned long align)
{
    char *room = mmap(NULL, size + align, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (room == MAP_FAILED)
        abort();
    return room + (-(unsigned long)room & (align - 1));
}

char *host_memory_create(unsigned long size, unsigned long align)
{
    char *at = host_memory_reserve(size, align);

    arena_fd = memfd_create("octavo", 0);
    if (arena_fd < 0 || ftruncate(arena_fd, (off_t)size) != 0 ||
        mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, arena_fd,
             0) != at)
        abort();
    return at;
}

/* Not by the C library: the sanitizer would look at the shadow of the page. */
static void map_page(unsigned long va, int prot, int flags, int fd, long offset)
{
    if ((unsigned long)syscall(SYS_mmap, va, PAGE, prot, flags | MAP_FIXED, fd,
                               offset) != va)
        abort();
}

void host_memory_show(unsigned long va, unsigned long offset)
{
    map_page(va, PROT_READ | PROT_WRITE, MAP_SHARED, arena_fd, (long)offset);
}

void host_memory_hide(unsigned long va)
{
    map_page(va, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}
