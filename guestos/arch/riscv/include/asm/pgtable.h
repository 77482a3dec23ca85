/*
 * Page tables of Sv32. The generic five levels fold onto two: p4d, pud and
 * pmd are the entry of the pgd itself. Entries are structs, so that no
 * integer passes for one; they are 32 bits wide on the host too.
 *
 *   31            10 9   8  7 6 5 4 3 2 1 0
 *   |      ppn      | RSW | D A G U X W R V |
 *
 * RSW bit 8 marks special pages (no struct page behind them). With V = 0 an
 * entry is the kernel's own: bit 5 set is a page that may not be accessed
 * (PROT_NONE, the rest as it was), else a swap entry:
 *
 *   31              12 11     7 6    5 4..0
 *   |      offset     |  type  | E | 0 | 0 |
 */
#ifndef QUIRE_GUESTOS_ASM_PGTABLE_H
#define QUIRE_GUESTOS_ASM_PGTABLE_H

#include "kernel.h"
#include "asm/page.h"

#define _PAGE_PRESENT 0x001u
#define _PAGE_READ 0x002u
#define _PAGE_WRITE 0x004u
#define _PAGE_EXEC 0x008u
#define _PAGE_USER 0x010u
#define _PAGE_GLOBAL 0x020u
#define _PAGE_ACCESSED 0x040u
#define _PAGE_DIRTY 0x080u
#define _PAGE_SPECIAL 0x100u
#define _PAGE_SOFT 0x200u
#define _PAGE_PROT_NONE 0x020u /* with V = 0 */
#define _PAGE_PFN_SHIFT 10
#define _PAGE_LEAF (_PAGE_READ | _PAGE_WRITE | _PAGE_EXEC)
#define _PAGE_FLAGS 0x3ffu
#define _PAGE_CHG_MASK                                                         \
    (~_PAGE_FLAGS | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_SPECIAL)

#define PTRS_PER_PGD 1024
#define PTRS_PER_PTE 1024
#define PGDIR_SHIFT 22
#define PGDIR_SIZE (1UL << PGDIR_SHIFT)
#define PGDIR_MASK (~(PGDIR_SIZE - 1))
#define P4D_SIZE PGDIR_SIZE
#define PUD_SIZE PGDIR_SIZE
#define PMD_SHIFT PGDIR_SHIFT
#define PMD_SIZE PGDIR_SIZE
#define PMD_MASK PGDIR_MASK
#define USER_PTRS_PER_PGD ((unsigned)(TASK_SIZE >> PGDIR_SHIFT))

struct pte {
    u32 pte;
};
struct pgd {
    u32 pgd;
};
struct p4d {
    struct pgd pgd;
};
struct pud {
    struct p4d p4d;
};
struct pmd {
    struct pud pud;
};
struct pgprot {
    u32 pgprot;
};

#define __pgprot(bits) ((struct pgprot){bits})

static inline u32 pgprot_val(struct pgprot prot)
{
    return prot.pgprot;
}

/* User pages; A and D are left to the hardware. */
#define _PAGE_BASE (_PAGE_PRESENT | _PAGE_USER)
#define PAGE_NONE __pgprot(_PAGE_PROT_NONE | _PAGE_READ)
#define PAGE_READONLY __pgprot(_PAGE_BASE | _PAGE_READ)
#define PAGE_EXEC __pgprot(_PAGE_BASE | _PAGE_EXEC)
#define PAGE_READONLY_EXEC __pgprot(_PAGE_BASE | _PAGE_READ | _PAGE_EXEC)
#define PAGE_SHARED __pgprot(_PAGE_BASE | _PAGE_READ | _PAGE_WRITE)
#define PAGE_SHARED_EXEC                                                       \
    __pgprot(_PAGE_BASE | _PAGE_READ | _PAGE_WRITE | _PAGE_EXEC)
#define PAGE_COPY PAGE_READONLY
#define PAGE_COPY_EXEC PAGE_READONLY_EXEC

#define _PAGE_KERNEL                                                           \
    (_PAGE_PRESENT | _PAGE_READ | _PAGE_WRITE | _PAGE_GLOBAL |                 \
     _PAGE_ACCESSED | _PAGE_DIRTY)
#define PAGE_KERNEL __pgprot(_PAGE_KERNEL)
#define PAGE_KERNEL_EXEC __pgprot(_PAGE_KERNEL | _PAGE_EXEC)

/* The kernel's own table; user tables share its upper quarter. */
extern struct pgd swapper_pg_dir[PTRS_PER_PGD];

/* pgd: also what p4d, pud and pmd come down to. */
static inline u32 pgd_val(struct pgd pgd)
{
    return pgd.pgd;
}

static inline u32 pmd_val(struct pmd pmd)
{
    return pmd.pud.p4d.pgd.pgd;
}

static inline struct pmd __pmd(u32 val)
{
    return (struct pmd){{{{val}}}};
}

static inline unsigned pgd_index(unsigned long addr)
{
    return (addr >> PGDIR_SHIFT) & (PTRS_PER_PGD - 1);
}

static inline unsigned pte_index(unsigned long addr)
{
    return (addr >> PAGE_SHIFT) & (PTRS_PER_PTE - 1);
}

static inline struct pgd *pgd_offset_pgd(struct pgd *pgd, unsigned long addr)
{
    return pgd + pgd_index(addr);
}

/* `mm` is a struct mm_struct *. */
#define pgd_offset(mm, addr) pgd_offset_pgd((mm)->pgd, addr)
#define pgd_offset_k(addr) pgd_offset_pgd(swapper_pg_dir, addr)

/* Folded levels are always there and never bad. */
static inline bool pgd_none(struct pgd pgd)
{
    (void)pgd;
    return false;
}

static inline bool pgd_none_or_clear_bad(struct pgd *pgd)
{
    (void)pgd;
    return false;
}

static inline bool p4d_none(struct p4d p4d)
{
    (void)p4d;
    return false;
}

static inline bool p4d_none_or_clear_bad(struct p4d *p4d)
{
    (void)p4d;
    return false;
}

static inline bool pud_none(struct pud pud)
{
    (void)pud;
    return false;
}

static inline bool pud_none_or_clear_bad(struct pud *pud)
{
    (void)pud;
    return false;
}

static inline struct p4d *p4d_offset(struct pgd *pgd, unsigned long addr)
{
    (void)addr;
    return (struct p4d *)pgd;
}

static inline struct pud *pud_offset(struct p4d *p4d, unsigned long addr)
{
    (void)addr;
    return (struct pud *)p4d;
}

static inline struct pmd *pmd_offset(struct pud *pud, unsigned long addr)
{
    (void)addr;
    return (struct pmd *)pud;
}

/* End of what one entry covers, or of the range if that comes first. */
static inline unsigned long pgd_addr_end(unsigned long addr, unsigned long end)
{
    unsigned long next = (addr + PGDIR_SIZE) & PGDIR_MASK;

    return next - 1 < end - 1 ? next : end;
}

static inline unsigned long p4d_addr_end(unsigned long addr, unsigned long end)
{
    (void)addr;
    return end;
}

static inline unsigned long pud_addr_end(unsigned long addr, unsigned long end)
{
    (void)addr;
    return end;
}

static inline unsigned long pmd_addr_end(unsigned long addr, unsigned long end)
{
    (void)addr;
    return end;
}

/* pmd: where the folded levels meet the table of leaves. */
static inline bool pmd_none(struct pmd pmd)
{
    return pmd_val(pmd) == 0;
}

static inline bool pmd_present(struct pmd pmd)
{
    return pmd_val(pmd) & _PAGE_PRESENT;
}

static inline bool pmd_leaf(struct pmd pmd)
{
    return pmd_present(pmd) && (pmd_val(pmd) & _PAGE_LEAF);
}

static inline bool pmd_bad(struct pmd pmd)
{
    return !pmd_present(pmd) || (pmd_val(pmd) & _PAGE_LEAF);
}

static inline void set_pmd(struct pmd *pmdp, struct pmd pmd)
{
    *(volatile u32 *)pmdp = pmd_val(pmd);
}

static inline void pmd_clear(struct pmd *pmdp)
{
    set_pmd(pmdp, __pmd(0));
}

static inline bool pmd_none_or_clear_bad(struct pmd *pmdp)
{
    struct pmd pmd = *pmdp;

    if (pmd_none(pmd)) {
        return true;
    }
    if (unlikely(pmd_bad(pmd))) {
        pr_err("bad pmd %p(%08x)\n", (void *)pmdp, (unsigned)pmd_val(pmd));
        pmd_clear(pmdp);
        return true;
    }
    return false;
}

static inline unsigned long pmd_pfn(struct pmd pmd)
{
    return pmd_val(pmd) >> _PAGE_PFN_SHIFT;
}

/* The table of leaves behind the entry (in the direct map). */
static inline struct pte *pmd_page_vaddr(struct pmd pmd)
{
    return (struct pte *)pfn_to_virt(pmd_pfn(pmd));
}

/* Hangs a table of leaves, given by its frame, under the entry. */
static inline void pmd_populate_pfn(struct pmd *pmdp, unsigned long pfn)
{
    set_pmd(pmdp, __pmd((u32)(pfn << _PAGE_PFN_SHIFT) | _PAGE_PRESENT));
}

static inline struct pte *pte_offset_kernel(struct pmd *pmd, unsigned long addr)
{
    return pmd_page_vaddr(*pmd) + pte_index(addr);
}

#define pte_offset_map(pmd, addr) pte_offset_kernel(pmd, addr)
#define pte_unmap(pte) ((void)(pte))

/* Leaves. */
static inline u32 pte_val(struct pte pte)
{
    return pte.pte;
}

static inline struct pte __pte(u32 val)
{
    return (struct pte){val};
}

static inline bool pte_none(struct pte pte)
{
    return pte.pte == 0;
}

static inline bool pte_present(struct pte pte)
{
    return pte.pte & (_PAGE_PRESENT | _PAGE_PROT_NONE);
}

/* Present, but PROT_NONE. */
static inline bool pte_protnone(struct pte pte)
{
    return (pte.pte & (_PAGE_PRESENT | _PAGE_PROT_NONE)) == _PAGE_PROT_NONE;
}

static inline bool pte_same(struct pte a, struct pte b)
{
    return a.pte == b.pte;
}

static inline unsigned long pte_pfn(struct pte pte)
{
    return pte.pte >> _PAGE_PFN_SHIFT;
}

static inline bool pte_write(struct pte pte)
{
    return pte.pte & _PAGE_WRITE;
}

static inline bool pte_exec(struct pte pte)
{
    return pte.pte & _PAGE_EXEC;
}

static inline bool pte_dirty(struct pte pte)
{
    return pte.pte & _PAGE_DIRTY;
}

static inline bool pte_young(struct pte pte)
{
    return pte.pte & _PAGE_ACCESSED;
}

static inline bool pte_special(struct pte pte)
{
    return pte.pte & _PAGE_SPECIAL;
}

static inline struct pte pte_mkwrite(struct pte pte)
{
    return __pte(pte.pte | _PAGE_WRITE);
}

static inline struct pte pte_wrprotect(struct pte pte)
{
    return __pte(pte.pte & ~_PAGE_WRITE);
}

static inline struct pte pte_mkdirty(struct pte pte)
{
    return __pte(pte.pte | _PAGE_DIRTY);
}

static inline struct pte pte_mkclean(struct pte pte)
{
    return __pte(pte.pte & ~_PAGE_DIRTY);
}

static inline struct pte pte_mkyoung(struct pte pte)
{
    return __pte(pte.pte | _PAGE_ACCESSED);
}

static inline struct pte pte_mkold(struct pte pte)
{
    return __pte(pte.pte & ~_PAGE_ACCESSED);
}

static inline struct pte pte_mkspecial(struct pte pte)
{
    return __pte(pte.pte | _PAGE_SPECIAL);
}

static inline struct pte pfn_pte(unsigned long pfn, struct pgprot prot)
{
    return __pte((u32)(pfn << _PAGE_PFN_SHIFT) | prot.pgprot);
}

/* Same frame and A, D, other rights. */
static inline struct pte pte_modify(struct pte pte, struct pgprot prot)
{
    return __pte((pte.pte & _PAGE_CHG_MASK) | prot.pgprot);
}

/* Reading and changing entries that hardware may change (A, D). */
static inline struct pte ptep_get(const struct pte *ptep)
{
    return __pte(*(const volatile u32 *)&ptep->pte);
}

static inline void set_pte(struct pte *ptep, struct pte pte)
{
    *(volatile u32 *)&ptep->pte = pte.pte;
}

#define set_pte_at(mm, addr, ptep, pte) set_pte(ptep, pte)
#define pte_clear(mm, addr, ptep) set_pte(ptep, __pte(0))

static inline struct pte __ptep_get_and_clear(struct pte *ptep)
{
    return __pte(__atomic_exchange_n(&ptep->pte, 0, __ATOMIC_RELAXED));
}

#define ptep_get_and_clear(mm, addr, ptep) __ptep_get_and_clear(ptep)

static inline bool __ptep_test_and_clear_young(struct pte *ptep)
{
    return __atomic_fetch_and(&ptep->pte, ~_PAGE_ACCESSED, __ATOMIC_RELAXED) &
           _PAGE_ACCESSED;
}

#define ptep_test_and_clear_young(vma, addr, ptep)                             \
    __ptep_test_and_clear_young(ptep)

static inline void ptep_set_access_flags(struct pte *ptep, bool is_dirty)
{
    __atomic_fetch_or(&ptep->pte,
                      _PAGE_ACCESSED | (is_dirty ? _PAGE_DIRTY : 0u),
                      __ATOMIC_RELAXED);
}

static inline void __ptep_set_wrprotect(struct pte *ptep)
{
    __atomic_fetch_and(&ptep->pte, ~_PAGE_WRITE, __ATOMIC_RELAXED);
}

#define ptep_set_wrprotect(mm, addr, ptep) __ptep_set_wrprotect(ptep)

/* Swap entries: 32 areas of 2^20 slots (slot 0 holds the header). */
#define SWP_EXCLUSIVE 0x40u
#define SWP_TYPE_SHIFT 7
#define SWP_TYPE_BITS 5
#define SWP_OFFSET_SHIFT 12
#define SWP_OFFSET_MAX 0xfffffu

struct swp_entry {
    unsigned long val; /* offset << 12 | type << 7: the entry without E */
};

static inline struct swp_entry swp_entry(unsigned type, unsigned long offset)
{
    return (struct swp_entry){(offset << SWP_OFFSET_SHIFT) |
                              ((unsigned long)type << SWP_TYPE_SHIFT)};
}

static inline unsigned swp_type(struct swp_entry entry)
{
    return (entry.val >> SWP_TYPE_SHIFT) & ((1u << SWP_TYPE_BITS) - 1);
}

static inline unsigned long swp_offset(struct swp_entry entry)
{
    return entry.val >> SWP_OFFSET_SHIFT;
}

static inline struct pte swp_entry_to_pte(struct swp_entry entry)
{
    return __pte((u32)entry.val);
}

static inline struct swp_entry pte_to_swp_entry(struct pte pte)
{
    return (struct swp_entry){pte.pte & ~SWP_EXCLUSIVE};
}

static inline bool is_swap_pte(struct pte pte)
{
    return !pte_none(pte) && !pte_present(pte);
}

static inline struct pte pte_swp_mkexclusive(struct pte pte)
{
    return __pte(pte.pte | SWP_EXCLUSIVE);
}

static inline struct pte pte_swp_clear_exclusive(struct pte pte)
{
    return __pte(pte.pte & ~SWP_EXCLUSIVE);
}

static inline bool pte_swp_exclusive(struct pte pte)
{
    return pte.pte & SWP_EXCLUSIVE;
}

#endif
