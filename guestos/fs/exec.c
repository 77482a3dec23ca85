/* execve: from one program to the next. */
#include "binfmts.h"
#include "err.h"
#include "fdtable.h"
#include "gfp.h"
#include "mm.h"
#include "runqueue.h"
#include "slab.h"
#include "string.h"
#include "syscalls.h"
#include "task.h"
#include "uaccess.h"
#include "asm/ptrace.h"

/* Appends one string with its 0 to the pages of strings. */
static int add_string(struct binprm *bprm, const char *s, bool from_user)
{
    for (;;) {
        size_t page = bprm->strings_size / PAGE_SIZE;
        size_t offset = bprm->strings_size % PAGE_SIZE;
        size_t room = PAGE_SIZE - offset;
        ssize_t n;

        if (page >= ARG_PAGES) {
            return -E2BIG;
        }
        if (!bprm->strings[page]) {
            bprm->strings[page] = (char *)__get_free_page(GFP_KERNEL);
            if (!bprm->strings[page]) {
                return -ENOMEM;
            }
        }
        if (from_user) {
            n = strncpy_from_user(bprm->strings[page] + offset, s, room);
            if (n < 0) {
                return -EFAULT;
            }
        } else {
            n = (ssize_t)strnlen(s, room);
            memcpy(bprm->strings[page] + offset, s, min((size_t)n + 1, room));
        }
        if ((size_t)n < room) {
            bprm->strings_size += (size_t)n + 1;
            return 0;
        }
        bprm->strings_size += room;
        s += room;
    }
}

static int add_strings(struct binprm *bprm, const char *const *list,
                       bool from_user, unsigned *count)
{
    const char *s;
    int error = 0;

    for (*count = 0; list; list++, ++*count) {
        if (!from_user) {
            s = *list;
        } else if (get_user(s, list)) {
            return -EFAULT;
        }
        if (!s) {
            break;
        }
        error = add_string(bprm, s, from_user);
        if (error) {
            return error;
        }
    }
    return 0;
}

static void free_bprm(struct binprm *bprm)
{
    for (unsigned i = 0; i < ARG_PAGES; i++) {
        if (bprm->strings[i]) {
            free_page((unsigned long)bprm->strings[i]);
        }
    }
    if (bprm->file) {
        fput(bprm->file);
    }
    kfree(bprm);
}

static int open_program(struct binprm *bprm, const char *path)
{
    struct file *file = filp_open(path, O_RDONLY, 0);
    loff_t pos = 0;
    ssize_t n;

    if (IS_ERR(file)) {
        return (int)PTR_ERR(file);
    }
    bprm->file = file;
    if (!S_ISREG(file->f_inode->i_mode) || !(file->f_inode->i_mode & 0111)) {
        return -EACCES;
    }
    n = kernel_read(file, bprm->head, sizeof(bprm->head), &pos);
    return n < 0 ? (int)n : 0;
}

/* The new address space becomes the current one; the old one goes. */
static void exec_mmap(struct mm_struct *mm)
{
    struct task_struct *task = current;
    struct mm_struct *old_mm = task->mm, *old_active = task->active_mm;
    unsigned long flags;

    mm_release();
    task_lock(task, flags);
    task->mm = mm;
    switch_mm(old_active, mm, task);
    task_unlock(task, flags);
    if (old_mm) {
        mmput(old_mm);
    } else {
        mmdrop(old_active); /* a kernel thread had borrowed it */
    }
}

int begin_new_exec(struct binprm *bprm)
{
    struct task_struct *task = current;
    struct mm_struct *mm = mm_alloc();
    const char *base = strrchr(bprm->file->f_path, '/');

    if (!mm) {
        return -ENOMEM;
    }
    exec_mmap(mm);
    mm->exe_file = get_file(bprm->file);
    strscpy(task->comm, base ? base + 1 : bprm->file->f_path, TASK_COMM_LEN);
    task->flags &= ~(PF_KTHREAD | PF_FORKNOEXEC);
    flush_signal_handlers();
    files_close_on_exec(task->files);
    task->sas_sp = task->sas_size = 0;
    task->clear_child_tid = NULL;
    return 0;
}

/* Handlers that are shared with others become the task's own. */
static int unshare_sighand(void)
{
    struct sighand_struct *old = current->sighand, *fresh;
    unsigned long flags;

    if (atomic_read(&old->count) == 1) {
        return 0;
    }
    fresh = sighand_alloc();
    if (!fresh) {
        return -ENOMEM;
    }
    spin_lock_irqsave(&current->siglock, flags);
    memcpy(fresh->action, old->action, sizeof(fresh->action));
    current->sighand = fresh; /* senders look under siglock */
    spin_unlock_irqrestore(&current->siglock, flags);
    sighand_put(old);
    return 0;
}

static int fill_strings(struct binprm *bprm, const char *path,
                        const char *const *argv, const char *const *envp,
                        bool from_user)
{
    int error = add_strings(bprm, argv, from_user, &bprm->argc);

    if (!error && !bprm->argc) { /* a program may count on a name */
        bprm->argc = 1;
        error = add_string(bprm, path, false);
    }
    return error ? error : add_strings(bprm, envp, from_user, &bprm->envc);
}

int do_execve(const char *path, const char *const *argv,
              const char *const *envp, bool from_user)
{
    struct binprm *bprm = kzalloc(sizeof(*bprm), GFP_KERNEL);
    int error;

    if (!bprm) {
        return -ENOMEM;
    }
    error = open_program(bprm, path);
    if (!error) {
        error = fill_strings(bprm, path, argv, envp, from_user);
    }
    if (!error) {
        error = unshare_sighand();
    }
    if (!error) {
        error = load_elf(bprm, task_pt_regs(current));
    }
    free_bprm(bprm);
    return error;
}

long sys_execve(const char __user *path, const char __user *const __user *argv,
                const char __user *const __user *envp)
{
    char *name = kmalloc(PATH_SIZE, GFP_KERNEL);
    ssize_t len;
    int error;

    if (!name) {
        return -ENOMEM;
    }
    len = strncpy_from_user(name, path, PATH_SIZE);
    error = len < 0            ? -EFAULT
            : len == PATH_SIZE ? -ENAMETOOLONG
                               : do_execve(name, argv, envp, true);
    kfree(name);
    /* a0 of the new program is 0: start_thread's. */
    return error;
}
