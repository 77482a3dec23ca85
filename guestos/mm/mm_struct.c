/*
 * Address spaces: made, copied by fork, and taken apart at exit. Owns the
 * list of all of them (mmlist). Mirrors Linux's kernel/fork.c (mm_alloc,
 * dup_mm, mmput) and exit_mmap.
 */
#include "fs.h"
#include "internal.h"
#include "kernel.h"
#include "pagemap.h"
#include "reclaim.h"
#include "rmap.h"
#include "sched.h"
#include "slab.h"
#include "swap_state.h"
#include "vma.h"
#include "asm/pgalloc.h"
#include "asm/tlbflush.h"

/* Where mmap begins, downwards: below the largest stack and its gap. */
#define MMAP_BASE_GAP (128ul << 20)

struct mm_struct init_mm; /* the kernel's own; set by mm_init */
LIST_HEAD(mmlist);
DEFINE_SPINLOCK(mmlist_lock);
static struct kmem_cache *mm_cachep;

static void init_struct(struct mm_struct *mm)
{
    mm->mm_rb = RB_ROOT;
    mm->mm_users = 1;
    mm->mm_count = 1;
    mm->task_size = TASK_SIZE;
    mm->mmap_base = TASK_SIZE - MMAP_BASE_GAP;
    spin_lock_init(&mm->page_table_lock);
    init_rwsem(&mm->mmap_lock);
}

void mm_init(void)
{
    vm_acct_init();
    init_struct(&init_mm);
    init_mm.mm_count = 2; /* for ever, and the boot task's active_mm */
    init_mm.pgd = swapper_pg_dir;
    mm_cachep = kmem_cache_create("mm_struct", sizeof(struct mm_struct), 0,
                                  SLAB_PANIC, NULL);
    vma_init();
    rmap_init();
    filemap_init();
    fault_init();
    page_io_init();
    reclaim_ops = (struct reclaim_ops){
        .wakeup_kswapd = wakeup_kswapd,
        .try_to_free_pages = try_to_free_pages,
        .out_of_memory = out_of_memory,
        .reclaimable_pages = zone_reclaimable_pages,
    };
    compaction_init();
}

struct mm_struct *mm_alloc(void)
{
    struct mm_struct *mm = kmem_cache_zalloc(mm_cachep, GFP_KERNEL);

    if (!mm)
        return NULL;
    init_struct(mm);
    mm->pgd = pgd_alloc(mm);
    if (!mm->pgd) {
        kmem_cache_free(mm_cachep, mm);
        return NULL;
    }
    spin_lock(&mmlist_lock);
    list_add_tail(&mm->mmlist, &mmlist);
    spin_unlock(&mmlist_lock);
    return mm;
}

/* A VMA of the parent for the child, with its pages. */
static int dup_vma(struct mm_struct *mm, struct vm_area_struct *old)
{
    struct vm_area_struct *vma;

    if (old->vm_flags & VM_ACCOUNT && vm_enough_memory((long)vma_pages(old)))
        return -ENOMEM;
    vma = vm_area_dup(old);
    if (!vma)
        return -ENOMEM;
    vma->vm_mm = mm;
    vma->vm_flags &= ~VM_LOCKED;
    if (vma->vm_flags & VM_ACCOUNT)
        vm_acct_memory((long)vma_pages(vma));
    insert_vm_struct(mm, vma);
    return copy_page_range(vma, old);
}

static void copy_layout(struct mm_struct *mm, const struct mm_struct *old)
{
    mm->mmap_base = old->mmap_base;
    mm->total_vm = old->total_vm;
    mm->data_vm = old->data_vm;
    mm->exec_vm = old->exec_vm;
    mm->stack_vm = old->stack_vm;
    mm->hiwater_vm = old->total_vm;
    mm->start_code = old->start_code;
    mm->end_code = old->end_code;
    mm->start_data = old->start_data;
    mm->end_data = old->end_data;
    mm->start_brk = old->start_brk;
    mm->brk = old->brk;
    mm->start_stack = old->start_stack;
    mm->arg_start = old->arg_start;
    mm->arg_end = old->arg_end;
    mm->env_start = old->env_start;
    mm->env_end = old->env_end;
    dup_mm_context(&mm->context, &old->context);
    if (old->exe_file)
        mm->exe_file = get_file(old->exe_file);
}

struct mm_struct *dup_mm(struct mm_struct *old)
{
    struct mm_struct *mm = mm_alloc();
    int error = 0;

    if (!mm)
        return NULL;
    copy_layout(mm, old);
    mmap_write_lock(old);
    /* swapoff has it on its list already. Nobody else waits for both. */
    down_write_nested(&mm->mmap_lock, 1);
    for (struct vm_area_struct *vma = old->mmap; vma && !error;
         vma = vma->vm_next)
        if (vma->vm_flags & VM_DONTCOPY)
            vm_stat_account(mm, vma->vm_flags, -(long)vma_pages(vma));
        else
            error = dup_vma(mm, vma);
    mmap_write_unlock(mm);
    mmap_write_unlock(old);
    if (error) {
        mmput(mm);
        return NULL;
    }
    return mm;
}

/* The last user is gone: all pages, tables and VMAs go. */
static void exit_mmap(struct mm_struct *mm)
{
    mmap_write_lock(mm);
    while (mm->mmap) {
        struct vm_area_struct *vma = mm->mmap;

        zap_page_range(vma, vma->vm_start, vma->vm_end);
        if (vma->vm_flags & VM_ACCOUNT)
            vm_acct_memory(-(long)vma_pages(vma));
        unlink_vm_struct(mm, vma);
        vm_area_free(vma);
    }
    free_pgtables(mm, 0, mm->task_size);
    mmap_write_unlock(mm);
    for (int i = 0; i < NR_MM_COUNTERS; i++)
        if (mm->rss_stat[i])
            pr_err("BUG: Bad rss-counter state mm:%p type:%d val:%ld\n",
                   (void *)mm, i, mm->rss_stat[i]);
    if (mm->pgtables_bytes)
        pr_err("BUG: non-zero pgtables_bytes on freeing mm: %lu\n",
               mm->pgtables_bytes);
}

void mmput(struct mm_struct *mm)
{
    if (__atomic_sub_fetch(&mm->mm_users, 1, __ATOMIC_ACQ_REL))
        return;
    exit_mmap(mm);
    if (mm->exe_file)
        fput(mm->exe_file);
    mm->exe_file = NULL;
    spin_lock(&mmlist_lock);
    list_del(&mm->mmlist);
    spin_unlock(&mmlist_lock);
    mmdrop(mm);
}

void mmdrop(struct mm_struct *mm)
{
    if (__atomic_sub_fetch(&mm->mm_count, 1, __ATOMIC_ACQ_REL))
        return;
    pgd_free(mm, mm->pgd);
    kmem_cache_free(mm_cachep, mm);
}
