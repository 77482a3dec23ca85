/*
 * Address spaces as /proc/PID shows them, in Linux's format (fs/proc/
 * task_mmu.c, v5.15).
 */
#include "fs.h"
#include "internal.h"
#include "kernel.h"
#include "proc_fs.h"
#include "swap.h"
#include "swapops.h"

static const char *vma_name(const struct mm_struct *mm,
                            const struct vm_area_struct *vma)
{
    if (vma->vm_file)
        return vma->vm_file->f_path;
    if (vma->vm_start <= mm->brk && vma->vm_end >= mm->start_brk)
        return "[heap]";
    if (vma->vm_start <= mm->start_stack && vma->vm_end >= mm->start_stack)
        return "[stack]";
    return NULL;
}

static void show_vma(struct seq_file *m, const struct mm_struct *mm,
                     const struct vm_area_struct *vma)
{
    size_t start = m->count;
    const struct inode *inode = vma->vm_file ? file_inode(vma->vm_file) : NULL;
    dev_t dev = inode && inode->i_sb ? inode->i_sb->s_dev : 0;
    const char *name = vma_name(mm, vma);

    seq_printf(m, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ", vma->vm_start,
               vma->vm_end, vma->vm_flags & VM_READ ? 'r' : '-',
               vma->vm_flags & VM_WRITE ? 'w' : '-',
               vma->vm_flags & VM_EXEC ? 'x' : '-',
               vma->vm_flags & VM_MAYSHARE ? 's' : 'p',
               vma->vm_file ? vma->vm_pgoff << PAGE_SHIFT : 0ul,
               MAJOR(dev), MINOR(dev), inode ? inode->i_ino : 0ul);
    if (name) {
        seq_pad_to(m, start, 25 + sizeof(void *) * 6 - 1);
        seq_putc(m, ' ');
        seq_puts(m, name);
    }
    seq_putc(m, '\n');
}

int show_pid_maps(struct seq_file *m, struct mm_struct *mm)
{
    mmap_read_lock(mm);
    for (struct vm_area_struct *vma = mm->mmap; vma; vma = vma->vm_next)
        show_vma(m, mm, vma);
    mmap_read_unlock(mm);
    return 0;
}

static void kib(struct seq_file *m, const char *name, unsigned long pages)
{
    seq_printf(m, "%s%8lu kB\n", name, pages << (PAGE_SHIFT - 10));
}

void task_mem(struct seq_file *m, struct mm_struct *mm)
{
    unsigned long anon = get_mm_counter(mm, MM_ANONPAGES);
    unsigned long file = get_mm_counter(mm, MM_FILEPAGES);
    unsigned long shmem = get_mm_counter(mm, MM_SHMEMPAGES);
    unsigned long rss = anon + file + shmem;
    unsigned long text =
        (PAGE_ALIGN(mm->end_code) - (mm->start_code & PAGE_MASK)) >>
        PAGE_SHIFT;

    text = min(text, mm->exec_vm);
    mm->hiwater_rss = max(mm->hiwater_rss, rss);
    kib(m, "VmPeak:\t", max(mm->hiwater_vm, mm->total_vm));
    kib(m, "VmSize:\t", mm->total_vm);
    kib(m, "VmLck:\t", mm->locked_vm);
    kib(m, "VmPin:\t", 0);
    kib(m, "VmHWM:\t", mm->hiwater_rss);
    kib(m, "VmRSS:\t", rss);
    kib(m, "RssAnon:\t", anon);
    kib(m, "RssFile:\t", file);
    kib(m, "RssShmem:\t", shmem);
    kib(m, "VmData:\t", mm->data_vm);
    kib(m, "VmStk:\t", mm->stack_vm);
    kib(m, "VmExe:\t", text);
    kib(m, "VmLib:\t", mm->exec_vm - text);
    kib(m, "VmPTE:\t", mm->pgtables_bytes >> PAGE_SHIFT);
    kib(m, "VmSwap:\t", get_mm_counter(mm, MM_SWAPENTS));
}

unsigned long task_statm(struct mm_struct *mm, unsigned long *shared,
                         unsigned long *text, unsigned long *data,
                         unsigned long *resident)
{
    *shared = get_mm_counter(mm, MM_FILEPAGES) +
              get_mm_counter(mm, MM_SHMEMPAGES);
    *text = (PAGE_ALIGN(mm->end_code) - (mm->start_code & PAGE_MASK)) >>
            PAGE_SHIFT;
    *data = mm->data_vm + mm->stack_vm;
    *resident = *shared + get_mm_counter(mm, MM_ANONPAGES);
    return mm->total_vm;
}

unsigned long task_vsize(struct mm_struct *mm)
{
    return mm->total_vm << PAGE_SHIFT;
}

/* Bits of /proc/PID/pagemap; the frame, or the swap entry, is below them. */
#define PM_MMAP_EXCLUSIVE (1ull << 56)
#define PM_FILE (1ull << 61)
#define PM_SWAP (1ull << 62)
#define PM_PRESENT (1ull << 63)
#define PM_SWAP_TYPE_BITS 5

static u64 pagemap_entry(struct pte pte)
{
    const struct page *page;
    struct swp_entry entry;
    u64 word;

    if (pte_none(pte))
        return 0;
    if (!pte_present(pte)) {
        entry = pte_to_swp_entry(pte);
        word = PM_SWAP | swp_type(entry) |
               (u64)swp_offset(entry) << PM_SWAP_TYPE_BITS;
        if (is_migration_entry(entry) &&
            !PageAnon(pfn_swap_entry_to_page(entry)))
            word |= PM_FILE;
        return word;
    }
    word = PM_PRESENT | pte_pfn(pte);
    if (pte_special(pte)) /* the zero page has no owner */
        return word;
    page = pfn_to_page(pte_pfn(pte));
    if (!PageAnon(page))
        word |= PM_FILE;
    if (page_mapcount(page) == 1)
        word |= PM_MMAP_EXCLUSIVE;
    return word;
}

void task_pagemap(struct mm_struct *mm, unsigned long addr, u64 *words,
                  size_t n)
{
    mmap_read_lock(mm);
    spin_lock(&mm->page_table_lock);
    for (size_t i = 0; i < n; i++, addr += PAGE_SIZE) {
        const struct pte *ptep = mm_find_pte(mm, addr);

        words[i] = ptep ? pagemap_entry(ptep_get(ptep)) : 0;
    }
    spin_unlock(&mm->page_table_lock);
    mmap_read_unlock(mm);
}
