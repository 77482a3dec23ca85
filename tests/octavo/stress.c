/*
 * Memory under pressure: processes that own more pages than there are frames,
 * that fork without end, map and unmap at random, and lose their swap disk;
 * or, as `load WORKERS MIB ROUNDS`, that do a bit of all while the kernel
 * audits itself.
 * An ordinary Linux program that prints TAP; with the argument `octavo` it
 * also looks at the machine's memory as a whole and at /dev/qda, which it
 * may do where it is alone.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os.h"
#include "tests/octavo/guest_test.h"

enum { NR_PRLIMIT64 = 261 };

#define ENOMEM_ 12
#define EFAULT_ 14
#define SIGSEGV_ 11
#define MAP_FIXED_ 0x10
#define RLIMIT_DATA_ 2
#define RLIMIT_AS_ 9

/* The exit code, or 128 + the signal's number. */
static int wait_for(long pid)
{
    int status = -1;

    return os_wait((pid_t)pid, false, &status) == pid ? status : -1;
}

static volatile uint32_t *map_pages(unsigned pages)
{
    long at =
        call(SYS_MMAP2, 0, (long)(pages * PAGE), PROT_RW, MAP_ANON_PRIVATE, -1);

    return at < 0 && at > -4096 ? NULL : (volatile uint32_t *)at;
}

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void tag(volatile uint32_t *memory, unsigned pages, uint32_t seed)
{
    for (unsigned i = 0; i < pages; i++) {
        memory[i * WORDS] = seed + i;
        memory[i * WORDS + WORDS - 1] = ~(seed + i);
    }
}

static bool has_tags(volatile uint32_t *memory, unsigned pages, uint32_t seed)
{
    for (unsigned i = 0; i < pages; i++)
        if (memory[i * WORDS] != seed + i ||
            memory[i * WORDS + WORDS - 1] != ~(seed + i))
            return false;
    return true;
}

/* -- One address space --------------------------------------------------- */

static void read_null(void)
{
    volatile uint32_t *volatile null = NULL;

    leave((int)(*null & 1));
}

static __attribute__((noinline)) uint32_t descend(uint32_t kib)
{
    volatile char frame[1024];

    frame[0] = (char)kib;
    return kib ? descend(kib - 1) + (uint32_t)frame[0] : 0;
}

static void test_faults(void)
{
    long pid = spawn();

    if (!pid)
        read_null();
    point("reading the null pointer is a SIGSEGV",
          wait_for(pid) == 128 + SIGSEGV_);
    pid = spawn();
    if (!pid) {
        descend(7000);
        leave(3);
    }
    point("a stack reaches 7 MiB", wait_for(pid) == 3);
    pid = spawn();
    if (!pid) {
        descend(8400);
        leave(3);
    }
    point("a stack ends at 8 MiB", wait_for(pid) == 128 + SIGSEGV_);
}

#define ARENA_PAGES 192u

/* What the kernel should have mapped. */
struct model {
    char *base;
    int pipe[2];
    signed char prot[ARENA_PAGES]; /* -1: nothing */
    uint32_t word[ARENA_PAGES];
};

static bool agrees(struct model *m, unsigned i)
{
    char *at = m->base + i * PAGE;
    long result = call(SYS_WRITE, m->pipe[1], (long)at, 4, 0, 0);
    uint32_t word;

    if (m->prot[i] <= 0)
        return result == -EFAULT_;
    return result == 4 &&
           call(SYS_READ, m->pipe[0], (long)&word, 4, 0, 0) == 4 &&
           word == m->word[i];
}

static void random_step(struct model *m, uint32_t *state)
{
    unsigned first = next_random(state) % ARENA_PAGES;
    unsigned n = 1 + next_random(state) % 24;
    int prot = (next_random(state) & 1) | (next_random(state) & 2 ? 3 : 0);
    unsigned what = next_random(state) % 4;
    long at = (long)(m->base + first * PAGE);
    bool is_whole = true;

    if (n > ARENA_PAGES - first)
        n = ARENA_PAGES - first;
    switch (what) {
    case 0:
        call(SYS_MMAP2, at, (long)(n * PAGE), prot,
             MAP_ANON_PRIVATE | MAP_FIXED_, -1);
        break;
    case 1:
        call(SYS_MUNMAP, at, (long)(n * PAGE), 0, 0, 0);
        break;
    case 2:
        for (unsigned i = first; i < first + n; i++)
            is_whole &= m->prot[i] >= 0;
        if (is_whole)
            call(SYS_MPROTECT, at, (long)(n * PAGE), prot, 0, 0);
        break;
    default:
        break;
    }
    for (unsigned i = first; i < first + n; i++) {
        if (what == 2 && !is_whole)
            break;
        if (what < 2)
            m->word[i] = 0;
        if (what < 3)
            m->prot[i] = (signed char)(what == 1 ? -1 : prot);
        else if (m->prot[i] == PROT_RW)
            *(volatile uint32_t *)(m->base + i * PAGE) = m->word[i] =
                next_random(state);
    }
}

static void test_random_mappings(unsigned steps)
{
    static struct model m;
    uint32_t state = 2463534242u;
    bool is_right = true;

    m.base = (char *)map_pages(ARENA_PAGES);
    memset(m.prot, PROT_RW, sizeof m.prot);
    call(SYS_PIPE2, (long)m.pipe, 0, 0, 0, 0);
    for (unsigned step = 0; is_right && step < steps; step++) {
        random_step(&m, &state);
        if (step % 16)
            continue;
        for (unsigned i = 0; i < ARENA_PAGES; i++)
            is_right = is_right && agrees(&m, i);
        if (!is_right)
            printf("# wrong after step %u\n", step);
    }
    point("random mappings agree with a model", is_right);
    call(SYS_MUNMAP, (long)m.base, (long)(ARENA_PAGES * PAGE), 0, 0, 0);
    call(SYS_CLOSE, m.pipe[0], 0, 0, 0, 0);
    call(SYS_CLOSE, m.pipe[1], 0, 0, 0, 0);
}

/* In a child: whether a limit refuses 8 MiB and lets 64 KiB pass. */
static bool limit_holds(int resource)
{
    uint64_t limit[2] = {6u << 20, 6u << 20};
    long pid = spawn();

    if (!pid) {
        call(NR_PRLIMIT64, 0, resource, (long)limit, 0, 0);
        leave(call(SYS_MMAP2, 0, 8 << 20, PROT_RW, MAP_ANON_PRIVATE, -1) ==
                          -ENOMEM_ &&
                      map_pages(16)
                  ? 0
                  : 1);
    }
    return wait_for(pid) == 0;
}

static void test_limits(void)
{
    point("RLIMIT_AS limits what is mapped", limit_holds(RLIMIT_AS_));
    point("RLIMIT_DATA limits private writable memory",
          limit_holds(RLIMIT_DATA_));
}

/* -- Many processes ------------------------------------------------------ */

/* Each writes its pages, forks, and looks at them again after the child has
 * changed its own. */
static int owner(unsigned pages, uint32_t seed, unsigned rounds)
{
    volatile uint32_t *memory = map_pages(pages);

    for (unsigned round = 0; round < rounds; round++) {
        uint32_t mine = seed + round * 0x01000000u;
        long pid;

        tag(memory, pages, mine);
        pid = spawn();
        if (!pid) {
            tag(memory, pages / 4, ~mine);
            leave(has_tags(memory, pages / 4, ~mine) ? 0 : 1);
        }
        if (!has_tags(memory, pages, mine) || wait_for(pid) ||
            !has_tags(memory, pages, mine))
            return 1;
    }
    return 0;
}

static void test_owners(unsigned processes, unsigned pages)
{
    long pid[16];
    bool is_right = true;

    for (unsigned i = 0; i < processes; i++) {
        pid[i] = spawn();
        if (!pid[i])
            leave(owner(pages, (i + 1) << 16, 2));
    }
    for (unsigned i = 0; i < processes; i++)
        is_right &= wait_for(pid[i]) == 0;
    point("processes that fork with more pages than frames keep them",
          is_right);
}

static bool fork_and_write(unsigned times)
{
    volatile uint32_t *memory = map_pages(8);
    bool is_right = true;

    tag(memory, 8, 7);
    while (times--) {
        long pid = spawn();

        if (!pid) {
            tag(memory, 8, 9);
            leave(5);
        }
        is_right &= wait_for(pid) == 5;
    }
    call(SYS_MUNMAP, (long)memory, 8 * PAGE, 0, 0, 0);
    return is_right;
}

static unsigned long memory_field(const char *key)
{
    char *text = os_read_file("/proc/meminfo");
    unsigned long value = text ? os_field(text, key, 0) : 0;

    free(text);
    return value;
}

/* MemFree does not count what the CPUs have at hand: compaction gives it back. */
static void drain_cpus(void)
{
    int fd = (int)call(SYS_OPENAT, LINUX_AT_FDCWD,
                       (long)"/proc/sys/vm/compact_memory", 1, 0, 0);

    call(SYS_WRITE, fd, (long)"1", 1, 0, 0);
    call(SYS_CLOSE, fd, 0, 0, 0, 0);
}

static void test_leaks(void)
{
    unsigned long memory, swap, tables, stacks;

    fork_and_write(20);
    drain_cpus();
    memory = memory_field("MemFree:");
    swap = memory_field("SwapFree:");
    tables = memory_field("PageTables:");
    stacks = memory_field("KernelStack:");
    point("1,000 children that write are born and end", fork_and_write(1000));
    os_sleep_ns(100000000); /* the last one is gone from its stack */
    drain_cpus();
    printf("# free %lu -> %lu, swap %lu -> %lu\n", memory,
           memory_field("MemFree:"), swap, memory_field("SwapFree:"));
    point("free memory is what it was",
          memory_field("MemFree:") + 64 >= memory &&
              memory_field("SwapFree:") >= swap);
    point("page tables and kernel stacks are what they were",
          memory_field("PageTables:") == tables &&
              memory_field("KernelStack:") == stacks);
}

/* Forks until it is killed, as do its children. */
static void bomb(void)
{
    for (;;)
        if (spawn() < 0)
            os_sleep_ns(1000000);
}

static void test_bomb(void)
{
    long pid = spawn();

    if (!pid) {
        call(SYS_SETPGID, 0, 0, 0, 0, 0);
        bomb();
    }
    os_sleep_ns(1500000000);
    point("a fork bomb is killed by its process group",
          os_kill((pid_t)-pid, LINUX_SIGKILL) == 0 &&
              wait_for(pid) == 128 + LINUX_SIGKILL);
}

/* -- Swap ---------------------------------------------------------------- */

static void push_out(unsigned pages)
{
    long pid = spawn();

    if (!pid) {
        volatile uint32_t *memory = map_pages(pages);

        tag(memory, pages, 0);
        leave(0);
    }
    wait_for(pid);
}

static void test_swapoff(void)
{
    unsigned long total = memory_field("SwapTotal:");
    volatile uint32_t *memory = map_pages(512);
    bool is_off, is_right = true;
    long pid[3];

    tag(memory, 512, 99);
    push_out(4096);
    for (unsigned i = 0; i < 3; i++) {
        pid[i] = spawn();
        if (!pid[i])
            leave(owner(192, i << 20, 12));
    }
    is_off = call(SYS_SWAPOFF, (long)"/dev/qda", 0, 0, 0, 0) == 0;
    for (unsigned i = 0; i < 3; i++)
        is_right &= wait_for(pid[i]) == 0;
    point("swapoff succeeds while processes fault and fork", is_off);
    point("their pages are whole", is_right && has_tags(memory, 512, 99));
    point("no swap is left", memory_field("SwapTotal:") == 0 &&
                                 memory_field("SwapFree:") == 0 &&
                                 memory_field("SwapCached:") == 0);
    point("swapoff of what is off is EINVAL",
          call(SYS_SWAPOFF, (long)"/dev/qda", 0, 0, 0, 0) == -22);
    point("the disk serves again after swapon",
          call(SYS_SWAPON, (long)"/dev/qda", 0, 0, 0, 0) == 0 &&
              memory_field("SwapTotal:") == total &&
              memory_field("SwapFree:") == total);
    push_out(4096);
    point("and pages come back from it", has_tags(memory, 512, 99));
    call(SYS_MUNMAP, (long)memory, 512 * PAGE, 0, 0, 0);
}

/* -- Load, with the kernel's audit ---------------------------------------- */

static bool pass_bytes(unsigned rounds)
{
    static char block[3000];
    int fds[2];
    bool is_right = true;

    if (call(SYS_PIPE2, (long)fds, 0, 0, 0, 0))
        return false;
    for (unsigned i = 0; i < rounds; i++) {
        memset(block, (int)i, sizeof block);
        is_right &= call(SYS_WRITE, fds[1], (long)block, sizeof block, 0, 0) ==
                    sizeof block;
        memset(block, 0xff, sizeof block);
        is_right &= call(SYS_READ, fds[0], (long)block, sizeof block, 0, 0) ==
                        sizeof block &&
                    block[sizeof block - 1] == (char)i;
    }
    call(SYS_CLOSE, fds[0], 0, 0, 0, 0);
    call(SYS_CLOSE, fds[1], 0, 0, 0, 0);
    return is_right;
}

/* Many files at once: slabs fill and empty. */
static bool open_many(unsigned files)
{
    int fd[64];
    bool is_right = true;

    for (unsigned i = 0; i < files; i++) {
        fd[i] = (int)call(SYS_OPENAT, LINUX_AT_FDCWD,
                          (long)(i % 2 ? "/bin/stress" : "/proc/meminfo"), 0, 0,
                          0);
        is_right &= fd[i] >= 0;
    }
    for (unsigned i = 0; i < files; i++)
        call(SYS_CLOSE, fd[i], 0, 0, 0, 0);
    return is_right;
}

static bool run_program(void)
{
    static const char *const argv[] = {"stress", "nothing", NULL};
    long pid = spawn();

    if (!pid) {
        call(SYS_EXECVE, (long)"/bin/stress", (long)argv, 0, 0, 0);
        leave(9);
    }
    return wait_for(pid) == 4;
}

/* Memory of its own, forks, programs, files, pipes, in an order of its own. */
static int work(unsigned pages, uint32_t seed, unsigned rounds)
{
    uint32_t state = seed * 2654435761u + 1;
    bool is_right = true;

    while (is_right && rounds--) {
        switch (next_random(&state) % 5) {
        case 0:
            is_right = owner(pages, seed << 16, 1) == 0;
            break;
        case 1:
            is_right = pass_bytes(20);
            break;
        case 2:
            is_right = open_many(40);
            break;
        case 3:
            is_right = run_program();
            break;
        default:
            is_right = fork_and_write(3);
            break;
        }
    }
    return is_right ? 0 : 1;
}

static bool audit(void)
{
    int fd = (int)call(SYS_OPENAT, LINUX_AT_FDCWD, (long)"/proc/mm", 1, 0, 0);
    bool is_done = call(SYS_WRITE, fd, (long)"audit\n", 6, 0, 0) == 6;

    call(SYS_CLOSE, fd, 0, 0, 0, 0);
    return is_done;
}

/* Audits until all have ended; the kernel panics if it finds something. */
static bool audit_while(unsigned workers, unsigned *audits)
{
    bool is_right = true;
    int status;

    for (*audits = 0; workers; ++*audits) {
        pid_t pid;

        is_right &= audit();
        os_sleep_ns(4000000);
        while (workers && (pid = os_wait(-1, true, &status)) > 0) {
            is_right &= status == 0;
            workers--;
        }
    }
    return is_right;
}

static void test_load(unsigned workers, unsigned mib, unsigned rounds)
{
    unsigned pages = mib * 256 / workers, audits;
    bool is_right;

    for (unsigned i = 0; i < workers; i++)
        if (!spawn())
            leave(work(pages, i + 1, rounds));
    is_right = audit_while(workers, &audits);
    printf("# %u processes of %u pages, audits under load: %u\n", workers,
           pages, audits);
    point("processes under load keep their contents, audits pass",
          is_right && audits > 1);
    os_sleep_ns(100000000);
    point("the audit passes after it", audit());
}

int main(int argc, char **argv)
{
    bool is_alone = argc > 1 && !strcmp(argv[1], "octavo");

    if (argc > 1 && !strcmp(argv[1], "nothing"))
        return 4;
    if (argc > 4 && !strcmp(argv[1], "load")) {
        test_load((unsigned)atoi(argv[2]), (unsigned)atoi(argv[3]),
                  (unsigned)atoi(argv[4]));
        printf("1..%d\n", number);
        return 0;
    }
    test_faults();
    test_random_mappings(4000);
    test_owners(8, is_alone ? 768 : 64);
    if (is_alone) {
        test_limits(); /* qemu-riscv32 imposes none */
        test_leaks();
        test_swapoff();
        test_bomb();
    }
    printf("1..%d\n", number);
    return 0;
}
