/*
 * free [-k|-m]: memory and swap from /proc/meminfo, as procps prints them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os.h"

int main(int argc, char **argv)
{
    unsigned shift = argc > 1 && !strcmp(argv[1], "-m") ? 10 : 0;
    char *text = os_read_file("/proc/meminfo");
    unsigned long total, free_kb, cached, available, used;
    unsigned long swap_total, swap_free;

    if (!text) {
        perror("free: /proc/meminfo");
        return 1;
    }
    total = os_field(text, "MemTotal:", 0);
    free_kb = os_field(text, "MemFree:", 0);
    cached = os_field(text, "Buffers:", 0) + os_field(text, "Cached:", 0) +
             os_field(text, "SReclaimable:", 0);
    available = os_field(text, "MemAvailable:", free_kb);
    used = total - (available < total ? available : free_kb);
    swap_total = os_field(text, "SwapTotal:", 0);
    swap_free = os_field(text, "SwapFree:", 0);
    printf("%20s %11s %11s %11s %11s %11s\n", "total", "used", "free",
           "shared", "buff/cache", "available");
    printf("Mem:    %12lu %11lu %11lu %11lu %11lu %11lu\n", total >> shift,
           used >> shift, free_kb >> shift,
           os_field(text, "Shmem:", 0) >> shift, cached >> shift,
           available >> shift);
    printf("Swap:   %12lu %11lu %11lu\n", swap_total >> shift,
           (swap_total - swap_free) >> shift, swap_free >> shift);
    free(text);
    return 0;
}
