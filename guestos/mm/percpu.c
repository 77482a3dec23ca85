/*
 * The per-CPU allocator. The first chunk is made at boot, a unit a CPU in the
 * direct map: static variables, then room for objects. When no chunk has room
 * another one comes from the vmalloc area (percpu_vm.c). Chunks are on lists
 * (slots) by their longest free run, and the fullest that has room is taken.
 *
 *     unit of CPU 0        unit of CPU 1
 *     [static|dynamic]     [static|dynamic]      first chunk
 *     [       dynamic]     [       dynamic]      next, anywhere
 *      <--- __per_cpu_offset[1] - [0] --->       the same in all
 *
 * Locks: pcpu_alloc_mutex (chunks come and go, frames come) > pcpu_lock (bits,
 * lists, statistics), with interrupts off, so that any context may free. Other
 * than Linux's, a chunk that still has objects gives no frames back.
 * Mirrors Linux's pcpu_alloc, free_percpu, pcpu_embed_first_chunk,
 * pcpu_balance_workfn.
 */
#include "percpu_chunk.h"

#include "bitops.h"
#include "init.h"
#include "kernel.h"
#include "memblock.h"
#include "mutex.h"
#include "string.h"
#include "workqueue.h"

unsigned long __per_cpu_offset[NR_CPUS]; /* set at boot */

DEFINE_SPINLOCK(pcpu_lock);
static DEFINE_MUTEX(pcpu_alloc_mutex);
struct list_head pcpu_chunk_lists[PCPU_MAX_SLOTS];
struct pcpu_chunk *pcpu_first_chunk;
int pcpu_nr_units, pcpu_unit_size, pcpu_unit_pages, pcpu_nr_slots;
unsigned long pcpu_static_size;
struct percpu_stats pcpu_stats;
static bool pcpu_atomic_alloc_failed; /* frames are wanted for such */

static void balance(struct work_struct *work);
static DECLARE_WORK(pcpu_balance_work, balance);

/* -- Slots --------------------------------------------------------------- */

static int size_to_slot(int size)
{
    return max((int)fls((unsigned long)size) - PCPU_SLOT_BASE_SHIFT + 2, 1);
}

/* Free ones last, full ones first. */
static int slot_of(const struct pcpu_chunk *chunk)
{
    int longest = chunk->chunk_md.contig_hint * (int)PCPU_MIN_ALLOC_SIZE;

    if (chunk->area && pcpu_chunk_is_free(chunk))
        return pcpu_nr_slots - 1;
    return longest ? min(size_to_slot(longest), pcpu_nr_slots - 2) : 0;
}

static void relocate(struct pcpu_chunk *chunk)
{
    list_del(&chunk->list);
    list_add(&chunk->list, &pcpu_chunk_lists[slot_of(chunk)]);
}

/* -- Boot ---------------------------------------------------------------- */

static void __init set_sizes(void)
{
    pcpu_static_size =
        ALIGN((unsigned long)(__per_cpu_end - __per_cpu_start), 64ul);
    pcpu_nr_units = num_possible_cpus();
    pcpu_unit_size = (int)PAGE_ALIGN(pcpu_static_size + PERCPU_DYNAMIC_RESERVE);
    pcpu_unit_pages = pcpu_unit_size >> PAGE_SHIFT;
    pcpu_nr_slots = size_to_slot(pcpu_unit_size) + 2;
    BUG_ON(pcpu_nr_slots > PCPU_MAX_SLOTS);
}

static void __init make_first_chunk(char *units)
{
    struct pcpu_chunk *chunk = memblock_alloc(sizeof *chunk, 16);

    pcpu_chunk_init(chunk, memblock_alloc(pcpu_maps_size(), 16));
    chunk->base_addr = units;
    for (int i = 0; i < pcpu_unit_pages; i++)
        __set_bit((unsigned long)i, chunk->populated);
    chunk->nr_populated = pcpu_unit_pages;
    if (pcpu_static_size)
        pcpu_take_bits(chunk, 0,
                       (int)(pcpu_static_size / PCPU_MIN_ALLOC_SIZE));
    chunk->start_bytes = (int)pcpu_static_size;
    pcpu_first_chunk = chunk;
    list_add(&chunk->list, &pcpu_chunk_lists[slot_of(chunk)]);
    pcpu_stats.nr_chunks = pcpu_stats.nr_max_chunks = 1;
}

void __init setup_per_cpu_areas(void)
{
    size_t bytes = (size_t)(__per_cpu_end - __per_cpu_start);
    char *units;
    int cpu;

    set_sizes();
    for (int i = 0; i < PCPU_MAX_SLOTS; i++)
        INIT_LIST_HEAD(&pcpu_chunk_lists[i]);
    units = memblock_alloc((u64)pcpu_nr_units * (unsigned)pcpu_unit_size,
                           PAGE_SIZE);
    make_first_chunk(units);
    for_each_possible_cpu(cpu) {
        char *unit = pcpu_addr(pcpu_first_chunk, cpu, 0);

        memcpy(unit, __per_cpu_start, bytes);
        __per_cpu_offset[cpu] =
            (unsigned long)unit - (unsigned long)__per_cpu_start;
    }
    pr_info("percpu: Embedded %d pages/cpu s%lu r0 d%lu u%d\n", pcpu_unit_pages,
            pcpu_static_size,
            (unsigned long)pcpu_unit_size - pcpu_static_size, pcpu_unit_size);
}

/* -- Allocation ---------------------------------------------------------- */

/* Takes the place, if a chunk has one; pcpu_lock is held. */
static struct pcpu_chunk *take(int size, int align, bool pop_only, int *off)
{
    int bits = size / (int)PCPU_MIN_ALLOC_SIZE;
    struct pcpu_chunk *chunk;

    for (int slot = size_to_slot(size); slot < pcpu_nr_slots; slot++) {
        list_for_each_entry (chunk, &pcpu_chunk_lists[slot], list) {
            int start = pcpu_find_fit(
                chunk, bits, align / (int)PCPU_MIN_ALLOC_SIZE, pop_only);

            if (start < 0)
                continue;
            pcpu_take_bits(chunk, start, bits);
            chunk->nr_alloc++;
            chunk->max_alloc_size = max(chunk->max_alloc_size, size);
            relocate(chunk);
            *off = start * (int)PCPU_MIN_ALLOC_SIZE;
            return chunk;
        }
    }
    return NULL;
}

static void count_alloc(int size)
{
    struct percpu_stats *s = &pcpu_stats;

    s->nr_alloc++;
    s->nr_cur_alloc++;
    s->nr_max_alloc = max(s->nr_max_alloc, s->nr_cur_alloc);
    s->min_alloc_size = s->min_alloc_size
                            ? min(s->min_alloc_size, (size_t)size)
                            : (size_t)size;
    s->max_alloc_size = max(s->max_alloc_size, (size_t)size);
}

/* pcpu_lock is held. */
static void give(struct pcpu_chunk *chunk, int off)
{
    pcpu_give_bits(chunk, off / (int)PCPU_MIN_ALLOC_SIZE);
    chunk->nr_alloc--;
    relocate(chunk);
    pcpu_stats.nr_cur_alloc--;
    pcpu_stats.nr_dealloc++;
    /* A second one that is free is one too many. */
    if (chunk->area && pcpu_chunk_is_free(chunk) &&
        pcpu_chunk_lists[pcpu_nr_slots - 1].next->next !=
            &pcpu_chunk_lists[pcpu_nr_slots - 1])
        schedule_work(&pcpu_balance_work);
}

static struct pcpu_chunk *take_locked(int size, int align, bool pop_only,
                                      int *off)
{
    struct pcpu_chunk *chunk;
    unsigned long flags;

    spin_lock_irqsave(&pcpu_lock, flags);
    chunk = take(size, align, pop_only, off);
    if (chunk)
        count_alloc(size);
    spin_unlock_irqrestore(&pcpu_lock, flags);
    return chunk;
}

static void add_chunk(struct pcpu_chunk *chunk)
{
    unsigned long flags;

    spin_lock_irqsave(&pcpu_lock, flags);
    list_add(&chunk->list, &pcpu_chunk_lists[slot_of(chunk)]);
    pcpu_stats.nr_chunks++;
    pcpu_stats.nr_max_chunks =
        max(pcpu_stats.nr_max_chunks, pcpu_stats.nr_chunks);
    spin_unlock_irqrestore(&pcpu_lock, flags);
}

/* With frames; pcpu_alloc_mutex is held. */
static struct pcpu_chunk *take_populated(int size, int align, int *off)
{
    struct pcpu_chunk *chunk = take_locked(size, align, false, off);
    unsigned long flags;

    if (!chunk) {
        chunk = pcpu_create_chunk();
        if (!chunk)
            return NULL;
        add_chunk(chunk);
        chunk = take_locked(size, align, false, off);
        BUG_ON(!chunk);
    }
    if (pcpu_populate(chunk, *off >> PAGE_SHIFT,
                      (int)(PAGE_ALIGN((unsigned)(*off + size)) >>
                            PAGE_SHIFT)) == 0)
        return chunk;
    spin_lock_irqsave(&pcpu_lock, flags);
    give(chunk, *off);
    spin_unlock_irqrestore(&pcpu_lock, flags);
    return NULL;
}

void *__alloc_percpu_gfp(size_t size, size_t align, gfp_t gfp)
{
    bool is_atomic = (gfp & GFP_KERNEL) != GFP_KERNEL;
    struct pcpu_chunk *chunk;
    int off = 0, cpu;

    align = max(align, (size_t)PCPU_MIN_ALLOC_SIZE);
    size = ALIGN(size, (size_t)PCPU_MIN_ALLOC_SIZE);
    if (WARN_ON(!size || size > (size_t)pcpu_unit_size || align > PAGE_SIZE ||
                !is_power_of_2(align)))
        return NULL;
    if (is_atomic) {
        chunk = take_locked((int)size, (int)align, true, &off);
        if (!chunk) {
            pcpu_atomic_alloc_failed = true;
            schedule_work(&pcpu_balance_work);
        }
    } else {
        mutex_lock(&pcpu_alloc_mutex);
        chunk = take_populated((int)size, (int)align, &off);
        mutex_unlock(&pcpu_alloc_mutex);
    }
    if (!chunk)
        return NULL;
    for_each_possible_cpu(cpu)
        memset(pcpu_addr(chunk, cpu, off), 0, size);
    return pcpu_addr(chunk, 0, off) - __per_cpu_offset[0];
}

void free_percpu(void *ptr)
{
    char *addr = ptr ? per_cpu_ptr((char *)ptr, 0) : NULL;
    struct pcpu_chunk *chunk;
    unsigned long flags;

    if (!ptr)
        return;
    chunk = is_vmalloc_addr(addr) ? pcpu_page_chunk(addr) : pcpu_first_chunk;
    if (!chunk || addr < chunk->base_addr ||
        addr >= chunk->base_addr + pcpu_unit_size)
        panic("free_percpu: %p is no object", ptr);
    spin_lock_irqsave(&pcpu_lock, flags);
    give(chunk, (int)(addr - chunk->base_addr));
    spin_unlock_irqrestore(&pcpu_lock, flags);
}

/* -- Work for later ------------------------------------------------------ */

/* Free chunks but one go. */
static void free_empty_chunks(void)
{
    struct list_head *last = &pcpu_chunk_lists[pcpu_nr_slots - 1];
    struct pcpu_chunk *chunk, *n;
    unsigned long flags;
    LIST_HEAD(gone);

    spin_lock_irqsave(&pcpu_lock, flags);
    list_for_each_entry_safe (chunk, n, last, list) {
        if (chunk->list.prev == last)
            continue;
        list_move(&chunk->list, &gone);
        pcpu_stats.nr_chunks--;
    }
    spin_unlock_irqrestore(&pcpu_lock, flags);
    list_for_each_entry_safe (chunk, n, &gone, list)
        pcpu_destroy_chunk(chunk);
}

/* Frames for those who cannot wait. */
static void populate_for_atomic(void)
{
    struct pcpu_chunk *chunk, *best = NULL;
    int left = PCPU_EMPTY_POP_PAGES_HIGH;
    unsigned long flags;

    spin_lock_irqsave(&pcpu_lock, flags);
    for (int slot = 1; slot < pcpu_nr_slots; slot++)
        list_for_each_entry (chunk, &pcpu_chunk_lists[slot], list)
            if (chunk->nr_populated < pcpu_unit_pages)
                best = chunk;
    spin_unlock_irqrestore(&pcpu_lock, flags);
    if (!best) {
        best = pcpu_create_chunk();
        if (!best)
            return;
        add_chunk(best);
    }
    /* Those that have frames may be full; one without has no object. */
    for (int page = 0; page < pcpu_unit_pages && left; page++) {
        if (test_bit((unsigned long)page, best->populated))
            continue;
        if (pcpu_populate(best, page, page + 1) != 0)
            return;
        left--;
    }
}

static void balance(struct work_struct *work)
{
    (void)work;
    mutex_lock(&pcpu_alloc_mutex);
    free_empty_chunks();
    if (pcpu_atomic_alloc_failed) {
        pcpu_atomic_alloc_failed = false;
        populate_for_atomic();
    }
    mutex_unlock(&pcpu_alloc_mutex);
}

/* -- Reports ------------------------------------------------------------- */

unsigned long pcpu_nr_pages(void)
{
    struct pcpu_chunk *chunk;
    unsigned long flags, pages = 0;

    spin_lock_irqsave(&pcpu_lock, flags);
    for (int slot = 0; slot < pcpu_nr_slots; slot++)
        list_for_each_entry (chunk, &pcpu_chunk_lists[slot], list)
            pages += (unsigned long)chunk->nr_populated;
    spin_unlock_irqrestore(&pcpu_lock, flags);
    return pages * (unsigned long)pcpu_nr_units;
}

void pcpu_check(void)
{
    struct pcpu_chunk *chunk;
    unsigned long flags;
    unsigned int chunks = 0;

    spin_lock_irqsave(&pcpu_lock, flags);
    for (int slot = 0; slot < pcpu_nr_slots; slot++)
        list_for_each_entry (chunk, &pcpu_chunk_lists[slot], list) {
            pcpu_check_hints(chunk);
            if (slot_of(chunk) != slot)
                panic("percpu: a chunk of slot %d is in slot %d",
                      slot_of(chunk), slot);
            chunks++;
        }
    if (chunks != pcpu_stats.nr_chunks)
        panic("percpu: %u chunks, says %u", chunks,
              (unsigned int)pcpu_stats.nr_chunks);
    spin_unlock_irqrestore(&pcpu_lock, flags);
}
