/*
 * The page allocator's files of /proc/sys/vm: numbers, in Linux's format.
 * Owns sysctl_lock, under which settings change and what follows from them
 * is computed again; readers of a setting see the old or the new one.
 * Mirrors Linux's min_free_kbytes_sysctl_handler and its kin.
 */
#include "pcp.h"
#include "compaction.h"
#include "kernel.h"
#include "mutex.h"
#include "page_report.h"
#include "string.h"

static DEFINE_MUTEX(sysctl_lock);

/* Numbers separated by blanks: how many there are, -1: something else. */
static int parse_numbers(const char *line, unsigned long *to, int most)
{
    int n = 0;

    for (;;) {
        const char *end;

        while (*line == ' ' || *line == '\t')
            line++;
        if (!*line)
            return n;
        if (n == most)
            return -1;
        to[n++] = simple_strtoul(line, &end, 10);
        if (end == line || (*end && *end != ' ' && *end != '\t'))
            return -1;
        line = end;
    }
}

static int parse_int(const char *line, unsigned long least, unsigned long most,
                     int *to)
{
    unsigned long value;

    if (parse_numbers(line, &value, 1) != 1 || value < least || value > most)
        return -EINVAL;
    mutex_lock(&sysctl_lock);
    *to = (int)value;
    setup_per_zone_wmarks();
    mutex_unlock(&sysctl_lock);
    return 0;
}

int min_free_kbytes_show(struct seq_file *m, void *v)
{
    (void)v;
    seq_printf(m, "%d\n", min_free_kbytes);
    return 0;
}

int min_free_kbytes_write(const char *line)
{
    /* More than half of memory could not be meant. */
    return parse_int(line, 0, totalram_pages() * (PAGE_SIZE / 1024) / 2,
                     &min_free_kbytes);
}

int watermark_scale_factor_show(struct seq_file *m, void *v)
{
    (void)v;
    seq_printf(m, "%d\n", watermark_scale_factor);
    return 0;
}

int watermark_scale_factor_write(const char *line)
{
    return parse_int(line, 1, 3000, &watermark_scale_factor);
}

int percpu_pagelist_high_fraction_show(struct seq_file *m, void *v)
{
    (void)v;
    seq_printf(m, "%d\n", percpu_pagelist_high_fraction);
    return 0;
}

int percpu_pagelist_high_fraction_write(const char *line)
{
    /* 0: by the low watermark; else at least 8. */
    if (strcmp(line, "0") == 0)
        return parse_int(line, 0, 0, &percpu_pagelist_high_fraction);
    return parse_int(line, 8, 1000000, &percpu_pagelist_high_fraction);
}

int lowmem_reserve_ratio_show(struct seq_file *m, void *v)
{
    (void)v;
    for (int i = 0; i < MAX_NR_ZONES; i++)
        seq_printf(m, "%s%d", i ? "\t" : "", lowmem_reserve_ratio[i]);
    seq_putc(m, '\n');
    return 0;
}

int lowmem_reserve_ratio_write(const char *line)
{
    unsigned long value[MAX_NR_ZONES];
    int n = parse_numbers(line, value, MAX_NR_ZONES);

    if (n < 1)
        return -EINVAL;
    for (int i = 0; i < n; i++)
        if (value[i] > 1ul << 20)
            return -EINVAL;
    mutex_lock(&sysctl_lock);
    for (int i = 0; i < n; i++)
        lowmem_reserve_ratio[i] = (int)value[i];
    setup_per_zone_wmarks();
    mutex_unlock(&sysctl_lock);
    return 0;
}

int extfrag_threshold_show(struct seq_file *m, void *v)
{
    (void)v;
    seq_printf(m, "%d\n", sysctl_extfrag_threshold);
    return 0;
}

int extfrag_threshold_write(const char *line)
{
    unsigned long value;

    if (parse_numbers(line, &value, 1) != 1 || value > 1000)
        return -EINVAL;
    sysctl_extfrag_threshold = (int)value;
    return 0;
}
