/*
 * The kernel's half of the address space. setup_vm makes a first table with
 * the MMU still off; paging_init gives every part its rights:
 *
 *   C0000000  direct map of low memory: megapages where alignment allows,
 *             text read-execute, constants read-only, the rest read-write
 *   F8000000  vmalloc (with device registers, kernel stacks), pkmap, fixmap: their
 *             tables of leaves are made at once, so that every address
 *             space's root can share them for ever
 */
#include "init.h"
#include "memblock.h"
#include "mm.h"
#include "string.h"
#include "asm/csr.h"
#include "asm/pgalloc.h"
#include "asm/pgtable.h"
#include "asm/setup.h"
#include "asm/tlbflush.h"

struct pgd swapper_pg_dir[PTRS_PER_PGD]
    __attribute__((aligned(PAGE_SIZE), section(".bss..page_aligned")));

static u32 leaf(phys_addr_t pa, u32 prot)
{
    return (u32)(pa >> PAGE_SHIFT) << _PAGE_PFN_SHIFT | prot;
}

/* Runs at physical addresses: no pointers in data, no calls that need them. */
void setup_vm(unsigned long fdt_pa)
{
    struct pgd *dir = swapper_pg_dir;
    u32 prot = _PAGE_KERNEL | _PAGE_EXEC;
    unsigned long fdt = fdt_pa & PMD_MASK;
    unsigned i;

    for (i = 0; i < DIRECT_MAP_SIZE / PMD_SIZE; i++) {
        dir[pgd_index(PAGE_OFFSET) + i].pgd =
            leaf(PHYS_OFFSET + i * PMD_SIZE, prot);
    }
    dir[pgd_index(KERNEL_BASE)].pgd = leaf(KERNEL_BASE, prot);
    for (i = 0; i < 2; i++) {
        dir[pgd_index(FDT_MAP) + i].pgd =
            leaf(fdt + i * PMD_SIZE, _PAGE_KERNEL & ~_PAGE_WRITE);
    }
}

/* The table of leaves under a kernel address, made if there is none. */
static struct pte *__init kernel_table(unsigned long va)
{
    struct pgd *pgd = pgd_offset_k(va);

    if (!pgd_val(*pgd)) {
        phys_addr_t pa = virt_to_phys(memblock_alloc(PAGE_SIZE, PAGE_SIZE));

        pgd->pgd = leaf(pa, _PAGE_PRESENT);
    }
    return phys_to_virt((phys_addr_t)(pgd_val(*pgd) >> _PAGE_PFN_SHIFT)
                        << PAGE_SHIFT);
}

static void __init map_range(struct pgd *dir, const char *start,
                             const char *end, u32 prot)
{
    unsigned long va = (unsigned long)start;

    while (va < (unsigned long)end) {
        phys_addr_t pa = virt_to_phys((void *)va);

        if (!dir[pgd_index(va)].pgd && IS_ALIGNED(va, PMD_SIZE) &&
            (unsigned long)end - va >= PMD_SIZE) {
            dir[pgd_index(va)].pgd = leaf(pa, prot);
            va += PMD_SIZE;
            continue;
        }
        if (!dir[pgd_index(va)].pgd) {
            dir[pgd_index(va)].pgd =
                leaf(virt_to_phys(memblock_alloc(PAGE_SIZE, PAGE_SIZE)),
                     _PAGE_PRESENT);
        }
        set_pte((struct pte *)phys_to_virt(
                    (phys_addr_t)(dir[pgd_index(va)].pgd >> _PAGE_PFN_SHIFT)
                    << PAGE_SHIFT) +
                    pte_index(va),
                __pte(leaf(pa, prot)));
        va += PAGE_SIZE;
    }
}

void __init paging_init(phys_addr_t lowmem_end)
{
    struct pgd *dir = memblock_alloc(PAGE_SIZE, PAGE_SIZE);
    u32 read_only = _PAGE_KERNEL & ~_PAGE_WRITE;
    unsigned long va;

    map_range(dir, phys_to_virt(PHYS_OFFSET), _stext, _PAGE_KERNEL);
    map_range(dir, _stext, _etext, read_only | _PAGE_EXEC);
    map_range(dir, _etext, _erodata, read_only);
    map_range(dir, __init_begin, __init_text_end, read_only | _PAGE_EXEC);
    map_range(dir, __init_text_end, phys_to_virt(lowmem_end), _PAGE_KERNEL);

    memcpy(swapper_pg_dir, dir, PAGE_SIZE);
    memblock_free(virt_to_phys(dir), PAGE_SIZE);
    for (va = KERNEL_TABLES_START; va; va += PMD_SIZE) {
        kernel_table(va);
    }
    local_flush_tlb_all();
    csr_write(satp,
              SATP_MODE_SV32 |
                  (unsigned long)(virt_to_phys(swapper_pg_dir) >> PAGE_SHIFT));
    local_flush_tlb_all();
}

void free_initmem(void)
{
    char *p;

    for (p = __init_begin; p < __init_text_end; p += PAGE_SIZE) {
        struct pmd *pmd = pmd_offset(
            pud_offset(p4d_offset(pgd_offset_k((unsigned long)p), 0), 0), 0);

        set_pte(pte_offset_kernel(pmd, (unsigned long)p),
                __pte(leaf(virt_to_phys(p), _PAGE_KERNEL)));
    }
    flush_tlb_all();
    free_reserved_area(__init_begin, __init_end, "unused kernel image (initmem)");
}

struct image_sizes arch_image_sizes(void)
{
    return (struct image_sizes){
        .text = (unsigned long)(_etext - _stext),
        .rodata = (unsigned long)(_erodata - _etext),
        .init = (unsigned long)(__init_end - __init_begin),
        .data = (unsigned long)(_edata - _sdata),
        .bss = (unsigned long)(_end - _edata),
    };
}

static void __init print_area(const char *name, unsigned long start,
                              unsigned long end)
{
    pr_info("  %8s : 0x%08lx - 0x%08lx   (%4lu kB)\n", name, start, end,
            (end - start + 1023) >> 10);
}

void __init print_vm_layout(phys_addr_t lowmem_end)
{
    pr_info("Virtual kernel memory layout:\n");
    print_area("fixmap", FIXADDR_START,
               FIXADDR_START + FIXADDR_PAGES * PAGE_SIZE);
    print_area("pkmap", PKMAP_BASE, PKMAP_BASE + LAST_PKMAP * PAGE_SIZE);
    print_area("vmalloc", VMALLOC_START, VMALLOC_END);
    print_area("lowmem", PAGE_OFFSET,
               (unsigned long)phys_to_virt(lowmem_end));
    print_area(".init", (unsigned long)__init_begin,
               (unsigned long)__init_end);
    print_area(".data", (unsigned long)_sdata, (unsigned long)_edata);
    print_area(".bss", (unsigned long)_edata, (unsigned long)_end);
    print_area(".rodata", (unsigned long)_etext, (unsigned long)_erodata);
    print_area(".text", (unsigned long)_stext, (unsigned long)_etext);
}

struct pgd *pgd_alloc(struct mm_struct *mm)
{
    struct pgd *pgd = (struct pgd *)get_zeroed_page(GFP_KERNEL);

    (void)mm;
    if (pgd) {
        memcpy(pgd + USER_PTRS_PER_PGD, swapper_pg_dir + USER_PTRS_PER_PGD,
               (PTRS_PER_PGD - USER_PTRS_PER_PGD) * sizeof(*pgd));
    }
    return pgd;
}

void pgd_free(struct mm_struct *mm, struct pgd *pgd)
{
    (void)mm;
    free_page((unsigned long)pgd);
}
