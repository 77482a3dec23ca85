/* What mm/ says of its frames in files, and takes from them. */
#ifndef QUIRE_GUESTOS_PAGE_REPORT_H
#define QUIRE_GUESTOS_PAGE_REPORT_H

#include "seq_file.h"
#include "types.h"

struct zone;

/* The words of /proc/kpageflags and /proc/kpagecount. */
u64 kpageflags(unsigned long pfn);
u64 kpagecount(unsigned long pfn);

/* The record of the first frame from *pfn on that has one, which *pfn becomes;
 * its length, 0: no more, -EINVAL: none are kept. */
#define PAGE_OWNER_TEXT 1024
ssize_t page_owner_text(unsigned long *pfn, char *text, size_t size);

/* The files of /sys/kernel/debug/extfrag. */
int extfrag_index_show(struct seq_file *m, void *data);
int unusable_index_show(struct seq_file *m, void *data);

/* Whether an allocation of the order would fail for want of memory (0) or for
 * fragmentation (1000); -1000: it would not. */
int fragmentation_index(struct zone *zone, unsigned int order);

/* /proc/sys/vm; what cannot be parsed is -EINVAL. */
int min_free_kbytes_show(struct seq_file *m, void *v);
int min_free_kbytes_write(const char *line);
int lowmem_reserve_ratio_show(struct seq_file *m, void *v);
int lowmem_reserve_ratio_write(const char *line);
int watermark_scale_factor_show(struct seq_file *m, void *v);
int watermark_scale_factor_write(const char *line);
int percpu_pagelist_high_fraction_show(struct seq_file *m, void *v);
int percpu_pagelist_high_fraction_write(const char *line);

/* /proc/mm: `audit` checks every invariant that can be checked while the
 * kernel runs, and panics with what is wrong. */
int mm_command(const char *line);
/* `alloc ORDER [wake | wait]`: could it be had? 0, -ENOMEM, -EINVAL. */
int probe_alloc(const char *line);

/* Files of fs/proc/page.c. */
extern const struct file_operations kpagecount_fops, kpageflags_fops,
    page_owner_fops;

#endif
