/*
 * Memory mappings, with Linux's constants (picolibc has no such header).
 */
#ifndef OCTAVO_USER_SYS_MMAN_H
#define OCTAVO_USER_SYS_MMAN_H

#include <stddef.h>
#include <sys/types.h>

#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4

#define MAP_SHARED 0x01
#define MAP_PRIVATE 0x02
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20

#define MADV_DONTNEED 4

#define MAP_FAILED ((void *)-1)

/* offset is a multiple of the page size. */
void *mmap(void *addr, size_t length, int prot, int flags, int fd,
           long long offset);
int munmap(void *addr, size_t length);
int mprotect(void *addr, size_t length, int prot);
int madvise(void *addr, size_t length, int advice);

#endif
