/*
 * A picture of a guest's memory at one step, in the terms of a memory
 * manager: frames with their owners, zones, processes, VMAs, swap. It is
 * filled by an adapter (octavo_view, hardware_view) through peeks, and drawn
 * or printed by the visualiser. All of it is a copy; filling and reading it
 * never touches the guest.
 *
 * Every index in a snapshot (zone, process) is either in range or the NONE
 * value of its type; view_check says so, and who fills one keeps to it.
 */
#ifndef QUIRE_MACHINE_VIEW_H
#define QUIRE_MACHINE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

#define VIEW_ZONES 4
#define VIEW_ORDERS 11
#define VIEW_TYPES 8 /* migrate types */
#define VIEW_PROCESSES 64
#define VIEW_VMAS 64
#define VIEW_VMA_PAGES (1 << 18) /* page states kept, over all VMAs */
#define VIEW_SLABS 48
#define VIEW_SWAP_SLOTS (1 << 20)
#define VIEW_HARTS 8
#define VIEW_TLB_ENTRIES 64 /* shown of a TLB */
#define VIEW_LINES 4096     /* shown of a cache */
#define VIEW_PAGE_SHIFT 12
#define VIEW_NONE 0xff /* no zone, no order, no process, no colour slot */
#define VIEW_NO_VA UINT64_MAX

/* What a frame is used for. */
enum view_owner {
    VIEW_FREE,
    VIEW_FREE_PERCPU, /* on a per-CPU list: free, not in the buddy */
    VIEW_RESERVED,    /* firmware, and what was never given to the buddy */
    VIEW_KERNEL_TEXT, /* with read-only data */
    VIEW_KERNEL_DATA, /* with bss */
    VIEW_MEM_MAP,
    VIEW_KERNEL_PAGES, /* allocated, no closer owner known */
    VIEW_SLAB,
    VIEW_PAGE_TABLE,
    VIEW_KERNEL_STACK,
    VIEW_DMA_BOUNCE,
    VIEW_ANON,        /* in one address space */
    VIEW_ANON_SHARED, /* in several, copied on write */
    VIEW_SWAP_CACHE,  /* anonymous, in the swap cache, mapped nowhere */
    VIEW_FILE_CLEAN,
    VIEW_FILE_DIRTY,
    /* The hardware view, for guests without symbols. */
    VIEW_MAPPED_CODE, /* reachable from satp, executable */
    VIEW_MAPPED_USER, /* reachable from satp, with U */
    VIEW_MAPPED,      /* reachable from satp otherwise */
    VIEW_TOUCHED,     /* not reachable, not all zero */
    VIEW_ZERO,        /* all zero */
    VIEW_OWNERS
};

enum view_flags {
    VIEW_PTE_ACCESSED = 1 << 0, /* in any PTE that maps it */
    VIEW_PTE_DIRTY = 1 << 1,
    VIEW_LRU = 1 << 2,
    VIEW_ACTIVE = 1 << 3,
    VIEW_REFERENCED = 1 << 4,
    VIEW_DIRTY = 1 << 5, /* the page's own flag */
    VIEW_WRITEBACK = 1 << 6,
    VIEW_UPTODATE = 1 << 7,
    VIEW_LOCKED = 1 << 8,
    VIEW_SWAPBACKED = 1 << 9,
    VIEW_SWAPCACHE = 1 << 10,
    VIEW_MAPPED_NOW = 1 << 11, /* at least one PTE was found */
    VIEW_RECLAIM = 1 << 12,
};

/* The kernel's page flags among them, with its names; NULL ends. */
struct view_page_flag {
    uint16_t flag;
    const char *name;
};
extern const struct view_page_flag view_page_flags[];

struct view_frame {
    uint64_t va; /* of the first mapping found, or VIEW_NO_VA */
    int32_t refcount, mapcount;
    uint16_t flags;          /* enum view_flags */
    uint8_t owner;           /* enum view_owner */
    uint8_t zone;            /* index, or VIEW_NONE */
    uint8_t order;           /* of the free or compound block around it */
    uint8_t in_block;        /* is not the first frame of its block */
    uint8_t process, sharer; /* indexes of first and second owner */
    uint8_t pte;             /* low byte of the first PTE found: DAGUXWRV */
    uint8_t slab;            /* index of its slab cache, or VIEW_NONE */
    uint8_t type; /* migrate type of its pageblock, or VIEW_NONE */
    uint16_t first_object; /* of a slab's first frame: where objects begin */
};

/* Machine time (cycles) of the last read, write and fetch of each frame, 0
 * if never; NULL where the machine keeps none. */
struct view_heat {
    uint64_t read, write, exec;
};

/* The frames that a CPU has at hand. */
struct view_pageset {
    uint32_t count, high, batch;
};

struct view_zone {
    char name[16];
    uint64_t start_frame, spanned; /* frames, from the base of DRAM */
    uint64_t present, managed;
    uint64_t free; /* the zone's own counter */
    uint64_t min, low, high;
    uint64_t blocks[VIEW_ORDERS]; /* free blocks by order, as found */
    bool kswapd_runs;
    struct view_pageset pagesets[VIEW_HARTS]; /* n_cpus of them */
};

/* A slab cache: an index is the same cache in all snapshots of a view. */
struct view_slab {
    char name[32];
    uint64_t frames; /* of its slabs; 0 if it has none now */
    uint64_t slabs, objects, in_use; /* objects that there is room for */
    uint32_t object_bytes;           /* with what is kept beside one */
};

struct view_hart {
    uint64_t pc, satp;
    char mode;       /* M, S or U */
    bool is_waiting; /* in WFI */
    char where[48];  /* "function+0x12", or empty */
};

/* The modelled data TLB of the first hart. */
struct view_tlb_entry {
    uint64_t va, pa;
    uint32_t asid;
    uint8_t level, flags; /* as in the PTE: DAGUXWRV */
    bool is_valid, is_global;
    bool is_stale; /* differs from the PTE as it stands in memory */
};

struct view_tlb {
    unsigned n, entries, ways; /* n of all the entries are here; 0: none */
    uint64_t accesses, misses;
    struct view_tlb_entry slots[VIEW_TLB_ENTRIES];
};

/* Its modelled L1 data cache: line `set * ways + way`. */
struct view_line {
    uint64_t pa;
    uint16_t rank; /* 0 is the oldest of its set */
    bool is_valid, is_dirty;
};

struct view_cache {
    unsigned sets, ways, line_bytes; /* sets 0: none, or too large to show */
    uint64_t accesses, misses;
    struct view_line lines[VIEW_LINES];
    uint64_t set_misses[VIEW_LINES]; /* since the start, by set */
};

struct view_process {
    char comm[17];
    char state;   /* R S D T Z, as ps says */
    uint8_t slot; /* colour, 0..15 */
    int32_t pid;
    bool is_kernel;
    uint64_t anon, file, swapped; /* pages, by its page tables */
    uint64_t page_tables;
    uint64_t minor, major; /* faults since it began */
    uint64_t pgd_pa;
};

/* State of one page of a VMA: kind in the top two bits, a frame or a swap
 * slot below. */
enum view_page {
    VIEW_PAGE_ABSENT = 0u,
    VIEW_PAGE_ANON = 1u,
    VIEW_PAGE_FILE = 2u,
    VIEW_PAGE_SWAPPED = 3u,
};
#define VIEW_PAGE_KIND(p) ((p) >> 30)
#define VIEW_PAGE_INDEX(p) ((p)&0x3fffffffu)
#define VIEW_PAGE(kind, index) ((uint32_t)(kind) << 30 | (index))

struct view_vma {
    uint64_t start, end;
    char rights[5]; /* "rwxp" */
    char name[40];
    uint32_t first_page, n_pages; /* in vma_pages; n_pages may be cut short */
    uint64_t resident, swapped;
};

/* What a slot of swap holds: an index of a process, or one of these. */
enum view_slot {
    VIEW_SLOT_FREE = 0xff,
    VIEW_SLOT_CACHED = 0xfe, /* used, no PTE refers to it */
    VIEW_SLOT_BAD = 0xfd,
    VIEW_SLOT_SHARED = 0xfc, /* several processes refer to it */
};

/* One moment of the counters that the timeline draws. */
struct view_counters {
    uint64_t steps, time; /* time in cycles */
    uint64_t free[VIEW_ZONES];
    uint64_t minor, major, swap_in, swap_out, dma_bounced;
    uint64_t tlb_lookups, tlb_misses;
    uint64_t l1d_lookups, l1d_misses;
    uint64_t l2_lookups, l2_misses;
};

struct view_snapshot {
    uint64_t steps, time, hz; /* time in cycles of hz a second */
    uint64_t ram_base_pa;
    uint32_t n_frames, cap_frames;
    struct view_frame *frames;
    struct view_heat *heat; /* or NULL */
    bool is_hardware;       /* no kernel's structures: owners are inferred */
    char kernel[32];        /* "Octavo", or "hardware" */
    char machine[48];       /* "quire32  64 MiB  Sv32  interp" */
    char badge[80];         /* what was wrong, or empty */

    unsigned n_harts, n_zones, n_processes, n_vmas, n_slabs;
    unsigned n_cpus, n_types; /* with page lists; 0: no such thing */
    unsigned pageblock_order;
    char types[VIEW_TYPES][16]; /* "Unmovable", ... */
    struct view_hart harts[VIEW_HARTS];
    struct view_tlb tlb;
    struct view_cache l1d;
    struct view_zone zones[VIEW_ZONES];
    struct view_slab slabs[VIEW_SLABS];
    struct view_process processes[VIEW_PROCESSES];
    int32_t vma_pid; /* whose VMAs these are, 0 if nobody's */
    struct view_vma vmas[VIEW_VMAS];
    uint32_t *vma_pages; /* VIEW_VMA_PAGES of them */
    uint32_t n_vma_pages;
    uint8_t *swap; /* VIEW_SWAP_SLOTS of them: enum view_slot */
    uint32_t n_swap, swap_used;
    struct view_counters counters;
};

/* Room for a machine of n_frames; `with_heat` says whether heat is kept. */
void view_init(struct view_snapshot *v, uint64_t ram_base_pa, uint32_t n_frames,
               bool with_heat);
void view_free(struct view_snapshot *v);
/* Empties it: all frames reserved, no zones, no processes, no badge. */
void view_clear(struct view_snapshot *v);
/* The first complaint stays. */
void view_badge(struct view_snapshot *v, const char *format, ...)
    PRINTF_LIKE(2, 3);
/* Whether all indexes are in range. */
bool view_check(const struct view_snapshot *v);

/* How many frames of each owner there are, and free blocks by zone and
 * order. */
struct view_counts {
    uint64_t owner[VIEW_OWNERS];
    uint64_t blocks[VIEW_ZONES][VIEW_ORDERS];
};
void view_count(const struct view_snapshot *v, struct view_counts *c);

/* The same of migrate types, and how many pageblocks of each there are. */
struct view_type_counts {
    uint64_t blocks[VIEW_ZONES][VIEW_TYPES][VIEW_ORDERS];
    uint64_t pageblocks[VIEW_ZONES][VIEW_TYPES];
};
void view_count_types(const struct view_snapshot *v,
                      struct view_type_counts *c);
/* The caches that have slabs, those of most frames first; how many. */
unsigned view_slabs_by_size(const struct view_snapshot *v,
                            uint8_t order[VIEW_SLABS]);

/* How many slabs of a cache (VIEW_NONE: of all) have their first object in
 * each set of the L1D; to be freed. NULL: there is no L1D. */
uint64_t *view_first_objects(const struct view_snapshot *v, unsigned slab);

/* "anon", "page table", ... */
const char *view_owner_name(enum view_owner owner);

#endif
