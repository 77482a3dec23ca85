/*
 * slabtop [-o] [-s KEY]: the caches of the kernel by what they use, once, as
 * procps prints them. KEY: a active objects, b objects a slab, c size of the
 * cache, l slabs, v active slabs, n name, o objects, p pages a slab, s size of
 * an object, u use.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os.h"

#define PAGE_SIZE 4096

struct cache {
    char name[32];
    size_t at; /* in slabinfo */
    unsigned long active, objs, size, per_slab, pages, active_slabs, slabs;
};

static struct cache *caches;
static size_t nr_caches;
static char key = 'o';

/* A line of /proc/slabinfo, version 2.1; false: it is none. */
static int parse(const char *line, struct cache *c)
{
    const char *data = strstr(line, ": slabdata");

    if (*line == '#' || !data ||
        sscanf(line, "%31s %lu %lu %lu %lu %lu", c->name, &c->active, &c->objs,
               &c->size, &c->per_slab, &c->pages) != 6)
        return 0;
    return sscanf(data, ": slabdata %lu %lu", &c->active_slabs, &c->slabs) == 2;
}

static int read_caches(void)
{
    char *text = os_read_file("/proc/slabinfo");
    size_t room = 0;

    if (!text) {
        perror("slabtop: /proc/slabinfo");
        return -1;
    }
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        struct cache c;

        if (!parse(line, &c))
            continue;
        if (nr_caches == room) {
            room = room ? 2 * room : 64;
            caches = realloc(caches, room * sizeof *caches);
            if (!caches) {
                fprintf(stderr, "slabtop: no memory\n");
                return -1;
            }
        }
        c.at = nr_caches;
        caches[nr_caches++] = c;
    }
    free(text);
    return 0;
}

static unsigned long use(const struct cache *c)
{
    return c->objs ? 100 * c->active / c->objs : 0;
}

static unsigned long bytes(const struct cache *c)
{
    return c->slabs * c->pages * PAGE_SIZE;
}

static unsigned long value(const struct cache *c)
{
    switch (key) {
    case 'a': return c->active;
    case 'b': return c->per_slab;
    case 'c': return bytes(c);
    case 'l': return c->slabs;
    case 'v': return c->active_slabs;
    case 'p': return c->pages;
    case 's': return c->size;
    case 'u': return use(c);
    default: return c->objs;
    }
}

/* Largest first, names from a on; equal ones as in slabinfo. */
static int compare(const void *a, const void *b)
{
    const struct cache *x = a, *y = b;

    if (key == 'n' && strcmp(x->name, y->name))
        return strcmp(x->name, y->name);
    if (key != 'n' && value(x) != value(y))
        return value(x) < value(y) ? 1 : -1;
    return x->at < y->at ? -1 : 1;
}

/* n * scale / whole, rounded as printf rounds: halves to even. */
static unsigned long rounded(unsigned long long n, unsigned scale,
                             unsigned long long whole)
{
    unsigned long long product = n * scale, quotient, rest;

    if (!whole)
        return 0;
    quotient = product / whole;
    rest = product % whole * 2;
    return (unsigned long)(quotient +
                           (rest > whole || (rest == whole && quotient & 1)));
}

static void print_share(const char *what, unsigned long part,
                        unsigned long whole)
{
    unsigned long share = rounded(part, 1000, whole);

    printf(" %-35s: %lu / %lu (%lu.%lu%%)\n", what, part, whole, share / 10,
           share % 10);
}

static void print_kib(unsigned long long n)
{
    unsigned long hundredths = rounded(n, 100, 1024);

    printf("%lu.%02luK", hundredths / 100, hundredths % 100);
}

static void print_sizes(unsigned long long active, unsigned long long total)
{
    unsigned long share = rounded(active, 1000, total);

    printf(" %-35s: ", "Active / Total Size (% used)");
    print_kib(active);
    printf(" / ");
    print_kib(total);
    printf(" (%lu.%lu%%)\n", share / 10, share % 10);
}

static void print_totals(void)
{
    unsigned long active = 0, objs = 0, active_slabs = 0, slabs = 0, used = 0;
    unsigned long least = ~0ul, most = 0;
    unsigned long long size = 0, active_size = 0;

    for (size_t i = 0; i < nr_caches; i++) {
        const struct cache *c = &caches[i];

        active += c->active;
        objs += c->objs;
        active_slabs += c->active_slabs;
        slabs += c->slabs;
        used += c->active != 0;
        size += (unsigned long long)c->objs * c->size;
        active_size += (unsigned long long)c->active * c->size;
        least = c->size < least ? c->size : least;
        most = c->size > most ? c->size : most;
    }
    print_share("Active / Total Objects (% used)", active, objs);
    print_share("Active / Total Slabs (% used)", active_slabs, slabs);
    print_share("Active / Total Caches (% used)", used, nr_caches);
    print_sizes(active_size, size);
    printf(" %-35s: ", "Minimum / Average / Maximum Object");
    print_kib(nr_caches ? least : 0);
    printf(" / ");
    print_kib(objs ? size / objs : 0);
    printf(" / ");
    print_kib(most);
    printf("\n\n");
}

static void print_cache(const struct cache *c)
{
    unsigned long size = rounded(c->size, 100, 1024);

    printf("%6lu %6lu %3lu%% %4lu.%02luK %6lu %8lu %9luK %-23s\n", c->objs,
           c->active, use(c), size / 100, size % 100, c->slabs, c->per_slab,
           bytes(c) / 1024, c->name);
}

int main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "os:")) != -1) {
        if (option == 's' && optarg[0] && !optarg[1] &&
            strchr("abclvnopsu", optarg[0])) {
            key = optarg[0];
        } else if (option != 'o') {
            fprintf(stderr, "usage: slabtop [-o] [-s a|b|c|l|v|n|o|p|s|u]\n");
            return 2;
        }
    }
    if (read_caches() < 0)
        return 1;
    qsort(caches, nr_caches, sizeof *caches, compare);
    print_totals();
    printf("  OBJS ACTIVE  USE OBJ SIZE  SLABS OBJ/SLAB CACHE SIZE "
           "NAME                   \n");
    for (size_t i = 0; i < nr_caches; i++)
        print_cache(&caches[i]);
    return 0;
}
