/*
 * cow [-m MIB] [-c CHILDREN] [-s SEED]: fills MIB mebibytes, forks children
 * that each write to some of the shared pages, and prints what every child
 * and, at the end, the parent see. No one may see another's writes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "options.h"
#include "os.h"
#include "workload.h"

#define PAGE_WORDS 1024

static uint32_t sum(const uint32_t *word, size_t n)
{
    uint32_t total = WORKLOAD_SUM_START;

    for (size_t i = 0; i < n; i++)
        total = workload_sum(total, word[i]);
    return total;
}

static int run_child(uint32_t *word, size_t n, unsigned child,
                     unsigned children, int out)
{
    uint32_t total;

    for (size_t page = child; page < n / PAGE_WORDS; page += children)
        for (size_t i = child; i < PAGE_WORDS; i += 64)
            word[page * PAGE_WORDS + i] =
                workload_change(word[page * PAGE_WORDS + i], child);
    total = sum(word, n);
    return write(out, &total, sizeof total) == sizeof total ? 0 : 1;
}

/* Prints one child's sum and waits for its end. */
static int collect(pid_t pid, int in, unsigned child)
{
    uint32_t total = 0;
    int status = 1;

    if (read(in, &total, sizeof total) != sizeof total)
        fprintf(stderr, "cow: child %u said nothing\n", child);
    close(in);
    if (os_wait(pid, false, &status) != pid || status) {
        fprintf(stderr, "cow: child %u ended with %d\n", child, status);
        return 1;
    }
    printf("cow: child %u sum %08lx\n", child, (unsigned long)total);
    return 0;
}

static int start(uint32_t *word, size_t n, unsigned child, unsigned children,
                 pid_t *pid, int *in)
{
    int fds[2];

    if (pipe(fds) < 0) {
        perror("cow: pipe");
        return 1;
    }
    *pid = fork();
    if (*pid < 0) {
        perror("cow: fork");
        return 1;
    }
    if (*pid == 0)
        _exit(run_child(word, n, child, children, fds[1]));
    close(fds[1]);
    *in = fds[0];
    return 0;
}

int main(int argc, char **argv)
{
    unsigned long mib = option_number(argc, argv, 'm', 4);
    unsigned children = (unsigned)option_number(argc, argv, 'c', 4);
    unsigned long seed = option_number(argc, argv, 's', 1);
    size_t n = mib * 1024 * 1024 / sizeof(uint32_t);
    pid_t pid[16];
    int in[16], failed = 0;
    uint32_t *word;

    if (!mib || mib > 1024 || !children || children > 16) {
        fprintf(stderr, "cow: -m wants 1 to 1024 (MiB), -c 1 to 16\n");
        return 2;
    }
    word = mmap(NULL, n * sizeof *word, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (word == MAP_FAILED) {
        perror("cow: mmap");
        return 1;
    }
    for (size_t i = 0; i < n; i++)
        word[i] = workload_shared((uint32_t)seed, (uint32_t)i);
    for (unsigned c = 0; c < children; c++)
        if (start(word, n, c, children, &pid[c], &in[c]))
            return 1;
    for (unsigned c = 0; c < children; c++)
        failed |= collect(pid[c], in[c], c);
    printf("cow: %lu MiB, seed %lu, %u children, parent sum %08lx\n", mib,
           seed, children, (unsigned long)sum(word, n));
    return failed;
}
