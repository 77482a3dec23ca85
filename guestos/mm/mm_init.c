/*
 * Nodes and zones at boot: decides the zones' limits, makes mem_map and hands
 * the free frames over. Owns contig_page_data,
 * mem_map and the pfn limits, which never change after boot. Mirrors Linux's
 * free_area_init, mem_init.
 */
#include "pcp.h"
#include "highmem.h"
#include "kernel.h"
#include "page_owner.h"
#include "memblock.h"
#include "slab.h"
#include "string.h"

#if !__STDC_HOSTED__
_Static_assert(sizeof(struct page) == 32, "a descriptor is 32 bytes on RV32");
#endif

struct pglist_data contig_page_data;
struct page *mem_map;
unsigned long min_low_pfn, max_low_pfn, max_pfn;

static u64 dma_limit = 16ull << 20;
static u64 lowmem_limit = 896ull << 20;
static const char *const zone_names[MAX_NR_ZONES] = {"DMA", "Normal",
                                                     "HighMem"};

void mm_set_zone_limits(u64 dma_bytes, u64 lowmem_bytes)
{
    u64 start = memblock_start_of_DRAM();

    if (dma_bytes)
        dma_limit = dma_bytes & ~(u64)(PAGE_SIZE - 1);
    if (lowmem_bytes)
        lowmem_limit = min_t(u64, lowmem_limit,
                             lowmem_bytes & ~(u64)(PAGE_SIZE - 1));
    dma_limit = min(dma_limit, lowmem_limit);
    memblock_set_current_limit(
        min(memblock.current_limit, start + lowmem_limit));
}

/* Frames of [start, end) that exist. */
static unsigned long present_in(unsigned long start, unsigned long end)
{
    unsigned long n = 0;

    for (unsigned int i = 0; i < memblock.memory.cnt; i++) {
        const struct memblock_region *r = &memblock.memory.regions[i];
        unsigned long first = (unsigned long)(r->base >> PAGE_SHIFT);
        unsigned long last =
            (unsigned long)((r->base + r->size) >> PAGE_SHIFT);

        first = max(first, start);
        last = min(last, end);
        if (first < last)
            n += last - first;
    }
    return n;
}

static void init_zone(enum zone_type idx, unsigned long start,
                      unsigned long end)
{
    struct zone *zone = &contig_page_data.node_zones[idx];

    zone->name = zone_names[idx];
    zone->zone_pgdat = &contig_page_data;
    zone->zone_start_pfn = start;
    zone->spanned_pages = end - start;
    zone->present_pages = present_in(start, end);
    spin_lock_init(&zone->lock);
    for (int order = 0; order < MAX_ORDER; order++)
        for (int type = 0; type < MIGRATE_TYPES; type++)
            INIT_LIST_HEAD(&zone->free_area[order].free_list[type]);
    if (end > start)
        pr_info("  %-8s [mem 0x%09llx-0x%09llx]\n", zone->name,
                (unsigned long long)start << PAGE_SHIFT,
                ((unsigned long long)end << PAGE_SHIFT) - 1);
    else
        pr_info("  %-8s empty\n", zone->name);
    for (unsigned long pfn = start; pfn < end; pfn++) {
        struct page *page = pfn_to_page(pfn);

        page->flags = (unsigned long)idx << ZONES_PGSHIFT | 1ul << PG_reserved;
        page->_refcount = 1;
        page->page_type = PAGE_TYPE_KERNEL;
        INIT_LIST_HEAD(&page->lru);
    }
    pageblock_init_zone(zone);
}

static void init_node(void)
{
    struct pglist_data *pgdat = &contig_page_data;

    pgdat->node_start_pfn = min_low_pfn;
    pgdat->node_spanned_pages = max_pfn - min_low_pfn;
    pgdat->node_present_pages = present_in(min_low_pfn, max_pfn);
    init_waitqueue_head(&pgdat->kswapd_wait);
    spin_lock_init(&pgdat->__lruvec.lru_lock);
    for (int i = 0; i < NR_LRU_LISTS; i++)
        INIT_LIST_HEAD(&pgdat->__lruvec.lists[i]);
}

static void print_node_ranges(void)
{
    pr_info("Early memory node ranges\n");
    for (unsigned int i = 0; i < memblock.memory.cnt; i++) {
        const struct memblock_region *r = &memblock.memory.regions[i];

        pr_info("  node   0: [mem 0x%09llx-0x%09llx]\n",
                (unsigned long long)r->base,
                (unsigned long long)(r->base + r->size - 1));
    }
}

void free_area_init(void)
{
    size_t bytes;
    unsigned long dma_end;

    memblock_trim_memory(PAGE_SIZE);
    min_low_pfn = (unsigned long)(memblock_start_of_DRAM() >> PAGE_SHIFT);
    max_pfn = (unsigned long)(memblock_end_of_DRAM() >> PAGE_SHIFT);
    max_low_pfn = min_t(unsigned long, max_pfn,
                        min_low_pfn +
                            (unsigned long)(lowmem_limit >> PAGE_SHIFT));
    dma_end = min_t(unsigned long, max_low_pfn,
                    min_low_pfn + (unsigned long)(dma_limit >> PAGE_SHIFT));
    bytes = (max_pfn - min_low_pfn) * sizeof(struct page);
    mem_map = memblock_alloc(bytes, PAGE_SIZE);
    page_group_by_mobility_disabled =
        max_pfn - min_low_pfn < pageblock_nr_pages * MIGRATE_TYPES;
    pr_info("Mobility grouping %s\n",
            page_group_by_mobility_disabled ? "off" : "on");
    page_owner_init();
    init_node();
    pr_info("Zone ranges:\n");
    init_zone(ZONE_DMA, min_low_pfn, dma_end);
    init_zone(ZONE_NORMAL, dma_end, max_low_pfn);
    init_zone(ZONE_HIGHMEM, max_low_pfn, max_pfn);
    print_node_ranges();
    build_all_zonelists();
    kmap_init();
    pcp_init();
    for (unsigned long i = 0; i < DIV_ROUND_UP(bytes, PAGE_SIZE); i++)
        page_set_type(virt_to_page(mem_map) + i, PAGE_TYPE_MEMMAP);
}

unsigned long totalram_pages(void)
{
    unsigned long n = 0;
    struct zone *zone;

    for_each_zone(zone)
        n += zone->managed_pages;
    return n;
}

unsigned long totalhigh_pages(void)
{
    unsigned long n = 0;
    int nid;

    for_each_online_node(nid)
        n += NODE_DATA(nid)->node_zones[ZONE_HIGHMEM].managed_pages;
    return n;
}

void mem_init(void)
{
    unsigned long present = contig_page_data.node_present_pages;
    unsigned long freed = memblock_free_all();
    unsigned long map_kib =
        (max_pfn - min_low_pfn) * (unsigned long)sizeof(struct page) >> 10;
    unsigned long kib = present << (PAGE_SHIFT - 10);
    struct image_sizes image = arch_image_sizes();

    BUG_ON(freed != totalram_pages());
    /* Nothing was lost, and nothing handed over twice. */
    if (freed + memblock_reserved_frames() != present)
        panic("memblock: %lu frames reserved and %lu handed over of %lu",
              memblock_reserved_frames(), freed, present);
    pr_info("Memory: %luK/%luK available (%luK kernel code, %luK rwdata, "
            "%luK rodata, %luK init, %luK bss, %luK reserved, "
            "0K cma-reserved, %luK highmem)\n",
            freed << (PAGE_SHIFT - 10), kib, image.text >> 10,
            image.data >> 10, image.rodata >> 10, image.init >> 10,
            image.bss >> 10, (present - freed) << (PAGE_SHIFT - 10),
            totalhigh_pages() << (PAGE_SHIFT - 10));
    pr_info("mem_map: %lu bytes a page, %luK, %lu.%02lu%% of memory\n",
            (unsigned long)sizeof(struct page), map_kib, map_kib * 100 / kib,
            map_kib * 10000 / kib % 100);
}

/* Frames below the high watermarks that low-memory allocations could get. */
static unsigned long nr_free_buffer_pages(void)
{
    unsigned long sum = 0;
    struct zoneref *z;
    struct zone *zone;

    for_each_zone_zonelist(zone, z, node_zonelist(numa_node_id(), GFP_USER),
                           ZONE_NORMAL)
        if (zone->managed_pages > high_wmark_pages(zone))
            sum += zone->managed_pages - high_wmark_pages(zone);
    return sum;
}

static unsigned long int_sqrt(unsigned long x)
{
    unsigned long root = 0;

    for (unsigned long bit = 1ul << 15; bit; bit >>= 1)
        if ((root + bit) * (root + bit) <= x)
            root += bit;
    return root;
}

void init_per_zone_wmark_min(void)
{
    unsigned long lowmem_kib = nr_free_buffer_pages() * (PAGE_SIZE >> 10);

    min_free_kbytes = (int)clamp(int_sqrt(lowmem_kib * 16), 128ul, 262144ul);
    setup_per_zone_wmarks();
}

void free_reserved_range(phys_addr_t start, phys_addr_t end, const char *what)
{
    unsigned long pfn = (unsigned long)((start + PAGE_SIZE - 1) >> PAGE_SHIFT);
    unsigned long last = (unsigned long)(end >> PAGE_SHIFT), pages = 0;

    for (; pfn < last; pfn++, pages++)
        memblock_free_pages(pfn_to_page(pfn), 0);
    if (pages)
        pr_info("Freeing %s memory: %luK\n", what,
                pages << (PAGE_SHIFT - 10));
}

void free_reserved_area(void *start, void *end, const char *what)
{
    free_reserved_range(virt_to_phys(start), virt_to_phys(end), what);
}
