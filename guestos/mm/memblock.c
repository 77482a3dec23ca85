/*
 * The boot allocator. Owns two sorted tables of physical ranges, memory and
 * reserved; what is in the first and not in the second is free. Runs before
 * there are locks to take: one hart, interrupts off. After the hand-over the
 * tables stay as they were, for debugfs. Mirrors Linux's memblock_add,
 * _reserve, _free, _alloc_range, memblock_double_array, __free_pages_memory.
 */
#include "memblock.h"

#include "internal.h"
#include "kernel.h"
#include "mm.h"
#include "string.h"

static struct memblock_region memory_regions[INIT_MEMBLOCK_REGIONS];
static struct memblock_region reserved_regions[INIT_MEMBLOCK_REGIONS];

struct memblock memblock = {
    .current_limit = ~0ull,
    .memory = {.name = "memory",
               .max = INIT_MEMBLOCK_REGIONS,
               .regions = memory_regions},
    .reserved = {.name = "reserved",
                 .max = INIT_MEMBLOCK_REGIONS,
                 .regions = reserved_regions},
};
static bool is_handed_over, can_resize;

static u64 region_end(const struct memblock_region *r)
{
    return r->base + r->size;
}

static void remove_region(struct memblock_type *type, unsigned int i)
{
    type->total_size -= type->regions[i].size;
    type->cnt--;
    memmove(&type->regions[i], &type->regions[i + 1],
            (type->cnt - i) * sizeof type->regions[0]);
}

static void insert_region(struct memblock_type *type, unsigned int i, u64 base,
                          u64 size)
{
    BUG_ON(type->cnt == type->max);
    memmove(&type->regions[i + 1], &type->regions[i],
            (type->cnt - i) * sizeof type->regions[0]);
    type->regions[i].base = base;
    type->regions[i].size = size;
    type->cnt++;
    type->total_size += size;
}

/* The highest reserved region that reaches into [base, end), or NULL. */
static const struct memblock_region *last_reserved(u64 base, u64 end)
{
    for (unsigned int i = memblock.reserved.cnt; i-- > 0;) {
        const struct memblock_region *r = &memblock.reserved.regions[i];

        if (r->base < end && region_end(r) > base)
            return r;
    }
    return NULL;
}

/* Top-down within one region of memory; 0: nothing is free there. */
static u64 find_in_region(const struct memblock_region *r, u64 size, u64 align,
                          u64 max_addr)
{
    u64 end = min(region_end(r), max_addr);

    while (end >= r->base + size && end >= size) {
        u64 base = (end - size) & ~(align - 1);
        const struct memblock_region *taken;

        if (base < r->base)
            break;
        taken = last_reserved(base, base + size);
        if (!taken)
            return base;
        end = taken->base;
    }
    return 0;
}

/* Free memory, not yet reserved, outside of [from, to); 0: none. */
static u64 find_free(u64 size, u64 align, u64 max_addr, u64 from, u64 to)
{
    for (unsigned int i = memblock.memory.cnt; i-- > 0;) {
        const struct memblock_region *r = &memblock.memory.regions[i];
        u64 base = find_in_region(r, size, align, max_addr);

        if (base && base < to && base + size > from)
            base = find_in_region(r, size, align, min(max_addr, from));
        if (base)
            return base;
    }
    return 0;
}

static bool is_static(const struct memblock_region *regions)
{
    return regions == memory_regions || regions == reserved_regions;
}

/*
 * Makes sure that one more region fits in the table while [base, base + size)
 * is on its way into it, which must not be where the new table comes to lie.
 * The new table is reserved, and the old one is free, only when the new one
 * is in place: that is a change of the table, too.
 */
static void make_room(struct memblock_type *type, u64 base, u64 size)
{
    struct memblock_region *old = type->regions;
    u64 old_bytes = type->max * sizeof *old, pa;

    /* A range that is removed from the middle of a region adds one, and so
     * may the table's own. */
    if (type->cnt + 3 <= type->max)
        return;
    pa = can_resize ? find_free(2 * old_bytes, sizeof(u64),
                                memblock.current_limit, base, base + size)
                    : 0;
    if (!pa && type->cnt + 2 <= type->max)
        return; /* it is not needed yet */
    if (!pa)
        panic("memblock: no memory for more than %u %s regions", type->max,
              type->name);
    type->regions = __va(pa);
    memcpy(type->regions, old, type->cnt * sizeof *old);
    type->max *= 2;
    memblock_reserve(pa, 2 * old_bytes);
    if (!is_static(old))
        memblock_free(virt_to_phys(old), old_bytes);
    pr_info("memblock: %s is doubled to %u at [0x%09llx-0x%09llx]\n",
            type->name, type->max, (unsigned long long)pa,
            (unsigned long long)(pa + 2 * old_bytes - 1));
}

/* Adds a range, swallowing all regions that it overlaps or touches. */
static void add_range(struct memblock_type *type, u64 base, u64 size)
{
    u64 end = base + size;
    unsigned int i = 0;

    BUG_ON(is_handed_over);
    if (!size)
        return;
    make_room(type, base, size);
    while (i < type->cnt && region_end(&type->regions[i]) < base)
        i++;
    while (i < type->cnt && type->regions[i].base <= end) {
        base = min(base, type->regions[i].base);
        end = max(end, region_end(&type->regions[i]));
        remove_region(type, i);
    }
    insert_region(type, i, base, end - base);
}

static void remove_range(struct memblock_type *type, u64 base, u64 size)
{
    u64 end = base + size;
    unsigned int i = 0;

    BUG_ON(is_handed_over);
    if (!size)
        return;
    make_room(type, base, size);
    while (i < type->cnt && type->regions[i].base < end) {
        u64 r_base = type->regions[i].base;
        u64 r_end = region_end(&type->regions[i]);

        if (r_end <= base) {
            i++;
            continue;
        }
        remove_region(type, i);
        if (r_base < base)
            insert_region(type, i++, r_base, base - r_base);
        if (end < r_end)
            insert_region(type, i++, end, r_end - end);
    }
}

void memblock_add(u64 base, u64 size)
{
    add_range(&memblock.memory, base, size);
}

void memblock_reserve(u64 base, u64 size)
{
    add_range(&memblock.reserved, base, size);
}

void memblock_free(u64 base, u64 size)
{
    remove_range(&memblock.reserved, base, size);
}

void memblock_cap(u64 limit)
{
    remove_range(&memblock.memory, limit, ~0ull - limit);
}

void memblock_set_current_limit(u64 limit)
{
    memblock.current_limit = limit;
}

u64 memblock_phys_alloc(size_t size, size_t align, u64 max_addr)
{
    u64 base;

    if (!align)
        align = sizeof(long);
    base = find_free(size, align, min(max_addr, memblock.current_limit), 0, 0);
    if (base)
        memblock_reserve(base, size);
    return base;
}

void *memblock_alloc(size_t size, size_t align)
{
    u64 pa = memblock_phys_alloc(size, align, ~0ull);
    void *p;

    if (!pa)
        panic("memblock: no %lu bytes at boot", (unsigned long)size);
    p = __va(pa);
    memset(p, 0, size);
    return p;
}

u64 memblock_start_of_DRAM(void)
{
    return memblock.memory.regions[0].base;
}

u64 memblock_end_of_DRAM(void)
{
    return region_end(&memblock.memory.regions[memblock.memory.cnt - 1]);
}

/* Whole frames only: [start, end) in the largest aligned blocks that fit and
 * stay in one zone. */
static unsigned long free_range(unsigned long start, unsigned long end)
{
    unsigned long pfn = start;

    while (pfn < end) {
        unsigned int order =
            min_t(unsigned int, MAX_ORDER - 1,
                  pfn ? (unsigned int)__builtin_ctzl(pfn) : MAX_ORDER - 1);

        while (pfn + (1ul << order) > end ||
               page_zonenum(pfn_to_page(pfn)) !=
                   page_zonenum(pfn_to_page(pfn + (1ul << order) - 1)))
            order--;
        memblock_free_pages(pfn_to_page(pfn), order);
        pfn += 1ul << order;
    }
    return end > start ? end - start : 0;
}

/* Frees what lies between the reserved regions of one region of memory. */
static unsigned long free_region(const struct memblock_region *r)
{
    u64 base = r->base;
    unsigned long freed = 0;

    for (unsigned int i = 0; i <= memblock.reserved.cnt; i++) {
        bool is_last = i == memblock.reserved.cnt;
        const struct memblock_region *taken = &memblock.reserved.regions[i];
        u64 end = is_last ? region_end(r) : min(taken->base, region_end(r));

        if (end > base)
            freed += free_range(
                (unsigned long)((base + PAGE_SIZE - 1) >> PAGE_SHIFT),
                (unsigned long)(end >> PAGE_SHIFT));
        if (!is_last)
            base = max(base, region_end(taken));
    }
    return freed;
}

unsigned long memblock_free_all(void)
{
    unsigned long freed = 0;

    for (unsigned int i = 0; i < memblock.memory.cnt; i++)
        freed += free_region(&memblock.memory.regions[i]);
    is_handed_over = true;
    return freed;
}

void memblock_allow_resize(void)
{
    can_resize = true;
}

/* Frames of one region of memory that reserved ranges touch, each once. */
static unsigned long reserved_in(const struct memblock_region *r)
{
    u64 next = r->base >> PAGE_SHIFT, end = region_end(r) >> PAGE_SHIFT;
    unsigned long n = 0;

    for (unsigned int i = 0; i < memblock.reserved.cnt; i++) {
        const struct memblock_region *taken = &memblock.reserved.regions[i];
        u64 first = max(taken->base >> PAGE_SHIFT, next);
        u64 last = min((region_end(taken) + PAGE_SIZE - 1) >> PAGE_SHIFT, end);

        if (first >= last)
            continue;
        n += (unsigned long)(last - first);
        next = last;
    }
    return n;
}

unsigned long memblock_reserved_frames(void)
{
    unsigned long n = 0;

    for (unsigned int i = 0; i < memblock.memory.cnt; i++)
        n += reserved_in(&memblock.memory.regions[i]);
    return n;
}

void memblock_trim_memory(u64 align)
{
    struct memblock_type *type = &memblock.memory;

    for (unsigned int i = 0; i < type->cnt;) {
        struct memblock_region *r = &type->regions[i];
        u64 base = ALIGN(r->base, align);
        u64 end = region_end(r) & ~(align - 1);

        if (base >= end) {
            remove_region(type, i);
            continue;
        }
        type->total_size -= r->size - (end - base);
        r->base = base;
        r->size = end - base;
        i++;
    }
}

static void dump(const struct memblock_type *type)
{
    pr_info(" %s.cnt  = 0x%x\n", type->name, type->cnt);
    for (unsigned int i = 0; i < type->cnt; i++)
        pr_info(" %s[0x%x]\t[0x%09llx-0x%09llx], 0x%llx bytes flags: 0x0\n",
                type->name, i, (unsigned long long)type->regions[i].base,
                (unsigned long long)region_end(&type->regions[i]) - 1,
                (unsigned long long)type->regions[i].size);
}

void memblock_dump_all(void)
{
    pr_info("MEMBLOCK configuration:\n");
    pr_info(" memory size = 0x%llx reserved size = 0x%llx\n",
            (unsigned long long)memblock.memory.total_size,
            (unsigned long long)memblock.reserved.total_size);
    dump(&memblock.memory);
    dump(&memblock.reserved);
}

static void check_type(const struct memblock_type *type)
{
    u64 total = 0;

    for (unsigned int i = 0; i < type->cnt; i++) {
        const struct memblock_region *r = &type->regions[i];

        if (!r->size || (i && region_end(r - 1) >= r->base))
            panic("memblock: %s region %u is out of order", type->name, i);
        total += r->size;
    }
    if (type->cnt > type->max)
        panic("memblock: %s has more regions than room", type->name);
    if (total != type->total_size)
        panic("memblock: %s has a wrong sum", type->name);
}

void memblock_check(void)
{
    check_type(&memblock.memory);
    check_type(&memblock.reserved);
}
