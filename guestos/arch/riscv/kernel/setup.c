/*
 * What the firmware has left: the device tree says where memory is. The tree
 * may lie anywhere in DRAM; setup_vm has mapped it at FDT_MAP, here it is
 * copied into low memory.
 */
#include "errno.h"
#include "guestos/lib/fdt.h"
#include "init.h"
#include "kernel.h"
#include "memblock.h"
#include "mm.h"
#include "of.h"
#include "params.h"
#include "string.h"
#include "asm/setup.h"

#define DEFAULT_DMA_BYTES (16u << 20)

static u64 dma_bytes;    /* dma=, 0: by the devices */
static u64 lowmem_bytes; /* lowmem=, 0: the whole direct map */

static void __init add_memory(void)
{
    int root = fdt_path("/"), node = -1;
    phys_addr_t base;
    u64 size;
    unsigned i;

    while ((node = fdt_next_child(root, node)) >= 0) {
        const char *type = fdt_prop_string(node, "device_type");

        if (!type || strcmp(type, "memory") != 0) {
            continue;
        }
        for (i = 0; fdt_reg(node, i, &base, &size); i++) {
            memblock_add(base, size);
        }
    }
    if (memblock_start_of_DRAM() != PHYS_OFFSET) {
        panic("DRAM starts at %#llx, not at %#x",
              (unsigned long long)memblock_start_of_DRAM(),
              (unsigned)PHYS_OFFSET);
    }
}

static void __init reserve_memory(void)
{
    int root = fdt_path("/reserved-memory"), node = -1;
    u64 base, size;
    unsigned i;

    memblock_reserve(virt_to_phys(_stext), (u64)(_end - _stext));
    for (i = 0; fdt_reservation(i, &base, &size); i++) {
        memblock_reserve(base, size);
    }
    while (root >= 0 && (node = fdt_next_child(root, node)) >= 0) {
        for (i = 0; fdt_reg(node, i, &base, &size); i++) {
            memblock_reserve(base, size);
        }
    }
}

static phys_addr_t initrd_start, initrd_end; /* set at boot; equal: none */

/* An address in one cell or two. */
static bool __init chosen_address(const char *name, phys_addr_t *pa)
{
    int chosen = fdt_path("/chosen");
    u32 high = 0, low;

    if (chosen < 0 || !fdt_prop_u32(chosen, name, 0, &low)) {
        return false;
    }
    if (fdt_prop_u32(chosen, name, 1, &high)) {
        u32 first = low;

        low = high;
        high = first;
    }
    *pa = (phys_addr_t)high << 32 | low;
    return true;
}

/* Octavo has its root on a disk and does not unpack an initrd; it stays
 * untouched while the kernel boots, then its memory is as good as any. */
static void __init reserve_initrd(void)
{
    if (!chosen_address("linux,initrd-start", &initrd_start) ||
        !chosen_address("linux,initrd-end", &initrd_end) ||
        initrd_end <= initrd_start) {
        initrd_start = initrd_end = 0;
        return;
    }
    memblock_reserve(initrd_start, initrd_end - initrd_start);
}

void free_initrd_mem(void)
{
    /* The frames at its ends were not handed over either. */
    if (initrd_start != initrd_end) {
        free_reserved_range(ALIGN_DOWN(initrd_start, PAGE_SIZE),
                            ALIGN(initrd_end, PAGE_SIZE), "initrd");
    }
}

static int __init size_setup(const char *name, const char *value, u64 *size)
{
    const char *end;

    *size = memparse(value, &end);
    if (end == value || *end || !IS_ALIGNED(*size, PAGE_SIZE) || !*size) {
        pr_err("%s=%s: not a size in whole pages, as 16M is\n", name, value);
        return -EINVAL;
    }
    return 0;
}

static int __init dma_setup(const char *value)
{
    return size_setup("dma", value, &dma_bytes);
}
early_param("dma", dma_setup);

static int __init lowmem_setup(const char *value)
{
    return size_setup("lowmem", value, &lowmem_bytes);
}
early_param("lowmem", lowmem_setup);

static int __init mem_setup(const char *value)
{
    u64 size;

    if (size_setup("mem", value, &size) != 0) {
        return -EINVAL;
    }
    memblock_cap(PHYS_OFFSET + size);
    return 0;
}
early_param("mem", mem_setup);

/* Bytes of DRAM that the DMA engine reaches; 0 when there is none. */
static u64 __init dma_reach(void)
{
    int node = fdt_next_compatible(-1, "quire,dma");
    u64 start, size;

    while (node >= 0 && !fdt_dma_range(node, &start, &size)) {
        node = fdt_parent(node);
    }
    if (node < 0 || start + size <= PHYS_OFFSET) {
        return 0;
    }
    return start + size - PHYS_OFFSET;
}

static phys_addr_t __init set_zones(void)
{
    u64 memory = memblock_end_of_DRAM() - PHYS_OFFSET;
    u64 reach = dma_reach();

    if (reach && dma_bytes > reach) {
        panic("dma=%lluK is more than the DMA engine reaches: %lluK",
              (unsigned long long)dma_bytes >> 10,
              (unsigned long long)reach >> 10);
    }
    if (!dma_bytes) {
        dma_bytes = reach ? reach : DEFAULT_DMA_BYTES;
    }
    if (!lowmem_bytes || lowmem_bytes > DIRECT_MAP_SIZE) {
        lowmem_bytes = DIRECT_MAP_SIZE;
    }
    lowmem_bytes = min(lowmem_bytes, ALIGN_DOWN(memory, PAGE_SIZE));
    if (lowmem_bytes < (u64)(_end - (char *)PAGE_OFFSET) + (1u << 20)) {
        panic("lowmem=%lluK is less than the kernel needs",
              (unsigned long long)lowmem_bytes >> 10);
    }
    dma_bytes = min(dma_bytes, lowmem_bytes);
    mm_set_zone_limits(dma_bytes, lowmem_bytes);
    memblock_set_current_limit(PHYS_OFFSET + lowmem_bytes);
    return PHYS_OFFSET + lowmem_bytes;
}

phys_addr_t __init setup_memory(phys_addr_t fdt_pa)
{
    const void *early = (void *)(FDT_MAP + (unsigned long)(fdt_pa & ~PMD_MASK));
    size_t size = fdt_total_size(early);
    const char *args;
    phys_addr_t low_end;
    void *copy;

    if (!size || size > PMD_SIZE || fdt_open(early) != 0) {
        panic("the firmware gave no device tree (a1 = %#llx)",
              (unsigned long long)fdt_pa);
    }
    /* What setup_vm has mapped. */
    memblock_set_current_limit(PHYS_OFFSET + DIRECT_MAP_SIZE);
    add_memory();
    memblock_reserve(fdt_pa, size);
    reserve_memory();
    reserve_initrd();
    memblock_allow_resize();
    args = fdt_prop_string(fdt_path("/chosen"), "bootargs");
    if (args && strscpy(boot_command_line, args, COMMAND_LINE_SIZE) < 0) {
        panic("the command line is longer than %d", COMMAND_LINE_SIZE - 1);
    }
    parse_params();
    low_end = set_zones();
    copy = memblock_alloc(size, 8);
    memcpy(copy, early, size);
    fdt_open(copy);
    memblock_free(fdt_pa, size);
    memblock_dump_all();
    return low_end;
}
