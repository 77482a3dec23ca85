/*
 * Out of memory: kills the process whose death frees most. A victim has
 * TIF_MEMDIE, which lets it use half of the reserve to get out, and as long
 * as one is dying no other is chosen. Locks: tasklist_lock, and inside it the
 * lock of a task, without which it may lose its mm. Counters: OOM_KILL.
 * Mirrors Linux's oom_badness, select_bad_process, oom_kill_process.
 */
#include "internal.h"
#include "kernel.h"
#include "reclaim.h"
#include "sched.h"
#include "trace.h"

#define OOM_SCORE_ADJ_MIN (-1000)
#define KIB(pages) ((pages) << (PAGE_SHIFT - 10))

static bool is_unkillable(const struct task_struct *task)
{
    return task->pid == 1 || task->flags & PF_KTHREAD ||
           task->oom_score_adj == OOM_SCORE_ADJ_MIN;
}

/* Pages that the death would free, moved by oom_score_adj. */
static long oom_badness(const struct mm_struct *mm, int score_adj,
                        long total_pages)
{
    long points = (long)(get_mm_rss(mm) + get_mm_counter(mm, MM_SWAPENTS) +
                         mm->pgtables_bytes / PAGE_SIZE);

    return points + score_adj * (total_pages / 1000);
}

/* The worst; NULL: nobody, or *is_dying: one is on the way out already. */
static struct task_struct *select_bad_process(bool *is_dying)
{
    long total = (long)totalram_pages() + total_swap_pages;
    long worst_points = 0;
    struct task_struct *task, *worst = NULL;

    *is_dying = false;
    for_each_process(task) {
        unsigned long flags;
        long points = 0;
        bool has_mm;

        if (is_unkillable(task))
            continue;
        task_lock(task, flags);
        has_mm = task->mm != NULL;
        if (has_mm)
            points = oom_badness(task->mm, task->oom_score_adj, total);
        task_unlock(task, flags);
        if (!has_mm)
            continue;
        if (test_tsk_thread_flag(task, TIF_MEMDIE)) {
            *is_dying = true;
            return NULL;
        }
        if (!worst || points > worst_points) {
            worst = task;
            worst_points = points;
        }
    }
    return worst;
}

static void dump_tasks(void)
{
    struct task_struct *task;

    pr_info("[  pid  ] total_vm      rss pgtables_bytes swapents "
            "oom_score_adj name\n");
    for_each_process(task) {
        struct mm_struct *mm;
        unsigned long flags;

        if (is_unkillable(task))
            continue;
        task_lock(task, flags);
        mm = task->mm;
        if (!mm) {
            task_unlock(task, flags);
            continue;
        }
        pr_info("[%7d] %8lu %8lu %14lu %8lu %13d %s\n", task->pid,
                mm->total_vm, get_mm_rss(mm), mm->pgtables_bytes,
                get_mm_counter(mm, MM_SWAPENTS), task->oom_score_adj,
                task->comm);
        task_unlock(task, flags);
    }
}

static void oom_kill_process(struct task_struct *victim)
{
    struct mm_struct *mm;
    struct task_struct *task;
    unsigned long flags;

    task_lock(victim, flags);
    mm = victim->mm;
    if (!mm) { /* it has just gone by itself */
        task_unlock(victim, flags);
        return;
    }
    pr_err("Out of memory: Killed process %d (%s) total-vm:%lukB, "
           "anon-rss:%lukB, file-rss:%lukB, shmem-rss:%lukB, UID:0 "
           "pgtables:%lukB oom_score_adj:%d\n",
           victim->pid, victim->comm, KIB(mm->total_vm),
           KIB(get_mm_counter(mm, MM_ANONPAGES)),
           KIB(get_mm_counter(mm, MM_FILEPAGES)),
           KIB(get_mm_counter(mm, MM_SHMEMPAGES)), mm->pgtables_bytes >> 10,
           victim->oom_score_adj);
    count_vm_event(OOM_KILL);
    TRACE1(oom, mark_victim, victim);
    __atomic_fetch_or(&mm->flags, MMF_OOM_VICTIM, __ATOMIC_RELAXED);
    task_unlock(victim, flags);
    set_tsk_thread_flag(victim, TIF_MEMDIE);
    send_sig(SIGKILL, victim);
    /* Who shares the memory keeps it from being freed. */
    for_each_process(task)
        if (task != victim && READ_ONCE(task->mm) == mm && !is_unkillable(task))
            send_sig(SIGKILL, task);
}

bool out_of_memory(gfp_t gfp, unsigned int order)
{
    struct task_struct *victim;
    unsigned long flags;
    bool is_dying;

    if (current->mm && (fatal_signal_pending(current) ||
                        current->flags & PF_EXITING)) {
        set_tsk_thread_flag(current, TIF_MEMDIE);
        return true;
    }
    /* Without the file system's help memory may be there all the same. */
    if (!(gfp & __GFP_FS))
        return true;
    spin_lock_irqsave(&tasklist_lock, flags);
    victim = select_bad_process(&is_dying);
    if (victim) {
        pr_warn("%s invoked oom-killer: gfp_mask=0x%x, order=%u, "
                "oom_score_adj=%d\n",
                current->comm, (unsigned int)gfp, order,
                current->oom_score_adj);
        show_mem();
        dump_tasks();
        oom_kill_process(victim);
    }
    spin_unlock_irqrestore(&tasklist_lock, flags);
    if (!victim && !is_dying)
        panic("System is deadlocked on memory");
    return true;
}
