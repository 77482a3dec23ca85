/*
 * The boot allocator. Owns two sorted tables of physical ranges, memory and
 * reserved; what is in the first and not in the second is free. Runs before
 * there are locks to take: one hart, interrupts off. Mirrors Linux's
 * memblock_add, _reserve, _free, _alloc_range, __free_pages_memory.
 */
#include "memblock.h"

#include "internal.h"
#include "kernel.h"
#include "mm.h"
#include "string.h"

struct memblock memblock = {
    .current_limit = ~0ull,
    .memory = {.name = "memory"},
    .reserved = {.name = "reserved"},
};
static bool is_handed_over;

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
    if (type->cnt == MEMBLOCK_MAX_REGIONS)
        panic("memblock: more than %d %s regions", MEMBLOCK_MAX_REGIONS,
              type->name);
    memmove(&type->regions[i + 1], &type->regions[i],
            (type->cnt - i) * sizeof type->regions[0]);
    type->regions[i].base = base;
    type->regions[i].size = size;
    type->cnt++;
    type->total_size += size;
}

/* Adds a range, swallowing all regions that it overlaps or touches. */
static void add_range(struct memblock_type *type, u64 base, u64 size)
{
    u64 end = base + size;
    unsigned int i = 0;

    BUG_ON(is_handed_over);
    if (!size)
        return;
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

/* Top-down within one region of memory. */
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

u64 memblock_phys_alloc(size_t size, size_t align, u64 max_addr)
{
    max_addr = min(max_addr, memblock.current_limit);
    if (!align)
        align = sizeof(long);
    for (unsigned int i = memblock.memory.cnt; i-- > 0;) {
        u64 base = find_in_region(&memblock.memory.regions[i], size, align,
                                  max_addr);

        if (base) {
            memblock_reserve(base, size);
            return base;
        }
    }
    return 0;
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
            freed += free_range((unsigned long)((base + PAGE_SIZE - 1) >>
                                                PAGE_SHIFT),
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

static void dump(const struct memblock_type *type)
{
    pr_info("memblock %s: %llu KiB in %u regions\n", type->name,
            (unsigned long long)(type->total_size >> 10), type->cnt);
    for (unsigned int i = 0; i < type->cnt; i++)
        pr_info("  [0x%09llx-0x%09llx]\n",
                (unsigned long long)type->regions[i].base,
                (unsigned long long)region_end(&type->regions[i]) - 1);
}

void memblock_dump_all(void)
{
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
    if (total != type->total_size)
        panic("memblock: %s has a wrong sum", type->name);
}

void memblock_check(void)
{
    check_type(&memblock.memory);
    check_type(&memblock.reserved);
}
