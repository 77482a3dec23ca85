/*
 * Page tables of a program, and addresses that meet them.
 *
 * Two rules keep a program's meaning independent of what a TLB holds. No leaf
 * that could be written through has a page table behind it, so that tables
 * change only where a fence follows. And a table that holds the second root
 * is reached under an ASID of its own, without global pages.
 */
#include <string.h>

#include "base/bits.h"
#include "tests/torture/program.h"

#define MEGA 0x400000u
#define FLAGS_CODE (PTE_V | PTE_R | PTE_X | PTE_A)

uint32_t page_pa(const struct gen *g, unsigned page)
{
    return g->p.window_pa + page * 4096;
}

static void set_pte(struct gen *g, unsigned page, unsigned index, uint32_t pte)
{
    store_le(g->p.window + page * 4096 + index * 4, 4, pte);
}

static uint32_t pte_to(uint32_t pa, uint32_t flags)
{
    return pa >> 12 << PTE_PPN_SHIFT | flags;
}

uint32_t satp_of(const struct gen *g, unsigned root_page)
{
    return 1u << 31 | (root_page == PAGE_ROOT ? 1u : 2u) << 22 |
           page_pa(g, root_page) >> 12;
}

/* A frame that is not the program's: nothing, devices, another's memory; all
 * refused by PMP. Above 4 GiB only what is refused below it, too. */
static uint32_t foreign_ppn(struct gen *g)
{
    uint32_t ppn =
        chance(&g->r, 50) ? 0x80000 + pick(&g->r, 0x4000) : word(&g->r) >> 10;
    uint32_t low = ppn & 0xfffff;

    if (low >= WINDOWS >> 12 && low < (WINDOWS >> 12) + 0x1000)
        ppn ^= 0x8000;
    if (low == TRAP_PAGE >> 12)
        ppn ^= 1;
    return ppn;
}

/* Where QEMU sets A and D otherwise, nobody looks at tables. */
static unsigned first_readable(const struct gen *g)
{
    return g->has_foreign ? PAGE_CODE : 0;
}

/* A PTE that is a leaf or looks like one, with all flags possible. */
uint32_t random_leaf(struct gen *g, bool is_mega)
{
    uint32_t flags = (word(&g->r) & 0xff) | PTE_V;
    unsigned first = flags & PTE_W ? PAGE_DATA : first_readable(g);
    uint32_t ppn = page_pa(g, first + pick(&g->r, WINDOW_PAGES - first)) >> 12;

    if (chance(&g->r, 5))
        flags &= ~(uint32_t)PTE_V;
    if (chance(&g->r, 50)) /* the bits that decide most: not so rare */
        flags |= chance(&g->r, 50) ? PTE_R | PTE_A : PTE_R | PTE_X;
    if (flags & PTE_W && ppn < page_pa(g, PAGE_DATA) >> 12)
        ppn = page_pa(g, PAGE_DATA) >> 12;
    if (g->has_two_roots)
        flags &= ~(uint32_t)PTE_G;
    if (is_mega && chance(&g->r, 60))
        ppn &= ~0x3ffu;
    if (g->has_foreign && chance(&g->r, 15))
        ppn = foreign_ppn(g);
    /* A pointer leads to a table that is a table. */
    if (!(flags & (PTE_R | PTE_W | PTE_X)))
        ppn = page_pa(g, PAGE_LEAF1) >> 12;
    if (chance(&g->r, 10))
        flags |= pick(&g->r, 4) << 8;
    return ppn << PTE_PPN_SHIFT | flags;
}

static void add_page(struct gen *g, uint32_t va, uint32_t pte, bool is_mega)
{
    if (g->n_pages < MAX_PAGES)
        g->pages[g->n_pages++] = (struct page){va, pte, is_mega};
}

/* Not one of the entries that answer a jump into the table. */
static unsigned free_index(struct gen *g)
{
    unsigned index;

    do
        index = chance(&g->r, 10) ? 1023 : 8 + pick(&g->r, 1016);
    while (index >= PROBE_ZONE / 4 &&
           index < (PROBE_ZONE + PROBE_ZONE_SIZE) / 4);
    return index;
}

static unsigned free_root(struct gen *g)
{
    unsigned index;

    do
        index = free_index(g);
    while ((index >= 0x200 && index < 0x210) || index == g->code_root ||
           load_le(g->p.window + index * 4, 4));
    return index;
}

/* Leaves of one table, seen through root entry `root`: some in a row, so that
 * accesses cross from one to the next. */
static void fill_leaves(struct gen *g, unsigned table, unsigned root)
{
    unsigned index = free_index(g);

    for (unsigned i = 0; i < 28; i++) {
        uint32_t pte = random_leaf(g, false);

        if (chance(&g->r, 40))
            index = free_index(g);
        else
            index = index % 1023 + 1;
        if (index < 8 || index == 0x203 ||
            (index >= PROBE_ZONE / 4 &&
             index < (PROBE_ZONE + PROBE_ZONE_SIZE) / 4) ||
            (table == PAGE_LEAF0 && index >= 0x100 && index < 0x110))
            continue;
        set_pte(g, table, index, pte);
        add_page(g, root << 22 | index << 12, pte, false);
    }
}

/* The code of S and U: pages 0x100 of the first table for S, 0x108 for U. */
static void map_code(struct gen *g)
{
    g->code_root = free_index(g) & ~1u;
    if (g->code_root >= 0x200 && g->code_root < 0x210)
        g->code_root = 0x20;
    if (g->code_root < 8 || g->code_root == PROBE_ZONE / 4)
        g->code_root = 0x40;
    set_pte(g, PAGE_ROOT, g->code_root, pte_to(page_pa(g, PAGE_LEAF0), PTE_V));
    for (unsigned i = 0; i < WINDOW_PAGES - PAGE_CODE; i++) {
        uint32_t pa = page_pa(g, PAGE_CODE + i);
        uint32_t more = i >= 2 ? PTE_W | PTE_D : 0;

        set_pte(g, PAGE_LEAF0, 0x100 + i, pte_to(pa, FLAGS_CODE | more));
        set_pte(g, PAGE_LEAF0, 0x108 + i,
                pte_to(pa, FLAGS_CODE | PTE_U | more));
    }
}

void tables_make(struct gen *g)
{
    uint32_t trap_pte = pte_to(TRAP_PAGE & ~(MEGA - 1), FLAGS_CODE);
    uint32_t own = g->p.window_pa & ~(MEGA - 1);
    unsigned second;

    map_code(g);
    /* stvec is a physical address as well as a virtual one. */
    set_pte(g, PAGE_ROOT, TRAP_PAGE / MEGA, trap_pte);
    set_pte(g, PAGE_LEAF1, TRAP_PAGE / MEGA, trap_pte);
    set_pte(g, PAGE_ROOT, own / MEGA,
            pte_to(own, (word(&g->r) & 0xfe & ~(uint32_t)PTE_G) | PTE_V));
    second = free_root(g);
    set_pte(g, PAGE_ROOT, second, pte_to(page_pa(g, PAGE_LEAF1), PTE_V));
    fill_leaves(g, PAGE_LEAF0, g->code_root);
    fill_leaves(g, PAGE_LEAF1, second);
    if (g->has_two_roots)
        set_pte(g, PAGE_LEAF1, g->code_root,
                pte_to(page_pa(g, PAGE_LEAF0), PTE_V));
    for (unsigned i = 0; i < 24; i++) {
        unsigned index = free_root(g);
        uint32_t pte = random_leaf(g, true);

        set_pte(g, PAGE_ROOT, index, pte);
        add_page(g, index << 22, pte, true);
    }
}

uint32_t code_va(const struct gen *g, uint32_t pa, enum mode mode)
{
    uint32_t offset = pa - page_pa(g, PAGE_CODE);

    return (g->code_root << 22) + (mode == MODE_U ? 0x108000u : 0x100000u) +
           offset;
}

/* An offset in a page, aligned more often than not; away from what answers
 * jumps, and now and then across the end. */
static uint32_t page_offset(struct gen *g, unsigned size)
{
    uint32_t offset = LOW_ZONE_SIZE + 0x20 + pick(&g->r, 0xb80);

    if (chance(&g->r, 10))
        offset = 0xff0 + pick(&g->r, 16);
    else if (chance(&g->r, 30))
        offset = LOW_ZONE_SIZE + 0x20 + pick(&g->r, 0x20);
    if (chance(&g->r, 75))
        offset &= ~(size - 1);
    return offset;
}

uint32_t physical_address(struct gen *g, unsigned size, bool is_store)
{
    unsigned first = is_store ? PAGE_DATA : first_readable(g);
    unsigned page = first + pick(&g->r, WINDOW_PAGES - first);
    uint32_t offset = page_offset(g, size);

    if (page == WINDOW_PAGES - 1 && offset + size > 4096)
        offset = 4096 - size;
    return page_pa(g, page) + offset;
}

uint32_t virtual_address(struct gen *g, unsigned size, bool is_store)
{
    const struct page *page = &g->pages[pick(&g->r, g->n_pages)];
    unsigned what = pick(&g->r, 100);

    if (what < 10) /* through the megapage where pa == va */
        return physical_address(g, size, is_store);
    if (what < 14)
        return code_va(g, page_pa(g, PAGE_DATA + pick(&g->r, 3)),
                       chance(&g->r, 50) ? MODE_U : MODE_S) +
               LOW_ZONE_SIZE + 0x40 + pick(&g->r, 0x400);
    if (what < 17)
        return word(&g->r) & ~(size - 1);
    if (page->is_mega && !(page->pte >> PTE_PPN_SHIFT & 0x3ff))
        return page->va | (physical_address(g, size, is_store) & (MEGA - 1));
    return page->va + page_offset(g, size);
}
