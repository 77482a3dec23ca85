/*
 * The set of VMAs of an address space: a list by address and a red-black tree
 * over the same objects. Owns mm->mmap, mm_rb, map_count; mmap_lock is held
 * for writing by all that change it. Mirrors Linux's mm/mmap.c (v5.15).
 *
 * Invariants (vma_check): sorted, disjoint, page-aligned, within the task's
 * half; list, tree and count agree; neighbours that could be one VMA are one
 * where a mapping was just made.
 */
#include "vma.h"

#include "fs.h"
#include "internal.h"
#include "kernel.h"
#include "rmap.h"
#include "sched.h"
#include "slab.h"

static struct kmem_cache *vm_area_cachep;

void vma_init(void)
{
    vm_area_cachep = kmem_cache_create("vm_area_struct",
                                       sizeof(struct vm_area_struct), 0,
                                       SLAB_PANIC, NULL);
}

struct vm_area_struct *vm_area_alloc(struct mm_struct *mm)
{
    struct vm_area_struct *vma = kmem_cache_zalloc(vm_area_cachep, GFP_KERNEL);

    if (vma)
        vma->vm_mm = mm;
    return vma;
}

struct vm_area_struct *vm_area_dup(const struct vm_area_struct *old)
{
    struct vm_area_struct *vma = kmem_cache_alloc(vm_area_cachep, GFP_KERNEL);

    if (!vma)
        return NULL;
    *vma = *old;
    vma->vm_next = vma->vm_prev = NULL;
    if (vma->vm_file)
        get_file(vma->vm_file);
    return vma;
}

/* The VMA is on no list any more. */
void vm_area_free(struct vm_area_struct *vma)
{
    if (vma->vm_file)
        fput(vma->vm_file);
    kmem_cache_free(vm_area_cachep, vma);
}

static struct vm_area_struct *vma_of(struct rb_node *node)
{
    return rb_entry(node, struct vm_area_struct, vm_rb);
}

struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
    struct vm_area_struct *found = READ_ONCE(mm->mmap_cache);

    if (found && found->vm_start <= addr && addr < found->vm_end)
        return found;
    found = NULL;
    for (struct rb_node *node = mm->mm_rb.rb_node; node;) {
        struct vm_area_struct *vma = vma_of(node);

        if (addr < vma->vm_end) {
            found = vma;
            if (vma->vm_start <= addr)
                break;
            node = node->left;
        } else {
            node = node->right;
        }
    }
    if (found)
        WRITE_ONCE(mm->mmap_cache, found);
    return found;
}

struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr,
                                     struct vm_area_struct **prev)
{
    struct vm_area_struct *vma = find_vma(mm, addr);

    if (vma) {
        *prev = vma->vm_prev;
    } else {
        struct rb_node *last = rb_last(&mm->mm_rb);

        *prev = last ? vma_of(last) : NULL;
    }
    return vma;
}

/* -- Linking ------------------------------------------------------------- */

/* To the list and the tree. */
static void link_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma)
{
    struct rb_node **link = &mm->mm_rb.rb_node, *parent = NULL;
    struct vm_area_struct *prev = NULL;

    while (*link) {
        struct vm_area_struct *at = vma_of(*link);

        parent = *link;
        BUG_ON(vma->vm_start < at->vm_end && at->vm_start < vma->vm_end);
        if (vma->vm_start < at->vm_start) {
            link = &parent->left;
        } else {
            prev = at;
            link = &parent->right;
        }
    }
    rb_link_node(&vma->vm_rb, parent, link);
    rb_insert_color(&vma->vm_rb, &mm->mm_rb);
    vma->vm_prev = prev;
    vma->vm_next = prev ? prev->vm_next : mm->mmap;
    *(prev ? &prev->vm_next : &mm->mmap) = vma;
    if (vma->vm_next)
        vma->vm_next->vm_prev = vma;
    mm->map_count++;
}

void insert_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma)
{
    link_vm_struct(mm, vma);
    vma_link_file(vma);
    anon_vma_link(vma);
}

/* Takes it out of everything; the object stays the caller's. */
void unlink_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma)
{
    rb_erase(&vma->vm_rb, &mm->mm_rb);
    *(vma->vm_prev ? &vma->vm_prev->vm_next : &mm->mmap) = vma->vm_next;
    if (vma->vm_next)
        vma->vm_next->vm_prev = vma->vm_prev;
    mm->map_count--;
    if (mm->mmap_cache == vma)
        mm->mmap_cache = NULL;
    vma_unlink_file(vma);
    anon_vma_unlink(vma);
}

/* -- Splitting and merging ----------------------------------------------- */

int split_vma(struct mm_struct *mm, struct vm_area_struct *vma,
              unsigned long addr)
{
    struct vm_area_struct *upper;

    if (mm->map_count >= DEFAULT_MAX_MAP_COUNT)
        return -ENOMEM;
    upper = vm_area_dup(vma);
    if (!upper)
        return -ENOMEM;
    upper->vm_start = addr;
    upper->vm_pgoff += (addr - vma->vm_start) >> PAGE_SHIFT;
    /* First the new one can be found by rmap, then the old one shrinks: a page of
     * the upper half is in both for a while, at the same address, and migration
     * misses none of its entries. */
    vma_link_file(upper);
    anon_vma_link(upper);
    spin_lock(&mm->page_table_lock);
    vma->vm_end = addr;
    spin_unlock(&mm->page_table_lock);
    link_vm_struct(mm, upper);
    return 0;
}

/* Whether b, right behind a, could be a part of it. */
static bool can_merge(const struct vm_area_struct *a,
                      const struct vm_area_struct *b)
{
    if (a->vm_end != b->vm_start || a->vm_flags != b->vm_flags ||
        a->vm_file != b->vm_file)
        return false;
    if (a->vm_flags & VM_GROWSDOWN)
        return false;
    if (a->vm_pgoff + vma_pages(a) != b->vm_pgoff)
        return false;
    return !a->anon_vma || !b->anon_vma || a->anon_vma == b->anon_vma;
}

/* b becomes a part of a, which is right before it. */
static struct vm_area_struct *merge(struct mm_struct *mm,
                                    struct vm_area_struct *a,
                                    struct vm_area_struct *b)
{
    unsigned long end = b->vm_end;

    if (!a->anon_vma && b->anon_vma) {
        a->anon_vma = b->anon_vma;
        anon_vma_link(a);
    }
    /* First the longer range, then the shorter's end: b's pages can be found
     * at every moment. */
    spin_lock(&mm->page_table_lock);
    a->vm_end = end;
    spin_unlock(&mm->page_table_lock);
    unlink_vm_struct(mm, b);
    vm_area_free(b);
    return a;
}

struct vm_area_struct *vma_merge(struct mm_struct *mm,
                                 struct vm_area_struct *vma)
{
    struct vm_area_struct *prev = vma->vm_prev;

    if (prev && can_merge(prev, vma))
        vma = merge(mm, prev, vma);
    if (vma->vm_next && can_merge(vma, vma->vm_next))
        vma = merge(mm, vma, vma->vm_next);
    return vma;
}

/* -- Room ---------------------------------------------------------------- */

/* Where the VMA and the gap below a stack begin. */
static unsigned long start_with_gap(const struct vm_area_struct *vma)
{
    if (!(vma->vm_flags & VM_GROWSDOWN))
        return vma->vm_start;
    return vma->vm_start > STACK_GUARD_GAP ? vma->vm_start - STACK_GUARD_GAP
                                           : 0;
}

static bool is_free_range(struct mm_struct *mm, unsigned long addr,
                          unsigned long len)
{
    struct vm_area_struct *vma = find_vma(mm, addr);

    return addr >= MMAP_MIN_ADDR && len <= mm->task_size &&
           addr <= mm->task_size - len &&
           (!vma || addr + len <= start_with_gap(vma));
}

/* The highest gap that ends at or below `top`; or -ENOMEM. */
static unsigned long gap_below(struct mm_struct *mm, unsigned long top,
                               unsigned long len)
{
    struct vm_area_struct *prev, *vma = find_vma_prev(mm, top, &prev);

    if (vma)
        top = min(top, start_with_gap(vma));
    for (;; prev = prev->vm_prev) {
        unsigned long bottom = prev ? prev->vm_end : MMAP_MIN_ADDR;

        if (top >= bottom && top - bottom >= len)
            return top - len;
        if (!prev)
            return (unsigned long)-ENOMEM;
        top = min(top, start_with_gap(prev));
    }
}

unsigned long get_unmapped_area(struct mm_struct *mm, unsigned long addr,
                                unsigned long len, unsigned long flags)
{
    unsigned long found;

    if (len > mm->task_size - MMAP_MIN_ADDR)
        return (unsigned long)-ENOMEM;
    if (flags & MAP_FIXED)
        return addr <= mm->task_size - len ? addr : (unsigned long)-ENOMEM;
    addr = PAGE_ALIGN(addr);
    if (addr && is_free_range(mm, addr, len))
        return addr;
    found = gap_below(mm, mm->mmap_base, len);
    /* Beyond the usual place only when that is full. */
    if (IS_ERR_VALUE(found))
        found = gap_below(mm, mm->task_size, len);
    return found;
}

/* -- Stacks -------------------------------------------------------------- */

static int stack_may_grow(struct vm_area_struct *vma, unsigned long addr)
{
    unsigned long size = vma->vm_end - addr;
    unsigned long grow = (vma->vm_start - addr) >> PAGE_SHIFT;
    const struct vm_area_struct *prev = vma->vm_prev;

    if (size > current->rlim[RLIMIT_STACK].cur)
        return -ENOMEM;
    if (addr < MMAP_MIN_ADDR)
        return -ENOMEM;
    if (prev && !(prev->vm_flags & VM_GROWSDOWN) &&
        (addr < prev->vm_end || addr - prev->vm_end < STACK_GUARD_GAP))
        return -ENOMEM;
    if (!may_expand_vm(vma->vm_mm, vma->vm_flags, grow))
        return -ENOMEM;
    return vm_enough_memory((long)grow);
}

int expand_stack(struct vm_area_struct *vma, unsigned long addr)
{
    struct mm_struct *mm = vma->vm_mm;
    unsigned long grow;
    int error;

    addr &= PAGE_MASK;
    if (addr >= vma->vm_start)
        return 0;
    if (!(vma->vm_flags & VM_GROWSDOWN))
        return -EFAULT;
    error = stack_may_grow(vma, addr);
    if (error)
        return error;
    /* mmap_lock is held for reading only: two threads may grow it at once. */
    spin_lock(&mm->page_table_lock);
    if (addr < vma->vm_start) {
        grow = (vma->vm_start - addr) >> PAGE_SHIFT;
        vma->vm_start = addr;
        vma->vm_pgoff -= grow;
        mm->total_vm += grow;
        mm->stack_vm += grow;
        if (vma->vm_flags & VM_ACCOUNT)
            vm_acct_memory((long)grow);
    }
    spin_unlock(&mm->page_table_lock);
    return 0;
}

struct vm_area_struct *find_extend_vma(struct mm_struct *mm,
                                       unsigned long addr)
{
    struct vm_area_struct *vma = find_vma(mm, addr);

    if (!vma || (vma->vm_start > addr && expand_stack(vma, addr)))
        return NULL;
    return vma;
}

/* -- Invariants ---------------------------------------------------------- */

void vma_check(struct mm_struct *mm)
{
    struct rb_node *node = rb_first(&mm->mm_rb);
    struct vm_area_struct *prev = NULL;
    int count = 0;

    if (!rb_check(&mm->mm_rb))
        panic("vma: the tree is not red-black");
    for (struct vm_area_struct *vma = mm->mmap; vma; vma = vma->vm_next) {
        if (!node || vma_of(node) != vma || vma->vm_prev != prev ||
            vma->vm_mm != mm)
            panic("vma: list and tree differ at %lx", vma->vm_start);
        if (vma->vm_start >= vma->vm_end || vma->vm_end > mm->task_size ||
            (vma->vm_start | vma->vm_end) & ~PAGE_MASK ||
            (prev && prev->vm_end > vma->vm_start))
            panic("vma: bad range %lx-%lx", vma->vm_start, vma->vm_end);
        prev = vma;
        node = rb_next(node);
        count++;
    }
    if (node || count != mm->map_count)
        panic("vma: %d on the list, %d counted", count, mm->map_count);
}
