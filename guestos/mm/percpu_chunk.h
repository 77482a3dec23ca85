/*
 * Chunks of the per-CPU allocator: between percpu.c, percpu_chunk.c,
 * percpu_vm.c and percpu_stats.c.
 */
#ifndef QUIRE_GUESTOS_MM_PERCPU_CHUNK_H
#define QUIRE_GUESTOS_MM_PERCPU_CHUNK_H

#include "list.h"
#include "percpu.h"
#include "spinlock.h"
#include "vmalloc.h"

#define PCPU_MIN_ALLOC_SIZE 4u
#define PCPU_BLOCK_BITS (PAGE_SIZE / PCPU_MIN_ALLOC_SIZE)
#define PCPU_SLOT_BASE_SHIFT 5
#define PCPU_EMPTY_POP_PAGES_HIGH 4
#define PERCPU_DYNAMIC_RESERVE (2u << 10) /* at least, in the first chunk */
#define PCPU_MAX_SLOTS 24

/* What is known of a block (a page of a unit), or of a whole chunk, so that
 * its bits need not be looked at. In bits. */
struct pcpu_block_md {
    int contig_hint, contig_hint_start; /* the longest free run */
    int left_free, right_free;          /* those at its ends */
    int first_free;
};

/* The same part of every CPU's unit. Guarded by pcpu_lock; populated and
 * nr_populated change with pcpu_alloc_mutex as well. */
struct pcpu_chunk {
    struct list_head list; /* of its slot */
    int free_bytes;
    struct pcpu_block_md chunk_md;
    char *base_addr;          /* of the first unit */
    struct vm_struct *area;   /* NULL: the first chunk */
    unsigned long *alloc_map; /* a bit a word: taken */
    unsigned long *bound_map; /* where objects begin, and end */
    struct pcpu_block_md *md_blocks;
    unsigned long *populated; /* a bit a page of a unit: there are frames */
    int nr_populated;
    int nr_alloc, max_alloc_size; /* statistics */
    int start_bytes;              /* static ones, before the first object */
};

extern struct spinlock pcpu_lock; /* guards chunks and statistics; irqs off */
extern struct list_head pcpu_chunk_lists[PCPU_MAX_SLOTS];
extern struct pcpu_chunk *pcpu_first_chunk; /* set at boot */
/* Set at boot. */
extern int pcpu_nr_units, pcpu_unit_size, pcpu_unit_pages, pcpu_nr_slots;
extern unsigned long pcpu_static_size;

struct percpu_stats {
    u64 nr_alloc, nr_dealloc, nr_cur_alloc, nr_max_alloc;
    u32 nr_chunks, nr_max_chunks;
    size_t min_alloc_size, max_alloc_size;
};
extern struct percpu_stats pcpu_stats; /* under pcpu_lock */

static inline int pcpu_unit_bits(void)
{
    return pcpu_unit_size / (int)PCPU_MIN_ALLOC_SIZE;
}

static inline char *pcpu_addr(const struct pcpu_chunk *chunk, int cpu, int off)
{
    return chunk->base_addr + cpu * pcpu_unit_size + off;
}

/* -- percpu_chunk.c: bits and hints -------------------------------------- */

/* Bytes that the maps of a chunk need; lays them out in zeroed memory. */
size_t pcpu_maps_size(void);
void pcpu_chunk_init(struct pcpu_chunk *chunk, void *maps);
/* Where `bits` free ones are, aligned, -1: nowhere. */
int pcpu_find_fit(const struct pcpu_chunk *chunk, int bits, int align,
                  bool pop_only);
void pcpu_take_bits(struct pcpu_chunk *chunk, int start, int bits);
/* The object that begins there goes; its bits. */
int pcpu_give_bits(struct pcpu_chunk *chunk, int start);
/* The hints are as a full look says. */
void pcpu_check_hints(const struct pcpu_chunk *chunk);
bool pcpu_chunk_is_free(const struct pcpu_chunk *chunk);
/* Pages that have frames and no object. */
int pcpu_empty_pop_pages(const struct pcpu_chunk *chunk);

/* -- percpu_vm.c: chunks beyond the first; pcpu_alloc_mutex is held -------- */

struct pcpu_chunk *pcpu_create_chunk(void);
void pcpu_destroy_chunk(struct pcpu_chunk *chunk);
/* Frames for pages [start, end) of every unit; 0, or -ENOMEM: those before the
 * one that failed have them. */
int pcpu_populate(struct pcpu_chunk *chunk, int start, int end);
/* The chunk of an address in the vmalloc area. */
struct pcpu_chunk *pcpu_page_chunk(const void *addr);

#endif
