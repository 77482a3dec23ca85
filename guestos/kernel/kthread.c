/* Kernel threads. */
#include <stdarg.h>
#include "kernel.h"
#include "runqueue.h"
#include "string.h"
#include "task.h"

struct task_struct *kthread_create(int (*fn)(void *data), void *data,
                                   const char *name, ...)
{
    struct clone_args_lite args = {
        .flags = CLONE_FS | CLONE_FILES | CLONE_SIGHAND,
        .fn = fn,
        .data = data,
    };
    struct task_struct *task = copy_process(&args);
    va_list list;

    if (!IS_ERR(task)) {
        va_start(list, name);
        vsnprintf(task->comm, TASK_COMM_LEN, name, list);
        va_end(list);
    }
    return task;
}

/* Its function has returned: init has become a program, others are done. */
void kernel_thread_done(int result)
{
    if (current->flags & PF_KTHREAD) {
        do_exit((result & 0xff) << 8);
    }
}
