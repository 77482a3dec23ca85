/*
 * Each allocation behind a system call fails once: before the call a number
 * is written to /proc/self/fail-nth, 1, 2, 3 and so on, until a call ends
 * with the number not used up. The call must succeed or say ENOMEM; afterwards
 * there are as many objects in each slab cache and as many frames with a known
 * use as before. For Octavo's debug kernel (Linux has the file with
 * CONFIG_FAULT_INJECTION); counts of objects are exact with slub_debug.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os.h"
#include "tests/octavo/guest_test.h"

enum { NR_PREAD64 = 67, NR_GETCWD = 17, NR_READLINKAT = 78 };

#define ENOMEM_ 12
#define SIGKILL_ 9
#define SIGSEGV_ 11

static int fail_nth;

static int open_file(const char *path, int flags)
{
    return (int)call(SYS_OPENAT, LINUX_AT_FDCWD, (long)path, flags, 0, 0);
}

static void close_file(long fd)
{
    if (fd >= 0)
        call(SYS_CLOSE, fd, 0, 0, 0, 0);
}

static bool write_file(const char *path, const char *text)
{
    int fd = open_file(path, 1);
    long n = call(SYS_WRITE, fd, (long)text, (long)strlen(text), 0, 0);

    close_file(fd);
    return n == (long)strlen(text);
}

/* -- The number ----------------------------------------------------------- */

static void set_nth(int fd, unsigned nth)
{
    char text[16];
    int n = snprintf(text, sizeof text, "%u", nth);

    call(SYS_WRITE, fd, (long)text, n, 0, 0);
}

/* What is left of it. */
static unsigned get_nth(int fd)
{
    char text[16] = "";

    call(NR_PREAD64, fd, (long)text, sizeof text - 1, 0, 0);
    return (unsigned)strtoul(text, NULL, 10);
}

/* -- What is in use ------------------------------------------------------- */

#define CACHES 128

static struct snapshot {
    unsigned caches;
    char name[CACHES][32];
    unsigned long objects[CACHES];
    unsigned long frames; /* of a known use, or free */
} before, after;

/* Inodes that nobody uses are kept, as are areas that were freed; who has just
 * ended is still on its stack. Of the frames, none may be missing. */
static void look(struct snapshot *s)
{
    static const char *const uses[] = {
        "MemFree:", "AnonPages:", "Cached:",      "SwapCached:",
        "Buffers:", "Slab:",      "KernelStack:", "PageTables:",
    };
    char *text, *line, path[64];

    os_sleep_ns(50000000);
    for (unsigned i = 0; i < 16; i++) { /* by the order of their birth */
        snprintf(path, sizeof path, "/sys/kernel/debug/shrinker/%s-%u/scan",
                 i % 2 ? "vmap_area" : "inode_cache", i / 2);
        write_file(path, "0 0 10000");
    }
    text = os_read_file("/proc/meminfo");
    s->frames = 0;
    for (unsigned i = 0; i < sizeof uses / sizeof uses[0]; i++)
        s->frames += os_field(text, uses[i], 0) / 4;
    free(text);
    text = os_read_file("/proc/zoneinfo");
    for (line = text; (line = strstr(line, " count: ")); line++)
        s->frames += strtoul(line + 8, NULL, 10);
    free(text);
    text = os_read_file("/proc/slabinfo");
    s->caches = 0;
    for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        if (s->caches < CACHES && sscanf(line, "%31s %lu", s->name[s->caches],
                                         &s->objects[s->caches]) == 2)
            s->caches++;
    free(text);
}

static bool is_as_before(void)
{
    bool is_same = after.caches == before.caches && before.caches;

    for (unsigned i = 0; i < before.caches && i < after.caches; i++) {
        if (after.objects[i] == before.objects[i])
            continue;
        printf("# %s: %lu objects -> %lu\n", before.name[i], before.objects[i],
               after.objects[i]);
        is_same = false;
    }
    if (after.frames != before.frames)
        printf("# %lu frames -> %lu\n", before.frames, after.frames);
    return is_same && after.frames == before.frames;
}

/* -- Calls: minus errno, or what is fine; they clean up with it armed no
 *    more ------------------------------------------------------------------ */

static unsigned left; /* by the end of the call */

static void disarm(void)
{
    left = get_nth(fail_nth);
    set_nth(fail_nth, 0);
}

static int wait_for(long pid)
{
    int status = -1;

    return os_wait((pid_t)pid, false, &status) == pid ? status : -1;
}

static long do_fork(unsigned nth)
{
    long pid;

    set_nth(fail_nth, nth);
    pid = call(SYS_CLONE, LINUX_SIGCHLD, 0, 0, 0, 0);
    if (!pid)
        leave(3);
    disarm();
    return pid < 0 ? pid : wait_for(pid) == 3 ? 0 : -1;
}

/* The child's number survives exec; the program there tells what is left of
 * it by its status. A failure after the old memory is gone is its end. */
static long do_exec(unsigned nth)
{
    static const char *argv[] = {"failnth", "left", "", NULL};
    static char fd_text[8];
    long pid = call(SYS_CLONE, LINUX_SIGCHLD, 0, 0, 0, 0);
    int status;

    if (!pid) {
        int fd = open_file("/proc/self/fail-nth", 2);
        long error;

        snprintf(fd_text, sizeof fd_text, "%d", fd);
        argv[2] = fd_text;
        set_nth(fd, nth);
        error = call(SYS_EXECVE, (long)"/bin/failnth", (long)argv, 0, 0, 0);
        leave(error == -ENOMEM_ ? 2 : 4);
    }
    status = wait_for(pid);
    left = status == 0;
    return status <= 1 || status == 128 + SIGKILL_ || status == 128 + SIGSEGV_
               ? 0
           : status == 2 ? -ENOMEM_
                         : -status;
}

static long do_mmap(unsigned nth)
{
    volatile uint32_t *words;
    long at;

    set_nth(fail_nth, nth);
    at = call(SYS_MMAP2, 0, 64 * PAGE, PROT_RW, MAP_ANON_PRIVATE, -1);
    words = (volatile uint32_t *)at;
    if (at >= 0 || at < -4096) {
        for (int i = 0; i < 8; i++)
            words[i * PAGE / 4] = 1; /* is tried again until there is a page */
        call(SYS_MPROTECT, at + 8 * PAGE, 8 * PAGE, 1, 0, 0);
        call(SYS_MUNMAP, at + 32 * PAGE, 8 * PAGE, 0, 0, 0);
    }
    disarm();
    if (at < 0 && at > -4096)
        return at;
    for (int i = 0; i < 8; i++)
        if (words[i * PAGE / 4] != 1)
            at = -1;
    call(SYS_MUNMAP, (long)words, 64 * PAGE, 0, 0, 0);
    return at == -1 ? -1 : 0;
}

static long do_brk(unsigned nth)
{
    long from = call(SYS_BRK, 0, 0, 0, 0, 0), to;

    set_nth(fail_nth, nth);
    to = call(SYS_BRK, from + 16 * PAGE, 0, 0, 0, 0);
    disarm();
    call(SYS_BRK, from, 0, 0, 0, 0);
    return to == from || to == from + (long)(16 * PAGE) ? 0 : -1;
}

static long do_pipe(unsigned nth)
{
    static int fds[2];
    long error;

    set_nth(fail_nth, nth);
    error = call(SYS_PIPE2, (long)fds, 0, 0, 0, 0);
    disarm();
    if (!error) {
        close_file(fds[0]);
        close_file(fds[1]);
    }
    return error;
}

static char buffer[8192];

static long open_and_read(unsigned nth, const char *path)
{
    long fd, n = 0;

    set_nth(fail_nth, nth);
    fd = open_file(path, 0);
    if (fd >= 0)
        n = call(SYS_READ, fd, (long)buffer, sizeof buffer, 0, 0);
    disarm();
    close_file(fd);
    return fd < 0 ? fd : n;
}

static long do_open(unsigned nth)
{
    return open_and_read(nth, "/bin/failnth");
}

static long do_proc(unsigned nth)
{
    return open_and_read(nth, "/proc/self/maps");
}

static long do_slabinfo(unsigned nth)
{
    return open_and_read(nth, "/proc/slabinfo");
}

static long do_sys(unsigned nth)
{
    return open_and_read(nth, "/sys/kernel/debug/slab_test/misuse");
}

static long do_list(unsigned nth)
{
    long fd, n = 0;

    set_nth(fail_nth, nth);
    fd = open_file("/bin", LINUX_O_DIRECTORY);
    if (fd >= 0)
        n = call(SYS_GETDENTS64, fd, (long)buffer, sizeof buffer, 0, 0);
    disarm();
    close_file(fd);
    return fd < 0 ? fd : n;
}

static long do_names(unsigned nth)
{
    long cwd, link;

    set_nth(fail_nth, nth);
    cwd = call(NR_GETCWD, (long)buffer, sizeof buffer, 0, 0, 0);
    link = call(NR_READLINKAT, LINUX_AT_FDCWD, (long)"/proc/self/exe",
                (long)buffer, sizeof buffer, 0);
    disarm();
    return cwd < 0 ? cwd : link;
}

static const struct scenario {
    const char *name;
    long (*run)(unsigned nth);
    unsigned least; /* allocations that it makes, at least */
} scenarios[] = {
    {"fork", do_fork, 12},
    {"exec", do_exec, 12},
    {"mmap, write", do_mmap, 10},
    {"brk", do_brk, 0},
    {"pipe", do_pipe, 4},
    {"open, read", do_open, 2},
    {"/proc/self/maps", do_proc, 3},
    {"/proc/slabinfo", do_slabinfo, 3},
    {"/sys", do_sys, 3},
    {"getdents", do_list, 2},
    {"getcwd, readlink", do_names, 1},
};

/* -- The loop ------------------------------------------------------------- */

static void try(const struct scenario *s)
{
    bool is_right = true;
    unsigned n, refused = 0;
    char name[80];

    for (int i = 0; i < 3; i++)
        s->run(0);
    look(&before);
    look(&before); /* what looking needs is there */
    for (n = 1; n < 1000; n++) {
        long result = s->run(n);

        if (result < 0 && result != -ENOMEM_) {
            printf("# %s, %u: %ld\n", s->name, n, result);
            is_right = false;
        }
        refused += result == -ENOMEM_;
        if (left)
            break;
    }
    look(&after);
    printf("# %s: %u allocations failed in turn, %u calls did\n", s->name,
           n - 1, refused);
    snprintf(name, sizeof name, "%s: succeeds, or says ENOMEM", s->name);
    point(name, is_right && n - 1 >= s->least && n < 1000);
    snprintf(name, sizeof name, "%s: leaves nothing behind", s->name);
    point(name, is_as_before());
}

int main(int argc, char **argv)
{
    if (argc > 2 && !strcmp(argv[1], "left")) {
        int fd = atoi(argv[2]);
        unsigned rest = get_nth(fd);

        set_nth(fd, 0);
        return rest ? 0 : 1;
    }
    fail_nth = open_file("/proc/self/fail-nth", 2);
    memset(buffer, 1, sizeof buffer);
    set_nth(fail_nth, 77);
    point("fail-nth reads back what was written", get_nth(fail_nth) == 77);
    set_nth(fail_nth, 0);
    for (unsigned i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++)
        try(&scenarios[i]);
    point("the audit passes", write_file("/proc/mm", "audit\n"));
    printf("1..%d\n", number);
    return 0;
}
