/*
 * Page faults. An access that the hardware refused is allowed by its VMA, so
 * the page must come: from nothing, from a file, from the swap area, or as a
 * copy. Mirrors Linux's handle_mm_fault (mm/memory.c).
 *
 *     no entry        anonymous: the zero page for a read, a new page for a
 *                     write; of a file: the cached page, a copy for a write
 *     swap entry      the slot's page, from the swap cache or the disk
 *     migration entry wait until the page has moved
 *     read-only entry the page itself if nobody else has it, else a copy
 *
 * Sleeping (for memory, for a disk) happens without page_table_lock; after
 * it, the entry is looked at again, and if it has changed, the access is
 * simply tried again.
 */
#include "highmem.h"
#include "internal.h"
#include "kernel.h"
#include "err.h"
#include "migrate.h"
#include "pagemap.h"
#include "rmap.h"
#include "sched.h"
#include "signal.h"
#include "swap_state.h"
#include "swapops.h"
#include "vma.h"
#include "asm/cacheflush.h"
#include "asm/tlbflush.h"

struct page *empty_zero_page; /* set by fault_init */

void fault_init(void)
{
    empty_zero_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
    BUG_ON(!empty_zero_page);
    page_set_type(empty_zero_page, PAGE_TYPE_KERNEL);
}

/* What a fault works on. */
struct vm_fault {
    struct vm_area_struct *vma;
    unsigned long addr; /* of the page */
    bool is_write;
    struct pte *ptep;
    struct pte pte; /* what it was when the fault began */
};

static struct spinlock *lock_of(const struct vm_fault *vmf)
{
    return &vmf->vma->vm_mm->page_table_lock;
}

/* Locks the table; false (and unlocked) if the entry is not what it was. */
static bool lock_same(const struct vm_fault *vmf)
{
    spin_lock(lock_of(vmf));
    if (pte_same(ptep_get(vmf->ptep), vmf->pte))
        return true;
    spin_unlock(lock_of(vmf));
    return false;
}

static struct pte mk_pte(const struct vm_fault *vmf, unsigned long pfn)
{
    return pte_mkyoung(pfn_pte(pfn, __pgprot(vmf->vma->vm_page_prot)));
}

/* Code that the kernel copied into the page is new to the fetches. */
static void set_entry(const struct vm_fault *vmf, struct pte pte)
{
    lockdep_assert_held(lock_of(vmf));
    if (pte_exec(pte))
        flush_icache_mm(vmf->vma->vm_mm);
    set_pte_at(vmf->vma->vm_mm, vmf->addr, vmf->ptep, pte);
    update_mmu_cache(vmf->vma, vmf->addr);
}

/* A page of the process's own, dirty from birth: locked table, entry set. */
static void map_new_anon(const struct vm_fault *vmf, struct page *page)
{
    struct pte pte = mk_pte(vmf, page_to_pfn(page));

    if (vmf->vma->vm_flags & VM_WRITE)
        pte = pte_mkwrite(pte);
    SetPageUptodate(page);
    smp_wmb(); /* the contents first, for other harts that see the entry */
    page_add_new_anon_rmap(page, vmf->vma, vmf->addr);
    add_mm_counter(vmf->vma->vm_mm, MM_ANONPAGES, 1);
    lru_cache_add(page);
    set_entry(vmf, pte_mkdirty(pte));
}

static vm_fault_t do_anonymous_page(const struct vm_fault *vmf)
{
    struct page *page;

    if (!vmf->is_write) {
        if (lock_same(vmf)) {
            set_entry(vmf, pte_mkspecial(
                               mk_pte(vmf, page_to_pfn(empty_zero_page))));
            spin_unlock(lock_of(vmf));
        }
        return 0;
    }
    if (anon_vma_prepare(vmf->vma))
        return VM_FAULT_OOM;
    page = alloc_page(GFP_HIGHUSER_MOVABLE | __GFP_ZERO);
    if (!page)
        return VM_FAULT_OOM;
    if (!lock_same(vmf)) {
        put_page(page);
        return 0;
    }
    map_new_anon(vmf, page);
    spin_unlock(lock_of(vmf));
    return 0;
}

/* The page of the file, itself: shared with the cache. */
static void map_file_page(const struct vm_fault *vmf, struct page *page)
{
    if (!lock_same(vmf)) {
        put_page(page);
        return;
    }
    page_add_file_rmap(page);
    add_mm_counter(vmf->vma->vm_mm, MM_FILEPAGES, 1);
    set_entry(vmf, mk_pte(vmf, page_to_pfn(page)));
    spin_unlock(lock_of(vmf));
}

/* A private copy of a page of the file, to write to. */
static vm_fault_t do_cow_fault(const struct vm_fault *vmf, struct page *page)
{
    struct page *copy;

    if (anon_vma_prepare(vmf->vma))
        return VM_FAULT_OOM;
    copy = alloc_page(GFP_HIGHUSER_MOVABLE);
    if (!copy)
        return VM_FAULT_OOM;
    copy_user_highpage(copy, page, vmf->addr);
    if (!lock_same(vmf)) {
        put_page(copy);
        return 0;
    }
    map_new_anon(vmf, copy);
    spin_unlock(lock_of(vmf));
    return 0;
}

static vm_fault_t do_file_fault(const struct vm_fault *vmf)
{
    struct vm_area_struct *vma = vmf->vma;
    struct address_space *mapping = vma->vm_file->f_mapping;
    pgoff_t index = linear_page_index(vma, vmf->addr);
    loff_t size = i_size_read(mapping->host);
    bool was_read = false;
    vm_fault_t fault = 0;
    struct page *page;

    if ((loff_t)index >= (size + PAGE_SIZE - 1) >> PAGE_SHIFT)
        return VM_FAULT_SIGBUS;
    page = filemap_get_page(mapping, index, vma->vm_file, &was_read);
    if (IS_ERR(page))
        return PTR_ERR(page) == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
    if (was_read)
        fault = VM_FAULT_MAJOR;
    if (!vmf->is_write || vma->vm_flags & VM_SHARED) {
        map_file_page(vmf, page);
        return fault;
    }
    fault |= do_cow_fault(vmf, page);
    put_page(page);
    return fault;
}

/* The page's slot is no longer needed by any entry, nor the page by anybody
 * else: it may be written to. The page is locked. */
static bool is_exclusive(struct page *page, int mappings)
{
    struct swp_entry entry = {page->private};

    return page_mapcount(page) == mappings &&
           (!PageSwapCache(page) || !swap_count(entry));
}

/* A page in the swap cache, up to date and locked, takes its entry's place. */
static void map_swap_page(struct vm_fault *vmf, struct page *page,
                          struct swp_entry entry)
{
    struct mm_struct *mm = vmf->vma->vm_mm;
    struct pte pte = mk_pte(vmf, page_to_pfn(page));

    swap_free(entry);
    /* A sole owner need not fault again for its first write. */
    if (vmf->vma->vm_flags & VM_WRITE && is_exclusive(page, 0))
        pte = pte_mkwrite(pte);
    if (vmf->is_write && pte_write(pte))
        pte = pte_mkdirty(pte);
    add_mm_counter(mm, MM_ANONPAGES, 1);
    add_mm_counter(mm, MM_SWAPENTS, -1);
    page_add_anon_rmap(page, vmf->vma, vmf->addr);
    set_entry(vmf, pte);
    vmf->pte = pte;
}

static vm_fault_t do_wp_page(struct vm_fault *vmf);

/* A bad sector fails the whole request, but the slot may be a good neighbour
 * that was read ahead. The page is locked, before and after. */
static void read_alone(struct page *page)
{
    struct swap_plug plug = {NULL};

    ClearPageError(page);
    swap_readpage(page, &plug);
    swap_plug_flush(&plug);
    lock_page(page);
}

/* The entry's area cannot go meanwhile. */
static vm_fault_t swap_in(struct vm_fault *vmf, struct swp_entry entry)
{
    struct page *page = lookup_swap_cache(entry);
    vm_fault_t fault = 0;

    if (anon_vma_prepare(vmf->vma)) {
        fault = VM_FAULT_OOM;
        goto out;
    }
    if (!page) {
        page = swapin_readahead(entry);
        if (!page)
            return pte_same(ptep_get(vmf->ptep), vmf->pte) ? VM_FAULT_OOM : 0;
        fault = VM_FAULT_MAJOR;
        count_vm_event(PGMAJFAULT);
    }
    lock_page(page);
    if (PageSwapCache(page) && page->private == entry.val && PageError(page) &&
        !PageUptodate(page))
        read_alone(page);
    if (!PageSwapCache(page) || page->private != entry.val)
        goto unlock; /* it left while we slept: try again */
    if (!PageUptodate(page)) {
        fault = VM_FAULT_SIGBUS; /* the disk has lost it */
        goto unlock;
    }
    if (!lock_same(vmf))
        goto unlock;
    map_swap_page(vmf, page, entry);
    spin_unlock(lock_of(vmf));
    if (vm_swap_full() || vmf->vma->vm_flags & VM_LOCKED)
        try_to_free_swap(page);
    mark_page_accessed(page);
    unlock_page(page);
    /* The entry has the reference now. */
    if (vmf->is_write && !pte_write(vmf->pte))
        fault |= do_wp_page(vmf);
    return fault;
unlock:
    unlock_page(page);
out:
    if (page)
        put_page(page);
    return fault;
}

static vm_fault_t do_swap_page(struct vm_fault *vmf)
{
    struct swp_entry entry = pte_to_swp_entry(vmf->pte);
    vm_fault_t fault;

    if (is_migration_entry(entry)) {
        migration_entry_wait(vmf->vma->vm_mm, vmf->ptep);
        return 0;
    }
    if (!get_swap_device(entry))
        return 0; /* swapoff was faster: try again */
    fault = swap_in(vmf, entry);
    put_swap_device(entry);
    return fault;
}

/* Replaces the entry by one of a copy; `old` is NULL for the zero page, else
 * it comes with a reference, which goes. */
static vm_fault_t wp_page_copy(struct vm_fault *vmf, struct page *old)
{
    struct mm_struct *mm = vmf->vma->vm_mm;
    struct page *copy = NULL;
    vm_fault_t fault = 0;

    if (!anon_vma_prepare(vmf->vma))
        copy = alloc_page(GFP_HIGHUSER_MOVABLE | (old ? 0 : __GFP_ZERO));
    if (!copy) {
        fault = VM_FAULT_OOM;
        goto out;
    }
    if (old)
        copy_user_highpage(copy, old, vmf->addr);
    if (!lock_same(vmf)) {
        put_page(copy);
        goto out;
    }
    ptep_get_and_clear(mm, vmf->addr, vmf->ptep);
    flush_tlb_page(vmf->vma, vmf->addr);
    if (old) {
        add_mm_counter(mm, PageAnon(old) ? MM_ANONPAGES : MM_FILEPAGES, -1);
        page_remove_rmap(old);
    }
    map_new_anon(vmf, copy);
    spin_unlock(lock_of(vmf));
    if (old)
        put_page(old); /* the entry's */
out:
    if (old)
        put_page(old);
    return fault;
}

/* A write to a page that is present but read-only. */
static vm_fault_t do_wp_page(struct vm_fault *vmf)
{
    struct page *page;
    bool is_mine = false;

    if (!lock_same(vmf))
        return 0;
    if (pte_special(vmf->pte)) {
        spin_unlock(lock_of(vmf));
        return wp_page_copy(vmf, NULL);
    }
    page = pfn_to_page(pte_pfn(vmf->pte));
    get_page(page);
    spin_unlock(lock_of(vmf));
    if (!PageAnon(page))
        return wp_page_copy(vmf, page);
    lock_page(page);
    if (!lock_same(vmf)) {
        unlock_page(page);
        put_page(page);
        return 0;
    }
    if (is_exclusive(page, 1)) {
        is_mine = true;
        set_entry(vmf, pte_mkdirty(pte_mkyoung(pte_mkwrite(vmf->pte))));
        flush_tlb_page(vmf->vma, vmf->addr);
        count_vm_event(PGREUSE);
    }
    spin_unlock(lock_of(vmf));
    unlock_page(page);
    if (!is_mine)
        return wp_page_copy(vmf, page);
    put_page(page);
    return 0;
}

/* The entry is fine by now: what the TLB knows is old. */
static void fix_access_bits(const struct vm_fault *vmf)
{
    if (!lock_same(vmf))
        return;
    /* Other harts' walks may set A and D at the same time. */
    ptep_set_access_flags(vmf->ptep, vmf->is_write);
    update_mmu_cache(vmf->vma, vmf->addr);
    spin_unlock(lock_of(vmf));
}

vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long addr,
                           unsigned int flags)
{
    struct vm_fault vmf = {
        .vma = vma,
        .addr = addr & PAGE_MASK,
        .is_write = flags & FAULT_FLAG_WRITE,
    };

    count_vm_event(PGFAULT);
    vmf.ptep = mm_alloc_pte(vma->vm_mm, vmf.addr);
    if (!vmf.ptep)
        return VM_FAULT_OOM;
    vmf.pte = ptep_get(vmf.ptep);
    if (pte_none(vmf.pte)) {
        vm_fault_t fault = vma->vm_file ? do_file_fault(&vmf)
                                        : do_anonymous_page(&vmf);

        if (fault & VM_FAULT_MAJOR)
            count_vm_event(PGMAJFAULT);
        return fault;
    }
    if (!pte_present(vmf.pte))
        return do_swap_page(&vmf);
    if (vmf.is_write && !pte_write(vmf.pte))
        return do_wp_page(&vmf);
    fix_access_bits(&vmf);
    return 0;
}

/* Whether the VMA allows the access. */
static bool access_allowed(const struct vm_area_struct *vma,
                           unsigned int flags)
{
    if (flags & FAULT_FLAG_WRITE)
        return vma->vm_flags & VM_WRITE;
    if (flags & FAULT_FLAG_INSTRUCTION)
        return vma->vm_flags & VM_EXEC;
    /* A writable page is readable: the hardware knows no other. */
    return vma->vm_flags & (VM_READ | VM_WRITE);
}

vm_fault_t do_user_fault(struct mm_struct *mm, unsigned long addr,
                         unsigned int flags, int *si_code)
{
    vm_fault_t fault = VM_FAULT_SIGSEGV;
    struct vm_area_struct *vma;

    mmap_read_lock(mm);
    vma = find_extend_vma(mm, addr & PAGE_MASK);
    *si_code = vma ? SEGV_ACCERR : SEGV_MAPERR;
    if (vma && access_allowed(vma, flags))
        fault = handle_mm_fault(vma, addr, flags);
    mmap_read_unlock(mm);
    return fault;
}
