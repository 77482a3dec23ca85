/*
 * holes [-m MIB] [-s SECONDS]: fills MIB mebibytes and gives every other page
 * back, so that free memory lies in single frames between movable ones; then
 * sleeps, and looks whether what it kept is as it was. Compaction makes large
 * blocks of the holes meanwhile.
 */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

#include "options.h"
#include "os.h"

#define PAGE_SIZE 4096u
#define PAGE_WORDS (PAGE_SIZE / sizeof(uint32_t))

/* A word of each page, not always the same. */
static uint32_t *word_of(uint32_t *base, size_t page)
{
    return base + page * PAGE_WORDS + page * 7 % PAGE_WORDS;
}

static uint32_t value_of(size_t page)
{
    return (uint32_t)page * 5 + 2;
}

int main(int argc, char **argv)
{
    unsigned long mib = option_number(argc, argv, 'm', 4);
    unsigned long seconds = option_number(argc, argv, 's', 3);
    size_t pages = mib << 8, bad = 0;
    uint32_t *base;

    if (!mib || mib > 1024 || seconds > 3600) {
        fprintf(stderr, "holes: -m wants 1 to 1024 (MiB), -s 0 to 3600\n");
        return 2;
    }
    base = mmap(NULL, pages * PAGE_SIZE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) {
        perror("holes: mmap");
        return 1;
    }
    for (size_t i = 0; i < pages; i++)
        *word_of(base, i) = value_of(i);
    for (size_t i = 0; i < pages; i += 2)
        madvise(base + i * PAGE_WORDS, PAGE_SIZE, MADV_DONTNEED);
    printf("holes: %lu pages kept\n", (unsigned long)pages / 2);
    fflush(stdout);
    os_sleep_ns((int64_t)seconds * 1000000000);
    for (size_t i = 1; i < pages; i += 2)
        bad += *word_of(base, i) != value_of(i);
    printf("holes: %lu pages changed\n", (unsigned long)bad);
    return bad != 0;
}
