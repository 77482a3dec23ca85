/*
 * frag: how much of the free memory lies in pieces, a line a zone: which part
 * is of no use to each order, whether allocations fail for that, and how much
 * is in blocks of the largest order.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os.h"

#define EXTFRAG "/sys/kernel/debug/extfrag/"
#define PAGE_KB 4
#define LARGEST 10 /* the order of the largest blocks */

static const char usage[] =
    "usage: frag\n"
    "Three tables, a line a zone:\n"
    "  unusable   by order, the share of the free memory that lies in blocks\n"
    "             smaller than that: 0.000 none, 1.000 all\n"
    "  index      by order, why an allocation would fail: towards 0 for want\n"
    "             of memory, towards 1 because it lies in pieces (compaction\n"
    "             helps); -1.000: it would not fail\n"
    "  largest    free memory, and how much is in blocks of the largest order\n"
    "from " EXTFRAG "unusable_index, extfrag_index\n"
    "and /proc/buddyinfo.\n";

static char *read_or_fail(const char *path)
{
    char *text = os_read_file(path);

    if (!text) {
        fprintf(stderr, "frag: ");
        perror(path);
        exit(1);
    }
    return text;
}

/* The place behind "Node N, zone NAME", or NULL: no such line. */
static char *behind_zone(char *line, int *node, char *name)
{
    int n = 0;

    if (sscanf(line, "Node %d, zone %15s%n", node, name, &n) != 2)
        return NULL;
    return line + n;
}

static void show_index(const char *title, const char *path)
{
    char *text = read_or_fail(path), name[16];
    int node;

    printf("%-20s", title);
    for (int order = 0; order <= LARGEST; order++)
        printf(" %6d", order);
    printf("\n");
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char *rest = behind_zone(line, &node, name);

        if (!rest)
            continue;
        printf("Node %d, zone %7s", node, name);
        while (*rest) {
            size_t gap = strspn(rest, " "), n = strcspn(rest + gap, " ");

            if (n)
                printf(" %6.*s", (int)n, rest + gap);
            rest += gap + n;
        }
        printf("\n");
    }
    printf("\n");
    free(text);
}

struct sums {
    unsigned long pages, largest;
};

/* The line of buddyinfo: blocks by order. */
static struct sums add_up(char *rest)
{
    struct sums sums = {0, 0};

    for (int order = 0; order <= LARGEST; order++) {
        sums.largest = strtoul(rest, &rest, 10) << order;
        sums.pages += sums.largest;
    }
    return sums;
}

static void show_sums(const char *name, const struct sums *s)
{
    unsigned long share =
        s->pages ? (1000 * s->largest + s->pages / 2) / s->pages : 0;

    printf("%-20s %10lu %10lu", name, s->pages * PAGE_KB,
           s->largest * PAGE_KB);
    if (s->pages)
        printf(" %4lu.%lu%%\n", share / 10, share % 10);
    else
        printf(" %7s\n", "-");
}

static void show_largest(void)
{
    char *text = read_or_fail("/proc/buddyinfo"), name[16], label[40];
    struct sums all = {0, 0};
    int node;

    printf("%-20s %10s   order %2d   share\n", "Free memory, kB", "all",
           LARGEST);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char *rest = behind_zone(line, &node, name);
        struct sums s;

        if (!rest)
            continue;
        s = add_up(rest);
        all.pages += s.pages;
        all.largest += s.largest;
        snprintf(label, sizeof label, "Node %d, zone %7s", node, name);
        show_sums(label, &s);
    }
    show_sums("All zones", &all);
    free(text);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        int is_help = !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h");

        fputs(usage, is_help ? stdout : stderr);
        return is_help ? 0 : 2;
    }
    show_index("Unusable, by order", EXTFRAG "unusable_index");
    show_index("Index, by order", EXTFRAG "extfrag_index");
    show_largest();
    return 0;
}
