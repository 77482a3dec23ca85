/*
 * The MMU of the host: walks Sv32 tables as the machine does, sets A and D,
 * and remembers translations in a TLB that forgets only what is flushed or
 * displaced. A manager that omits a flush reads or writes the wrong frame
 * here, too.
 */
#include <stdio.h>
#include <string.h>

#include "guestos/arch/host/host.h"
#include "kernel.h"
#include "signal.h"
#include "asm/pgalloc.h"
#include "asm/tlbflush.h"

#define TLB_ENTRIES 256

struct tlb_entry {
    struct mm_struct *mm; /* NULL: unused */
    unsigned long vpn;
    struct pte pte;
};

static struct tlb_entry tlb[TLB_ENTRIES];
unsigned long host_tlb_hits;
vm_fault_t host_last_fault;

static struct tlb_entry *slot_of(unsigned long va)
{
    return &tlb[(va >> PAGE_SHIFT) % TLB_ENTRIES];
}

static void forget(struct mm_struct *mm, unsigned long va)
{
    struct tlb_entry *e = slot_of(va);

    if (e->mm == mm && e->vpn == va >> PAGE_SHIFT)
        e->mm = NULL;
}

void flush_tlb_mm(struct mm_struct *mm)
{
    for (int i = 0; i < TLB_ENTRIES; i++)
        if (tlb[i].mm == mm)
            tlb[i].mm = NULL;
}

void flush_tlb_tables(struct mm_struct *mm)
{
    flush_tlb_mm(mm);
}

void flush_tlb_page(struct vm_area_struct *vma, unsigned long addr)
{
    forget(vma->vm_mm, addr);
}

void flush_tlb_mm_range(struct mm_struct *mm, unsigned long start,
                        unsigned long end)
{
    if (end - start > TLB_ENTRIES * PAGE_SIZE) {
        flush_tlb_mm(mm);
        return;
    }
    for (; start < end; start += PAGE_SIZE)
        forget(mm, start);
}

void flush_tlb_range(struct vm_area_struct *vma, unsigned long start,
                     unsigned long end)
{
    flush_tlb_mm_range(vma->vm_mm, start, end);
}

void update_mmu_cache(struct vm_area_struct *vma, unsigned long addr)
{
    forget(vma->vm_mm, addr);
}

struct pgd *pgd_alloc(struct mm_struct *mm)
{
    (void)mm;
    return (struct pgd *)get_zeroed_page(GFP_KERNEL);
}

void pgd_free(struct mm_struct *mm, struct pgd *pgd)
{
    (void)mm;
    free_page((unsigned long)pgd);
}

static bool allows(struct pte pte, bool is_write)
{
    return (pte_val(pte) & (_PAGE_PRESENT | _PAGE_USER)) ==
               (_PAGE_PRESENT | _PAGE_USER) &&
           (is_write ? pte_write(pte) && pte_val(pte) & _PAGE_READ
                     : (pte_val(pte) & _PAGE_READ) != 0);
}

/* Hardware's walk: sets A and D; false: a page fault. */
static bool walk(struct mm_struct *mm, unsigned long va, bool is_write,
                 struct pte *out)
{
    struct pte *pte = mm_find_pte(mm, va);

    if (!pte || !allows(*pte, is_write))
        return false;
    *pte = pte_mkyoung(*pte);
    if (is_write)
        *pte = pte_mkdirty(*pte);
    *out = *pte;
    return true;
}

static u32 *translate(struct mm_struct *mm, unsigned long va, bool is_write)
{
    struct tlb_entry *e = slot_of(va);
    struct pte pte;

    if (e->mm == mm && e->vpn == va >> PAGE_SHIFT && allows(e->pte, is_write) &&
        (!is_write || pte_dirty(e->pte))) {
        host_tlb_hits++;
        pte = e->pte;
    } else {
        if (!walk(mm, va, is_write, &pte))
            return NULL;
        *e = (struct tlb_entry){mm, va >> PAGE_SHIFT, pte};
    }
    return (
        u32 *)((char *)phys_to_virt((phys_addr_t)pte_pfn(pte) << PAGE_SHIFT) +
               (va & ~PAGE_MASK));
}

static u32 *access_word(unsigned long va, bool is_write)
{
    for (int tries = 0; tries < 1000; tries++) {
        struct mm_struct *mm = current->mm;
        unsigned flags = FAULT_FLAG_USER | (is_write ? FAULT_FLAG_WRITE : 0);
        int code = 0;
        u32 *word;

        if (!mm)
            return NULL;
        word = translate(mm, va, is_write);
        if (word)
            return word;
        host_last_fault = do_user_fault(mm, va, flags, &code);
        if (fatal_signal_pending(current))
            return NULL;
        if (host_last_fault & VM_FAULT_ERROR &&
            !(host_last_fault & VM_FAULT_OOM))
            return NULL;
        cond_resched();
    }
    panic("the fault at %lx never ends", va);
}

bool host_load(unsigned long va, u32 *value)
{
    u32 *word = access_word(va, false);

    if (word)
        *value = *word;
    return word != NULL;
}

bool host_store(unsigned long va, u32 value)
{
    u32 *word = access_word(va, true);

    if (word)
        *word = value;
    return word != NULL;
}
