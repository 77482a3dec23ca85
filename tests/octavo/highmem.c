/*
 * Says by TAP points what it sees in /proc/zoneinfo and /proc/kpageflags.
 * Arguments, in any order and number:
 *   pages=MIB   a program's pages lie in high memory
 *   fork=MIB    a child's copies too, and nobody sees another's
 *   fill=MIB    when high memory has run out, NORMAL follows, and DMA keeps
 *               what lowmem_reserve protects
 *   files       pages of files that are mapped or run lie there
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "os.h"
#include "tests/octavo/guest_test.h"

#define PAGE_WORDS 1024u
#define KPF_LRU (1u << 5)
#define KPF_SLAB (1u << 7)
#define KPF_MMAP (1u << 11)
#define KPF_ANON (1u << 12)
#define KPF_TABLE (1u << 26)

/* -- What the kernel says ------------------------------------------------ */

enum { DMA, NORMAL, HIGHMEM, ZONES };

struct zone {
    unsigned long free, min, high, managed, start, protection;
};

/* The third number of "protection: (a, b, c)": from users of high memory. */
static unsigned long third(const char *text)
{
    text = strchr(strchr(text, ',') + 1, ',');
    return strtoul(text + 1, NULL, 10);
}

static void read_zones(struct zone zones[ZONES])
{
    static const char *const names[] = {"zone      DMA\n", "zone   Normal\n",
                                        "zone  HighMem\n"};
    char *text = os_read_file("/proc/zoneinfo");

    if (!text) {
        perror("highmem: /proc/zoneinfo");
        exit(2);
    }
    for (int i = 0; i < ZONES; i++) {
        char *at = strstr(text, names[i]);

        if (!at) {
            printf("Bail out! no %s", names[i]);
            exit(2);
        }
        zones[i] = (struct zone){
            .free = strtoul(strstr(at, "pages free") + 10, NULL, 10),
            .min = strtoul(strstr(at, " min ") + 5, NULL, 10),
            .high = strtoul(strstr(at, " high ") + 6, NULL, 10),
            .managed = strtoul(strstr(at, "managed") + 7, NULL, 10),
            .start = strtoul(strstr(at, "start_pfn:") + 10, NULL, 10),
            .protection = third(strstr(at, "protection:")),
        };
    }
    free(text);
}

/* Frames of [from, to) with all the flags of `set` and none of `clear`. */
static unsigned long count_frames(unsigned long from, unsigned long to,
                                  uint32_t set, uint32_t clear)
{
    static uint64_t words[512];
    int fd = open("/proc/kpageflags", O_RDONLY);
    unsigned long count = 0;

    if (fd < 0 || lseek(fd, (off_t)(from * 8), SEEK_SET) < 0) {
        perror("highmem: /proc/kpageflags");
        exit(2);
    }
    while (from < to) {
        ssize_t n = read(fd, words, sizeof words) / (ssize_t)sizeof *words;

        if (n <= 0)
            break;
        for (ssize_t i = 0; i < n && from < to; i++, from++) {
            uint32_t flags = (uint32_t)words[i];

            count += (flags & set) == set && !(flags & clear);
        }
    }
    close(fd);
    return count;
}

static unsigned long high_frames(uint32_t set, uint32_t clear)
{
    struct zone z[ZONES];

    read_zones(z);
    return count_frames(z[HIGHMEM].start, z[HIGHMEM].start + z[HIGHMEM].managed,
                        set, clear);
}

/* -- Memory -------------------------------------------------------------- */

static uint32_t value(size_t i)
{
    return (uint32_t)i * 2654435761u + 1;
}

static uint32_t *map(unsigned long mib)
{
    uint32_t *p = mmap(NULL, mib << 20, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED) {
        perror("highmem: mmap");
        exit(2);
    }
    return p;
}

/* A word at each end of every page, so that a page costs little. */
static void fill(uint32_t *p, unsigned long mib)
{
    for (size_t i = 0; i < mib << 18; i += PAGE_WORDS) {
        p[i] = value(i);
        p[i + PAGE_WORDS - 1] = value(i + 1);
    }
}

/* Pages that have changed, or are not zero in between. */
static unsigned long wrong_pages(const uint32_t *p, unsigned long mib)
{
    unsigned long wrong = 0;

    for (size_t i = 0; i < mib << 18; i += PAGE_WORDS)
        wrong += p[i] != value(i) || p[i + PAGE_WORDS - 1] != value(i + 1) ||
                 p[i + 1 + i / PAGE_WORDS % (PAGE_WORDS - 2)];
    return wrong;
}

static void test_pages(unsigned long mib)
{
    unsigned long before = high_frames(KPF_ANON | KPF_MMAP, 0), after;
    uint32_t *p = map(mib);

    fill(p, mib);
    after = high_frames(KPF_ANON | KPF_MMAP, 0);
    printf("# %lu anonymous frames above the direct map, then %lu\n", before,
           after);
    point("the pages of a program lie in high memory",
          after - before >= mib << 8 && after - before < (mib << 8) + 32);
    point("they are clear but for what it wrote", !wrong_pages(p, mib));
    point("no slab and no page table does",
          !high_frames(KPF_SLAB, 0) && !high_frames(KPF_TABLE, 0));
    munmap(p, mib << 20);
    after = high_frames(KPF_ANON | KPF_MMAP, 0);
    point("they are free again after munmap", after <= before + 4);
}

/* Writes to every second page; all others are still the parent's. */
static int child(uint32_t *p, unsigned long mib)
{
    if (wrong_pages(p, mib))
        return 1;
    for (size_t i = 0; i < mib << 18; i += 2 * PAGE_WORDS)
        p[i] = ~value(i);
    for (size_t i = 0; i < mib << 18; i += PAGE_WORDS)
        if (p[i] != (i / PAGE_WORDS % 2 ? value(i) : ~value(i)) ||
            p[i + PAGE_WORDS - 1] != value(i + 1))
            return 2;
    return high_frames(KPF_ANON | KPF_MMAP, 0) < (mib << 8) * 3 / 2 ? 3 : 0;
}

static void test_fork(unsigned long mib)
{
    uint32_t *p = map(mib);
    int status = -1;
    pid_t pid;

    fill(p, mib);
    fflush(stdout);
    pid = fork();
    if (!pid)
        _exit(child(p, mib));
    os_wait(pid, false, &status);
    printf("# the child says %d\n", status);
    point("a child writes to copies in high memory", status == 0);
    point("the parent does not see it", !wrong_pages(p, mib));
}

static unsigned long swapped_out(void)
{
    char *text = os_read_file("/proc/vmstat");
    unsigned long n = strtoul(strstr(text, "pswpout ") + 8, NULL, 10);

    free(text);
    return n;
}

static void test_swap(unsigned long mib)
{
    uint32_t *p = map(mib);

    fill(p, mib);
    point("what memory had no room for comes back unchanged",
          !wrong_pages(p, mib));
    printf("# %lu pages were written to swap\n", swapped_out());
    point("in high memory again",
          high_frames(KPF_ANON | KPF_MMAP, 0) > high_frames(0, 0) / 2);
    point("and much of it was in swap", swapped_out() > mib << 5);
    munmap(p, mib << 20);
}

static void test_fill(unsigned long mib)
{
    struct zone before[ZONES], after[ZONES];
    uint32_t *p;

    read_zones(before);
    p = map(mib);
    fill(p, mib);
    read_zones(after);
    for (int i = 0; i < ZONES; i++)
        printf("# %s: %lu of %lu frames free, before %lu, min %lu, "
               "protection %lu\n",
               i == DMA      ? "DMA"
               : i == NORMAL ? "NORMAL"
                             : "HIGHMEM",
               after[i].free, after[i].managed, before[i].free, after[i].min,
               after[i].protection);
    point("high memory is used up first",
          after[HIGHMEM].free < 2 * after[HIGHMEM].high + 200 &&
              after[HIGHMEM].free < before[HIGHMEM].free / 4);
    point("then comes NORMAL",
          after[NORMAL].free + 100 < before[NORMAL].free &&
              before[NORMAL].free - after[NORMAL].free < mib << 8);
    point("NORMAL keeps what is protected from users of high memory",
          after[NORMAL].free + 64 >=
              after[NORMAL].protection + after[NORMAL].min);
    point("DMA keeps what is protected from users of high memory",
          after[DMA].free + 64 >= after[DMA].protection + after[DMA].min);
    point("nothing is lost", !wrong_pages(p, mib));
}

static void test_files(unsigned long unused)
{
    unsigned long file = high_frames(KPF_LRU | KPF_MMAP, KPF_ANON);
    int fd = open("/bin/sh", O_RDONLY);
    static char buffer[PAGE];
    char *text = mmap(NULL, 4 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    bool is_same = fd >= 0 && text != MAP_FAILED;

    (void)unused;

    printf("# %lu frames of mapped files lie in high memory\n", file);
    point("programs run from high memory", file > 3);
    for (int i = 0; is_same && i < 4; i++)
        is_same = read(fd, buffer, PAGE) == (ssize_t)PAGE &&
                  memcmp(buffer, text + i * (int)PAGE, PAGE) == 0;
    point("a file reads as it is mapped", is_same);
    close(fd);
}

/* One of the arguments; false: unknown. */
static bool run(const char *what)
{
    const char *equals = strchr(what, '=');
    size_t len = equals ? (size_t)(equals - what) : strlen(what);
    unsigned long mib = equals ? strtoul(equals + 1, NULL, 10) : 4;
    static const struct {
        const char *name;
        void (*run)(unsigned long mib);
    } tests[] = {{"pages", test_pages},
                 {"fork", test_fork},
                 {"swap", test_swap},
                 {"fill", test_fill},
                 {"files", test_files}};

    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        if (strlen(tests[i].name) == len &&
            !strncmp(tests[i].name, what, len)) {
            tests[i].run(mib);
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (!run(argv[i])) {
            fprintf(stderr, "highmem: what is %s?\n", argv[i]);
            return 2;
        }
    }
    printf("1..%d\n", number);
    return 0;
}
