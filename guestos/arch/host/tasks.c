/*
 * Tasks on the host. Processes are passive: the test acts as one of them.
 * Kernel threads (kswapd) have a context of their own, and schedule() hands
 * over between them and the test; when all sleep, a disk request ends. So
 * waiting works as on the machine, a wait that nothing can end is found, and
 * where the kernel may be preempted, the seed decides whether it is.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "guestos/arch/host/host.h"
#include "guestos/arch/host/block.h"
#include "highmem.h"
#include "percpu.h"
#include "smp.h"
#include "stop_machine.h"

#define STACK_SIZE (512u << 10)
#define MAX_THREADS 8

/* What runs: [0] is the test itself. */
static struct {
    struct task_struct *task; /* who it acts as */
    ucontext_t context;
    int (*fn)(void *data);
    void *data;
} threads[MAX_THREADS];
static int nr_threads = 1, running;

struct task_struct *host_current;
bool host_irqs_off;
struct task_struct init_task = {.comm = "swapper"};
struct spinlock tasklist_lock;
struct cpumask __cpu_possible_mask = {(1ul << NR_CPUS) - 1};
struct cpumask __cpu_online_mask = {1};
volatile unsigned long jiffies;
static pid_t last_pid;

void host_tasks_init(void)
{
    INIT_LIST_HEAD(&init_task.tasks);
    host_current = &init_task;
    threads[0].task = &init_task;
}

static struct task_struct *new_task(const char *name)
{
    struct task_struct *task = calloc(1, sizeof *task);

    if (!task)
        abort();
    snprintf(task->comm, sizeof task->comm, "%s", name);
    task->pid = task->tgid = ++last_pid + 1; /* nobody here is init */
    atomic_set(&task->usage, 1);
    for (int i = 0; i < NR_RLIMITS; i++)
        task->rlim[i].cur = task->rlim[i].max = RLIM_INFINITY;
    task->rlim[RLIMIT_STACK].cur = 8u << 20;
    list_add_tail(&task->tasks, &init_task.tasks);
    return task;
}

struct task_struct *host_process(const char *name)
{
    struct task_struct *task = new_task(name);

    task->mm = task->active_mm = mm_alloc();
    if (!task->mm)
        abort();
    return task;
}

struct task_struct *host_fork(struct task_struct *parent)
{
    struct mm_struct *mm = dup_mm(parent->mm);
    struct task_struct *task;

    if (!mm)
        return NULL;
    task = new_task(parent->comm);
    task->mm = task->active_mm = mm;
    return task;
}

static void release_mm(struct task_struct *task)
{
    struct mm_struct *mm = task->mm;

    task->mm = task->active_mm = NULL;
    if (mm)
        mmput(mm);
}

void host_exit(struct task_struct *task)
{
    if (host_current == task)
        host_run_as(&init_task);
    release_mm(task);
    list_del(&task->tasks);
    free(task);
}

void host_run_as(struct task_struct *task)
{
    threads[running].task = host_current = task;
}

bool host_is_killed(const struct task_struct *task)
{
    return task->pending & sigmask(SIGKILL);
}

/* -- Switching ----------------------------------------------------------- */

static void switch_to(int next)
{
    int last = running;

    if (next == last)
        return;
    kmap_local_sched_out();
    running = next;
    host_current = threads[next].task;
    kmap_local_sched_in();
    swapcontext(&threads[last].context, &threads[next].context);
    host_current = threads[running].task;
}

/* A thread after this one that can run; -1: all sleep. */
static int find_runnable(void)
{
    for (int n = 1; n <= nr_threads; n++) {
        int i = (running + n) % nr_threads;

        if (threads[i].task->state == TASK_RUNNING)
            return i;
    }
    return -1;
}

void schedule(void)
{
    int next;

    if (preempt_count())
        panic("scheduling while atomic: %s", host_current->comm);
    while ((next = find_runnable()) < 0)
        if (!host_block_finish_one())
            panic("%s sleeps for ever: nothing is under way",
                  host_current->comm);
    switch_to(next);
}

void io_schedule(void)
{
    schedule();
}

/* Those that were killed and run nothing die when others wait for it. */
static void bury_killed(void)
{
    struct task_struct *task;

    for_each_process(task) {
        bool runs = false;

        for (int i = 0; i < nr_threads; i++)
            runs |= threads[i].task == task;
        if (!runs && host_is_killed(task) && task->mm)
            release_mm(task);
    }
}

long schedule_timeout_uninterruptible(long ticks)
{
    jiffies += (unsigned long)ticks;
    bury_killed();
    schedule();
    return 0;
}

bool cond_resched(void)
{
    if (preempt_count())
        return false;
    switch (host_random(16)) {
    case 0:
        host_block_finish_one();
        return false;
    case 1:
        schedule();
        return true;
    default:
        return false;
    }
}

bool wake_up_process(struct task_struct *task)
{
    bool slept = task->state != TASK_RUNNING;

    task->state = TASK_RUNNING;
    return slept;
}

void host_settle(void)
{
    for (int i = 0; i < 100; i++) {
        schedule();
        while (host_block_finish_one())
            schedule();
    }
    bury_killed();
}

static void thread_main(void)
{
    threads[running].fn(threads[running].data);
    panic("a kernel thread ended");
}

struct task_struct *kthread_create(int (*fn)(void *data), void *data,
                                   const char *name, ...)
{
    char text[TASK_COMM_LEN];
    va_list args;
    int i = nr_threads;

    va_start(args, name);
    vsnprintf(text, sizeof text, name, args);
    va_end(args);
    if (nr_threads == MAX_THREADS)
        abort();
    threads[i].task = new_task(text);
    threads[i].task->flags = PF_KTHREAD;
    threads[i].fn = fn;
    threads[i].data = data;
    getcontext(&threads[i].context);
    threads[i].context.uc_stack.ss_sp = malloc(STACK_SIZE);
    threads[i].context.uc_stack.ss_size = STACK_SIZE;
    makecontext(&threads[i].context, thread_main, 0);
    nr_threads++;
    return threads[i].task;
}

/* -- What else the kernel offers ----------------------------------------- */

void host_run_on(int cpu)
{
    current_thread_info()->cpu = (unsigned)cpu;
}

void on_each_cpu(void (*fn)(void *info), void *info)
{
    int cpu, was = smp_processor_id();
    unsigned long flags;

    for_each_online_cpu (cpu) {
        host_run_on(cpu);
        local_irq_save(flags);
        fn(info);
        local_irq_restore(flags);
    }
    host_run_on(was);
}

int stop_machine(int (*fn)(void *data), void *data)
{
    return fn(data);
}

void preempt_schedule(void)
{
}

void leave_forbidden_cpu(void)
{
}

int send_sig(int sig, struct task_struct *task)
{
    task->pending |= sigmask(sig);
    set_tsk_thread_flag(task, TIF_SIGPENDING);
    return 0;
}

static char log_text[1u << 16], log_read[sizeof log_text];
static size_t log_used;

const char *host_log(void)
{
    memcpy(log_read, log_text, sizeof log_read);
    log_used = 0;
    log_text[0] = 0;
    return log_read;
}

static int log_line(const char *format, va_list args)
{
    size_t left = sizeof log_text - log_used;
    int n = vsnprintf(log_text + log_used, left, format, args);

    if (getenv("QUIRE_KERNEL_LOG"))
        fputs(log_text + log_used, stderr);
    log_used += (size_t)n < left ? (size_t)n : left - 1;
    return n;
}

int printk(const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = log_line(format, args);
    va_end(args);
    return n;
}

int pr_info(const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = log_line(format, args);
    va_end(args);
    return n;
}

void panic(const char *format, ...)
{
    va_list args;

    fflush(stdout);
    fprintf(stderr, "# Kernel panic - ");
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
    abort();
}

void report_bug(const char *what, const char *file, int line)
{
    panic("%s at %s:%d", what, file, line);
}

void report_warning(const char *what, const char *file, int line)
{
    panic("warning: %s at %s:%d", what, file, line);
}
