/*
 * Mapping and unmapping: do_mmap, munmap, brk, the stack of exec, and their
 * system calls. Owns the counts total_vm, data_vm, exec_vm, stack_vm.
 * Mirrors Linux's mm/mmap.c (v5.15); errors are Linux's.
 */
#include "fdtable.h"
#include "fs.h"
#include "internal.h"
#include "kernel.h"
#include "sched.h"
#include "vma.h"

/* Private and written to: what RLIMIT_DATA is about. */
static bool is_data_mapping(unsigned long vm_flags)
{
    return (vm_flags & (VM_WRITE | VM_SHARED | VM_GROWSDOWN)) == VM_WRITE;
}

void vm_stat_account(struct mm_struct *mm, unsigned long vm_flags, long pages)
{
    mm->total_vm += (unsigned long)pages;
    if (vm_flags & VM_GROWSDOWN)
        mm->stack_vm += (unsigned long)pages;
    else if ((vm_flags & (VM_EXEC | VM_WRITE)) == VM_EXEC)
        mm->exec_vm += (unsigned long)pages;
    else if (is_data_mapping(vm_flags))
        mm->data_vm += (unsigned long)pages;
    mm->hiwater_vm = max(mm->hiwater_vm, mm->total_vm);
}

bool may_expand_vm(const struct mm_struct *mm, unsigned long vm_flags,
                   unsigned long pages)
{
    const struct rlimit *rlim = current->rlim;

    if (mm->total_vm + pages > rlim[RLIMIT_AS].cur >> PAGE_SHIFT)
        return false;
    return !is_data_mapping(vm_flags) ||
           mm->data_vm + pages <= rlim[RLIMIT_DATA].cur >> PAGE_SHIFT;
}

static unsigned long calc_vm_flags(unsigned long prot, unsigned long flags)
{
    unsigned long vm = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;

    vm |= prot & PROT_READ ? VM_READ : 0;
    vm |= prot & PROT_WRITE ? VM_WRITE : 0;
    vm |= prot & PROT_EXEC ? VM_EXEC : 0;
    vm |= flags & MAP_GROWSDOWN ? VM_GROWSDOWN : 0;
    vm |= flags & MAP_NORESERVE ? VM_NORESERVE : 0;
    return vm;
}

/* What the file's mode allows of a mapping: 0 or -errno. */
static int check_file(struct file *file, unsigned long flags,
                      unsigned long *vm_flags)
{
    unsigned mode = file->f_flags & O_ACCMODE;

    if (mode == O_WRONLY)
        return -EACCES;
    if ((flags & MAP_TYPE) != MAP_PRIVATE) {
        if (*vm_flags & VM_WRITE && mode != O_RDWR)
            return -EACCES;
        *vm_flags |= VM_SHARED | VM_MAYSHARE;
        if (mode != O_RDWR)
            *vm_flags &= ~VM_MAYWRITE;
    }
    return file->f_op && file->f_op->mmap ? 0 : -ENODEV;
}

/* -- Unmapping ----------------------------------------------------------- */

/* Takes one whole VMA away, pages and all. */
static void remove_vma(struct mm_struct *mm, struct vm_area_struct *vma)
{
    unsigned long floor = vma->vm_prev ? vma->vm_prev->vm_end : 0;
    unsigned long ceiling =
        vma->vm_next ? vma->vm_next->vm_start : mm->task_size;
    long pages = (long)vma_pages(vma);

    zap_page_range(vma, vma->vm_start, vma->vm_end);
    vm_stat_account(mm, vma->vm_flags, -pages);
    if (vma->vm_flags & VM_ACCOUNT)
        vm_acct_memory(-pages);
    unlink_vm_struct(mm, vma);
    vm_area_free(vma);
    free_pgtables(mm, floor, ceiling);
}

int do_munmap(struct mm_struct *mm, unsigned long start, size_t len)
{
    struct vm_area_struct *vma, *last;
    unsigned long end;
    int error;

    len = PAGE_ALIGN(len);
    if (start & ~PAGE_MASK || !len || start > mm->task_size ||
        len > mm->task_size - start)
        return -EINVAL;
    end = start + len;
    vma = find_vma_intersection(mm, start, end);
    if (!vma)
        return 0;
    if (vma->vm_start < start) {
        error = split_vma(mm, vma, start);
        if (error)
            return error;
        vma = vma->vm_next;
    }
    /* What can fail comes first: all goes, or nothing. */
    last = find_vma(mm, end);
    if (last && last->vm_start < end) {
        error = split_vma(mm, last, end);
        if (error)
            return error;
    }
    while (vma && vma->vm_start < end) {
        struct vm_area_struct *next = vma->vm_next;

        remove_vma(mm, vma);
        vma = next;
    }
    return 0;
}

int vm_munmap(unsigned long start, size_t len)
{
    struct mm_struct *mm = current->mm;
    int error;

    mmap_write_lock(mm);
    error = do_munmap(mm, start, len);
    mmap_write_unlock(mm);
    return error;
}

/* -- Mapping ------------------------------------------------------------- */

/* Makes the VMA at a place that is free. */
static int mmap_region(struct mm_struct *mm, struct file *file,
                       unsigned long addr, unsigned long len,
                       unsigned long vm_flags, unsigned long pgoff)
{
    long pages = (long)(len >> PAGE_SHIFT);
    struct vm_area_struct *vma;
    int error;

    if (!may_expand_vm(mm, vm_flags, (unsigned long)pages))
        return -ENOMEM;
    if (accountable(vm_flags) && !(vm_flags & VM_NORESERVE)) {
        error = vm_enough_memory(pages);
        if (error)
            return error;
        vm_flags |= VM_ACCOUNT;
    }
    vma = vm_area_alloc(mm);
    if (!vma)
        return -ENOMEM;
    vma->vm_start = addr;
    vma->vm_end = addr + len;
    vma->vm_flags = vm_flags;
    vma->vm_pgoff = file ? pgoff : addr >> PAGE_SHIFT;
    if (file) {
        vma->vm_file = get_file(file);
        error = file->f_op->mmap(file, vma);
        if (error) {
            vm_area_free(vma);
            return error;
        }
    }
    vma->vm_page_prot = pgprot_val(vm_get_page_prot(vma->vm_flags));
    if (vma->vm_flags & VM_ACCOUNT)
        vm_acct_memory(pages);
    vm_stat_account(mm, vma->vm_flags, pages);
    insert_vm_struct(mm, vma);
    vma_merge(mm, vma);
    return 0;
}

static int check_range(struct mm_struct *mm, unsigned long addr,
                       unsigned long len, unsigned long flags)
{
    if (addr & ~PAGE_MASK)
        return -EINVAL;
    if (addr < MMAP_MIN_ADDR)
        return -EPERM;
    if (flags & MAP_FIXED_NOREPLACE &&
        find_vma_intersection(mm, addr, addr + len))
        return -EEXIST;
    return 0;
}

unsigned long do_mmap(struct file *file, unsigned long addr, unsigned long len,
                      unsigned long prot, unsigned long flags,
                      unsigned long pgoff)
{
    struct mm_struct *mm = current->mm;
    unsigned long vm_flags = calc_vm_flags(prot, flags);
    int error = 0;

    if (!len)
        return (unsigned long)-EINVAL;
    len = PAGE_ALIGN(len);
    if (!len || len > mm->task_size)
        return (unsigned long)-ENOMEM;
    if (pgoff + (len >> PAGE_SHIFT) < pgoff)
        return (unsigned long)-EOVERFLOW;
    if (mm->map_count >= DEFAULT_MAX_MAP_COUNT)
        return (unsigned long)-ENOMEM;
    if (flags & MAP_FIXED_NOREPLACE)
        flags |= MAP_FIXED;
    addr = get_unmapped_area(mm, addr, len, flags);
    if (IS_ERR_VALUE(addr))
        return addr;
    error = check_range(mm, addr, len, flags);
    if (!error && file)
        error = check_file(file, flags, &vm_flags);
    /* Shared anonymous memory needs a tmpfs, which is not there yet. */
    if (!error && !file && (flags & MAP_TYPE) != MAP_PRIVATE)
        error = -ENODEV;
    if (!error && flags & MAP_FIXED)
        error = do_munmap(mm, addr, len);
    if (!error)
        error = mmap_region(mm, file, addr, len, vm_flags, pgoff);
    return error ? (unsigned long)(long)error : addr;
}

unsigned long vm_mmap(struct file *file, unsigned long addr, unsigned long len,
                      unsigned long prot, unsigned long flags,
                      unsigned long pgoff)
{
    struct mm_struct *mm = current->mm;
    unsigned long result;

    mmap_write_lock(mm);
    result = do_mmap(file, addr, len, prot, flags, pgoff);
    mmap_write_unlock(mm);
    return result;
}

/* Anonymous memory at a fixed place; mmap_lock is held. */
static int do_brk_flags(unsigned long addr, unsigned long len,
                        unsigned long flags)
{
    struct mm_struct *mm = current->mm;
    int error = do_munmap(mm, addr, len);

    if (error)
        return error;
    return mmap_region(mm, NULL, addr, len,
                       VM_DATA_FLAGS | (flags & VM_EXEC), 0);
}

int vm_brk_flags(unsigned long addr, unsigned long len, unsigned long flags)
{
    struct mm_struct *mm = current->mm;
    int error;

    len = PAGE_ALIGN(len);
    if (!len)
        return 0;
    if (addr & ~PAGE_MASK || len > mm->task_size ||
        addr > mm->task_size - len)
        return -ENOMEM;
    mmap_write_lock(mm);
    error = do_brk_flags(addr, len, flags);
    mmap_write_unlock(mm);
    return error;
}

int setup_stack_vma(struct mm_struct *mm, unsigned long top)
{
    int error;

    mmap_write_lock(mm);
    error = mmap_region(mm, NULL, top - PAGE_SIZE, PAGE_SIZE, VM_STACK_FLAGS,
                        0);
    if (!error)
        mm->start_stack = top;
    mmap_write_unlock(mm);
    return error;
}

/* -- System calls -------------------------------------------------------- */

/* Moves the end of the heap; answers with where it is, moved or not. */
static unsigned long move_brk(struct mm_struct *mm, unsigned long brk)
{
    unsigned long old = PAGE_ALIGN(mm->brk), fresh = PAGE_ALIGN(brk);

    if (brk < mm->start_brk || brk > mm->task_size)
        return mm->brk;
    if (fresh < old && do_munmap(mm, fresh, old - fresh))
        return mm->brk;
    if (fresh > old) {
        struct vm_area_struct *next = find_vma(mm, old);
        unsigned long limit = current->rlim[RLIMIT_DATA].cur;

        if (brk - mm->start_brk > limit)
            return mm->brk;
        if (next && fresh + PAGE_SIZE > next->vm_start)
            return mm->brk;
        if (do_brk_flags(old, fresh - old, 0))
            return mm->brk;
    }
    return mm->brk = brk;
}

long sys_brk(unsigned long brk)
{
    struct mm_struct *mm = current->mm;
    unsigned long result;

    mmap_write_lock(mm);
    result = move_brk(mm, brk);
    mmap_write_unlock(mm);
    return (long)result;
}

long sys_mmap2(unsigned long addr, unsigned long len, unsigned long prot,
               unsigned long flags, unsigned long fd, unsigned long pgoff)
{
    unsigned long type = flags & MAP_TYPE;
    struct file *file = NULL;
    unsigned long result;

    if (type != MAP_PRIVATE && type != MAP_SHARED &&
        type != MAP_SHARED_VALIDATE)
        return -EINVAL;
    if (!(flags & MAP_ANONYMOUS)) {
        file = fget((unsigned)fd);
        if (!file)
            return -EBADF;
    }
    result = vm_mmap(file, addr, len, prot, flags, pgoff);
    if (file)
        fput(file);
    return (long)result;
}

long sys_munmap(unsigned long addr, size_t len)
{
    return vm_munmap(addr, len);
}
