/*
 * page-types: which flags frames have, counted or listed, from
 * /proc/kpageflags; of a process by /proc/PID/maps and pagemap. Options and
 * output are those of Linux's tools/vm/page-types (v5.15), without files,
 * control groups, idle marks and poison, which this kernel does not have.
 */
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guestos/user/page-types/flags.h"
#include "os.h"

#define PAGE_SIZE 4096
#define BATCH 512 /* words read at once */
#define MAX_RANGES 64
#define MAX_KINDS 512 /* different sets of flags */

struct range {
    unsigned long start, end; /* in pages */
};

/* Pages that follow one another and have the same flags. */
struct run {
    unsigned long voffset, offset, n;
    uint64_t flags, mapcount;
};

static struct {
    bool is_raw, no_summary, with_mapcount;
    int list; /* 1: runs, 2: each page */
    pid_t pid;
} options;

static struct range ranges[MAX_RANGES];
static unsigned nr_ranges;
static int flags_fd, count_fd, pagemap_fd;

/* In the order of Linux's hash table: by the lower 13 bits, then by time. */
static struct kind {
    uint64_t flags;
    unsigned long pages;
} kinds[MAX_KINDS];
static unsigned nr_kinds;
static unsigned long total;

static void fail(const char *what)
{
    fprintf(stderr, "page-types: ");
    perror(what);
    exit(1);
}

static int open_or_fail(const char *path)
{
    int fd = open(path, O_RDONLY);

    if (fd < 0)
        fail(path);
    return fd;
}

/* Words [index, index + n) of the file; how many there are. */
static size_t read_words(int fd, uint64_t *words, unsigned long index, size_t n)
{
    ssize_t got;

    if (index > LONG_MAX / 8)
        return 0;
    if (lseek(fd, (off_t)(index * 8), SEEK_SET) < 0)
        fail("lseek");
    got = read(fd, words, n * 8);
    if (got < 0)
        fail("read");
    return (size_t)got / 8;
}

/* ---- what was found ---- */

static unsigned long hash(uint64_t flags)
{
    return (unsigned long)flags & 0x1fff;
}

static void count(uint64_t flags)
{
    unsigned at = nr_kinds;

    total++;
    for (unsigned i = 0; i < nr_kinds; i++)
        if (kinds[i].flags == flags) {
            kinds[i].pages++;
            return;
        }
    if (nr_kinds++ == MAX_KINDS) {
        fprintf(stderr, "page-types: too many sets of flags\n");
        exit(1);
    }
    for (; at && hash(kinds[at - 1].flags) > hash(flags); at--)
        kinds[at] = kinds[at - 1];
    kinds[at] = (struct kind){flags, 1};
}

static void show_run(const struct run *run)
{
    if (options.pid)
        printf("%lx\t", run->voffset);
    if (options.with_mapcount)
        printf("%lu\t", (unsigned long)run->mapcount);
    printf("%lx\t", run->offset);
    if (options.list == 1)
        printf("%lx\t", run->n);
    printf("%s\n", flag_letters(run->flags));
}

/* One page more, or (n = 0) no more. */
static void list(const struct run *page)
{
    static struct run run;

    if (options.list == 2) {
        if (page->n)
            show_run(page);
        return;
    }
    if (page->n && run.n && page->flags == run.flags &&
        page->mapcount == run.mapcount &&
        page->offset == run.offset + run.n &&
        page->voffset == run.voffset + run.n) {
        run.n++;
        return;
    }
    if (run.n)
        show_run(&run);
    run = *page;
}

static void add_page(const struct run *page)
{
    if (!filter_passes(page->flags))
        return;
    if (options.list)
        list(page);
    count(page->flags);
}

static void show_summary(void)
{
    printf("             flags\tpage-count       MB"
           "  symbolic-flags\t\t\tlong-symbolic-flags\n");
    for (unsigned i = 0; i < nr_kinds; i++)
        printf("0x%016llx\t%10lu %8lu  %s\t%s\n",
               (unsigned long long)kinds[i].flags, kinds[i].pages,
               kinds[i].pages >> 8, flag_letters(kinds[i].flags),
               flag_names(kinds[i].flags));
    printf("             total\t%10lu %8lu\n", total, total >> 8);
}

/* ---- walks ---- */

/* Frames [pfn, end), which are at voffset of a process. */
static void walk_frames(unsigned long voffset, unsigned long pfn,
                        unsigned long end, uint64_t pme)
{
    static uint64_t words[BATCH], counts[BATCH];

    while (pfn < end) {
        size_t n = end - pfn < BATCH ? end - pfn : BATCH;

        n = read_words(flags_fd, words, pfn, n);
        if (!n)
            return;
        if (count_fd >= 0 && read_words(count_fd, counts, pfn, n) != n)
            fail("/proc/kpagecount");
        for (size_t i = 0; i < n; i++)
            add_page(&(struct run){voffset + i, pfn + i, 1,
                                   flags_shown(words[i], pme, options.is_raw),
                                   counts[i]});
        pfn += n;
        voffset += n;
    }
}

static void walk_pages(unsigned long page, unsigned long end)
{
    static uint64_t words[BATCH];

    while (page < end) {
        size_t n = end - page < BATCH ? end - page : BATCH;

        n = read_words(pagemap_fd, words, page, n);
        if (!n)
            return;
        for (size_t i = 0; i < n; i++) {
            unsigned long frame = (unsigned long)PM_FRAME(words[i]);

            if (words[i] & PM_PRESENT)
                walk_frames(page + i, frame, frame + 1, words[i]);
            else if (words[i] & PM_SWAP)
                add_page(
                    &(struct run){page + i,
                                  (unsigned long)PM_SWAP_OFFSET(words[i]), 1,
                                  flags_shown(0, words[i], options.is_raw), 0});
        }
        page += n;
    }
}

/* What the process maps of the range. */
static void walk_task(char *maps, const struct range *range)
{
    for (const char *line = maps; line && *line;) {
        unsigned long start, end;

        if (sscanf(line, "%lx-%lx", &start, &end) != 2)
            break;
        start /= PAGE_SIZE;
        end /= PAGE_SIZE;
        walk_pages(start > range->start ? start : range->start,
                   end < range->end ? end : range->end);
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
}

static void walk(void)
{
    char path[40], *maps = NULL;

    flags_fd = open_or_fail("/proc/kpageflags");
    count_fd = options.list && options.with_mapcount
                   ? open_or_fail("/proc/kpagecount")
                   : -1;
    if (options.pid) {
        snprintf(path, sizeof path, "/proc/%d/pagemap", (int)options.pid);
        pagemap_fd = open_or_fail(path);
        snprintf(path, sizeof path, "/proc/%d/maps", (int)options.pid);
        maps = os_read_file(path);
        if (!maps)
            fail(path);
    }
    if (!nr_ranges)
        ranges[nr_ranges++] = (struct range){0, ULONG_MAX};
    for (unsigned i = 0; i < nr_ranges; i++)
        if (maps)
            walk_task(maps, &ranges[i]);
        else
            walk_frames(ranges[i].start, ranges[i].start, ranges[i].end, 0);
    free(maps);
}

/* ---- options ---- */

static void usage(FILE *out)
{
    fprintf(out, "page-types [options]\n"
                 "  -r, --raw             all flags, as the kernel has them\n"
                 "  -d, --describe FLAGS  print flags as number and names\n"
                 "  -a, --addr RANGE      a range of pages\n"
                 "  -b, --bits BITS       pages with these flags\n"
                 "  -p, --pid PID         the pages of a process\n"
                 "  -l, --list            list pages, those alike in runs\n"
                 "  -L, --list-each       list pages one by one\n"
                 "  -M, --list-mapcnt     with the number of mappings\n"
                 "  -N, --no-summary      without the table\n"
                 "  -h, --help            this text\n"
                 "FLAGS: 0x10, anon or 0x10,anon\n"
                 "RANGE (pages): N; N+M: M of them; N,M: up to M; N,; ,M\n"
                 "BITS:  a,b one of them; a,b=a a and not b; a,~b the same;\n"
                 "       =a,b these and no other\n"
                 "names:\n");
}

static unsigned long number(const char *text, const char **end)
{
    char *stop;
    unsigned long value = strtoul(text, &stop, 0);

    if (stop == text) {
        fprintf(stderr, "page-types: invalid number: %s\n", text);
        exit(1);
    }
    *end = stop;
    return value;
}

static void add_range(const char *text)
{
    struct range r = {0, ULONG_MAX};
    const char *at = text;

    if (nr_ranges == MAX_RANGES) {
        fprintf(stderr, "page-types: too many ranges\n");
        exit(1);
    }
    if (*at != ',')
        r.start = number(at, &at);
    if (*at == '+') {
        r.end = r.start + number(at + 1, &at);
    } else if (*at == ',') {
        if (*++at)
            r.end = number(at, &at);
    } else {
        r.end = r.start + 1;
    }
    if (*at || r.end < r.start) {
        fprintf(stderr, "page-types: invalid range: %s\n", text);
        exit(1);
    }
    ranges[nr_ranges++] = r;
}

static void describe(const char *text)
{
    uint64_t flags = flags_parse(text);

    printf("0x%016llx\t%s\t%s\n", (unsigned long long)flags,
           flag_letters(flags), flag_names(flags));
    exit(0);
}

static void parse(int argc, char **argv)
{
    static const struct option names[] = {
        {"raw", 0, NULL, 'r'},        {"describe", 1, NULL, 'd'},
        {"addr", 1, NULL, 'a'},       {"bits", 1, NULL, 'b'},
        {"pid", 1, NULL, 'p'},        {"list", 0, NULL, 'l'},
        {"list-each", 0, NULL, 'L'},  {"list-mapcnt", 0, NULL, 'M'},
        {"no-summary", 0, NULL, 'N'}, {"help", 0, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *end;
    int c;

    while ((c = getopt_long(argc, argv, "rd:a:b:p:lLMNh", names, NULL)) != -1)
        switch (c) {
        case 'r': options.is_raw = true; break;
        case 'd': describe(optarg); break;
        case 'a': add_range(optarg); break;
        case 'b': filter_add(optarg); break;
        case 'p': options.pid = (pid_t)number(optarg, &end); break;
        case 'l': options.list = 1; break;
        case 'L': options.list = 2; break;
        case 'M': options.with_mapcount = true; break;
        case 'N': options.no_summary = true; break;
        default:
            usage(c == 'h' ? stdout : stderr);
            if (c == 'h')
                flag_list();
            exit(c != 'h');
        }
}

int main(int argc, char **argv)
{
    parse(argc, argv);
    if (options.list)
        printf("%s%s%s", options.pid ? "voffset\t" : "",
               options.with_mapcount ? "map-cnt\t" : "",
               options.list == 1 ? "offset\tlen\tflags\n" : "offset\tflags\n");
    walk();
    if (options.list)
        list(&(struct run){0});
    if (options.no_summary)
        return 0;
    if (options.list)
        printf("\n\n");
    show_summary();
    return 0;
}
