/*
 * /proc/PID/pagemap: a word of 64 bits for each page of the address space, at
 * eight times its number, which says where the page is. The words are
 * task_mmu.c's. An open file holds nothing: the task is looked up at each
 * read. Mirrors Linux's pagemap_read.
 */
#include "guestos/fs/proc/internal.h"
#include "mm.h"
#include "task.h"
#include "uaccess.h"

#define PAGEMAP_BATCH 32u /* words on the stack; no lock is held to copy */

static ssize_t read_words(struct mm_struct *mm, char __user *buf, size_t count,
                          loff_t *pos)
{
    loff_t end = (loff_t)(mm->task_size / PAGE_SIZE * sizeof(u64));
    u64 words[PAGEMAP_BATCH];
    size_t done = 0;

    while (done < count && *pos < end) {
        size_t n = min((count - done) / sizeof(u64), (size_t)PAGEMAP_BATCH);

        n = min(n, (size_t)(end - *pos) / sizeof(u64));
        task_pagemap(mm, (unsigned long)*pos / sizeof(u64) * PAGE_SIZE, words,
                     n);
        if (copy_to_user(buf + done, words, n * sizeof(u64)))
            return -EFAULT;
        done += n * sizeof(u64);
        *pos += (loff_t)(n * sizeof(u64));
    }
    return (ssize_t)done;
}

static ssize_t pagemap_read(struct file *file, char __user *buf, size_t count,
                            loff_t *pos)
{
    struct task_struct *task;
    struct mm_struct *mm;
    ssize_t n = 0;

    if ((*pos | (loff_t)count) % (loff_t)sizeof(u64))
        return -EINVAL;
    task = find_task_by_pid(proc_pid_of(file->f_inode));
    if (!task)
        return -ESRCH;
    mm = get_task_mm(task);
    put_task_struct(task);
    if (mm) {
        n = read_words(mm, buf, count, pos);
        mmput(mm);
    }
    return n;
}

const struct file_operations proc_pagemap_fops = {
    .llseek = generic_file_llseek,
    .read = pagemap_read,
};
