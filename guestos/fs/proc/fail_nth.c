/*
 * /proc/PID/fail-nth (debug builds): a number n makes the n-th allocation of
 * the task fail from now on; reads say how many are left, 0 once it has. Both
 * ways without an allocation of their own. Mirrors Linux's proc_fail_nth_read
 * and proc_fail_nth_write.
 */
#include "errno.h"
#include "guestos/fs/proc/internal.h"
#include "string.h"
#include "uaccess.h"

static ssize_t fail_nth_read(struct file *file, char __user *buf, size_t count,
                             loff_t *pos)
{
    struct task_struct *task = find_task_by_pid(proc_pid_of(file->f_inode));
    char text[16];
    size_t size;

    if (!task)
        return -ESRCH;
    size = (size_t)scnprintf(text, sizeof(text), "%u\n", task->fail_nth);
    put_task_struct(task);
    if (*pos >= (loff_t)size)
        return 0;
    count = min(count, size - (size_t)*pos);
    if (copy_to_user(buf, text + *pos, count))
        return -EFAULT;
    *pos += (loff_t)count;
    return (ssize_t)count;
}

static ssize_t fail_nth_write(struct file *file, const char __user *buf,
                              size_t count, loff_t *pos)
{
    struct task_struct *task;
    char text[16] = "";
    const char *end;
    unsigned long n;

    (void)pos;
    if (count >= sizeof(text))
        return -EINVAL;
    if (copy_from_user(text, buf, count))
        return -EFAULT;
    n = simple_strtoul(text, &end, 10);
    if (end == text || (*end && *end != '\n'))
        return -EINVAL;
    task = find_task_by_pid(proc_pid_of(file->f_inode));
    if (!task)
        return -ESRCH;
    task->fail_nth = (unsigned int)n;
    put_task_struct(task);
    return (ssize_t)count;
}

const struct file_operations proc_fail_nth_fops = {
    .llseek = generic_file_llseek,
    .read = fail_nth_read,
    .write = fail_nth_write,
};
