/*
 * Physical memory on the host: an arena whose free frames and free slab
 * objects are poisoned for AddressSanitizer, so that a use after free of the
 * kernel's own memory is an error at once.
 */
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#include <stdio.h>
#include <stdlib.h>

#include "guestos/arch/host/host.h"
#include "guestos/arch/host/kernel_map.h"
#include "guestos/arch/host/memory.h"
#include "guestos/mm/internal.h"
#include "boot.h"
#include "init.h"
#include "memblock.h"
#include "percpu.h"
#include "radix_tree.h"
#include "slab.h"
#include "vmalloc.h"

char *host_arena;
unsigned int fail_nth;

extern const initcall_t initcall_slab_sysfs_init;

struct pgd swapper_pg_dir[PTRS_PER_PGD];

static unsigned long random_state;

unsigned long host_seed(void)
{
    const char *text = getenv("QUIRE_SEED");

    random_state = text ? strtoul(text, NULL, 0) : 20260101;
    printf("# QUIRE_SEED=%lu\n", random_state);
    return random_state;
}

unsigned long host_random(unsigned long below)
{
    random_state = random_state * 6364136223846793005ul + 1442695040888963407ul;
    return (random_state >> 33) % below;
}

void arch_alloc_page(struct page *page, unsigned int order)
{
    ASAN_UNPOISON_MEMORY_REGION(phys_to_virt(page_to_phys(page)),
                                (size_t)PAGE_SIZE << order);
}

void arch_free_page(struct page *page, unsigned int order)
{
    ASAN_POISON_MEMORY_REGION(phys_to_virt(page_to_phys(page)),
                              (size_t)PAGE_SIZE << order);
}

void host_poison(const void *p, size_t size)
{
    ASAN_POISON_MEMORY_REGION(p, size);
}

void host_unpoison(const void *p, size_t size)
{
    ASAN_UNPOISON_MEMORY_REGION(p, size);
}

static void host_arena_map(unsigned long ram_kib)
{
    unsigned long size = ALIGN(ram_kib << 10, 4ul << 20);

    host_arena = host_memory_create(size, 4ul << 20);
    /* What is only known from there is not lost. */
    __lsan_register_root_region(host_arena, size);
}

/* There is none. */
struct image_sizes arch_image_sizes(void)
{
    return (struct image_sizes){0, 0, 0, 0, 0};
}

void host_arena_init(unsigned long ram_kib)
{
    host_arena_map(ram_kib);
    memblock_add(PHYS_OFFSET, (u64)ram_kib << 10);
    memblock_allow_resize();
}

void host_boot(unsigned long ram_kib, unsigned long dma_kib,
               unsigned long lowmem_kib)
{
    host_arena_init(ram_kib);
    host_tasks_init();
    /* As firmware and kernel would. */
    memblock_reserve(PHYS_OFFSET, 256 << 10);
    mm_set_zone_limits((u64)dma_kib << 10, (u64)lowmem_kib << 10);
    host_vmalloc_reserve();
    host_vmalloc_tables();
    setup_per_cpu_areas();
    free_area_init();
    mem_init();
    kmem_cache_init();
    vmalloc_init();
    init_per_zone_wmark_min();
    radix_tree_init();
    mm_init();
    sysfs_init();
    initcall_slab_sysfs_init();
}
