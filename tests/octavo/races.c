/*
 * What happens to a page at once on two CPUs: it is let go while reclaim has
 * it in hand, or forgotten by two neighbours at a time. Prints TAP, for Octavo
 * with several CPUs and a swap disk; `reclaim N` and `forget N` do only that,
 * N times.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os.h"
#include "tests/octavo/guest_test.h"

#define PAGES 640u /* a process's; four have more than the machine */
#define PROCESSES 4u
#define FAR 0x20000000u /* beyond a page that counts: nothing but addresses */
#define MAP_ANON_PRIVATE_NORESERVE 0x4022
#define MADV_DONTNEED_ 4
#define STACK_WORDS 2048

static volatile uint32_t *map_bytes(uint32_t bytes)
{
    long at = call(SYS_MMAP2, 0, (long)bytes, PROT_RW,
                   MAP_ANON_PRIVATE_NORESERVE, -1);

    return at < 0 && at > -4096 ? NULL : (volatile uint32_t *)at;
}

static void forget(volatile void *at, uint32_t bytes)
{
    call(SYS_MADVISE, (long)at, (long)bytes, MADV_DONTNEED_, 0, 0);
}

static int wait_for(long pid)
{
    int status = -1;

    return os_wait((pid_t)pid, false, &status) == pid ? status : -1;
}

/* -- Let go while reclaim has it ------------------------------------------ */

/* Touches pages, which others reclaim meanwhile, looks at some, and lets all go
 * at once. */
static int use_and_forget(uint32_t seed, unsigned times)
{
    volatile uint32_t *memory = map_bytes(PAGES * PAGE);
    const uint32_t words = PAGE / 4;

    while (times--) {
        for (uint32_t page = 0; page < PAGES; page++) {
            if (memory[page * words])
                return 1;
            memory[page * words] = seed + page;
        }
        for (uint32_t page = times % 16; page < PAGES; page += 16)
            if (memory[page * words] != seed + page)
                return 2;
        forget(memory, PAGES * PAGE);
    }
    return 0;
}

static void test_reclaim(unsigned times)
{
    long pid[PROCESSES];
    bool is_right = true;

    for (unsigned i = 0; i < PROCESSES; i++) {
        pid[i] = call(SYS_CLONE, LINUX_SIGCHLD, 0, 0, 0, 0);
        if (!pid[i])
            call(SYS_EXIT_GROUP, use_and_forget((i + 1) << 16, times), 0, 0, 0,
                 0);
    }
    for (unsigned i = 0; i < PROCESSES; i++)
        is_right &= wait_for(pid[i]) == 0;
    point("pages that are let go while reclaim has them are free once",
          is_right);
}

/* -- Forgotten by two ----------------------------------------------------- */

static uint32_t stack[STACK_WORDS] __attribute__((aligned(16)));
static volatile uint32_t *first_page;
static volatile bool is_over;

/* Some time, never the same, so that the two do not keep in step. */
static void dawdle(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    for (uint32_t n = *state >> 21; n; n--)
        __asm__ volatile("");
}

/* The page is gone from the table early, the rest is a long way. */
static void forget_all(void)
{
    uint32_t state = 1;

    while (!is_over) {
        forget(first_page, FAR);
        dawdle(&state);
    }
}

static void test_forget(unsigned times)
{
    unsigned stale = 0;
    uint32_t state = 2;
    long pid;

    first_page = map_bytes(FAR);
    pid = start_neighbour(forget_all, stack + STACK_WORDS);
    for (unsigned i = 0; i < times * 1000; i++) {
        dawdle(&state);
        *first_page = 1;
        forget(first_page, PAGE);
        stale += *first_page != 0;
    }
    is_over = true;
    wait_for(pid);
    if (stale)
        printf("# %u times\n", stale);
    point("a page is forgotten, though a neighbour is at it, too", !stale);
}

int main(int argc, char **argv)
{
    unsigned times = argc > 2 ? (unsigned)atoi(argv[2]) : 1;

    if (argc < 2 || !strcmp(argv[1], "reclaim"))
        test_reclaim(times);
    if (argc < 2 || !strcmp(argv[1], "forget"))
        test_forget(times);
    printf("1..%d\n", number);
    return 0;
}
