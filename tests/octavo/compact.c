/*
 * Memory in use while the kernel moves it about: `compact run N [ROUNDS]` has
 * N processes that count in pages of their own, shared by fork and of a file,
 * while process 0 has all memory compacted again and again; a count that went
 * to a frame after it was copied is lost, and is missed at the end. Prints TAP.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os.h"
#include "tests/octavo/guest_test.h"

#define PAGES 700u
#define SPARE 1500u
#define MAX_CHILDREN 8
#define MAP_PRIVATE_ 2
#define MADV_DONTNEED_ 4

static uint32_t *map(unsigned pages, long flags, long fd)
{
    long where = linux_syscall(SYS_MMAP2, 0, (long)(pages * PAGE), PROT_RW,
                               flags, fd, 0);

    return where < 0 && where > -4096 ? NULL : (uint32_t *)where;
}

static void give_back(uint32_t *page)
{
    linux_syscall(SYS_MADVISE, (long)page, PAGE, MADV_DONTNEED_, 0, 0, 0);
}

/* A word of each page, not always the same. */
static uint32_t *word_of(uint32_t *base, unsigned page)
{
    return base + page * WORDS + page * 7 % WORDS;
}

static unsigned long counter(const char *name)
{
    char *text = os_read_file("/proc/vmstat");
    unsigned long value = text ? os_field(text, name, 0) : 0;

    free(text);
    return value;
}

/* -- run ----------------------------------------------------------------- */

static uint32_t *shared, *file;
static uint32_t file_sum;
static uint32_t rounds = 25;

static uint32_t sum_of_file(void)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < 4 * WORDS; i++)
        sum = sum * 31 + file[i];
    return sum;
}

/* Counts in all pages, in every third one of those that fork shared, too, and
 * makes holes and fills them; 0: nothing was lost. */
static int count_in_pages(unsigned who)
{
    uint32_t *own = map(PAGES, MAP_ANON_PRIVATE, -1);

    if (!own)
        return 2;
    for (uint32_t round = 0; round < rounds; round++) {
        for (unsigned i = 0; i < PAGES; i++)
            ++*word_of(own, i);
        for (unsigned i = who % 3; i < PAGES; i += 3)
            ++*word_of(shared, i);
        if (sum_of_file() != file_sum)
            return 3;
        for (unsigned i = round % 5; i < PAGES; i += 5) {
            if (*word_of(own, i) != round + 1)
                return 4;
            give_back(own + i * WORDS);
            *word_of(own, i) = round + 1;
        }
    }
    for (unsigned i = 0; i < PAGES; i++) {
        uint32_t base = i * 3 + 1 + (i % 3 == who % 3 ? rounds : 0);

        if (*word_of(own, i) != rounds || *word_of(shared, i) != base)
            return 5;
    }
    return 0;
}

static bool compact_memory(void)
{
    long fd = linux_syscall(SYS_OPENAT, -100,
                            (long)"/proc/sys/vm/compact_memory", 1, 0, 0, 0);
    bool is_done =
        fd >= 0 && linux_syscall(SYS_WRITE, fd, (long)"1", 1, 0, 0, 0) == 1;

    linux_syscall(SYS_CLOSE, fd, 0, 0, 0, 0, 0);
    return is_done;
}

/* Until all children have ended; how many ended well. */
static unsigned compact_until_done(unsigned children, unsigned *runs)
{
    uint32_t *spare = map(SPARE, MAP_ANON_PRIVATE, -1);
    unsigned done = 0, good = 0;

    *runs = 0;
    while (done < children) {
        int status;

        while (os_wait(-1, true, &status) > 0) {
            done++;
            good += status == 0;
            if (status)
                printf("# a child's status is %x\n", (unsigned)status);
        }
        /* What lies between the others' pages, and then not. */
        for (unsigned i = 0; spare && i < SPARE; i++)
            *word_of(spare, i) = i;
        for (unsigned i = 0; spare && i < SPARE; i += 2)
            give_back(spare + i * WORDS);
        *runs += compact_memory();
        for (unsigned i = 1; spare && i < SPARE; i += 2)
            give_back(spare + i * WORDS);
    }
    return good;
}

static bool make_memory(void)
{
    long fd = linux_syscall(SYS_OPENAT, -100, (long)"/bin/compact", 0, 0, 0, 0);

    shared = map(PAGES, MAP_ANON_PRIVATE, -1);
    file = map(4, MAP_PRIVATE_, fd);
    linux_syscall(SYS_CLOSE, fd, 0, 0, 0, 0, 0);
    if (!shared || !file)
        return false;
    for (unsigned i = 0; i < PAGES; i++)
        *word_of(shared, i) = i * 3 + 1;
    file_sum = sum_of_file();
    return true;
}

static int run(unsigned children)
{
    unsigned long moved = counter("pgmigrate_success"), runs_moved;
    unsigned runs, good;
    bool is_intact = true;

    if (!make_memory())
        return 1;
    fflush(stdout);
    for (unsigned i = 0; i < children; i++)
        if (!linux_syscall(SYS_CLONE, LINUX_SIGCHLD, 0, 0, 0, 0, 0))
            leave(count_in_pages(i));
    good = compact_until_done(children, &runs);
    runs_moved = counter("pgmigrate_success") - moved;
    for (unsigned i = 0; i < PAGES; i++)
        is_intact &= *word_of(shared, i) == i * 3 + 1;
    printf("# %u times compacted, %lu pages moved\n", runs, runs_moved);
    point("processes whose pages move lose no write", good == children);
    point("pages shared by fork are as the parent wrote them", is_intact);
    point("memory was compacted meanwhile", runs >= 2 && runs_moved >= 500);
    printf("1..%d\n", number);
    return 0;
}

int main(int argc, char *argv[])
{
    if (argc == 4 && !strcmp(argv[1], "run"))
        rounds = (uint32_t)strtoul(argv[3], NULL, 10);
    if (argc >= 3 && !strcmp(argv[1], "run"))
        return run((unsigned)strtoul(argv[2], NULL, 10));
    printf("compact run PROCESSES [ROUNDS]\n");
    return 2;
}
