/*
 * Changes to what is mapped: rights (mprotect), advice (madvise), and what is
 * resident (mincore). Mirrors Linux's mm/mprotect.c, madvise.c, mincore.c.
 */
#include "internal.h"
#include "kernel.h"
#include "fs.h"
#include "pagemap.h"
#include "rmap.h"
#include "sched.h"
#include "swapops.h"
#include "uaccess.h"
#include "vma.h"
#include "asm/cacheflush.h"
#include "asm/tlbflush.h"

/* What moves comes back read-only: a fault looks whether it may be written. */
static void wrprotect_migration_entry(struct pte *ptep)
{
    struct pte pte = ptep_get(ptep);
    struct page *page;

    if (!is_migration_pte(pte) ||
        !is_writable_migration_entry(pte_to_swp_entry(pte)))
        return;
    page = pfn_swap_entry_to_page(pte_to_swp_entry(pte));
    set_pte(ptep, swp_entry_to_pte(
                      make_readable_migration_entry(page_to_pfn(page))));
}

/* Gives the present entries of the VMA its new rights. Private pages stay
 * read-only until a fault finds that they are nobody else's. */
static void change_protection(struct vm_area_struct *vma)
{
    struct mm_struct *mm = vma->vm_mm;
    struct pgprot prot = __pgprot(vma->vm_page_prot);
    bool keeps_write = vma->vm_flags & VM_WRITE;

    for (unsigned long addr = vma->vm_start, next; addr < vma->vm_end;
         addr = next) {
        struct pte *ptep;

        next = pgd_addr_end(addr, vma->vm_end);
        spin_lock(&mm->page_table_lock);
        ptep = mm_find_pte(mm, addr);
        for (; ptep && addr < next; addr += PAGE_SIZE, ptep++) {
            struct pte pte = ptep_get(ptep), fresh;

            if (!pte_present(pte)) {
                wrprotect_migration_entry(ptep);
                continue;
            }
            pte = ptep_get_and_clear(mm, addr, ptep);
            fresh = pte_modify(pte, prot);
            if (keeps_write && pte_write(pte))
                fresh = pte_mkwrite(fresh);
            set_pte_at(mm, addr, ptep, fresh);
        }
        spin_unlock(&mm->page_table_lock);
    }
    flush_tlb_range(vma, vma->vm_start, vma->vm_end);
    /* What was written there may be executed from now on, from frames that no
     * fence.i of the program has seen: they may have been moved since. */
    if (vma->vm_flags & VM_EXEC)
        flush_icache_mm(mm);
}

/* The VMA exactly from start to end, cut out of a larger one if need be; NULL
 * without memory. */
static struct vm_area_struct *isolate_range(struct mm_struct *mm,
                                            struct vm_area_struct *vma,
                                            unsigned long start,
                                            unsigned long end)
{
    if (vma->vm_start < start) {
        if (split_vma(mm, vma, start))
            return NULL;
        vma = vma->vm_next;
    }
    if (vma->vm_end > end && split_vma(mm, vma, end))
        return NULL;
    return vma;
}

static int mprotect_one(struct mm_struct *mm, struct vm_area_struct **at,
                        unsigned long start, unsigned long end,
                        unsigned long rights)
{
    struct vm_area_struct *vma = *at;
    unsigned long fresh =
        (vma->vm_flags & ~(VM_READ | VM_WRITE | VM_EXEC)) | rights;
    long pages;

    if (fresh == vma->vm_flags)
        return 0;
    if (rights & ~(vma->vm_flags >> 4)) /* VM_MAY* */
        return -EACCES;
    vma = isolate_range(mm, vma, max(start, vma->vm_start),
                        min(end, vma->vm_end));
    if (!vma)
        return -ENOMEM;
    pages = (long)vma_pages(vma);
    /* What turns into data must pass RLIMIT_DATA. */
    if (fresh & VM_WRITE &&
        !may_expand_vm(mm, fresh, (unsigned long)pages) &&
        may_expand_vm(mm, vma->vm_flags, (unsigned long)pages))
        return -ENOMEM;
    if (accountable(fresh) &&
        !(fresh & (VM_ACCOUNT | VM_NORESERVE))) {
        if (vm_enough_memory(pages))
            return -ENOMEM;
        vm_acct_memory(pages);
        fresh |= VM_ACCOUNT;
    }
    vm_stat_account(mm, vma->vm_flags, -pages);
    vm_stat_account(mm, fresh, pages);
    vma->vm_flags = fresh;
    vma->vm_page_prot = pgprot_val(vm_get_page_prot(fresh));
    change_protection(vma);
    *at = vma_merge(mm, vma);
    return 0;
}

static int mprotect_range(struct mm_struct *mm, unsigned long start,
                          unsigned long end, unsigned long rights)
{
    struct vm_area_struct *vma = find_vma(mm, start);
    unsigned long at = start;

    while (at < end) {
        int error;

        if (!vma || vma->vm_start > at)
            return -ENOMEM;
        error = mprotect_one(mm, &vma, at, end, rights);
        if (error)
            return error;
        at = vma->vm_end;
        vma = vma->vm_next;
    }
    return 0;
}

int do_mprotect(unsigned long start, size_t len, unsigned long prot)
{
    struct mm_struct *mm = current->mm;
    unsigned long end = start + PAGE_ALIGN(len), rights = 0;
    int error;

    if (start & ~PAGE_MASK || prot & ~7ul)
        return -EINVAL;
    if (!len)
        return 0;
    if (end <= start || end > mm->task_size)
        return -ENOMEM;
    rights |= prot & PROT_READ ? VM_READ : 0;
    rights |= prot & PROT_WRITE ? VM_WRITE : 0;
    rights |= prot & PROT_EXEC ? VM_EXEC : 0;
    mmap_write_lock(mm);
    error = mprotect_range(mm, start, end, rights);
    mmap_write_unlock(mm);
    return error;
}

long sys_mprotect(unsigned long start, size_t len, unsigned long prot)
{
    return do_mprotect(start, len, prot);
}

/* Forgets the pages; the next touch brings zeros or the file again. */
static long madvise_dontneed(struct mm_struct *mm, unsigned long start,
                             unsigned long end)
{
    unsigned long at = start;
    long result = 0;

    for (struct vm_area_struct *vma = find_vma(mm, start);
         vma && vma->vm_start < end; vma = vma->vm_next) {
        if (vma->vm_flags & (VM_LOCKED | VM_PFNMAP))
            return -EINVAL;
        if (vma->vm_start > at)
            result = -ENOMEM; /* a hole, noted and passed */
        zap_page_range(vma, max(start, vma->vm_start), min(end, vma->vm_end));
        at = vma->vm_end;
    }
    return at < end ? -ENOMEM : result;
}

long sys_madvise(unsigned long start, size_t len, int behavior)
{
    struct mm_struct *mm = current->mm;
    unsigned long end = start + PAGE_ALIGN(len);
    long result;

    if (start & ~PAGE_MASK || end < start)
        return -EINVAL;
    switch (behavior) {
    case MADV_NORMAL:
    case MADV_RANDOM:
    case MADV_SEQUENTIAL:
    case MADV_WILLNEED:
        return 0; /* advice about reading ahead, which need not be taken */
    case MADV_DONTNEED:
        break;
    default:
        return -EINVAL;
    }
    mmap_read_lock(mm);
    result = end > start ? madvise_dontneed(mm, start, end) : 0;
    mmap_read_unlock(mm);
    return result;
}

/* 1: a touch would not have to wait for a disk. */
static unsigned char mincore_page(struct vm_area_struct *vma,
                                  unsigned long addr)
{
    struct pte *ptep = mm_find_pte(vma->vm_mm, addr);
    struct page *page;

    if (ptep && !pte_none(ptep_get(ptep)))
        return pte_present(ptep_get(ptep)) || is_migration_pte(ptep_get(ptep));
    if (!vma->vm_file)
        return 0;
    page = find_get_page(vma->vm_file->f_mapping,
                         linear_page_index(vma, addr));
    if (!page)
        return 0;
    put_page(page);
    return 1;
}

long sys_mincore(unsigned long start, size_t len, unsigned char *vec)
{
    struct mm_struct *mm = current->mm;
    unsigned long end = start + PAGE_ALIGN(len);

    if (start & ~PAGE_MASK)
        return -EINVAL;
    if (end < start || end > mm->task_size)
        return -ENOMEM;
    for (unsigned long addr = start; addr < end; addr += PAGE_SIZE, vec++) {
        struct vm_area_struct *vma;
        unsigned char resident = 0;

        mmap_read_lock(mm);
        vma = find_vma(mm, addr);
        if (vma && vma->vm_start <= addr)
            resident = mincore_page(vma, addr);
        else
            vma = NULL;
        mmap_read_unlock(mm);
        if (!vma)
            return -ENOMEM;
        if (put_user(resident, (unsigned char __user *)vec))
            return -EFAULT;
    }
    return 0;
}
