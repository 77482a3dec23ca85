/*
 * Reverse mapping (see rmap.h for the structure). Owns anon_vmas and the VMA
 * lists of files; rmap_lock guards all of them and is taken outside of
 * page_table_lock. An anon_vma lives as long as a VMA is on its list or
 * somebody holds it (migration, whose page nothing maps for a while); a page
 * may keep a stale pointer to it only while nothing maps the page, so every
 * walk looks at page_mapped first, under rmap_lock. Counters: NR_ANON_MAPPED,
 * NR_FILE_MAPPED. Mirrors Linux's anon_vma_prepare, page_referenced,
 * try_to_unmap, page_add_*_rmap, rmap_walk, page_get_anon_vma,
 * put_anon_vma.
 */
#include "rmap.h"

#include "internal.h"
#include "kernel.h"
#include "pagemap.h"
#include "slab.h"
#include "swap_state.h"
#include "asm/tlbflush.h"

DEFINE_SPINLOCK(rmap_lock);
static struct kmem_cache *anon_vma_cache;

void rmap_init(void)
{
    anon_vma_cache = kmem_cache_create("anon_vma", sizeof(struct anon_vma), 0,
                                       SLAB_PANIC, NULL);
}

int anon_vma_prepare(struct vm_area_struct *vma)
{
    struct anon_vma *fresh;

    if (vma->anon_vma)
        return 0;
    fresh = kmem_cache_alloc(anon_vma_cache, GFP_KERNEL);
    if (!fresh)
        return -ENOMEM;
    fresh->holders = 0;
    INIT_LIST_HEAD(&fresh->head);
    spin_lock(&rmap_lock);
    /* Another thread may have been faster. */
    if (!vma->anon_vma) {
        vma->anon_vma = fresh;
        list_add_tail(&vma->anon_vma_node, &fresh->head);
        fresh = NULL;
    }
    spin_unlock(&rmap_lock);
    kmem_cache_free(anon_vma_cache, fresh);
    return 0;
}

void anon_vma_link(struct vm_area_struct *vma)
{
    if (!vma->anon_vma)
        return;
    spin_lock(&rmap_lock);
    list_add_tail(&vma->anon_vma_node, &vma->anon_vma->head);
    spin_unlock(&rmap_lock);
}

/* rmap_lock is held. */
static bool is_unused(const struct anon_vma *anon_vma)
{
    return list_empty(&anon_vma->head) && !anon_vma->holders;
}

void anon_vma_unlink(struct vm_area_struct *vma)
{
    struct anon_vma *anon_vma = vma->anon_vma;
    bool is_last;

    if (!anon_vma)
        return;
    spin_lock(&rmap_lock);
    list_del(&vma->anon_vma_node);
    vma->anon_vma = NULL;
    is_last = is_unused(anon_vma);
    spin_unlock(&rmap_lock);
    if (is_last)
        kmem_cache_free(anon_vma_cache, anon_vma);
}

static struct anon_vma *page_anon_vma(const struct page *page)
{
    return (void *)((char *)page->mapping - PAGE_MAPPING_ANON);
}

void vma_link_file(struct vm_area_struct *vma)
{
    if (!vma->vm_file)
        return;
    spin_lock(&rmap_lock);
    list_add_tail(&vma->i_mmap_node, &vma->vm_file->f_mapping->i_mmap_list);
    spin_unlock(&rmap_lock);
}

void vma_unlink_file(struct vm_area_struct *vma)
{
    if (!vma->vm_file)
        return;
    spin_lock(&rmap_lock);
    list_del(&vma->i_mmap_node);
    spin_unlock(&rmap_lock);
}

static void set_anon_rmap(struct page *page, struct vm_area_struct *vma,
                          unsigned long addr)
{
    lockdep_assert_held(&vma->vm_mm->page_table_lock);
    page->mapping = (char *)vma->anon_vma + PAGE_MAPPING_ANON;
    page->index = linear_page_index(vma, addr);
}

void page_add_new_anon_rmap(struct page *page, struct vm_area_struct *vma,
                            unsigned long addr)
{
    page_set_flag(page, PG_swapbacked);
    page->_mapcount = 0;
    set_anon_rmap(page, vma, addr);
    mod_node_page_state(page_pgdat(page), NR_ANON_MAPPED, 1);
}

void page_add_anon_rmap(struct page *page, struct vm_area_struct *vma,
                        unsigned long addr)
{
    if (__atomic_add_fetch(&page->_mapcount, 1, __ATOMIC_RELAXED))
        return;
    /* The pointer may be of an anon_vma that is gone; the page is locked. */
    set_anon_rmap(page, vma, addr);
    mod_node_page_state(page_pgdat(page), NR_ANON_MAPPED, 1);
}

void page_add_file_rmap(struct page *page)
{
    if (!__atomic_add_fetch(&page->_mapcount, 1, __ATOMIC_RELAXED))
        mod_node_page_state(page_pgdat(page), NR_FILE_MAPPED, 1);
}

void page_dup_rmap(struct page *page)
{
    __atomic_fetch_add(&page->_mapcount, 1, __ATOMIC_RELAXED);
}

void page_remove_rmap(struct page *page)
{
    int left = __atomic_sub_fetch(&page->_mapcount, 1, __ATOMIC_RELAXED);

    BUG_ON(left < -1);
    if (left == -1)
        mod_node_page_state(page_pgdat(page),
                            PageAnon(page) ? NR_ANON_MAPPED : NR_FILE_MAPPED,
                            -1);
}

/* Whether the entry maps the page. */
static bool maps_page(struct pte *ptep, const struct page *page)
{
    struct pte pte = ptep_get(ptep);

    return pte_present(pte) && !pte_special(pte) &&
           pte_pfn(pte) == page_to_pfn(page);
}

/* Calls fn for the VMA's entry for the page, if it maps it or in any case;
 * false: stop. */
static inline __attribute__((always_inline)) bool
visit_vma(struct page *page, struct vm_area_struct *vma, bool only_mapped,
          rmap_fn *fn, void *arg)
{
    struct mm_struct *mm = vma->vm_mm;
    bool is_going_on = true;
    unsigned long addr;
    struct pte *pte;

    /* A stack that grows changes start and offset under this lock. */
    spin_lock(&mm->page_table_lock);
    if (page->index < vma->vm_pgoff ||
        page->index - vma->vm_pgoff >= vma_pages(vma)) {
        spin_unlock(&mm->page_table_lock);
        return true;
    }
    addr = vma->vm_start + ((page->index - vma->vm_pgoff) << PAGE_SHIFT);
    pte = mm_find_pte(mm, addr);
    if (pte && (!only_mapped || maps_page(pte, page)))
        is_going_on = fn(page, vma, addr, pte, arg);
    spin_unlock(&mm->page_table_lock);
    return is_going_on;
}

/* rmap_lock is held. */
static inline __attribute__((always_inline)) void
walk_vmas(struct page *page, bool only_mapped, rmap_fn *fn, void *arg)
{
    struct vm_area_struct *vma;

    if (PageAnon(page)) {
        list_for_each_entry(vma, &page_anon_vma(page)->head, anon_vma_node)
            if (!visit_vma(page, vma, only_mapped, fn, arg))
                break;
    } else {
        struct address_space *mapping = page->mapping;

        list_for_each_entry(vma, &mapping->i_mmap_list, i_mmap_node)
            if (!visit_vma(page, vma, only_mapped, fn, arg))
                break;
    }
}

void rmap_walk(struct page *page, rmap_fn *fn, void *arg)
{
    spin_lock(&rmap_lock);
    if (page_mapped(page) && page->mapping)
        walk_vmas(page, true, fn, arg);
    spin_unlock(&rmap_lock);
}

struct anon_vma *rmap_walk_get(struct page *page, rmap_fn *fn, void *arg)
{
    struct anon_vma *anon_vma = NULL;

    spin_lock(&rmap_lock);
    if (page_mapped(page) && page->mapping) {
        if (PageAnon(page)) {
            anon_vma = page_anon_vma(page);
            anon_vma->holders++;
        }
        walk_vmas(page, true, fn, arg);
    }
    spin_unlock(&rmap_lock);
    return anon_vma;
}

void rmap_walk_put(struct page *page, rmap_fn *fn, void *arg,
                   struct anon_vma *anon_vma)
{
    bool is_last = false;

    spin_lock(&rmap_lock);
    /* Nothing holds the list of an anonymous page that rmap_walk_get found
     * unmapped. */
    if (anon_vma || !PageAnon(page))
        walk_vmas(page, false, fn, arg);
    if (anon_vma) {
        anon_vma->holders--;
        is_last = is_unused(anon_vma);
    }
    spin_unlock(&rmap_lock);
    if (is_last)
        kmem_cache_free(anon_vma_cache, anon_vma);
}

struct referenced {
    int count;
    unsigned long vm_flags;
};

static bool referenced_one(struct page *page, struct vm_area_struct *vma,
                           unsigned long addr, struct pte *pte, void *arg)
{
    struct referenced *r = arg;

    (void)page;
    if (ptep_test_and_clear_young(vma, addr, pte)) {
        flush_tlb_page(vma, addr);
        r->count++;
        r->vm_flags |= vma->vm_flags;
    }
    return true;
}

int page_referenced(struct page *page, unsigned long *vm_flags)
{
    struct referenced r = {0, 0};

    if (page_mapped(page))
        rmap_walk(page, referenced_one, &r);
    *vm_flags = r.vm_flags;
    return r.count;
}

/* page_table_lock is held: the entry becomes its swap entry, or nothing for
 * a page of a file. */
static bool try_to_unmap_one(struct page *page, struct vm_area_struct *vma,
                             unsigned long addr, struct pte *pte, void *arg)
{
    struct mm_struct *mm = vma->vm_mm;
    struct pte old;

    (void)arg;
    lockdep_assert_held(&mm->page_table_lock);
    if (vma->vm_flags & VM_LOCKED)
        return false;
    update_hiwater_rss(mm);
    old = ptep_get_and_clear(mm, addr, pte);
    flush_tlb_page(vma, addr);
    if (pte_dirty(old))
        set_page_dirty(page);
    if (PageAnon(page)) {
        struct swp_entry entry = {page->private};

        if (!swap_duplicate(entry)) {
            set_pte_at(mm, addr, pte, old);
            return false;
        }
        set_pte_at(mm, addr, pte, swp_entry_to_pte(entry));
        add_mm_counter(mm, MM_ANONPAGES, -1);
        add_mm_counter(mm, MM_SWAPENTS, 1);
    } else {
        add_mm_counter(mm, MM_FILEPAGES, -1);
    }
    page_remove_rmap(page);
    put_page(page);
    return page_mapped(page);
}

bool try_to_unmap(struct page *page)
{
    rmap_walk(page, try_to_unmap_one, NULL);
    return !page_mapped(page);
}
