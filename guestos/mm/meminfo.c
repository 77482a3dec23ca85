/*
 * Memory as a whole: /proc/meminfo in Linux's format, the estimate of what
 * is available, and overcommit (the heuristic of mode 0: only what could
 * never fit is refused). Owns vm_committed_as. Mirrors Linux's
 * meminfo_proc_show, si_mem_available, __vm_enough_memory.
 */
#include "internal.h"
#include "percpu_counter.h"
#include "kernel.h"
#include "proc_fs.h"
#include "swap.h"
#include "vmalloc.h"

struct percpu_counter vm_committed_as;

static unsigned long committed(void)
{
    return (unsigned long)percpu_counter_sum_positive(&vm_committed_as);
}

void vm_acct_init(void)
{
    if (percpu_counter_init(&vm_committed_as, 0, GFP_KERNEL) != 0)
        panic("no memory for vm_committed_as");
}

void vm_acct_memory(long pages)
{
    percpu_counter_add(&vm_committed_as, pages);
}

int vm_enough_memory(long pages)
{
    unsigned long all =
        totalram_pages() +
        (unsigned long)__atomic_load_n(&total_swap_pages, __ATOMIC_RELAXED);

    return pages > 0 && (unsigned long)pages > all ? -ENOMEM : 0;
}

static unsigned long sum_watermarks(enum zone_watermarks mark)
{
    unsigned long sum = 0;
    struct zone *zone;

    for_each_zone(zone)
        sum += zone->_watermark[mark];
    return sum;
}

long si_mem_available(void)
{
    unsigned long low = sum_watermarks(WMARK_LOW);
    unsigned long cache = global_node_page_state(NR_ACTIVE_FILE) +
                          global_node_page_state(NR_INACTIVE_FILE);
    unsigned long slab =
        global_node_page_state(NR_SLAB_RECLAIMABLE_B) >> PAGE_SHIFT;
    long available = (long)nr_free_pages() - (long)totalreserve_pages;

    available += (long)(cache - min(cache / 2, low));
    available += (long)(slab - min(slab / 2, low));
    return available < 0 ? 0 : available;
}

static void line(struct seq_file *m, const char *name, unsigned long pages)
{
    seq_printf(m, "%-15s %8lu kB\n", name, pages << (PAGE_SHIFT - 10));
}

static void show_lru(struct seq_file *m)
{
    unsigned long anon[2] = {global_node_page_state(NR_INACTIVE_ANON),
                             global_node_page_state(NR_ACTIVE_ANON)};
    unsigned long file[2] = {global_node_page_state(NR_INACTIVE_FILE),
                             global_node_page_state(NR_ACTIVE_FILE)};

    line(m, "Active:", anon[1] + file[1]);
    line(m, "Inactive:", anon[0] + file[0]);
    line(m, "Active(anon):", anon[1]);
    line(m, "Inactive(anon):", anon[0]);
    line(m, "Active(file):", file[1]);
    line(m, "Inactive(file):", file[0]);
    line(m, "Unevictable:", global_node_page_state(NR_UNEVICTABLE));
    line(m, "Mlocked:", global_zone_page_state(NR_MLOCK));
}

static unsigned long nr_free_highpages(void)
{
    unsigned long sum = 0;
    struct zone *zone;

    for_each_populated_zone(zone)
        if (is_highmem(zone))
            sum += zone_page_state(zone, NR_FREE_PAGES);
    return sum;
}

static void show_zones(struct seq_file *m)
{
    unsigned long free_high = nr_free_highpages();

    line(m, "HighTotal:", totalhigh_pages());
    line(m, "HighFree:", free_high);
    line(m, "LowTotal:", totalram_pages() - totalhigh_pages());
    line(m, "LowFree:", nr_free_pages() - free_high);
}

static void show_kernel(struct seq_file *m)
{
    unsigned long reclaimable =
        global_node_page_state(NR_SLAB_RECLAIMABLE_B) >> PAGE_SHIFT;
    unsigned long unreclaimable =
        global_node_page_state(NR_SLAB_UNRECLAIMABLE_B) >> PAGE_SHIFT;
    unsigned long all =
        totalram_pages() +
        (unsigned long)__atomic_load_n(&total_swap_pages, __ATOMIC_RELAXED);

    line(m, "KReclaimable:", reclaimable);
    line(m, "Slab:", reclaimable + unreclaimable);
    line(m, "SReclaimable:", reclaimable);
    line(m, "SUnreclaim:", unreclaimable);
    seq_printf(m, "%-15s %8lu kB\n", "KernelStack:",
               global_node_page_state(NR_KERNEL_STACK_KB));
    line(m, "PageTables:", global_node_page_state(NR_PAGETABLE));
    line(m, "NFS_Unstable:", 0);
    line(m, "Bounce:", global_zone_page_state(NR_BOUNCE));
    line(m, "WritebackTmp:", 0);
    line(m, "CommitLimit:",
         totalram_pages() / 2 + (all - totalram_pages()));
    line(m, "Committed_AS:", committed());
    seq_printf(m, "%-15s %8lu kB\n", "VmallocTotal:",
               (unsigned long)(VMALLOC_END - VMALLOC_START) >> 10);
    line(m, "VmallocUsed:", vmalloc_nr_pages());
    line(m, "VmallocChunk:", 0);
    line(m, "Percpu:", pcpu_nr_pages());
}

int meminfo_proc_show(struct seq_file *m, void *v)
{
    unsigned long swap_total, swap_free;
    unsigned long swap_cached = global_node_page_state(NR_SWAPCACHE);

    (void)v;
    si_swapinfo(&swap_total, &swap_free);
    line(m, "MemTotal:", totalram_pages());
    line(m, "MemFree:", nr_free_pages());
    line(m, "MemAvailable:", (unsigned long)si_mem_available());
    line(m, "Buffers:", 0);
    line(m, "Cached:", global_node_page_state(NR_FILE_PAGES) - swap_cached);
    line(m, "SwapCached:", swap_cached);
    show_lru(m);
    show_zones(m);
    line(m, "SwapTotal:", swap_total);
    line(m, "SwapFree:", swap_free);
    line(m, "Dirty:", global_node_page_state(NR_FILE_DIRTY));
    line(m, "Writeback:", global_node_page_state(NR_WRITEBACK));
    line(m, "AnonPages:", global_node_page_state(NR_ANON_MAPPED));
    line(m, "Mapped:", global_node_page_state(NR_FILE_MAPPED));
    line(m, "Shmem:", global_node_page_state(NR_SHMEM));
    show_kernel(m);
    return 0;
}

