/*
 * Pages of user memory for the kernel: one page held, or bytes of another
 * address space. Mirrors Linux's get_user_pages, access_process_vm.
 */
#include "highmem.h"
#include "internal.h"
#include "kernel.h"
#include "pagemap.h"
#include "string.h"

/* The present page at addr with a reference; NULL: none, or not writable. */
static struct page *follow_page(struct mm_struct *mm, unsigned long addr,
                                bool is_write)
{
    struct page *page = NULL;
    struct pte *ptep, pte;

    spin_lock(&mm->page_table_lock);
    ptep = mm_find_pte(mm, addr);
    if (ptep) {
        pte = ptep_get(ptep);
        if (pte_present(pte) && !pte_protnone(pte) &&
            (!is_write || pte_write(pte))) {
            page = pfn_to_page(pte_pfn(pte));
            get_page(page);
        }
    }
    spin_unlock(&mm->page_table_lock);
    return page;
}

int get_user_page(struct mm_struct *mm, unsigned long addr, bool is_write,
                  struct page **page)
{
    unsigned long needed = is_write ? VM_WRITE : VM_READ;
    struct vm_area_struct *vma = find_extend_vma(mm, addr & PAGE_MASK);

    if (!vma || !(vma->vm_flags & needed))
        return -EFAULT;
    for (;;) {
        vm_fault_t fault;

        *page = follow_page(mm, addr, is_write);
        if (*page)
            return 0;
        fault = handle_mm_fault(vma, addr, is_write ? FAULT_FLAG_WRITE : 0);
        if (fault & VM_FAULT_OOM)
            return -ENOMEM;
        if (fault & VM_FAULT_ERROR)
            return -EFAULT;
    }
}

size_t access_process_vm(struct mm_struct *mm, unsigned long addr, void *buf,
                         size_t len, bool is_write)
{
    size_t done = 0;

    mmap_read_lock(mm);
    while (done < len) {
        size_t offset = addr & ~PAGE_MASK;
        size_t n = min_t(size_t, len - done, PAGE_SIZE - offset);
        struct page *page;
        char *p;

        if (get_user_page(mm, addr, is_write, &page))
            break;
        p = kmap_local_page(page);
        if (is_write) {
            memcpy(p + offset, (char *)buf + done, n);
            set_page_dirty(page); /* the entry's D bit does not know */
        } else {
            memcpy((char *)buf + done, p + offset, n);
        }
        kunmap_local(p);
        put_page(page);
        done += n;
        addr += n;
    }
    mmap_read_unlock(mm);
    return done;
}
