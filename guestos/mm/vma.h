/*
 * VMAs from the inside of mm/: making, linking, splitting, merging. mmap_lock
 * is held for writing.
 */
#ifndef QUIRE_GUESTOS_MM_VMA_H
#define QUIRE_GUESTOS_MM_VMA_H

#include "mm.h"

struct vm_area_struct *vm_area_alloc(struct mm_struct *mm); /* zeroed */
/* A copy that is on no list, with its own reference of the file. */
struct vm_area_struct *vm_area_dup(const struct vm_area_struct *old);
void vm_area_free(struct vm_area_struct *vma);

void insert_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma);
void unlink_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma);
/* Cuts at addr, inside the VMA; the VMA keeps the lower part. */
int split_vma(struct mm_struct *mm, struct vm_area_struct *vma,
              unsigned long addr);
/* Joins the VMA with neighbours that are the same; what it is part of now. */
struct vm_area_struct *vma_merge(struct mm_struct *mm,
                                 struct vm_area_struct *vma);
void vma_init(void);

/* Accounts pages that appear (or, negative, go) in a VMA of these flags. */
void vm_stat_account(struct mm_struct *mm, unsigned long vm_flags, long pages);
/* Whether RLIMIT_AS and RLIMIT_DATA allow so many pages more. */
bool may_expand_vm(const struct mm_struct *mm, unsigned long vm_flags,
                   unsigned long pages);

/* Counts towards what overcommit promises. */
static inline bool accountable(unsigned long vm_flags)
{
    return (vm_flags & (VM_SHARED | VM_WRITE)) == VM_WRITE;
}

void fault_init(void);

#endif
