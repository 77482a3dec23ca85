/*
 * vmstat [DELAY [COUNT]]: processes, memory, paging and CPU time, as procps
 * prints them. The first line tells of the time since boot, later ones of
 * the last DELAY seconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os.h"

/* What is counted since boot. */
struct counts {
    unsigned long swap_in, swap_out, block_in, block_out, interrupts, switches;
    unsigned long user, system, idle, wait; /* ticks of all CPUs */
};

#define HZ 100 /* of /proc/stat */

/* What is so now. */
struct levels {
    unsigned long running, blocked, swapped, free_kb, buffers, cached;
};

static int sample(struct counts *c, struct levels *l)
{
    char *vm = os_read_file("/proc/vmstat"), *mem, *stat, *end;

    mem = os_read_file("/proc/meminfo");
    stat = os_read_file("/proc/stat");
    if (!vm || !mem || !stat) {
        perror("vmstat: /proc");
        return -1;
    }
    c->swap_in = os_field(vm, "pswpin ", 0) * 4;
    c->swap_out = os_field(vm, "pswpout ", 0) * 4;
    c->block_in = os_field(vm, "pgpgin ", 0);
    c->block_out = os_field(vm, "pgpgout ", 0);
    c->interrupts = os_field(stat, "intr ", 0);
    c->switches = os_field(stat, "ctxt ", 0);
    c->user = c->system = c->idle = c->wait = 0;
    if (!strncmp(stat, "cpu ", 4)) {
        c->user = strtoul(stat + 4, &end, 10);
        c->user += strtoul(end, &end, 10);
        c->system = strtoul(end, &end, 10);
        c->idle = strtoul(end, &end, 10);
        c->wait = strtoul(end, &end, 10);
    }
    l->running = os_field(stat, "procs_running ", 0);
    l->blocked = os_field(stat, "procs_blocked ", 0);
    l->swapped = os_field(mem, "SwapTotal:", 0) - os_field(mem, "SwapFree:", 0);
    l->free_kb = os_field(mem, "MemFree:", 0);
    l->buffers = os_field(mem, "Buffers:", 0);
    l->cached =
        os_field(mem, "Cached:", 0) + os_field(mem, "SReclaimable:", 0);
    free(vm);
    free(mem);
    free(stat);
    return 0;
}

/* n of `all`, rounded. */
static unsigned long share(unsigned long n, unsigned long scale,
                           unsigned long all)
{
    return (unsigned long)(((unsigned long long)n * scale + all / 2) / all);
}

/* Events a second: of so many seconds, or (0) of all ticks since boot. */
static unsigned long rate(unsigned long n, unsigned long seconds,
                          unsigned long ticks)
{
    return seconds ? share(n, 1, seconds) : share(n, HZ, ticks);
}

static void print(const struct counts *now, const struct counts *then,
                  const struct levels *l, unsigned long seconds)
{
    unsigned long user = now->user - then->user;
    unsigned long system = now->system - then->system;
    unsigned long idle = now->idle - then->idle;
    unsigned long wait = now->wait - then->wait;
    unsigned long all = user + system + idle + wait;

    if (!all)
        all = 1;
    printf("%2lu %2lu %6lu %6lu %6lu %6lu %4lu %4lu %5lu %5lu %4lu %4lu "
           "%2lu %2lu %2lu %2lu %2u\n",
           l->running, l->blocked, l->swapped, l->free_kb, l->buffers,
           l->cached, rate(now->swap_in - then->swap_in, seconds, all),
           rate(now->swap_out - then->swap_out, seconds, all),
           rate(now->block_in - then->block_in, seconds, all),
           rate(now->block_out - then->block_out, seconds, all),
           rate(now->interrupts - then->interrupts, seconds, all),
           rate(now->switches - then->switches, seconds, all),
           share(user, 100, all), share(system, 100, all),
           share(idle, 100, all), share(wait, 100, all), 0);
}

int main(int argc, char **argv)
{
    unsigned long delay = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : !delay;
    struct counts then = {0}, now;
    struct levels levels;
    unsigned long seconds = 0;

    printf("procs -----------memory---------- ---swap-- -----io---- -system-- "
           "------cpu-----\n"
           " r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs "
           "us sy id wa st\n");
    for (unsigned long i = 0; !count || i < count; i++) {
        if (i) {
            os_sleep_ns((int64_t)delay * 1000000000);
            seconds = delay;
        }
        if (sample(&now, &levels) < 0)
            return 1;
        print(&now, &then, &levels, seconds);
        then = now;
    }
    return 0;
}
