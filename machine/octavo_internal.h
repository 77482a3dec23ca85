/*
 * What the parts of the Octavo view share: frames and zones in octavo_view.c,
 * tasks, VMAs and swap each in a file of their own.
 */
#ifndef QUIRE_MACHINE_OCTAVO_INTERNAL_H
#define QUIRE_MACHINE_OCTAVO_INTERNAL_H

#include "base/bits.h"
#include "machine/octavo_fields.h"
#include "machine/octavo_view.h"
#include "machine/page_tree.h"

#define COLOUR_SLOTS 16
#define SWAP_AREAS 32
#define TASK_BYTES_MAX 16384

/* Which process has a colour, for its life; `task` is its structure. */
struct colour_slot {
    int32_t pid; /* 0: free */
    uint64_t task_va;
    bool is_alive;
};

struct octavo_view {
    const struct guest_memory *memory;
    struct octavo_fields fields;
    unsigned word;        /* bytes of a pointer */
    uint64_t user_va_end; /* the kernel's half begins */
    uint64_t direct_map_end;
    uint64_t text_va, ro_end_va; /* code and constants of the kernel */
    struct colour_slot slots[COLOUR_SLOTS];
    uint64_t slab_va[VIEW_SLABS]; /* caches by their numbers */
    unsigned n_slabs;

    /* While filling. */
    struct view_snapshot *v;
    const struct walk_scheme *scheme;
    uint64_t tables_left;
    uint64_t zone_va[VIEW_ZONES];
    unsigned zone_of[VIEW_ZONES]; /* the kernel's numbers of the zones */
    uint64_t mm_va[VIEW_PROCESSES], task_va[VIEW_PROCESSES];
    uint32_t swap_base[SWAP_AREAS], swap_size[SWAP_AREAS];
    unsigned process; /* whose page tables are visited */
    unsigned vma;     /* the next VMA that an entry can lie in */

    uint8_t *pages;     /* a copy of mem_map, of n_frames entries */
    uint64_t mem_map_va;
    uint8_t task[TASK_BYTES_MAX];
    uint8_t slots_map[4096];
};

/* Kernel memory by virtual address; false if it is not in the direct map. */
MUST_USE bool octavo_read(const struct octavo_view *o, uint64_t va, void *to,
                          size_t len);
/* A pointer or an unsigned long. */
MUST_USE bool octavo_read_word(const struct octavo_view *o, uint64_t va,
                               uint64_t *value);
/* A string of at most `size` - 1 bytes; what is not printable becomes '?'. */
MUST_USE bool octavo_read_string(const struct octavo_view *o, uint64_t va,
                                 char *to, size_t size);
/* A member's value from a copy of its structure; 0 for one that this build
 * does not have. */
uint64_t octavo_get(const struct octavo_view *o, const uint8_t *structure,
                    enum octavo_member member);
/* The frame at a physical address, NO_FRAME if it is none of the snapshot. */
#define OCTAVO_NO_FRAME UINT32_MAX
uint32_t octavo_frame(const struct octavo_view *o, uint64_t pa);

/* Where the page tables of process number `process` begin. */
MUST_USE bool octavo_page_root(const struct octavo_view *o, unsigned process,
                               uint64_t *pa);
/* Index in the snapshot's swap of what an entry without V refers to. */
MUST_USE bool octavo_swap_slot(const struct octavo_view *o, uint64_t pte,
                               uint32_t *slot);

/* Zones, of which zone_of says the kernel's number, have been found: migrate
 * types of their pageblocks, and the frames that CPUs have at hand. */
void octavo_fill_types(struct octavo_view *o);
void octavo_fill_pagesets(struct octavo_view *o);

/* The slab caches of the first n_frames frames, whose owners are known. */
void octavo_fill_slabs(struct octavo_view *o, uint32_t n_frames);

/* In this order: the swap maps; tasks with their page tables, which name the
 * owners of frames and slots; the VMAs of process `pid` or of the largest. */
void octavo_fill_swap(struct octavo_view *o);
void octavo_fill_tasks(struct octavo_view *o);
/* A page of the swap cache that nobody maps is its slot's owner's. */
void octavo_own_swap_cache(struct octavo_view *o);
void octavo_fill_vmas(struct octavo_view *o, int32_t pid);

#endif
