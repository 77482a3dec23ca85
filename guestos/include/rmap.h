/*
 * Reverse mapping: from a frame to the page-table entries that map it.
 *
 * An anon_vma is the list of all VMAs that may map the same anonymous pages:
 * the VMA that made them and what fork and splitting derived from it. A page
 * points to it (mapping, bit 0 set) and says with index which page of these
 * VMAs it is, so that each VMA has one address to look at. This is the
 * structure of Linux before its anon_vma chains: exact, but a walk also looks
 * at relatives that never shared this page. File pages: the VMAs of the
 * mapping's i_mmap_list. One lock for all these lists, rmap_lock, outside of
 * page_table_lock.
 */
#ifndef QUIRE_GUESTOS_RMAP_H
#define QUIRE_GUESTOS_RMAP_H

#include "mm.h"

struct anon_vma {
    struct list_head head; /* of vma->anon_vma_node */
    int holders; /* it outlives its last VMA for them */
};

extern struct spinlock rmap_lock;

/* Gives the VMA an anon_vma before its first anonymous page: 0 or -ENOMEM. */
int anon_vma_prepare(struct vm_area_struct *vma);
/* A VMA that copies another's anon_vma pointer (fork, split) joins it. */
void anon_vma_link(struct vm_area_struct *vma);
void anon_vma_unlink(struct vm_area_struct *vma);
/* The same for the file's list. */
void vma_link_file(struct vm_area_struct *vma);
void vma_unlink_file(struct vm_area_struct *vma);

/* Counting entries; page_table_lock is held. */
void page_add_new_anon_rmap(struct page *page, struct vm_area_struct *vma,
                            unsigned long addr);
void page_add_anon_rmap(struct page *page, struct vm_area_struct *vma,
                        unsigned long addr);
void page_add_file_rmap(struct page *page);
void page_dup_rmap(struct page *page);
void page_remove_rmap(struct page *page);

/* How many entries had the A bit, which is cleared; vm_flags gathers the
 * flags of the VMAs that had. The page is locked: so no first mapping comes,
 * which would change mapping while it is followed. */
int page_referenced(struct page *page, unsigned long *vm_flags);
/* Removes every entry: anonymous pages, which are in the swap cache, leave
 * their swap entry there. False when an entry is left. The page is locked. */
bool try_to_unmap(struct page *page);
typedef bool rmap_fn(struct page *page, struct vm_area_struct *vma,
                     unsigned long addr, struct pte *pte, void *arg);
/* Calls fn for each entry that maps the page, with page_table_lock held, until
 * it returns false. */
void rmap_walk(struct page *page, rmap_fn *fn, void *arg);
/* The same, and the anon_vma is held: it stays until rmap_walk_put, even if all
 * VMAs go. NULL: the page is of a file, or nothing mapped it any more. The page
 * is locked. */
struct anon_vma *rmap_walk_get(struct page *page, rmap_fn *fn, void *arg);
/* Calls fn for each place where an entry for the page could stand, whatever is
 * there, and lets go of what rmap_walk_get has returned. */
void rmap_walk_put(struct page *page, rmap_fn *fn, void *arg,
                   struct anon_vma *anon_vma);

static inline pgoff_t linear_page_index(const struct vm_area_struct *vma,
                                        unsigned long addr)
{
    return ((addr - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;
}

void rmap_init(void);

#endif
