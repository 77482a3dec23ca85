/*
 * Processes that really run at once: where they may run, and that what one
 * does to memory is seen by a neighbour on another CPU. Neighbours share an
 * address space (CLONE_VM) where the claim is about its tables, else pages by
 * fork. An ordinary Linux program that prints TAP; with `octavo N` it also
 * has neighbours and looks at what /proc says of N CPUs (`proc N`: only that).
 * `calm` leaves out those points in which somebody uses a page while its entry
 * changes, `alone` does nothing that concerns another CPU, `crash` dies on the
 * last one.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os.h"
#include "tests/octavo/guest_test.h"

enum {
    NR_SETAFFINITY = 122,
    NR_GETAFFINITY = 123,
    NR_YIELD = 124,
    NR_GETCPU = 168,
};

#define EINVAL_ 22
#define EFAULT_ 14
#define ESRCH_ 3
#define SIGSTOP_ 19
#define SIGCONT_ 18
#define MAP_FIXED_ 0x10
#define PROT_NONE_ 0
#define PROT_R 1
#define STACK_WORDS 2048
#define MAX_CPUS 8

static unsigned cpus[MAX_CPUS], nr_cpus; /* that we may use */

static int wait_for(long pid)
{
    int status = -1;

    return os_wait((pid_t)pid, false, &status) == pid ? status : -1;
}

static volatile uint32_t *map_at(volatile void *at, unsigned pages)
{
    long flags = MAP_ANON_PRIVATE | (at ? MAP_FIXED_ : 0);
    long where =
        call(SYS_MMAP2, (long)at, (long)(pages * PAGE), PROT_RW, flags, -1);

    return where < 0 && where > -4096 ? NULL : (volatile uint32_t *)where;
}

static uint64_t now_ms(void)
{
    struct linux_timespec64 t;

    call(SYS_CLOCK_GETTIME64, 1, (long)&t, 0, 0, 0);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* -- Where a process may run --------------------------------------------- */

static long set_affinity(long pid, uint32_t mask)
{
    uint32_t words[32] = {mask};

    return call(NR_SETAFFINITY, pid, sizeof words, (long)words, 0, 0);
}

static uint32_t affinity(long pid)
{
    uint32_t words[32] = {0};

    return call(NR_GETAFFINITY, pid, sizeof words, (long)words, 0, 0) > 0
               ? words[0]
               : 0;
}

static unsigned this_cpu(void)
{
    unsigned cpu = ~0u;

    call(NR_GETCPU, (long)&cpu, 0, 0, 0, 0);
    return cpu;
}

static void bind_to(unsigned nth)
{
    set_affinity(0, 1u << cpus[nth % nr_cpus]);
}

static void bind_to_all(void)
{
    uint32_t mask = 0;

    for (unsigned i = 0; i < nr_cpus; i++)
        mask |= 1u << cpus[i];
    set_affinity(0, mask);
}

static void test_affinity(void)
{
    uint32_t mask = affinity(0), word;
    bool is_right = true;
    long pid;

    for (unsigned cpu = 0; cpu < 32 && nr_cpus < MAX_CPUS; cpu++)
        if (mask >> cpu & 1)
            cpus[nr_cpus++] = cpu;
    point("sched_getaffinity names some CPU", nr_cpus > 0);
    for (unsigned i = 0; i < nr_cpus; i++) {
        bind_to(i);
        is_right &= this_cpu() == cpus[i] && affinity(0) == 1u << cpus[i];
        pid = spawn();
        if (!pid)
            leave(this_cpu() == cpus[i] && affinity(0) == 1u << cpus[i] ? 0
                                                                        : 1);
        is_right &= wait_for(pid) == 0;
    }
    point("a process is at once where it was bound, and so are its children",
          is_right);
    bind_to_all();
    point("all CPUs are allowed again", affinity(0) == mask);
    point("a mask without a CPU is EINVAL", set_affinity(0, 0) == -EINVAL_);
    point("a short mask is EINVAL",
          call(NR_GETAFFINITY, 0, 1, (long)&word, 0, 0) == -EINVAL_);
    point("a process that does not exist is ESRCH",
          set_affinity(0x7ffffff0, mask) == -ESRCH_);
    point("a bad address is EFAULT",
          call(NR_GETAFFINITY, 0, 128, 16, 0, 0) == -EFAULT_ &&
              call(NR_SETAFFINITY, 0, 128, 16, 0, 0) == -EFAULT_);
}

/* Another process is moved while it runs. */
static void test_moving(void)
{
    long pid = spawn();
    int code;

    if (!pid) {
        bind_to(0);
        while (affinity(0) == 1u << cpus[0])
            ;
        leave(this_cpu() == cpus[nr_cpus - 1] ? 0 : 1);
    }
    while (affinity(pid) != 1u << cpus[0])
        call(NR_YIELD, 0, 0, 0, 0, 0);
    os_sleep_ns(20000000);
    set_affinity(pid, 1u << cpus[nr_cpus - 1]);
    code = nr_cpus > 1 ? wait_for(pid) : 0;
    if (nr_cpus == 1) {
        os_kill((pid_t)pid, LINUX_SIGKILL);
        wait_for(pid);
    }
    point("a process that runs is moved by another", code == 0);
}

/* -- Neighbours in one address space ------------------------------------- */

static uint32_t stack[STACK_WORDS] __attribute__((aligned(16)));

/* What the two say to each other. */
static volatile uint32_t ask, answer;
static volatile uint32_t *shared; /* the page they speak of */
static volatile uint32_t seen;
static int pipe_ends[2];

/* The low bits of a question; above them its number. */
enum { ASK_END = 1, ASK_READ, ASK_PUT, ASK_GET, ASK_BITS = 4 };

/* Waits for the word to become something else; gives way now and then, for
 * those who have one CPU. */
static uint32_t wait_change(volatile uint32_t *word, uint32_t old)
{
    for (uint32_t i = 1; *word == old; i++)
        if (i % 65536 == 0)
            call(NR_YIELD, 0, 0, 0, 0, 0);
    return *word;
}

static void echo(void)
{
    uint32_t last = 0;

    bind_to(1);
    answer = 1;
    while (last != ASK_END) {
        last = wait_change(&ask, last);
        answer = last;
    }
}

static void test_at_once(unsigned times)
{
    uint64_t start;
    long pid;

    bind_to(0);
    ask = answer = 0;
    pid = start_neighbour(echo, stack + STACK_WORDS);
    wait_change(&answer, 0);
    start = now_ms();
    for (uint32_t i = 2; i < times && nr_cpus > 1; i++) {
        ask = i;
        while (answer != i)
            ;
    }
    start = now_ms() - start;
    ask = ASK_END;
    wait_for(pid);
    bind_to_all();
    point("neighbours talk through memory much faster than they could by turns",
          nr_cpus == 1 || start < times / 4);
}

/* Does what it is asked with the shared page; numbers the answers. */
static void use_page(void)
{
    uint32_t last = 0;

    bind_to(1);
    answer = ~0u;
    for (;;) {
        last = wait_change(&ask, last);
        switch (last & ((1u << ASK_BITS) - 1)) {
        case ASK_READ:
            seen = *shared;
            break;
        case ASK_PUT: /* the kernel reads it for us */
            seen =
                (uint32_t)call(SYS_WRITE, pipe_ends[1], (long)shared, 4, 0, 0);
            break;
        case ASK_GET: /* the kernel writes to it for us */
            seen =
                (uint32_t)call(SYS_READ, pipe_ends[0], (long)shared, 4, 0, 0);
            break;
        default:
            return;
        }
        answer = last;
    }
}

/* Asks the neighbour and returns what it saw. */
static uint32_t let_it(uint32_t what)
{
    static uint32_t serial;
    uint32_t question = ++serial << ASK_BITS | what;

    ask = question;
    while (answer != question)
        if (nr_cpus == 1)
            call(NR_YIELD, 0, 0, 0, 0, 0);
    return seen;
}

static void test_tables(unsigned times)
{
    bool sees_new = true, sees_gone = true, sees_read_only = true;
    bool sees_old = true, sees_forgotten = true;
    uint32_t word = 0;
    long pid;

    bind_to(0);
    call(SYS_PIPE2, (long)pipe_ends, 0, 0, 0, 0);
    ask = answer = 0;
    pid = start_neighbour(use_page, stack + STACK_WORDS);
    wait_change(&answer, 0);
    shared = map_at(NULL, 1);
    for (uint32_t i = 1; i <= times; i++) {
        *shared = i;
        sees_old &= let_it(ASK_READ) == i;
        map_at(shared, 1); /* another page in its place */
        *shared = ~i;
        sees_new &= let_it(ASK_READ) == ~i;

        call(SYS_MPROTECT, (long)shared, PAGE, PROT_R, 0, 0);
        call(SYS_WRITE, pipe_ends[1], (long)&word, 4, 0, 0);
        sees_read_only &= let_it(ASK_GET) == (uint32_t)-EFAULT_;
        call(SYS_READ, pipe_ends[0], (long)&word, 4, 0, 0);
        call(SYS_MPROTECT, (long)shared, PAGE, PROT_RW, 0, 0);
        sees_old &= let_it(ASK_READ) == ~i;

        call(SYS_MADVISE, (long)shared, PAGE, 4 /* DONTNEED */, 0, 0);
        sees_forgotten &= let_it(ASK_READ) == 0;

        *shared = i;
        sees_old &= let_it(ASK_READ) == i;
        call(SYS_MUNMAP, (long)shared, PAGE, 0, 0, 0);
        sees_gone &= let_it(ASK_PUT) == (uint32_t)-EFAULT_;
        map_at(shared, 1);
    }
    ask = ASK_END;
    wait_for(pid);
    bind_to_all();
    call(SYS_MUNMAP, (long)shared, PAGE, 0, 0, 0);
    call(SYS_CLOSE, pipe_ends[0], 0, 0, 0, 0);
    call(SYS_CLOSE, pipe_ends[1], 0, 0, 0, 0);
    point("a neighbour reads what was written", sees_old);
    point("a neighbour sees another page mapped in a page's place", sees_new);
    point("a neighbour may not write where mprotect took the right",
          sees_read_only);
    point("a neighbour finds zeroes after MADV_DONTNEED", sees_forgotten);
    point("a neighbour finds nothing after munmap", sees_gone);
}

/* Writes one page for ever, and looks whether it stays what it wrote. */
static volatile bool is_stopped, has_lost;
static volatile uint32_t written;

static void keep_writing(void)
{
    bind_to(1);
    for (uint32_t i = 1; !is_stopped; i++) {
        *shared = i;
        written = i;
        if (*shared != i)
            has_lost = true;
    }
}

static void test_fork_beside_writer(unsigned times)
{
    bool is_still = true;
    long pid, child;

    bind_to(0);
    shared = map_at(NULL, 1);
    is_stopped = has_lost = false;
    written = 0;
    pid = start_neighbour(keep_writing, stack + STACK_WORDS);
    wait_change(&written, 0);
    while (times--) {
        child = spawn();
        if (!child) {
            uint32_t first = *shared;

            for (unsigned i = 0; i < 3000; i++)
                if (*shared != first)
                    leave(1);
            leave(0);
        }
        is_still &= wait_for(child) == 0;
    }
    is_stopped = true;
    wait_for(pid);
    bind_to_all();
    call(SYS_MUNMAP, (long)shared, PAGE, 0, 0, 0);
    point("a child's memory is still while the parent's neighbour writes",
          is_still);
    point("the writer loses nothing", !has_lost);
}

/* -- Many processes ------------------------------------------------------ */

#define RING 6u
#define RING_PAGES 24u

static uint32_t sum_of(volatile uint32_t *memory)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < RING_PAGES * PAGE / 4; i += 64)
        sum = sum * 31 + memory[i];
    return sum;
}

/* Passes tokens on, changes its copies of inherited pages, forks. */
static int ring_member(int in, int out, unsigned self, unsigned rounds,
                       volatile uint32_t *memory)
{
    uint32_t before = sum_of(memory), token;

    while (rounds--) {
        long child;

        if (call(SYS_READ, in, (long)&token, 4, 0, 0) != 4)
            return 1;
        token = token * 5 + self;
        memory[token % RING_PAGES * (PAGE / 4)] ^= token;
        child = spawn();
        if (!child) {
            memory[0] = token;
            leave(memory[0] == token ? 0 : 1);
        }
        if (call(SYS_WRITE, out, (long)&token, 4, 0, 0) != 4 ||
            wait_for(child) != 0)
            return 1;
        memory[token % RING_PAGES * (PAGE / 4)] ^= token;
        if (sum_of(memory) != before)
            return 1;
    }
    return 0;
}

static void test_ring(unsigned rounds)
{
    volatile uint32_t *memory = map_at(NULL, RING_PAGES);
    int ends[RING + 1][2];
    uint32_t token = 1, expected = 1;
    bool is_right = true;
    long pid[RING];

    for (unsigned i = 0; i < RING_PAGES * PAGE / 4; i++)
        memory[i] = i * 2654435761u;
    for (unsigned i = 0; i <= RING; i++)
        call(SYS_PIPE2, (long)ends[i], 0, 0, 0, 0);
    for (unsigned i = 0; i < RING; i++) {
        pid[i] = spawn();
        if (!pid[i]) {
            bind_to(i);
            leave(ring_member(ends[i][0], ends[i + 1][1], i, rounds, memory));
        }
    }
    for (unsigned r = 0; r < rounds; r++) {
        call(SYS_WRITE, ends[0][1], (long)&token, 4, 0, 0);
        call(SYS_READ, ends[RING][0], (long)&token, 4, 0, 0);
        for (unsigned i = 0; i < RING; i++)
            expected = expected * 5 + i;
    }
    for (unsigned i = 0; i < RING; i++)
        is_right &= wait_for(pid[i]) == 0;
    for (unsigned i = 0; i <= RING; i++)
        for (unsigned end = 0; end < 2; end++)
            call(SYS_CLOSE, ends[i][end], 0, 0, 0, 0);
    call(SYS_MUNMAP, (long)memory, (long)(RING_PAGES * PAGE), 0, 0, 0);
    point("a token goes round processes on all CPUs", token == expected);
    point("who pass it on keep what they inherited", is_right);
}

static void test_signals(void)
{
    struct linux_siginfo info = {0};
    bool is_right = true;

    for (unsigned i = 0; i < nr_cpus; i++) {
        long pid = spawn();

        if (!pid) {
            bind_to(i);
            for (;;)
                ;
        }
        os_kill((pid_t)pid, SIGSTOP_);
        is_right &= call(SYS_WAITID, LINUX_P_PID, pid, (long)&info,
                         2 /* WSTOPPED */, 0) == 0 &&
                    info.si_status == SIGSTOP_;
        os_kill((pid_t)pid, SIGCONT_);
        is_right &= call(SYS_WAITID, LINUX_P_PID, pid, (long)&info,
                         8 /* WCONTINUED */, 0) == 0 &&
                    info.si_status == SIGCONT_;
        os_kill((pid_t)pid, LINUX_SIGKILL);
        is_right &= wait_for(pid) == 128 + LINUX_SIGKILL;
    }
    point("a process that only computes is stopped, continued and killed",
          is_right);
}

/* On the first CPU, where no other has run us: what we do is our own affair. */
static void use_memory_alone(unsigned times)
{
    bool is_right = true;

    set_affinity(0, 1);
    for (unsigned i = 0; i < times; i++) {
        volatile uint32_t *memory = map_at(NULL, 4);

        for (unsigned page = 0; page < 4; page++)
            memory[page * (PAGE / 4)] = i;
        call(SYS_MPROTECT, (long)memory, 2 * PAGE, PROT_R, 0, 0);
        is_right &= memory[0] == i;
        call(SYS_MUNMAP, (long)memory, 4 * PAGE, 0, 0, 0);
    }
    point("memory is mapped, written, protected and unmapped", is_right);
}

/* -- What /proc says ----------------------------------------------------- */

static unsigned count_lines(const char *path, const char *start)
{
    char *text = os_read_file(path);
    size_t len = strlen(start);
    unsigned n = 0;

    for (char *line = text; line; line = strchr(line, '\n')) {
        line += line != text;
        n += !strncmp(line, start, len) && strncmp(line, "cpu ", 4);
    }
    free(text);
    return n;
}

static void test_proc(unsigned n)
{
    char *text = os_read_file("/proc/interrupts");
    const char *end = text ? strchr(text, '\n') : NULL;
    unsigned columns = 0;

    for (const char *at = text; at && end && at < end; at++)
        columns += !strncmp(at, "CPU", 3);
    free(text);
    point("all CPUs may be used", nr_cpus == n);
    point("/proc/cpuinfo has one block each",
          count_lines("/proc/cpuinfo", "processor\t: ") == n);
    point("/proc/stat has one line each",
          count_lines("/proc/stat", "cpu") == n);
    point("/proc/interrupts has one column each", columns == n);
    point("/proc/stat counts who waits for disks",
          count_lines("/proc/stat", "procs_blocked ") == 1);
}

int main(int argc, char **argv)
{
    bool is_calm = argc > 1 && !strcmp(argv[argc - 1], "calm");
    bool is_octavo = argc > 2 && !strcmp(argv[1], "octavo");

    if (argc > 1 && !strcmp(argv[1], "alone")) {
        use_memory_alone(100);
        return 0;
    }
    test_affinity();
    if (argc > 1 && !strcmp(argv[1], "crash")) {
        bind_to(nr_cpus - 1);
        *(volatile int *)(uintptr_t)(argc - 2) = 0;
    }
    if (argc > 2 && !strcmp(argv[1], "proc")) {
        test_proc((unsigned)atoi(argv[2]));
        return 0;
    }
    test_moving();
    if (is_octavo) { /* qemu-riscv32 knows no neighbours but threads */
        test_at_once(4000);
        test_tables(is_calm ? 20 : 60);
    }
    if (is_octavo && !is_calm)
        test_fork_beside_writer(15);
    test_ring(is_calm ? 8 : 40);
    test_signals();
    if (is_octavo)
        test_proc((unsigned)atoi(argv[2]));
    printf("1..%d\n", number);
    return 0;
}
