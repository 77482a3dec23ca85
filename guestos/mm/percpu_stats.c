/*
 * /sys/kernel/debug/percpu_stats, in Linux's format. Owns nothing; takes
 * pcpu_lock. Mirrors Linux's mm/percpu-stats.c.
 */
#include "bitops.h"
#include "kernel.h"
#include "percpu_chunk.h"
#include "proc_fs.h"
#include "slab.h"

static void value(struct seq_file *m, const char *name, u64 v)
{
    seq_printf(m, "  %-20s: %12llu\n", name, (unsigned long long)v);
}

/* Sizes of the objects and, negative, of what is free between them. */
static int list_sizes(const struct pcpu_chunk *chunk, int *size, int room)
{
    int all = pcpu_unit_bits(), n = 0;
    int at = chunk->start_bytes / (int)PCPU_MIN_ALLOC_SIZE;

    while (at < all && n < room) {
        bool taken = test_bit((unsigned long)at, chunk->alloc_map);
        int end = (int)(taken ? find_next_bit(chunk->bound_map,
                                              (unsigned long)all,
                                              (unsigned long)at + 1)
                              : find_next_bit(chunk->alloc_map,
                                              (unsigned long)all,
                                              (unsigned long)at));

        size[n++] = (end - at) * (int)PCPU_MIN_ALLOC_SIZE * (taken ? 1 : -1);
        at = end;
    }
    return n;
}

static void sort(int *size, int n)
{
    for (int i = 1; i < n; i++)
        for (int j = i; j && size[j] < size[j - 1]; j--)
            swap(size[j], size[j - 1]);
}

static void chunk_map_stats(struct seq_file *m, struct pcpu_chunk *chunk,
                            int *size, int room)
{
    int n = list_sizes(chunk, size, room), free = 0;
    long sum_frag = 0, max_frag = 0;

    sort(size, n);
    while (free < n && size[free] < 0) {
        sum_frag -= size[free];
        max_frag = max(max_frag, -(long)size[free]);
        free++;
    }
    value(m, "nr_alloc", (u64)chunk->nr_alloc);
    value(m, "max_alloc_size", (u64)chunk->max_alloc_size);
    value(m, "empty_pop_pages", (u64)pcpu_empty_pop_pages(chunk));
    value(m, "first_bit", (u64)chunk->chunk_md.first_free);
    value(m, "free_bytes", (u64)chunk->free_bytes);
    value(m, "contig_bytes",
          (u64)chunk->chunk_md.contig_hint * PCPU_MIN_ALLOC_SIZE);
    value(m, "sum_frag", (u64)sum_frag);
    value(m, "max_frag", (u64)max_frag);
    value(m, "cur_min_alloc", n > free ? (u64)size[free] : 0);
    value(m, "cur_med_alloc", n > free ? (u64)size[(free + n - 1) / 2] : 0);
    value(m, "cur_max_alloc", n > free ? (u64)size[n - 1] : 0);
    seq_putc(m, '\n');
}

#define LINE "----------------------------------------\n"
static void show_totals(struct seq_file *m)
{
    const struct percpu_stats *s = &pcpu_stats;
    struct pcpu_chunk *chunk;
    int empty = 0;

    for (int slot = 0; slot < pcpu_nr_slots; slot++)
        list_for_each_entry (chunk, &pcpu_chunk_lists[slot], list)
            empty += pcpu_empty_pop_pages(chunk);
    seq_puts(m, "Percpu Memory Statistics\nAllocation Info:\n" LINE);
    value(m, "unit_size", (u64)pcpu_unit_size);
    value(m, "static_size", pcpu_static_size);
    value(m, "reserved_size", 0);
    value(m, "dyn_size", (u64)pcpu_unit_size - pcpu_static_size);
    value(m, "atom_size", PAGE_SIZE);
    value(m, "alloc_size", (u64)pcpu_unit_size * (unsigned)pcpu_nr_units);
    seq_puts(m, "\nGlobal Stats:\n" LINE);
    value(m, "nr_alloc", s->nr_alloc);
    value(m, "nr_dealloc", s->nr_dealloc);
    value(m, "nr_cur_alloc", s->nr_cur_alloc);
    value(m, "nr_max_alloc", s->nr_max_alloc);
    value(m, "nr_chunks", s->nr_chunks);
    value(m, "nr_max_chunks", s->nr_max_chunks);
    value(m, "min_alloc_size", s->min_alloc_size);
    value(m, "max_alloc_size", s->max_alloc_size);
    value(m, "empty_pop_pages", (u64)empty);
    seq_puts(m, "\nPer Chunk Stats:\n" LINE);
}

int percpu_stats_show(struct seq_file *m, void *v)
{
    int room = 2 * pcpu_unit_bits();
    int *size = kvmalloc((size_t)room * sizeof *size, GFP_KERNEL);
    struct pcpu_chunk *chunk;
    unsigned long flags;

    (void)v;
    if (!size)
        return -ENOMEM;
    spin_lock_irqsave(&pcpu_lock, flags);
    show_totals(m);
    for (int slot = 0; slot < pcpu_nr_slots; slot++)
        list_for_each_entry (chunk, &pcpu_chunk_lists[slot], list) {
            seq_puts(m, chunk == pcpu_first_chunk ? "Chunk: <- First Chunk\n"
                                                  : "Chunk:\n");
            chunk_map_stats(m, chunk, size, room);
        }
    spin_unlock_irqrestore(&pcpu_lock, flags);
    kvfree(size);
    return 0;
}
