/*
 * Octavo's frames and zones.
 */
#include "machine/octavo_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "machine/octavo_internal.h"
#include "machine/octavo_layout.h"

#define ZONE_BYTES_MAX 4096
#define PAGE_BYTES_MAX 256
#define MAPPING_ANON 1 /* in page->mapping */

bool octavo_read(const struct octavo_view *o, uint64_t va, void *to, size_t len)
{
    if (va < o->user_va_end || va >= o->direct_map_end)
        return false;
    return guest_peek(o->memory, va - o->user_va_end + o->memory->ram_base_pa,
                      to, len);
}

bool octavo_read_word(const struct octavo_view *o, uint64_t va, uint64_t *value)
{
    *value = 0;
    return octavo_read(o, va, value, o->word);
}

bool octavo_read_string(const struct octavo_view *o, uint64_t va, char *to,
                        size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (i + 1 == size || !octavo_read(o, va + i, to + i, 1))
            to[i] = 0;
        if (!to[i])
            return i > 0;
        if (to[i] < ' ' || to[i] > '~')
            to[i] = '?';
    }
    return false;
}

uint64_t octavo_get(const struct octavo_view *o, const uint8_t *structure,
                    enum octavo_member member)
{
    const struct symbol_member *m = &o->fields.members[member];

    return m->size && m->size <= 8 ? load_le(structure + m->offset, m->size)
                                   : 0;
}

uint32_t octavo_frame(const struct octavo_view *o, uint64_t pa)
{
    uint64_t at = (pa - o->memory->ram_base_pa) >> VIEW_PAGE_SHIFT;

    return pa >= o->memory->ram_base_pa && at < o->v->n_frames
               ? (uint32_t)at
               : OCTAVO_NO_FRAME;
}

bool octavo_page_root(const struct octavo_view *o, unsigned process,
                      uint64_t *pa)
{
    uint64_t va;

    if (!o->mm_va[process] ||
        !octavo_read_word(
            o, o->mm_va[process] + o->fields.members[MM_PGD].offset, &va) ||
        va < o->user_va_end || va >= o->direct_map_end)
        return false;
    *pa = va - o->user_va_end + o->memory->ram_base_pa;
    return true;
}

/* Whether the members that are read from a copy lie inside the copy. */
static bool fits(const struct octavo_fields *f, int first, int last,
                 uint32_t size, uint32_t most)
{
    if (size == 0 || size > most)
        return false;
    for (int i = first; i <= last; i++)
        if (f->members[i].size > size ||
            f->members[i].offset > size - f->members[i].size)
            return false;
    return true;
}

static bool layout_is_sane(const struct octavo_view *o)
{
    const struct octavo_fields *f = &o->fields;

    return o->word == 4 && /* RV32 alone has the address space above */
           fits(f, PAGE_FLAGS, PAGE_MAPPING, f->types[TYPE_PAGE],
                PAGE_BYTES_MAX) &&
           fits(f, ZONE_WATERMARK, ZONE_STAT, f->types[TYPE_ZONE],
                ZONE_BYTES_MAX) &&
           fits(f, TASK_TASKS, TASK_MAJ_FLT, f->types[TYPE_TASK],
                TASK_BYTES_MAX) &&
           fits(f, AREA_NR_FREE, AREA_NR_FREE, f->types[TYPE_AREA], 64) &&
           f->members[ZONE_FREE_AREA].stride == f->types[TYPE_AREA] &&
           f->members[ZONE_WATERMARK].count >= 3 &&
           f->members[TASK_COMM].size <= 64;
}

static uint64_t symbol_or_zero(struct symbols *s, const char *name)
{
    uint64_t va, size;

    return symbols_find(s, name, &va, &size) ? va : 0;
}

struct octavo_view *octavo_view_open(const struct guest_memory *memory,
                                     struct symbols *symbols, char *error,
                                     size_t size)
{
    struct octavo_view *o = alloc_zeroed(1, sizeof *o);
    uint64_t n_frames = memory->ram_size >> VIEW_PAGE_SHIFT;

    o->memory = memory;
    o->user_va_end = DIRECT_MAP_VA;
    o->direct_map_end = DIRECT_MAP_END_VA;
    if (!octavo_fields_find(&o->fields, symbols, error, size)) {
        free(o);
        return NULL;
    }
    o->word = o->fields.members[LIST_NEXT].size;
    o->text_va = symbol_or_zero(symbols, "_stext");
    o->ro_end_va = symbol_or_zero(symbols, "_erodata");
    if (!layout_is_sane(o)) {
        snprintf(error, size, "its structures are not those of Octavo");
        free(o);
        return NULL;
    }
    o->pages = alloc_zeroed(n_frames, o->fields.types[TYPE_PAGE]);
    return o;
}

void octavo_view_close(struct octavo_view *o)
{
    if (!o)
        return;
    free(o->pages);
    free(o);
}

/* Zones. */

static uint64_t zone_array(const struct octavo_view *o, const uint8_t *zone,
                           enum octavo_member member, unsigned i)
{
    const struct symbol_member *m = &o->fields.members[member];

    if (i >= m->count || m->stride > 8)
        return 0;
    return load_le(zone + m->offset + i * m->stride, m->stride);
}

static bool zone_va(const struct octavo_view *o, unsigned i, uint64_t *va)
{
    const struct symbol_member *m = &o->fields.members[PGDAT_ZONES];

    *va = o->fields.variables[VAR_PGDAT].va + m->offset +
          (uint64_t)i * o->fields.types[TYPE_ZONE];
    return i < m->size / o->fields.types[TYPE_ZONE];
}

static bool kswapd_runs(const struct octavo_view *o)
{
    const struct octavo_fields *f = &o->fields;
    uint64_t task;
    uint8_t on_rq = 0;

    return f->members[PGDAT_KSWAPD].size && f->members[TASK_ON_RQ].size &&
           octavo_read_word(
               o, f->variables[VAR_PGDAT].va + f->members[PGDAT_KSWAPD].offset,
               &task) &&
           octavo_read(o, task + f->members[TASK_ON_RQ].offset, &on_rq, 1) &&
           on_rq;
}

static void read_zone(const struct octavo_view *o, const uint8_t *zone,
                      struct view_zone *z)
{
    const struct symbol_member *areas = &o->fields.members[ZONE_FREE_AREA];
    const struct symbol_member *nr = &o->fields.members[AREA_NR_FREE];
    uint64_t start = octavo_get(o, zone, ZONE_START);
    int64_t free = (int64_t)sign_extend(
        zone_array(o, zone, ZONE_STAT,
                   (unsigned)o->fields.numbers[NUMBER_NR_FREE_PAGES]),
        8 * o->word);

    memset(z, 0, sizeof *z);
    if (!octavo_read_string(o, octavo_get(o, zone, ZONE_NAME), z->name,
                            sizeof z->name))
        snprintf(z->name, sizeof z->name, "?");
    z->start_frame = start - (o->memory->ram_base_pa >> VIEW_PAGE_SHIFT);
    z->spanned = octavo_get(o, zone, ZONE_SPANNED);
    z->present = octavo_get(o, zone, ZONE_PRESENT);
    z->managed = octavo_get(o, zone, ZONE_MANAGED);
    z->min = zone_array(o, zone, ZONE_WATERMARK, 0);
    z->low = zone_array(o, zone, ZONE_WATERMARK, 1);
    z->high = zone_array(o, zone, ZONE_WATERMARK, 2);
    z->free = free > 0 ? (uint64_t)free : 0;
    for (unsigned i = 0; i < VIEW_ORDERS && i < areas->count; i++)
        z->blocks[i] = load_le(
            zone + areas->offset + i * areas->stride + nr->offset, nr->size);
}

static void fill_zones(struct octavo_view *o)
{
    struct view_snapshot *v = o->v;
    uint8_t zone[ZONE_BYTES_MAX];
    bool reclaims = kswapd_runs(o);
    uint64_t va;

    for (unsigned i = 0; v->n_zones < VIEW_ZONES && zone_va(o, i, &va); i++) {
        struct view_zone *z = &v->zones[v->n_zones];

        if (!octavo_read(o, va, zone, o->fields.types[TYPE_ZONE])) {
            view_badge(v, "zone %u lies outside of memory", i);
            return;
        }
        read_zone(o, zone, z);
        if (!z->spanned)
            continue;
        if (z->start_frame >= v->n_frames ||
            z->spanned > v->n_frames - z->start_frame) {
            view_badge(v, "zone %u spans what is no memory", i);
            continue;
        }
        z->kswapd_runs = reclaims && z->free < z->high;
        for (uint64_t k = 0; k < z->spanned; k++)
            v->frames[z->start_frame + k].zone = (uint8_t)v->n_zones;
        o->zone_va[v->n_zones] = va;
        o->zone_of[v->n_zones++] = i;
    }
}

/* Frames. */

static bool flag(const struct octavo_view *o, uint64_t flags,
                 enum octavo_number number)
{
    uint64_t n = (uint64_t)o->fields.numbers[number];

    return n < 64 && flags >> n & 1;
}

static uint16_t view_flags_of(const struct octavo_view *o, uint64_t flags)
{
    static const struct {
        enum octavo_number number;
        uint16_t flag;
    } rows[] = {
        {NUMBER_PG_LOCKED, VIEW_LOCKED},
        {NUMBER_PG_REFERENCED, VIEW_REFERENCED},
        {NUMBER_PG_UPTODATE, VIEW_UPTODATE},
        {NUMBER_PG_DIRTY, VIEW_DIRTY},
        {NUMBER_PG_LRU, VIEW_LRU},
        {NUMBER_PG_ACTIVE, VIEW_ACTIVE},
        {NUMBER_PG_WRITEBACK, VIEW_WRITEBACK},
        {NUMBER_PG_SWAPCACHE, VIEW_SWAPCACHE},
        {NUMBER_PG_RECLAIM, VIEW_RECLAIM},
        {NUMBER_PG_SWAPBACKED, VIEW_SWAPBACKED},
    };
    uint16_t result = 0;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (flag(o, flags, rows[i].number))
            result |= rows[i].flag;
    return result;
}

static enum view_owner image_owner(const struct octavo_view *o, uint32_t frame)
{
    uint64_t va = o->user_va_end + ((uint64_t)frame << VIEW_PAGE_SHIFT);

    if (va < o->text_va)
        return VIEW_RESERVED; /* the firmware */
    return va < o->ro_end_va ? VIEW_KERNEL_TEXT : VIEW_KERNEL_DATA;
}

/* The owner that page_type names, or VIEW_OWNERS. */
static enum view_owner typed_owner(const struct octavo_view *o, int32_t type,
                                   uint32_t frame)
{
    const int64_t *n = o->fields.numbers;

    if (type == n[NUMBER_TYPE_TABLE])
        return VIEW_PAGE_TABLE;
    if (type == n[NUMBER_TYPE_KSTACK])
        return VIEW_KERNEL_STACK;
    if (type == n[NUMBER_TYPE_BOUNCE])
        return VIEW_DMA_BOUNCE;
    if (type == n[NUMBER_TYPE_MEMMAP])
        return VIEW_MEM_MAP;
    if (type == n[NUMBER_TYPE_KERNEL])
        return image_owner(o, frame);
    return VIEW_OWNERS;
}

static enum view_owner owner_of(const struct octavo_view *o,
                                const uint8_t *page, uint32_t frame)
{
    uint64_t flags = octavo_get(o, page, PAGE_FLAGS);
    int32_t type = (int32_t)octavo_get(o, page, PAGE_TYPE);
    enum view_owner typed = typed_owner(o, type, frame);
    uint64_t mapping = octavo_get(o, page, PAGE_MAPPING);

    if (typed != VIEW_OWNERS)
        return typed;
    if (flag(o, flags, NUMBER_PG_RESERVED))
        return VIEW_RESERVED;
    if (flag(o, flags, NUMBER_PG_SLAB))
        return VIEW_SLAB;
    if (mapping & MAPPING_ANON && type < 0 &&
        flag(o, flags, NUMBER_PG_SWAPCACHE))
        return VIEW_SWAP_CACHE;
    if (flag(o, flags, NUMBER_PG_SWAPCACHE) && !(mapping & MAPPING_ANON))
        return VIEW_SWAP_CACHE;
    if (mapping & MAPPING_ANON)
        return type >= 1 ? VIEW_ANON_SHARED : VIEW_ANON;
    if (mapping)
        return flag(o, flags, NUMBER_PG_DIRTY) ? VIEW_FILE_DIRTY
                                               : VIEW_FILE_CLEAN;
    /* Nobody has it, and it is in no free block. */
    return octavo_get(o, page, PAGE_REFCOUNT) ? VIEW_KERNEL_PAGES
                                              : VIEW_FREE_PERCPU;
}

/* A free block begins at `frame`; returns how many frames it has. */
static uint32_t fill_block(struct octavo_view *o, uint32_t frame,
                           const uint8_t *page)
{
    struct view_snapshot *v = o->v;
    uint64_t order = octavo_get(o, page, PAGE_PRIVATE);

    if (order >= VIEW_ORDERS || frame & ((1u << order) - 1) ||
        (1u << order) > v->n_frames - frame) {
        view_badge(v, "free block at frame %u has order %llu", frame,
                   (unsigned long long)order);
        v->frames[frame].owner = VIEW_FREE;
        v->frames[frame].order = 0;
        return 1;
    }
    for (uint32_t i = 0; i < 1u << order; i++) {
        struct view_frame *f = &v->frames[frame + i];

        f->owner = VIEW_FREE;
        f->order = (uint8_t)order;
        f->in_block = i > 0;
    }
    return 1u << order;
}

/* The head of the compound page that frame i is a tail of, with its order;
 * OCTAVO_NO_FRAME if it is none. */
static uint32_t compound_head(const struct octavo_view *o, uint32_t i,
                              uint8_t *order)
{
    uint32_t size = o->fields.types[TYPE_PAGE];
    uint64_t link =
        octavo_get(o, o->pages + (size_t)i * size, PAGE_COMPOUND_HEAD);
    uint64_t head = (link - 1 - o->mem_map_va) / size, n;
    const uint8_t *page = o->pages + (size_t)head * size;

    if (!(link & 1) || link <= o->mem_map_va || head >= i ||
        !flag(o, octavo_get(o, page, PAGE_FLAGS), NUMBER_PG_HEAD))
        return OCTAVO_NO_FRAME;
    n = octavo_get(o, page + size, PAGE_COMPOUND_ORDER);
    if (n >= VIEW_ORDERS || i - head >= 1u << n)
        return OCTAVO_NO_FRAME;
    *order = (uint8_t)n;
    return (uint32_t)head;
}

/* A tail is its head's owner's; its own words mean something else. */
static bool fill_tail(struct octavo_view *o, uint32_t i)
{
    struct view_frame *f = &o->v->frames[i], *head;
    uint8_t order;
    uint32_t at = compound_head(o, i, &order);

    if (at == OCTAVO_NO_FRAME)
        return false;
    head = &o->v->frames[at];
    head->order = f->order = order;
    f->owner = head->owner;
    f->in_block = true;
    return true;
}

static void fill_frames(struct octavo_view *o, uint32_t n)
{
    uint32_t size = o->fields.types[TYPE_PAGE], block = 1;

    for (uint32_t i = 0; i < n; i += block) {
        const uint8_t *page = o->pages + (size_t)i * size;
        struct view_frame *f = &o->v->frames[i];
        int32_t type = (int32_t)octavo_get(o, page, PAGE_TYPE);

        f->refcount = (int32_t)octavo_get(o, page, PAGE_REFCOUNT);
        f->mapcount = type >= 0 ? type + 1 : 0;
        f->flags = view_flags_of(o, octavo_get(o, page, PAGE_FLAGS));
        block = 1;
        if (type == o->fields.numbers[NUMBER_TYPE_BUDDY])
            block = fill_block(o, i, page);
        else if (!fill_tail(o, i))
            f->owner = (uint8_t)owner_of(o, page, i);
    }
}

/* Copies mem_map; returns how many frames it describes, 0 if it is not there
 * yet. */
static uint32_t read_mem_map(struct octavo_view *o)
{
    uint64_t map, max_pfn, n;

    if (!octavo_read_word(o, o->fields.variables[VAR_MEM_MAP].va, &map) ||
        !octavo_read_word(o, o->fields.variables[VAR_MAX_PFN].va, &max_pfn))
        return 0;
    n = max_pfn - (o->memory->ram_base_pa >> VIEW_PAGE_SHIFT);
    o->mem_map_va = map;
    if (!map || n > UINT32_MAX)
        return 0;
    if (n > o->v->n_frames)
        n = o->v->n_frames;
    if (!octavo_read(o, map, o->pages, n * o->fields.types[TYPE_PAGE]))
        return 0;
    return (uint32_t)n;
}

/* Events. */

static uint64_t event(const struct octavo_view *o, enum octavo_number number)
{
    const struct octavo_fields *f = &o->fields;
    uint64_t va = f->variables[VAR_EVENTS].va, sum = 0, value;
    uint64_t items = (uint64_t)f->numbers[NUMBER_EVENTS];
    uint64_t row = items * o->word;
    uint64_t which = (uint64_t)f->numbers[number];

    if (!va || !items || which >= items || items > 4096)
        return 0;
    for (uint64_t at = 0; at < f->variables[VAR_EVENTS].size && at < 64 * row;
         at += row)
        if (octavo_read_word(o, va + at + which * o->word, &value))
            sum += value;
    return sum;
}

static void count_events(const struct octavo_view *o, struct view_counters *c)
{
    uint64_t all = event(o, NUMBER_PGFAULT);

    c->major = event(o, NUMBER_PGMAJFAULT);
    c->minor = all > c->major ? all - c->major : 0;
    c->swap_in = event(o, NUMBER_PSWPIN);
    c->swap_out = event(o, NUMBER_PSWPOUT);
    c->dma_bounced = event(o, NUMBER_BOUNCE_IN) + event(o, NUMBER_BOUNCE_OUT);
}

void octavo_view_count(struct octavo_view *o, struct view_counters *c)
{
    const struct octavo_fields *f = &o->fields;
    uint64_t va, value, spanned;
    unsigned n = 0;

    count_events(o, c);
    for (unsigned i = 0; n < VIEW_ZONES && zone_va(o, i, &va); i++) {
        uint64_t at = va + f->members[ZONE_STAT].offset +
                      (uint64_t)f->numbers[NUMBER_NR_FREE_PAGES] * o->word;

        if (!octavo_read_word(o, va + f->members[ZONE_SPANNED].offset,
                              &spanned) ||
            !spanned || !octavo_read_word(o, at, &value))
            continue;
        c->free[n++] = value >> (8 * o->word - 1) ? 0 : value;
    }
}

bool octavo_view_fill(struct octavo_view *o, struct view_snapshot *v,
                      const struct walk_scheme *scheme, int32_t pid)
{
    uint32_t n;

    o->v = v;
    o->scheme = scheme;
    o->tables_left = v->n_frames;
    n = read_mem_map(o);
    if (!n)
        return false;
    snprintf(v->kernel, sizeof v->kernel, "Octavo");
    fill_zones(o);
    octavo_fill_types(o);
    octavo_fill_pagesets(o);
    fill_frames(o, n);
    octavo_fill_slabs(o, n);
    octavo_fill_swap(o);
    octavo_fill_tasks(o);
    octavo_own_swap_cache(o);
    octavo_fill_vmas(o, pid);
    octavo_view_count(o, &v->counters);
    return true;
}
