/*
 * The names of Octavo's variables, members and enumerators that the view
 * needs, and their places in one build of it.
 */
#ifndef QUIRE_MACHINE_OCTAVO_FIELDS_H
#define QUIRE_MACHINE_OCTAVO_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "machine/symbols.h"

enum octavo_variable {
    VAR_MEM_MAP,
    VAR_PGDAT, /* contig_page_data */
    VAR_INIT_TASK,
    VAR_SWAP_INFO,
    VAR_EVENTS, /* vm_event_states */
    VAR_MAX_PFN,
    VAR_PAGESETS,
    VAR_TYPE_NAMES, /* migratetype_names */
    VAR_SLAB_OPS,
    VARIABLES
};

enum octavo_member {
    PAGE_FLAGS,
    PAGE_REFCOUNT,
    PAGE_MAPCOUNT,
    PAGE_TYPE,
    PAGE_PRIVATE,
    PAGE_SLAB_CACHE,
    PAGE_INUSE,
    PAGE_S_MEM, /* in the place of SLUB's count of objects */
    PAGE_COMPOUND_HEAD,
    PAGE_COMPOUND_ORDER,
    PAGE_MAPPING,
    PGDAT_ZONES,
    PGDAT_KSWAPD,
    ZONE_WATERMARK,
    ZONE_START,
    ZONE_SPANNED,
    ZONE_PRESENT,
    ZONE_MANAGED,
    ZONE_NAME,
    ZONE_FREE_AREA,
    ZONE_STAT,
    ZONE_PAGEBLOCKS,
    AREA_NR_FREE,
    LIST_NEXT,
    TASK_TASKS,
    TASK_PID,
    TASK_COMM,
    TASK_STATE,
    TASK_EXIT_STATE,
    TASK_ON_RQ,
    TASK_STACK,
    TASK_MM,
    TASK_MIN_FLT,
    TASK_MAJ_FLT,
    MM_MMAP,
    MM_PGD,
    MM_START_BRK,
    MM_BRK,
    MM_START_STACK,
    VMA_START,
    VMA_END,
    VMA_NEXT,
    VMA_FLAGS,
    VMA_FILE,
    FILE_PATH,
    SWAP_MAP,
    SWAP_MAX,
    CACHE_NAME, /* of kmem_cache */
    CACHE_SIZE,
    CACHE_NUM, /* SLAB: objects a slab */
    CACHE_RED_LEFT,
    OPS_LINKS_OBJECTS, /* it is SLUB */
    PAGESET_ZONE,
    PCP_ROOM,
    PCP_HIGH,
    PCP_BATCH,
    MEMBERS
};

enum octavo_type {
    TYPE_PAGE,
    TYPE_ZONE,
    TYPE_TASK,
    TYPE_AREA,
    TYPE_SWAP,
    TYPE_PAGESET,
    TYPE_PCP,
    TYPES
};

enum octavo_number {
    NUMBER_PG_HEAD,
    NUMBER_PG_LOCKED,
    NUMBER_PG_REFERENCED,
    NUMBER_PG_UPTODATE,
    NUMBER_PG_DIRTY,
    NUMBER_PG_LRU,
    NUMBER_PG_ACTIVE,
    NUMBER_PG_SLAB,
    NUMBER_PG_RESERVED,
    NUMBER_PG_WRITEBACK,
    NUMBER_PG_SWAPCACHE,
    NUMBER_PG_RECLAIM,
    NUMBER_PG_SWAPBACKED,
    NUMBER_TYPE_BUDDY,
    NUMBER_TYPE_TABLE,
    NUMBER_TYPE_KSTACK,
    NUMBER_TYPE_BOUNCE,
    NUMBER_TYPE_MEMMAP,
    NUMBER_TYPE_KERNEL,
    NUMBER_NR_FREE_PAGES,
    NUMBER_PSWPIN,
    NUMBER_PSWPOUT,
    NUMBER_PGFAULT,
    NUMBER_PGMAJFAULT,
    NUMBER_EVENTS,    /* how many events there are */
    NUMBER_BOUNCE_IN, /* from here on optional: -1 if there is none */
    NUMBER_BOUNCE_OUT,
    NUMBER_TYPES, /* MIGRATE_TYPES */
    NUMBERS
};

struct octavo_fields {
    struct {
        uint64_t va, size;
    } variables[VARIABLES];                /* va 0: this build has none */
    struct symbol_member members[MEMBERS]; /* size 0: likewise */
    struct symbol_member swap_info; /* the variable's type; size 0: none */
    uint32_t types[TYPES];
    int64_t numbers[NUMBERS];
};

/* False: something that the view cannot do without is missing; `error` says
 * what. */
MUST_USE bool octavo_fields_find(struct octavo_fields *f, struct symbols *s,
                                 char *error, size_t size);

#endif
