/*
 * Names to places.
 */
#include "machine/octavo_fields.h"

#include <stdio.h>
#include <string.h>

/* What may be missing: an older or smaller build is still worth a look. */
enum need { REQUIRED, OPTIONAL };

static const struct {
    const char *name;
    enum need need;
} variables[VARIABLES] = {
    [VAR_MEM_MAP] = {"mem_map", REQUIRED},
    [VAR_PGDAT] = {"contig_page_data", REQUIRED},
    [VAR_INIT_TASK] = {"init_task", REQUIRED},
    [VAR_SWAP_INFO] = {"swap_info", OPTIONAL},
    [VAR_EVENTS] = {"vm_event_states", OPTIONAL},
    [VAR_MAX_PFN] = {"max_pfn", REQUIRED},
    [VAR_PAGESETS] = {"pagesets", OPTIONAL},
    [VAR_TYPE_NAMES] = {"migratetype_names", OPTIONAL},
    [VAR_SLAB_OPS] = {"slab_ops", OPTIONAL},
};

static const struct {
    const char *type, *member;
    enum need need;
} members[MEMBERS] = {
    [PAGE_FLAGS] = {"page", "flags", REQUIRED},
    [PAGE_REFCOUNT] = {"page", "_refcount", REQUIRED},
    [PAGE_MAPCOUNT] = {"page", "_mapcount", REQUIRED},
    [PAGE_TYPE] = {"page", "page_type", REQUIRED},
    [PAGE_PRIVATE] = {"page", "private", REQUIRED},
    [PAGE_SLAB_CACHE] = {"page", "slab_cache", OPTIONAL},
    [PAGE_INUSE] = {"page", "inuse", OPTIONAL},
    [PAGE_S_MEM] = {"page", "s_mem", OPTIONAL},
    [PAGE_COMPOUND_HEAD] = {"page", "compound_head", OPTIONAL},
    [PAGE_COMPOUND_ORDER] = {"page", "compound_order", OPTIONAL},
    [PAGE_MAPPING] = {"page", "mapping", REQUIRED},
    [PGDAT_ZONES] = {"pglist_data", "node_zones", REQUIRED},
    [PGDAT_KSWAPD] = {"pglist_data", "kswapd", OPTIONAL},
    [ZONE_WATERMARK] = {"zone", "_watermark", REQUIRED},
    [ZONE_START] = {"zone", "zone_start_pfn", REQUIRED},
    [ZONE_SPANNED] = {"zone", "spanned_pages", REQUIRED},
    [ZONE_PRESENT] = {"zone", "present_pages", REQUIRED},
    [ZONE_MANAGED] = {"zone", "managed_pages", REQUIRED},
    [ZONE_NAME] = {"zone", "name", REQUIRED},
    [ZONE_FREE_AREA] = {"zone", "free_area", REQUIRED},
    [ZONE_STAT] = {"zone", "vm_stat", REQUIRED},
    [ZONE_PAGEBLOCKS] = {"zone", "pageblock_flags", OPTIONAL},
    [AREA_NR_FREE] = {"free_area", "nr_free", REQUIRED},
    [LIST_NEXT] = {"list_head", "next", REQUIRED},
    [TASK_TASKS] = {"task_struct", "tasks", REQUIRED},
    [TASK_PID] = {"task_struct", "pid", REQUIRED},
    [TASK_COMM] = {"task_struct", "comm", REQUIRED},
    [TASK_STATE] = {"task_struct", "state", OPTIONAL},
    [TASK_EXIT_STATE] = {"task_struct", "exit_state", OPTIONAL},
    [TASK_ON_RQ] = {"task_struct", "on_rq", OPTIONAL},
    [TASK_STACK] = {"task_struct", "stack", OPTIONAL},
    [TASK_MM] = {"task_struct", "mm", REQUIRED},
    [TASK_MIN_FLT] = {"task_struct", "min_flt", OPTIONAL},
    [TASK_MAJ_FLT] = {"task_struct", "maj_flt", OPTIONAL},
    [MM_MMAP] = {"mm_struct", "mmap", REQUIRED},
    [MM_PGD] = {"mm_struct", "pgd", REQUIRED},
    [MM_START_BRK] = {"mm_struct", "start_brk", OPTIONAL},
    [MM_BRK] = {"mm_struct", "brk", OPTIONAL},
    [MM_START_STACK] = {"mm_struct", "start_stack", OPTIONAL},
    [VMA_START] = {"vm_area_struct", "vm_start", REQUIRED},
    [VMA_END] = {"vm_area_struct", "vm_end", REQUIRED},
    [VMA_NEXT] = {"vm_area_struct", "vm_next", REQUIRED},
    [VMA_FLAGS] = {"vm_area_struct", "vm_flags", REQUIRED},
    [VMA_FILE] = {"vm_area_struct", "vm_file", OPTIONAL},
    [FILE_PATH] = {"file", "f_path", OPTIONAL},
    [SWAP_MAP] = {"swap_info_struct", "swap_map", OPTIONAL},
    [SWAP_MAX] = {"swap_info_struct", "max", OPTIONAL},
    [CACHE_NAME] = {"kmem_cache", "name", OPTIONAL},
    [CACHE_SIZE] = {"kmem_cache", "size", OPTIONAL},
    [CACHE_NUM] = {"kmem_cache", "num", OPTIONAL},
    [CACHE_RED_LEFT] = {"kmem_cache", "red_left_pad", OPTIONAL},
    [OPS_LINKS_OBJECTS] = {"slab_ops", "links_objects", OPTIONAL},
    [PAGESET_ZONE] = {"cpu_pageset", "zone", OPTIONAL},
    [PCP_ROOM] = {"per_cpu_pages", "room", OPTIONAL},
    [PCP_HIGH] = {"per_cpu_pages", "high", OPTIONAL},
    [PCP_BATCH] = {"per_cpu_pages", "batch", OPTIONAL},
};

static const char *const types[TYPES] = {
    [TYPE_PAGE] = "page",
    [TYPE_ZONE] = "zone",
    [TYPE_TASK] = "task_struct",
    [TYPE_AREA] = "free_area",
    [TYPE_SWAP] = "swap_info_struct",
    [TYPE_PAGESET] = "cpu_pageset",
    [TYPE_PCP] = "per_cpu_pages",
};

static const char *const numbers[NUMBERS] = {
    [NUMBER_PG_HEAD] = "PG_head",
    [NUMBER_PG_LOCKED] = "PG_locked",
    [NUMBER_PG_REFERENCED] = "PG_referenced",
    [NUMBER_PG_UPTODATE] = "PG_uptodate",
    [NUMBER_PG_DIRTY] = "PG_dirty",
    [NUMBER_PG_LRU] = "PG_lru",
    [NUMBER_PG_ACTIVE] = "PG_active",
    [NUMBER_PG_SLAB] = "PG_slab",
    [NUMBER_PG_RESERVED] = "PG_reserved",
    [NUMBER_PG_WRITEBACK] = "PG_writeback",
    [NUMBER_PG_SWAPCACHE] = "PG_swapcache",
    [NUMBER_PG_RECLAIM] = "PG_reclaim",
    [NUMBER_PG_SWAPBACKED] = "PG_swapbacked",
    [NUMBER_TYPE_BUDDY] = "PAGE_TYPE_BUDDY",
    [NUMBER_TYPE_TABLE] = "PAGE_TYPE_TABLE",
    [NUMBER_TYPE_KSTACK] = "PAGE_TYPE_KSTACK",
    [NUMBER_TYPE_BOUNCE] = "PAGE_TYPE_BOUNCE",
    [NUMBER_TYPE_MEMMAP] = "PAGE_TYPE_MEMMAP",
    [NUMBER_TYPE_KERNEL] = "PAGE_TYPE_KERNEL",
    [NUMBER_NR_FREE_PAGES] = "NR_FREE_PAGES",
    [NUMBER_PSWPIN] = "PSWPIN",
    [NUMBER_PSWPOUT] = "PSWPOUT",
    [NUMBER_PGFAULT] = "PGFAULT",
    [NUMBER_PGMAJFAULT] = "PGMAJFAULT",
    [NUMBER_EVENTS] = "NR_VM_EVENT_ITEMS",
    [NUMBER_BOUNCE_IN] = "BOUNCE_IN",
    [NUMBER_BOUNCE_OUT] = "BOUNCE_OUT",
    [NUMBER_TYPES] = "MIGRATE_TYPES",
};

static bool find_variables(struct octavo_fields *f, struct symbols *s,
                           char *error, size_t size)
{
    for (int i = 0; i < VARIABLES; i++)
        if (!symbols_find(s, variables[i].name, &f->variables[i].va,
                          &f->variables[i].size)) {
            f->variables[i].va = 0;
            if (variables[i].need == OPTIONAL)
                continue;
            snprintf(error, size, "no symbol %s", variables[i].name);
            return false;
        }
    return true;
}

static bool find_members(struct octavo_fields *f, struct symbols *s,
                         char *error, size_t size)
{
    for (int i = 0; i < MEMBERS; i++)
        if (!symbols_member(s, members[i].type, members[i].member,
                            &f->members[i])) {
            f->members[i].size = 0;
            if (members[i].need == OPTIONAL)
                continue;
            snprintf(error, size, "no member %s in struct %s",
                     members[i].member, members[i].type);
            return false;
        }
    return true;
}

bool octavo_fields_find(struct octavo_fields *f, struct symbols *s, char *error,
                        size_t size)
{
    memset(f, 0, sizeof *f);
    if (!find_variables(f, s, error, size) || !find_members(f, s, error, size))
        return false;
    if (!symbols_variable(s, "swap_info", &f->swap_info))
        f->swap_info.size = 0;
    for (int i = 0; i < TYPES; i++)
        if (!symbols_type_size(s, types[i], &f->types[i])) {
            f->types[i] = 0;
            if (i >= TYPE_SWAP) /* a build without these */
                continue;
            snprintf(error, size, "no struct %s", types[i]);
            return false;
        }
    for (int i = 0; i < NUMBERS; i++)
        if (!symbols_enumerator(s, numbers[i], &f->numbers[i])) {
            f->numbers[i] = -1;
            if (i > NUMBER_EVENTS)
                continue;
            snprintf(error, size, "no enumerator %s", numbers[i]);
            return false;
        }
    return true;
}
